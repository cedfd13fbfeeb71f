"""Which files make a project, and what the files of a project may hold."""

from pathlib import Path

import pytest
from config_files import SHOP, compiled, refused

from shopform.config import load_project
from shopform.config.read import unread_files
from shopform.config.read.unread_files import declared_unread
from shopform.errors import ConfigError
from shopform.kinds.standard import STANDARD
from shopform.model.values import Address


def test_files_beside_and_included_are_read_as_one(tmp_path: Path) -> None:
    found = compiled(
        tmp_path,
        {
            "shopform.yaml": SHOP
            + "include: [more/**/*.yaml, ./b.yaml]\nsuppliers: {a: {name: A}}\n",
            "b.yaml": "suppliers: {b: {name: B}}",
            "c.yml": "\ufeffsuppliers: {c: {name: C}}\r\n",
            "more/d.yaml": "suppliers: {d: {name: D}}",
            "more/deep/e.yaml": "suppliers: {e: {name: E}}",
            "empty.yaml": "",
            "comment.yaml": "# nothing\n",
            "hollow.yaml": "suppliers:\n",
            "left/f.yaml": "suppliers: {f: {name: F}}",
            ".hidden.yaml": "suppliers: {g: {name: G}}",
            "readme.txt": "suppliers: {h: {name: H}}",
        },
    )[1]
    assert list(found.resources) == [f"supplier.{key}" for key in "abcde"]


def test_without_shopform_yaml_there_is_no_project(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_project(tmp_path, STANDARD)
    assert "shopform init" in caught.value.diagnostics[0].hint


def test_a_file_that_is_not_yaml_is_reported_alone(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "a.yaml": "suppliers: {a: {nam: A}}",
        "b.yaml": "suppliers: [\n",
        "c.yaml": b"suppliers:\n  c: {name: bl\xe5}\n",
    }
    assert refused(tmp_path, files) == ["b.yaml:2:1 yaml-syntax", "c.yaml:2:15 yaml-encoding"]


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        ("/etc/*.yaml", "include-outside"),
        ("../*.yaml", "include-outside"),
        ("none/*.yaml", "include-empty"),
        ("''", "include-empty"),
        ("{a: b}", "wrong-type"),
        ("[[a]]", "wrong-type"),
    ],
)
def test_an_include_without_a_match_is_reported(tmp_path: Path, pattern: str, code: str) -> None:
    files = {"shopform.yaml": f"{SHOP}include: {pattern}\n"}
    assert [each.split()[1] for each in refused(tmp_path, files)] == [code]


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("- a\n", "c.yaml:1:1 wrong-type"),
        ("text\n", "c.yaml:1:1 wrong-type"),
        ("suppliers: [a]\n", "c.yaml:1:12 wrong-type"),
        ("moved: {a: b}\n", "c.yaml:1:8 wrong-type"),
        ("moved: [a]\n", "c.yaml:1:9 wrong-type"),
        ("shops: {}\n", "c.yaml:1:1 misplaced-setting"),
        ("values: {}\n", "c.yaml:1:1 unknown-section"),
    ],
)
def test_a_file_holds_sections_of_the_right_form(tmp_path: Path, text: str, reported: str) -> None:
    assert refused(tmp_path, {"c.yaml": text}) == [reported]


def test_a_file_in_capitals_is_read_wherever_one_is_read(tmp_path: Path) -> None:
    for number, main in enumerate(("shopform.YAML", "Shopform.yml", "SHOPFORM.Yaml")):
        folder = tmp_path / str(number)
        files = {
            main: f"{SHOP}include: [more/*.yaml, some/e.YML, all/**]\n",
            "a.yaml": "suppliers: {a: {name: A}}",
            "B.YAML": "suppliers: {b: {name: B}}",
            "c.Yml": "suppliers: {c: {name: C}}",
            "more/d.YaML": "suppliers: {d: {name: D}}",
            "some/e.yml": "suppliers: {e: {name: E}}",
            "all/deep/f.YML": "suppliers: {f: {name: F}}",
        }
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        assert sorted(load_project(folder, STANDARD).sections["suppliers"]) == list("abcdef")
    assert refused(tmp_path, {"shopform.yaml": SHOP, "Shopform.YAML": SHOP})[0].endswith(
        "project-twice"
    )


def test_a_name_of_yaml_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "shopform.yaml": f"{SHOP}include: more/*.yaml\n",
        "wide.yaml": "suppliers: {a: {name: A}}".encode("utf-16"),
    }
    (tmp_path / "more").mkdir()
    for folder in (tmp_path, tmp_path / "more"):
        (folder / "folder.yaml").mkdir()
        (folder / "left.YAML").symlink_to("nowhere.yaml")
    assert refused(tmp_path, files) == [
        "folder.yaml:1:1 file-missing",
        "left.YAML:1:1 file-missing",
        "more/folder.yaml:1:1 file-missing",
        "more/left.YAML:1:1 file-missing",
        "wide.yaml:1:1 yaml-encoding",
    ]


def test_what_looks_like_a_file_of_the_project_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "profiles:\n  shoes: {name: S, attributes: {size: {name: A}}}\n"
    names = [
        ".catalogue.yaml",
        "all.json",
        "catalogue.yaml.bak",
        "catalogue.yaml.txt",
        "catalogue.yml~",
        "more/b.YAML",
    ]
    others = {"read.yaml": text, "notes.txt": text, "other.json": '{"profiles": {"boots": 1}}'}
    others |= {"state/demo.json": '{"resources": {"profile.shoes": {}}}', ".git/x.yaml": text}
    for name, held in {**dict.fromkeys(names, text), **others}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(held)
    (tmp_path / "all.json").write_text('{"profiles":{"shoes":{"attributes":{"size":{}}}}}')
    (tmp_path / "link.yaml.bak").symlink_to("all.json")
    (tmp_path / "bytes.yaml.bak").write_bytes(b"\xff\xfe\0")
    (tmp_path / "large.yaml.bak").write_text(text + "#" * unread_files.BYTES)
    shoes, size = Address("profile.shoes"), Address("attribute.shoes.size")
    boots = Address("category.shoes")
    found = dict(declared_unread(STANDARD, tmp_path, {"read.yaml"}, [shoes, size, boots]))
    assert found == {name: [shoes, size] for name in names}
    monkeypatch.setattr(unread_files, "FILES", 2)
    assert len(dict(declared_unread(STANDARD, tmp_path, {"read.yaml"}, [shoes]))) == 2
