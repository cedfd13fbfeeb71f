"""Where a look-up may be, which is known without the shop."""

import json
from pathlib import Path
from typing import Any

import pytest
from config_files import SHOP, compiled, desired, refused
from samples import sample

from shopform.errors import ConfigError
from shopform.kinds import Field, Kind
from shopform.kinds.standard import STANDARD
from shopform.model.lookups import Lookup
from shopform.model.values import Address, parts_in

LAND = "${lookup.country.Danmark}"
KINDS = """
variables: {land: {default: '${lookup.country.Danmark}'}}
kinds:
  note:
    section: notes
    endpoint: note
    id: note_id
    identity: [name]
    fields:
      name: {type: text, required: true}
      from: {type: number, wire: country_id}
"""

WRONG = {
    "an item": "menus: {a: {location: A, items:"
    " [{title: A, landing_page: '${lookup.country.A}'}]}}",
    "an item inside an item": "menus: {a: {location: A, items: [{title: A, items:"
    " [{title: B, landing_page: '${lookup.voucher.A}'}]}]}}",
    "an item by type and value": "menus: {a: {location: A, items:"
    " [{title: A, type: landing_page, value: '${lookup.country.A}'}]}}",
    "a variable": "menus: {a: {location: A, items: [{title: A, landing_page: '${var.land}'}]}}",
    "a column": "categories: {a: {name: A, extra: {country_id: '${lookup.shipping.A}'}}}",
    "a column of another name": "categories: {a: {name: A, extra:"
    " {del_country_id: '${lookup.shipping.A}'}}}",
    "a column of a managed kind": "labels: {a: {name: A, extra: {supplier_id: '${var.land}'}}}",
    "a field of a kind of the project": "notes: {a: {name: A, from: '${lookup.voucher.A}'}}",
}
MISPLACED = {
    "an item by type and value": "menus: {a: {location: A, items:"
    " [{title: A, type: category, value: '${lookup.country.A}'}]}}",
    "a path by type and value": "menus: {a: {location: A, items:"
    " [{title: A, type: url, value: '${lookup.landing-page.A}'}]}}",
    "a variable": "menus: {a: {location: A, items: [{title: A, category: '${var.land}'}]}}",
    "a path": "categories: {a: {name: A, rewrite_url: '${lookup.landing-page.A}'}}",
    "a file": "categories: {a: {name: A, description_a: {file: '${lookup.country.A}'}}}",
    "a stock": "products: {a: {own_id: A, name: A, stock: '${lookup.country.A}'}}",
}
RIGHT = """
menus:
  a:
    location: A
    items:
      - {title: A, landing_page: '${lookup.landing-page.A}'}
      - {title: B, type: landing_page, value: '${lookup.landing-page.A}'}
      - {title: C, type: voucher, value: '${lookup.voucher.A}'}
categories: {a: {name: A, extra: {del_country_id: '${var.land}', other: '${var.land}'}}}
notes: {a: {name: A, from: '${var.land}'}}
"""


def place(text: str) -> str:
    return f"c.yaml:1:{text.index(chr(39) + '${') + 1}"


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_the_id_of_another_kind_is_refused(tmp_path: Path, text: str) -> None:
    found = refused(tmp_path, {"c.yaml": text, "shopform.yaml": SHOP + KINDS})
    assert found == [f"{place(text)} lookup-kind"]


@pytest.mark.parametrize("text", MISPLACED.values(), ids=MISPLACED)
def test_what_is_no_id_is_refused(tmp_path: Path, text: str) -> None:
    found = refused(tmp_path, {"c.yaml": text, "shopform.yaml": SHOP + KINDS})
    assert found == [f"{place(text)} lookup-misplaced"]


def test_ids_of_the_kind_of_a_value_are_accepted(tmp_path: Path) -> None:
    assert refused(tmp_path, {"c.yaml": RIGHT, "shopform.yaml": SHOP + KINDS}) == []


def test_cells_are_as_fields(tmp_path: Path) -> None:
    table = "name,from\nA,${lookup.country.A}\nB,${lookup.voucher.B}\n"
    files = {
        "c.yaml": "notes: {table: n.csv, key: name}",
        "n.csv": table,
        "shopform.yaml": SHOP + KINDS,
    }
    assert refused(tmp_path, files) == ["n.csv:3:2 lookup-kind"]


def test_a_wrong_place_is_reported_beside_a_right_one(tmp_path: Path) -> None:
    """Also where both are one node of YAML, or one variable."""
    text = """
menus:
  a:
    location: A
    items:
      - {title: A, landing_page: &offers '${lookup.landing-page.A}'}
      - {title: B, category: *offers}
"""
    assert refused(tmp_path, {"c.yaml": text}) == ["c.yaml:6:34 lookup-misplaced"]
    text = text.replace("&offers '${lookup.landing-page.A}'", "'${var.o}'")
    text = text.replace("*offers", "'${var.o}'")
    variables = "variables: {o: {default: '${lookup.landing-page.A}'}}\n"
    files = {"shopform.yaml": SHOP + variables, "c.yaml": text}
    assert refused(tmp_path, files) == ["c.yaml:7:30 lookup-misplaced"]


def test_the_message_names_both_kinds(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as wrong:
        desired(tmp_path, WRONG["an item"])
    (found,) = wrong.value.diagnostics
    assert found.summary == "the id of a country is not allowed here"
    assert found.hint == "declare the id of a landing-page"
    assert found.address == "menu.a"


def _declared(kind: Kind, row: Field, value: Any) -> tuple[dict[str, Any], Address]:
    """Return a project's sections with one object whose field is a value."""
    held = {**sample(kind, 1, {}, bare=True), row.name: value}
    lineage = STANDARD.lineage(kind.name)
    for parent, child in zip(lineage[-2::-1], lineage[:0:-1], strict=True):
        held = {**sample(parent, 1, {}, bare=True), child.section: {"a": held}}
        if child.nesting and child.nesting.only:
            held |= [child.nesting.only]
    return {lineage[0].section: {"a": held}}, Address.of(kind.name, *"a" * len(lineage))


@pytest.mark.parametrize("kind", STANDARD.kinds, ids=lambda kind: kind.name)
def test_every_type_of_field_keeps_a_look_up_or_refuses_it(tmp_path: Path, kind: Kind) -> None:
    for row in {row.type.name: row for row in kind.declarable.values()}.values():
        scalar, listed = (_kept(tmp_path, kind, row, value) for value in (LAND, [LAND]))
        assert (scalar or listed) == (row.type.looks_up == ""), row.name


def _kept(directory: Path, kind: Kind, row: Field, value: Any) -> bool:
    """Return whether a value with a look-up is accepted, and then keeps it."""
    sections, address = _declared(kind, row, value)
    files = {"c.yaml": json.dumps(sections)}
    if found := refused(directory, files):
        assert all(each.startswith("c.yaml:") for each in found)
        return False
    (kept,) = parts_in(compiled(directory, files)[1].resources[address].fields[row.name], Lookup)
    assert (kept.kind, kept.name) == ("country", "Danmark")
    return True
