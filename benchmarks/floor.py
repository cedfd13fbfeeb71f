"""The least that a Python program must do for the same result, as a floor for measurements.

    python benchmarks/floor.py FOLDER URL [JOURNAL]

YAML by C events with the line of every key, whole-kind pydantic, pages by httpx in four threads,
one comparison of dicts an object. No messages, no state, no order, no guards, no secrets, no
retries. Libraries are imported as their documentation shows. With a file as JOURNAL, what is
missing is created one by one, and a line of the journal is on disk after each.
"""

import gc
import json
import os
import sys
from collections.abc import Set
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
from _ruamel_yaml import CParser  # type: ignore[import-not-found]
from pydantic import BaseModel, ConfigDict, TypeAdapter, create_model
from ruamel.yaml.events import (
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from shopform.kinds import Kind
from shopform.kinds.standard import STANDARD

gc.disable()
Item = dict[str, Any]
Pages = list[Item]
NESTED = {"attribute": ("profile_id", "profile"), "value": ("attribute_id", "attribute")}
TOKEN = "sandbox"


def load(text: str, lines: list[int]) -> Any:
    """Return the document as dicts, lists and strings; `lines` gets the line of every key."""
    parser = CParser(text)
    stack: list[tuple[Any, str | None]] = []
    parent: Any = None
    key: str | None = None
    while True:
        event = parser.get_event()
        kind = type(event)
        if kind is ScalarEvent:
            node: Any = event.value
            if key is None and type(parent) is dict:
                key = node
                lines.append(event.start_mark.line)
                continue
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            stack.append((parent, key))
            parent, key = {} if kind is MappingStartEvent else [], None
            continue
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            node = parent
            parent, key = stack.pop()
            if parent is None:
                return node
        elif kind is StreamEndEvent:
            return {}
        else:
            continue
        if type(parent) is list:
            parent.append(node)
        else:
            parent[key] = node
            key = None


def declared(folder: Path) -> dict[str, dict[str, Item]]:
    """Return the declared objects by kind and key; children have the key of their parent."""
    sections: Item = {}
    lines: list[int] = []
    for file in sorted(folder.glob("*.yaml")):
        sections |= load(file.read_text(encoding="utf-8"), lines)
    found: dict[str, dict[str, Item]] = {name: {} for name in STANDARD}
    for name, kind in STANDARD.items():
        found[name] |= sections.get(kind.section, {})
    for outer, section, inner in (
        ("profile", "attributes", "attribute"),
        ("attribute", "values", "value"),
    ):
        for key, fields in found[outer].items():
            for name, held in fields.pop(section, {}).items():
                found[inner][name] = held | {"in": key}
    for name, kind in STANDARD.items():
        above = {key: fields.pop("in") for key, fields in found[name].items() if "in" in fields}
        of_kind: Any = dict[str, model(kind)]  # type: ignore[misc]
        adapter: TypeAdapter[Any] = TypeAdapter(of_kind)
        models = adapter.validate_python(found[name])
        found[name] = {
            key: given.model_dump(exclude_unset=True) | ({"in": above[key]} if above else {})
            for key, given in models.items()
        }
    return {name: objects for name, objects in found.items() if objects}


def model(kind: Kind) -> type[BaseModel]:
    """What a file may declare of a kind."""
    fields: Item = {
        name: (row.type.annotation(), ... if row.required else None)
        for name, row in kind.declarable.items()
    }
    return create_model(kind.name, __config__=ConfigDict(extra="forbid"), **fields)


class Shop:
    """The API, without retries and checks."""

    def __init__(self, url: str) -> None:
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        self.calls = 0
        self.client = httpx.Client(
            base_url=f"{url}/REST", headers=headers, verify=False, trust_env=False
        )

    def pages(self, endpoint: str, parent: str = "", number: int = 0) -> Pages:
        """Return all objects of a list."""
        query: dict[str, Any] = {parent: number} if parent else {}
        found: Pages = []
        while True:
            query |= {"limit": 100, "offset": len(found)}
            self.calls += 1
            body = self.client.get(f"/{endpoint}", params=query).json()
            if isinstance(body, list):
                return body
            found += body[next(key for key in body if key != "paging")]
            if len(found) >= body["paging"]["total"]:
                return found

    def read(self, kinds: Set[str]) -> dict[str, Pages]:
        live: dict[str, Pages] = {}
        with ThreadPoolExecutor(4) as pool:
            top = [name for name in kinds if name not in NESTED]
            tasks = {n: pool.submit(self.pages, STANDARD[n].wire.endpoint.value) for n in top}
            live |= {name: task.result() for name, task in tasks.items()}
            for name in sorted(NESTED.keys() & kinds):
                parent, outer = NESTED[name]
                endpoint, number = (
                    STANDARD[name].wire.endpoint.value,
                    STANDARD[outer].wire.id.value[0],
                )
                numbers = [item[number] for item in live[outer]]
                lists = pool.map(lambda n, e=endpoint, p=parent: self.pages(e, p, n), numbers)
                live[name] = [item for items in lists for item in items]
        return live


def wire(kind: str, fields: Item, ids: dict[tuple[str, str], int]) -> Item:
    """Return the fields as the API has them."""
    body = {STANDARD[kind].fields[k].wire: v for k, v in fields.items() if k != "in"}
    for name in ("in_menu", "no_index"):
        if name in body:
            body[name] = int(body[name])
    if kind == "category":
        body["parent_id"] = ids[kind, body["parent_id"]] if "parent_id" in body else 0
    if kind in NESTED:
        column, outer = NESTED[kind]
        body[column] = ids[outer, fields["in"]]
    return body


def identity(kind: str, item: Item) -> tuple[Any, ...]:
    names = [STANDARD[kind].fields[n].wire for n in STANDARD[kind].identity]
    return (*(item[name] for name in names), item.get(NESTED.get(kind, ("",))[0]))


def main(folder: Path, url: str, journal: Path | None) -> int:
    want, shop = declared(folder), Shop(url)
    live = shop.read(want.keys())
    ids: dict[tuple[str, str], int] = {}
    changes = 0
    out = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND) if journal else 0
    for kind, objects in want.items():
        number = STANDARD[kind].wire.id.value[0]
        have = {identity(kind, item): item for item in live[kind]}
        for key, fields in objects.items():
            body = wire(kind, fields, ids)
            held = have.get(identity(kind, body))
            if held is None:
                changes += 1
                ids[kind, key] = create(shop, kind, key, body, out) if out else 0
                continue
            ids[kind, key] = held[number]
            if "weight" in body:
                held["weight"] = int(held["weight"])  # the API gives a text
            if "description_a" in body:
                held["description_a"] = held["description_a"].replace("\r\n", "\n")
            changes += body != {name: held[name] for name in body}
    return changes


def create(shop: Shop, kind: str, key: str, body: Item, out: int) -> int:
    endpoint, parent = STANDARD[kind].wire.endpoint.value, NESTED.get(kind, ("",))[0]
    query = {parent: body[parent]} if parent else None
    made = shop.client.post(f"/{endpoint}", params=query, content=json.dumps(body)).json()
    number: int = made[STANDARD[kind].wire.id.value[0]]
    os.write(out, json.dumps([kind, key, number]).encode() + b"\n")
    os.fdatasync(out)
    return number


if __name__ == "__main__":
    given = sys.argv[3:]
    print(f"{main(Path(sys.argv[1]), sys.argv[2], Path(given[0]) if given else None)} to change")
