"""`shopform fmt`: which files it writes, what it prints, how it ends."""

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from shopform.cli.main import execute
from shopform.config import check_project, load_project
from shopform.kinds.standard import STANDARD
from shopform.model.desired import Resource
from shopform.model.values import Address
from shopform.terminal.console import Console

ROOT = Path(__file__).parents[2]
UNTIDY = {
    "shopform.yaml": "suppliers:\n  one: {name: 'One'}\ninclude: more/*.yaml\n"
    "shops: {test: {token: '${env:KEY}', url: 'http://127.0.0.1:1'}}\n",
    "a.yaml": "profiles:\n    shoes:\n        attributes:\n            size:\n"
    "                values: ['36', \"Large\"]   # sizes\n                type: valuelist\n"
    "                name: Size\n        name: Shoes\n",
    "more/b.yaml": "categories:\n  men: {rewrite_url: herre, name: Herre}\n"
    "  shoes:\n    parent: men\n    description_a: |\n        <p>a</p>\n    name: Sko\n",
    "tidy.yaml": "# nothing yet\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "more").mkdir()
    for name, text in UNTIDY.items():
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def fmt(project: Path, *arguments: str) -> int:
    return execute(Console(environment={}), ["fmt", "--chdir", str(project), *arguments])


def texts(project: Path) -> dict[str, str]:
    return {name: (project / name).read_text("utf-8") for name in UNTIDY}


def resources(project: Path) -> dict[Address, Resource]:
    found = check_project(load_project(project, STANDARD), None, variables={}, environment={})[0]
    return {a: replace(r, span=None) for a, r in found["test"].resources.items()}


def test_the_project_is_formatted_and_the_changed_files_are_named(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fmt(project) == 0
    assert capsys.readouterr() == ("a.yaml\nmore/b.yaml\nshopform.yaml\n", "")
    assert fmt(project, "--check") == 0
    assert capsys.readouterr() == ("", "")


def test_the_project_compiles_to_the_same(project: Path) -> None:
    before = resources(project)
    assert len(before) == 7
    fmt(project)
    assert resources(project) == before


def test_check_changes_nothing_and_fails(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert fmt(project, "--check") == 1
    assert texts(project) == UNTIDY
    assert capsys.readouterr().out == "a.yaml\nmore/b.yaml\nshopform.yaml\n"


def test_diff_is_a_patch_that_does_what_fmt_does(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fmt(project, "--check", "--diff", "a.yaml") == 1
    patch = capsys.readouterr().out
    assert patch.startswith("--- a/a.yaml\n+++ b/a.yaml\n@@ ")
    assert "-    shoes:\n" in patch
    assert "+  shoes:\n" in patch
    assert fmt(project, "--diff", "a.yaml") == 0
    assert texts(project)["a.yaml"] != UNTIDY["a.yaml"]


def test_named_files_alone_are_formatted(project: Path) -> None:
    assert fmt(project, "a.yaml") == 0
    changed = {name for name, text in texts(project).items() if text != UNTIDY[name]}
    assert changed == {"a.yaml"}


def test_a_file_that_is_no_yaml_is_told_and_the_others_are_formatted(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "broken.yaml").write_text("suppliers:\n\ta: 1\n", "utf-8")
    (project / "latin.yaml").write_bytes("# x\n# æ\n".encode("latin-1"))
    assert fmt(project) == 10
    out, err = capsys.readouterr()
    assert out == "a.yaml\nmore/b.yaml\nshopform.yaml\n"
    assert "--> broken.yaml:2:1" in err
    assert "--> latin.yaml:2:1" in err
    assert (project / "broken.yaml").read_text("utf-8") == "suppliers:\n\ta: 1\n"


def test_a_file_that_is_not_there_is_an_error(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fmt(project, "none.yaml", "a.yaml") == 10
    out, err = capsys.readouterr()
    assert out == "a.yaml\n"
    assert "none.yaml`: no such file or directory" in " ".join(err.split())


def test_what_cannot_be_formatted_is_left_with_a_warning(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "odd.yaml").write_text("? suppliers\n: {}\n", "utf-8")
    assert fmt(project, "--check", "odd.yaml") == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("warning: `odd.yaml` is not formatted")


def test_carriage_returns_go_and_mode_and_link_stay(project: Path) -> None:
    file = project / "a.yaml"
    file.write_bytes(UNTIDY["a.yaml"].replace("\n", "\r\n").encode())
    file.chmod(0o640)
    (project / "link.yaml").symlink_to("a.yaml")
    assert fmt(project, "link.yaml") == 0
    assert b"\r" not in file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert (project / "link.yaml").is_symlink()


def test_without_a_project_there_is_nothing_to_format(tmp_path: Path) -> None:
    assert fmt(tmp_path) == 10


@pytest.mark.parametrize("example", ["minimal", "nordisk-sko"])
def test_the_examples_are_formatted(example: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert fmt(ROOT / "examples" / example, "--check") == 0
    assert capsys.readouterr() == ("", "")


def test_what_init_writes_is_formatted(tmp_path: Path) -> None:
    assert execute(Console(environment={}), ["init", "--chdir", str(tmp_path)]) == 0
    assert fmt(tmp_path, "--check") == 0
