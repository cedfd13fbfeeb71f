"""Shops for tests of `shopform doctor`: with objects by which every question can be answered."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from support import EXAMPLES, Run, copy_project, environment_of, memory, run_here

from shopform.kinds import Kind
from shopform.kinds.standard import STANDARD
from shopform.sandbox import Sandbox
from shopform.sandbox.behaviour.tables import Endpoints

SWITCHES = Endpoints.of(STANDARD).switches
WORDS = {switch.name: switch.words for switch in SWITCHES}
DEFAULTS = {switch.name: switch.default for switch in SWITCHES}
# A shop that refuses pages of a hundred, as documented (A3), is not served.
REFUSES = frozenset([("page_max", "50"), ("limit_over", "refuse")])
PRICES = ("price", "sale_price", "purchase_price", "shipping", "vat")


def objects(redirect_names: str = DEFAULTS["redirect_names"]) -> dict[str, list[dict[str, Any]]]:
    """Objects of every kind, whose order by name is that by id in neither direction."""
    source, target, *_ = redirect_names.split(",")
    named = [{"name": name} for name in "BAC"]
    others = {kind.wire.endpoint.value: _plain(kind) for kind in STANDARD.kinds if not kind.nesting}
    return {
        **others,
        **dict.fromkeys(("supplier", "brand", "manufacturer"), named),
        "profile": [{"profile_id": 201, "name": "P"}, {"name": "A"}],
        "profile-attribute": [
            {"attribute_id": 301, "profile_id": 201, "name": "A", "type": "valuelist"}
        ],
        "profile-attribute-value": [{"attribute_id": 301, "val": "v"}],
        "category": [{"name": "X", "is_hidden": 1}, {"name": "A", "canonical_id": 501}],
        "product": [
            {"name": "PB", **_references("product")},
            {"name": "PA", "canonical_id": 901},
            {"name": "PC", **dict.fromkeys(PRICES, 264)},
        ],
        "menu": [{"location": place} for place in "bac"],
        "redirect": [{source: path, target: "to"} for path in "bac"],
        "webhook": [{"url": f"https://{host}.dk/", "events": ["stock"]} for host in "bac"],
    }


def _references(kind: str) -> dict[str, int]:
    """The first object of each other kind that a kind refers to."""
    ids, endpoints = Endpoints.of(STANDARD).first_ids, Endpoints.of(STANDARD).of_kind
    rows = [row for row in STANDARD[kind].rows if row.type.refers not in ("", kind)]
    return {row.wire: ids[endpoints[row.type.refers]] for row in rows if row.type.name == "id"}


def _plain(kind: Kind) -> list[dict[str, Any]]:
    """Objects with only what is required, of a kind of which this module knows no more."""
    required = [row.wire for row in kind.rows if row.required and row.type.name == "text"]
    return [dict.fromkeys(required, f"{letter} {kind.name}") for letter in "BAC"]


@dataclass
class CheckedShop:
    """A project and its shop."""

    directory: Path
    sandbox: Sandbox

    def run(self, *arguments: str, code: int = 0) -> Run:
        run = run_here(self.directory, *arguments, environment=environment_of())
        assert run.exit == code, run.text
        return run

    @property
    def journal(self) -> Path:
        return self.directory / ".shopform/probe/sandbox/made.json"

    def counts(self) -> dict[str, int]:
        return {name: len(rows) for name, rows in self.sandbox.app.state().items()}


@contextmanager
def checked_shop(
    switches: Mapping[str, str] | None = None,
    seed: Mapping[str, list[dict[str, Any]]] | None = None,
    **more: Any,
) -> Iterator[CheckedShop]:
    words = {**DEFAULTS, **(switches or {})}
    rows = objects(words["redirect_names"]) if seed is None else seed
    with (
        TemporaryDirectory(dir=memory()) as folder,
        Sandbox(switches=words, seed=rows, **more) as sandbox,
    ):
        yield CheckedShop(copy_project(EXAMPLES / "minimal", Path(folder) / "p", sandbox), sandbox)
