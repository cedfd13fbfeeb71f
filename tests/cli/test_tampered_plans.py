"""A saved plan that was changed is refused, also by whoever computes its digests again."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import Run, environment_of, run_here

from shopform.cli.saved import read_plan, unchanged
from shopform.errors import StalePlan
from shopform.planning.digests import digest_of
from shopform.render.document import INTEGRITY, integrity_of
from shopform.render.reading import read_document
from shopform.sandbox import Sandbox

MARK = "delivered.txt"
BEFORE = {
    "suppliers": {"a": {"name": "A"}, "b": {"name": "B"}},
    "categories": {
        "men": {"name": "Herre", "rewrite_url": "herre", "tag": "x"},
        "women": {"name": "Dame", "rewrite_url": "dame"},
        "old": {"name": "Gammel"},
    },
}
AFTER = {
    "suppliers": {"a": {"name": "A", "dropshipping_mail": "${env:HOOK}@a.example"}},
    "profiles": {
        "p": {
            "name": "P",
            "attributes": {"s": {"name": "S", "type": "valuelist", "values": ["36"]}},
        }
    },
    "categories": {
        "men": {"name": "Herre", "rewrite_url": "dame", "images": [{"file": "men.png"}]},
        "women": {"name": "Dame", "rewrite_url": "herre", "tag": "y"},
        "shoes": {"name": "Sko", "parent": "men", "lifecycle": {"protect": True}},
    },
    "redirects": {"x": {"source": "/forrige", "target": "/kontakt"}},
    "webhooks": {
        "w": {
            "url": "https://e.example/in?key=${env:HOOK}",
            "events": ["paid"],
            "secret_to": {"command": ["sh", "-c", f"cat > {MARK}"]},
        }
    },
    "removed": [{"address": "category.old", "destroy": False}],
}


class Shop:
    """A project whose plan, in `p.json`, holds every kind of step."""

    def __init__(self, directory: Path, sandbox: Sandbox) -> None:
        self.directory, self.sandbox = directory, sandbox
        shop = {"url": sandbox.url, "token": "${env:SHOPFORM_TOKEN}"}
        self.write("shopform.yaml", {"shops": {"demo": shop}})
        (directory / "men.png").write_bytes(b"picture")
        self.write("catalogue.yaml", BEFORE)
        assert self.run("apply", "--auto-approve").exit == 0
        self.write("catalogue.yaml", AFTER)
        assert self.run("plan", "--out", "p.json").exit == 0
        self.writes = [call for call in sandbox.calls if call.method != "GET"]
        self.plan: dict[str, Any] = json.loads((directory / "p.json").read_text("utf-8"))

    def write(self, name: str, content: object) -> None:
        (self.directory / name).write_text(json.dumps(content), "utf-8")

    def run(self, *arguments: str, hook: str = "hemmeligt") -> Run:
        return run_here(self.directory, *arguments, environment=environment_of(HOOK=hook))


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with tempfile.TemporaryDirectory() as folder, Sandbox() as sandbox:
        yield Shop(Path(folder), sandbox)


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value at every level."""
    if path:
        yield path
    pairs = (
        data.items()
        if isinstance(data, dict)
        else enumerate(data if isinstance(data, list) else ())
    )
    for name, part in pairs:
        yield from places(part, (*path, name))


def keys(data: Any) -> list[tuple[Any, ...]]:
    """One path for each key at each level: of the elements of a list the first that has it."""
    found: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for path in places(data):
        found.setdefault(tuple(0 if isinstance(name, int) else name for name in path), path)
    assert len(found) > 250
    return list(found.values())


def holder(data: Any, path: tuple[Any, ...]) -> Any:
    for name in path[:-1]:
        data = data[name]
    return data


def varied(data: dict[str, Any], path: tuple[Any, ...]) -> Iterator[dict[str, Any]]:
    """The document with one value changed, taken out, and another beside it."""
    text = json.dumps(data)
    for change in ("change", "delete", "add"):
        copy = json.loads(text)
        held = holder(copy, path)
        if change == "change":
            held[path[-1]] = "another" if held[path[-1]] != "another" else 1
        elif change == "delete":
            del held[path[-1]]
        elif isinstance(held, dict):
            held["another"] = True
        else:
            held.append("another")
        yield copy


def test_a_change_of_any_key_at_any_level_is_refused(shop: Shop) -> None:
    file = shop.directory / "changed.json"
    for path in keys(shop.plan):
        for copy in varied(shop.plan, path):
            with pytest.raises(StalePlan):
                unchanged(copy, file)
    shop.write(file.name, copy)
    for command in ("apply", "show"):
        assert shop.run(command, "changed.json").exit == StalePlan.exit_code


def test_the_order_of_keys_and_white_space_are_no_change(shop: Shop) -> None:
    file = shop.directory / "spaced.json"
    file.write_text(json.dumps(shop.plan, indent=1, sort_keys=True), "utf-8")
    assert read_plan(shop.directory, file) == read_plan(shop.directory, Path("p.json"))


def forged(data: dict[str, Any]) -> dict[str, Any]:
    """The document with its digests computed again, as by somebody who knows how."""
    data["digest"] = digest_of(read_document(data))
    return {**data, INTEGRITY: integrity_of(data)}


def test_the_expected_digest_is_compared_with_what_would_be_done(shop: Shop) -> None:
    """Somebody who computes all digests again still does something else than was reviewed."""
    approved = shop.plan["digest"]
    data = json.loads(json.dumps(shop.plan).replace("Sko", "Andet"))
    shop.write("forged.json", {**forged(data), "digest": approved})
    assert shop.run("apply", "forged.json", "--expect-digest", approved).exit == 12
    shop.write("forged.json", forged(data))
    assert shop.run("apply", "forged.json", "--expect-digest", approved).exit == 12
    assert "Andet" in shop.run("show", "forged.json").out
    assert [call for call in shop.sandbox.calls if call.method != "GET"][len(shop.writes) :] == []
