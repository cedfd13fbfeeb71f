"""What the shop must hold, worked out from the files by hand and without the engine."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from declarations import MADE, PICTURES, Sections
from line import Line

from shopform.kinds import Field
from shopform.kinds.standard import STANDARD

Rows = list[dict[str, Any]]
IDS = {kind.name: kind.wire.id.value[0] for kind in STANDARD.kinds}
BY_ROWS = {kind.name: kind for kind in MADE}
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
} | {
    kind.name: [{IDS[kind.name]: 950, **{r.wire: "Fremmed" for r in kind.rows if r.required}}]
    for kind in MADE
}  # fmt: skip


def strangers(one: Line) -> dict[str, Rows]:
    """The objects that nobody declares, as they are now; the front page among them."""
    numbers = {kind: {row[IDS[kind]] for row in STRANGERS.get(kind, ())} for kind in IDS}
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
            if kind in BY_ROWS:
                row_ = BY_ROWS[kind].fields[field]
                assert seen_of(row_, row[row_.wire]) == of_row(row_, value, ids), (address, field)
            elif field not in ("attributes", "values"):
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


def of_row(row: Field, value: Any, ids: dict[str, int]) -> object:
    """What the column of a field holds, by the type of the field."""
    if row.type.name == "tree":
        return [_item(item, ids) for item in value]
    if row.type.targets:
        (kind,) = row.type.targets
        if row.type.listed:
            return sorted(ids[f"{kind}.{key}"] for key in value)
        return ids[f"{kind}.{value}"] if value else 0
    match row.type.name:
        case "decimal":
            return None if value is None else float(str(value).replace(",", "."))
        case "number" | "flag":
            return int(value or 0)
        case "images" | "path":
            return expected("images" if row.type.name == "images" else "rewrite_url", value, ids)[1]
        case "html":
            return expected("description_a", value, ids)[1]
    return value or ""


def _item(item: dict[str, Any], ids: dict[str, int]) -> tuple[object, ...]:
    word = next((each for each in item if each not in ("title", "class", "items", "value")), "menu")
    target = item.get("value", "") if word == "type" else item.get(word, "")
    if word == "category":
        target = ids[f"category.{target}"]
    below = [_item(each, ids) for each in item["items"]] if "items" in item else None
    return item["title"], item.get("type", word), str(target), item.get("class", ""), below


def _shown_item(item: dict[str, Any]) -> tuple[object, ...]:
    below = [_shown_item(each) for each in item["items"]] if "items" in item else None
    return item["titel"], item["type"], item["val"], item["class"], below


def seen_of(row: Field, held: Any) -> object:
    """The content of a column, without what makes no difference."""
    if row.type.name == "tree":
        return [_shown_item(item) for item in held]
    if row.type.name == "decimal":
        return None if held is None else float(held)
    if row.type.targets:
        return sorted(held) if row.type.listed else int(held or 0)
    return seen("images" if row.type.name == "images" else row.name, held)


SHA = {name: hashlib.sha256(name.encode()).hexdigest() for name in PICTURES}


def draw_pictures(one: Line) -> None:
    """Write each picture, its name as its bytes."""
    for name in PICTURES:
        (one.directory / name).write_bytes(name.encode())
