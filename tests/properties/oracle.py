"""What the shop must hold, worked out from the files by hand and without the engine."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from declarations import PICTURES, Sections
from line import Line

from shopform.kinds.standard import STANDARD

Rows = list[dict[str, Any]]
IDS = {
    "supplier": "supplier_id",
    "brand": "brand_id",
    "profile": "profile_id",
    "attribute": "attribute_id",
    "value": "attribute_value_id",
    "category": "category_id",
    "redirect": "redirect_id",
    "webhook": "webhook_id",
}
NUMBERS = {"weight": 0, "is_variant": 0, "has_price": 0, "in_menu": 1, "no_index": 0, "status": 301}

STRANGERS: dict[str, Rows] = {
    "supplier": [{"supplier_id": 150, "name": "Fremmed"}],
    "brand": [{"brand_id": 850, "name": "Fremmed"}],
    "profile": [{"profile_id": 250, "name": "Fremmed"}],
    "attribute": [{"profile_id": 250, "attribute_id": 350, "name": "Fremmed", "type": "valuelist"}],
    "value": [{"attribute_id": 350, "attribute_value_id": 450, "val": "Fremmed"}],
    "category": [
        {"category_id": 550, "name": "Fremmed", "rewrite_url": "fremmed"},
        {"category_id": 551, "name": "Fremmed", "parent_id": 550, "canonical_id": 550},
    ],
    "redirect": [{"redirect_id": 650, "source": "fremmed/a", "target": "fremmed/b"}],
    "webhook": [{"webhook_id": 750, "url": "https://fremmed.example", "events": ["paid"]}],
}


def strangers(one: Line) -> dict[str, Rows]:
    """The objects that nobody declares, as they are now; the front page among them."""
    numbers = {kind: {row[IDS[kind]] for row in rows} for kind, rows in STRANGERS.items()}
    return {
        kind: [r for r in one.rows(kind) if r[IDS[kind]] in numbers[kind] or r.get("is_front")]
        for kind in IDS
    }


def flat(sections: Sections) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Address, address of what it lies in, and fields of everything that is declared."""
    for kind in STANDARD.kinds:
        for key, fields in sections.get(kind.section, {}).items():
            yield f"{kind.name}.{key}", "", fields
    for profile, fields in sections["profiles"].items():
        for key, attribute in fields["attributes"].items():
            yield f"attribute.{profile}.{key}", f"profile.{profile}", attribute
            for inner, value in attribute.get("values", {}).items():
                address = f"value.{profile}.{key}.{inner}"
                yield address, f"attribute.{profile}.{key}", value


def assert_holds(one: Line, sections: Sections) -> None:
    """The shop has each declared object once, with the declared values, and nothing else new."""
    state = one.directory / "state" / "demo.json"
    saved = json.loads(state.read_text())["resources"] if state.exists() else {}
    ids = {address: entry["id"] for address, entry in saved.items()}
    declared = list(flat(sections))
    assert set(ids) == {address for address, _, _ in declared}
    aside = strangers(one)
    for kind, name in IDS.items():
        mine = {number for address, number in ids.items() if address.startswith(f"{kind}.")}
        there = [row[name] for row in one.rows(kind) if row not in aside[kind]]
        assert sorted(there) == sorted(mine), kind
    for address, container, fields in declared:
        kind = address.partition(".")[0]
        (row,) = (r for r in one.rows(kind) if r[IDS[kind]] == ids[address])
        if container:
            assert row[IDS[container.partition(".")[0]]] == ids[container]
        for field, value in fields.items():
            if field not in ("attributes", "values"):
                column, wanted = expected(field, value, ids)
                assert seen(field, row[column]) == wanted, (address, field)


def seen(field: str, held: Any) -> object:
    """A column's content without what makes no difference: null is an empty text."""
    if field == "images":
        return [(one["sha256"], one["description"], one["weight"]) for one in held]
    return "" if held is None else held


def expected(field: str, value: Any, ids: dict[str, int]) -> tuple[str, object]:
    """The column that holds a field, and what stands in it."""
    if field == "parent":
        return "parent_id", ids[f"category.{value}"] if value else 0
    if field == "canonical":
        return "canonical_id", ids[f"category.{value}"] if value else ""
    if field == "images":
        return field, [
            (SHA[one["file"]], one["description"], 10 * number)
            for number, one in enumerate(value, 1)
        ]
    if field == "events":
        return field, sorted(value)
    if field in NUMBERS:
        return field, NUMBERS[field] if value is None else int(value)
    text = value or ""
    if field == "description_a":
        text = text.strip().replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
    if field in ("source", "target", "rewrite_url"):
        text = text.removeprefix("/")
    return field, text


SHA = {name: hashlib.sha256(name.encode()).hexdigest() for name in PICTURES}


def draw_pictures(one: Line) -> None:
    """Write each picture, its name as its bytes."""
    for name in PICTURES:
        (one.directory / name).write_bytes(name.encode())
