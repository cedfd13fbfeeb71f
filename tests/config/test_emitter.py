"""Resources written as YAML mean what they were made from, and read well."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from config_files import compiled, desired

from shopform.config.write.emitter import Heading, emit_document, emit_files, fragments
from shopform.kinds.standard import STANDARD
from shopform.model.canonical import canonical
from shopform.model.declared import Declared, Omission
from shopform.model.desired import Resource
from shopform.model.values import Address, Ref, Value

HEADING = Heading(about="`demo`, https://shop.example.dk")


def declared(resources: Mapping[str, Mapping[str, Value]], *left: Omission) -> Declared:
    """What a shop would be declared as, ids from 1 up in the order given."""
    made = {}
    for number, (name, fields) in enumerate(resources.items(), 1):
        address = Address(name)
        nesting = STANDARD[address.kind].nesting
        above = Address.of(nesting.kind, *address.keys[:-1]) if nesting else None
        made[address] = Resource(
            address=address, fields=fields, parent=above, origin=number, kind=STANDARD[address.kind]
        )
    ordered = dict(sorted(made.items(), key=lambda one: (STANDARD.order[one[0].kind], one[0])))
    return Declared(
        resources=ordered,
        ids={address: resource.origin for address, resource in ordered.items()},
        duplicates=frozenset(),
        omissions=left,
        catalogue=STANDARD,
    )


def document(resources: Mapping[str, Mapping[str, Value]], *left: Omission) -> str:
    return emit_document(declared(resources, *left), HEADING).split("\n\n", 1)[1]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("meta", text) for text in ("null", " a ", "\n", "a\n\n", "\na", "a\tb", "\x07", "\x85")),
        *(("meta", text) for text in ("${x}", "$${x}", "a\n  b\n", "a\n\u2028b", "\ufeff", "# a")),
        *(("meta", text) for text in ("a: b " * 40, "a  b" * 40, "- " * 80, "a\xa0b " * 40)),
        *(("description_a", text) for text in ("<p>", "a: b", "<p>\n\n\t<i>\n #", "x" * 200)),
        *(("rewrite_url", text) for text in ("?x=1", "go?to=http://x.example", "a b", "0")),
        *(("in_menu", flag) for flag in (True, False)),
        ("sort_order", "random"),
        ("sort_order", ""),
        ("canonical", None),
        ("canonical", Ref(Address("category.null"))),
    ],
)
def test_a_field_is_read_as_it_was_written(tmp_path: Path, field: str, value: Value) -> None:
    resources: dict[str, dict[str, Value]] = {
        "category.null": {"name": "~"},
        "category.36": {"name": "yes", "parent": Ref(Address("category.null")), field: value},
    }
    for number, files in enumerate(
        ({"all.yaml": "\n" + document(resources)}, emit_files(declared(resources), HEADING))
    ):
        _, found, _ = compiled(tmp_path / str(number), files)
        fields = found.resources[Address("category.36")].fields
        form = STANDARD["category"].type(field)
        if isinstance(value, Ref):
            assert fields[field] == value
        else:
            assert canonical(form, fields[field]) == canonical(form, value)
        assert fields["parent"] == Ref(Address("category.null"))


@pytest.mark.parametrize("path", ["a", "/a", "go?to=http://x.example", "https://x.example/a", ""])
def test_the_paths_of_a_redirect_are_read_as_they_were_written(tmp_path: Path, path: str) -> None:
    text = document({"redirect.a": {"source": path, "target": path, "status": 301}})
    (found,) = desired(tmp_path, text).resources.values()
    form = STANDARD["redirect"].type("source")
    assert canonical(form, found.fields["source"]) == canonical(form, path)
    assert "/https:" not in text


def test_strings_with_derived_keys_are_a_list() -> None:
    resources = {
        "profile.p": {"name": "P"},
        "attribute.p.s": {"name": "S", "type": "valuelist"},
        "value.p.s.36": {"val": "36"},
        "value.p.s.stor": {"val": "Stor"},
    }
    assert '        values: ["36", Stor]\n' in document(resources)
    other = {**resources, "value.p.s.mini": {"val": "Lille"}}
    assert '          "36": {val: "36"}\n          stor: {val: Stor}\n' in document(other)
    left = Omission(kind="value", id=4, label="Stor", field="tag", why="it is a secret")
    assert (
        '          "36": {val: "36"}\n          # tag left out: it is a secret\n'
        "          stor: {val: Stor}\n"
    ) in document(resources, left)


def test_a_long_list_takes_as_few_lines_as_it_needs() -> None:
    resources: dict[str, dict[str, Value]] = {
        "profile.p": {"name": "P"},
        "attribute.p.s": {"name": "S", "type": "valuelist"},
    }
    resources |= {f"value.p.s.vaerdi-{n}": {"val": f"Værdi {n}"} for n in range(10, 30)}
    lines = document(resources).split("\n")
    at = lines.index("        values:")
    assert lines[at + 1].startswith("          [Værdi 10, Værdi 11, ")
    assert [len(line) > 90 for line in lines[at + 1 : at + 3]] == [True, True]
    assert lines[at + 3].endswith("Værdi 29]")


def test_children_are_in_the_order_of_their_numbers() -> None:
    resources: dict[str, dict[str, Value]] = {
        "profile.p": {"name": "P"},
        "attribute.p.a": {"name": "A", "type": "string", "weight": 30},
        "attribute.p.b": {"name": "B", "type": "string", "weight": 4},
        "attribute.p.c": {"name": "C", "type": "string"},
    }
    keys = [line.strip(" :") for line in document(resources).split("\n") if line[6:7].strip()]
    assert [key for key in keys if key in "abc"] == ["c", "b", "a"]


def test_an_omission_is_a_comment_in_its_place() -> None:
    resources = {"category.a": {"name": "A", "meta": "m"}}
    strange = 'Fors\nide "x"' + "y" * 60
    text = document(
        resources,
        Omission(kind="category", id=1, label="A", field="tag", why="a\tb"),
        Omission(kind="category", id=9, label=strange, why="every shop has one"),
        Omission(kind="category", id=10, label="", why="it is a secret"),
    )
    assert text == (
        "categories:\n  a:\n    name: A\n    # tag left out: a\ufffdb\n    meta: m\n\n"
        '  # left out: category 9 "Fors\ufffdide "x"' + "y" * 27 + '…": every shop has one\n'
        "  # left out: category 10: it is a secret\n"
    )


def test_resources_are_lines_at_no_depth_and_one_between_brackets() -> None:
    found = declared({"category.a": {"name": "A", "description_a": "a\nb"}})
    address = Address("category.a")
    brief = 'a: {name: A, description_a: "a\\nb"}'
    lines = ["a:", "  name: A", "  description_a: |", "    a", "    b"]
    assert fragments(found, [address]) == {address: (lines, brief)}


def test_an_empty_shop_is_a_comment() -> None:
    assert emit_document(declared({}), HEADING) == (
        "# The objects of `demo`, https://shop.example.dk.\n"
    )
    assert emit_files(declared({}), HEADING) == {}
