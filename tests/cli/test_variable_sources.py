"""Where variables come from, and what the program says when it is asked nothing."""

from pathlib import Path

import pytest

from shopform.cli.main import execute
from shopform.terminal.console import Console

PROJECT = """
shops:
  test: {url: "http://127.0.0.1:1", token: "${env:KEY}"}
variables: {host: {}}
suppliers:
  one: {name: "${var.host}"}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "shopform.yaml").write_text(PROJECT, "utf-8")
    return tmp_path


def validate(project: Path, **environment: str) -> int:
    console = Console(environment=environment)
    return execute(console, ["validate", "--chdir", str(project)])


def test_a_variable_may_come_from_the_environment(project: Path) -> None:
    assert validate(project) == 10
    assert validate(project, SHOPFORM_VAR_host="erp.example") == 0


def test_the_environment_may_hold_variables_of_other_projects(project: Path) -> None:
    assert validate(project, SHOPFORM_VAR_host="erp.example", SHOPFORM_VAR_elsewhere="x") == 0


def test_the_twin_of_var_file_is_no_variable(
    project: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path_factory.mktemp("variables") / "host.yaml"
    file.write_text("host: erp.example\n", "utf-8")
    monkeypatch.setenv("SHOPFORM_VAR_FILE", str(file))
    assert validate(project, SHOPFORM_VAR_FILE=str(file)) == 0


def test_the_program_without_a_command_shows_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(Console(), []) == 64
    assert capsys.readouterr().err.startswith("Usage: shopform")


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"\xef\xbb\xbfhost: a.example\n", 0), ("host: sø.example\n".encode("latin-1"), 10)],
)
def test_var_file_is_utf_8_with_a_mark_or_without(
    project: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    data: bytes,
    code: int,
) -> None:
    file = tmp_path_factory.mktemp("variables") / "host.yaml"
    file.write_bytes(data)
    monkeypatch.setenv("SHOPFORM_VAR_FILE", str(file))
    assert validate(project) == code
