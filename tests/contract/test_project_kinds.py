"""Kinds that a project declares: they behave as those that shopform comes with."""

import json
import re
from pathlib import Path
from typing import Any
from unittest.mock import patch

import life_of_a_generated_kind as life
import pytest
from battery import Scenario, lives_of
from everything import draw
from line import in_yaml
from own_kinds import catalogue_of
from samples import sample
from support import environment_of, run_here, sampled
from two_shops import KEYS, ask

from shopform.kinds import Catalogue, Field, Kind
from shopform.kinds.base import UNKNOWN
from shopform.kinds.standard import STANDARD
from shopform.sandbox import Sandbox

ALBUM = {
    "section": "albums",
    "endpoint": "album",
    "id": ["album_id", "id"],
    "identity": ["name"],
    "path": "rewrite_url",
    "slug": "name",
    "fields": {
        "name": {"type": "text", "required": True},
        "home": {"type": "reference", "to": "category", "wire": "home_id"},
        "rewrite_url": {"type": "path"},
    },
}


@pytest.mark.wide
def test_a_declared_kind_lives_a_whole_life(tmp_path: Path) -> None:
    """It is planned, applied, checked for drift, dumped, cloned and undone, over real HTTP."""
    life.main(tmp_path, catalogue_of(album=ALBUM), {"album": ALBUM})


def definition_of(kind: Kind) -> dict[str, Any]:
    """A kind of shopform's as a project would declare it."""
    made: dict[str, Any] = {
        "section": kind.section,
        "description": kind.about,
        "endpoint": kind.wire.endpoint.value,
        "id": list(kind.wire.id.value),
        "list_key": kind.wire.list_key.value,
        "identity": list(kind.identity),
        "path": kind.path,
        "slug": kind.slug.source if kind.slug else "",
        "fixed": kind.fixed,
        "fields": {row.name: row_of(row) for row in kind.rows},
    }
    return {key: part for key, part in made.items() if part}


def row_of(row: Field) -> dict[str, Any]:
    made: dict[str, Any] = {
        "type": "reference" if row.type.refers else row.type.name,
        "description": row.about,
        "wire": row.wire,
        "aliases": list(row.aliases),
        "required": row.required,
        "to": row.type.refers,
    }
    made = {key: part for key, part in made.items() if part}
    return made if row.default is UNKNOWN else made | {"default": row.default}


# Kinds with nothing that a project cannot say, all of whose names must be shown by an object.
TWINS = [
    kind
    for kind in STANDARD.kinds
    if kind.tentative == kind.fields.keys()
    and not (kind.nesting or kind.route or kind.generated or kind.anchor or kind.counted)
]


BATTERY = [(kind, scenario) for kind in TWINS for scenario in lives_of(kind.name)]


@pytest.mark.parametrize(
    "one", sampled(BATTERY, 4), ids=[f"{kind.name}-{each.__name__}" for kind, each in BATTERY]
)
def test_a_kind_in_yaml_lives_as_the_built_in_one(one: tuple[Kind, Scenario]) -> None:
    """The battery of the built-in kind, with a definition in its place."""
    kind, scenario = one
    with in_yaml(kind.name, definition_of(kind)):
        scenario()


# Digests, lineages, names of runs, times, and fingerprints of images, which have the shop's port.
VARYING = re.compile(
    r"[0-9a-f]{64}|[0-9a-f]{32}|\d{8}-\d{6}-[0-9a-f]{4}|\d\d:\d\d:\d\d"
    r'|(?<="images": ")[0-9a-f]{16}'
)


ONE_BY_ONE = environment_of(SHOPFORM_PARALLELISM="1", **KEYS)


class Life:
    """The life of a kind in two shops; each step keeps what was shown and what was sent."""

    def __init__(self, folder: Path, kind: Kind, kinds: dict[str, Any]) -> None:
        self.folder, self.kind, self.kinds = folder, kind, kinds
        self.kept: list[tuple[str, int, str, str, list[Any]]] = []
        folder.mkdir()

    def run(self, *arguments: str) -> None:
        for shop in self.shops:
            shop.reset_log()
        done = run_here(self.folder, *arguments, environment=ONE_BY_ONE)
        calls = [call for shop in self.shops for call in shop.calls]
        sent = [(c.method, c.path, c.query, c.body) for c in calls]
        shown = self.plain(done.out), self.plain(done.err)
        self.kept.append((" ".join(arguments), done.exit, *shown, sent))

    def plain(self, text: str) -> str:
        """A text without what differs between two runs of the same."""
        for name, shop in zip("ab", self.shops, strict=True):
            text = text.replace(f"127.0.0.1:{shop.port}", name)
        if text.startswith("{"):
            document = json.loads(text)
            document.pop("kinds", None)
            text = json.dumps(document, sort_keys=True)
        return VARYING.sub("X", text)

    def declare(self, **objects: Any) -> None:
        shops = {
            name: {"url": shop.url, "token": f"${{env:{key}}}"}
            for name, shop, key in zip(("old", "new"), self.shops, KEYS, strict=True)
        }
        settings = {"shops": shops, "kinds": self.kinds}
        (self.folder / "shopform.yaml").write_text(json.dumps(settings), "utf-8")
        (self.folder / "objects.yaml").write_text(json.dumps({self.kind.section: objects}), "utf-8")

    def live(self, catalogue: Catalogue) -> list[tuple[str, int, str, str, list[Any]]]:
        made = [Sandbox(token=KEYS[key], catalogue=catalogue) for key in ("KEY_A", "KEY_B")]
        with made[0] as old, made[1] as new:
            self.shops = (old, new)
            self._live(old)
        return self.kept

    def _live(self, old: Sandbox) -> None:
        kind, options = self.kind, ("--shop", "old")
        draw(self.folder)
        whole, bare = sample(kind, 1, {}), sample(kind, 2, {}, bare=True)
        label = kind.identity[-1]
        self.declare(a=whole, b=bare)
        self.run("validate")
        self.run("plan", *options)
        self.run("apply", "--auto-approve", *options)
        self.run("plan", "--json", *options)
        self.run("dump", *options)
        row = next(
            row for row in old.data(kind.name) if row[kind.fields[label].wire] == whole[label]
        )
        number = row[kind.wire.id.value[0]]
        ask(old, "PUT", f"{kind.wire.endpoint.value}/{number}", {kind.fields[label].wire: "Other"})
        self.run("drift", *options)
        self.run("apply", "--auto-approve", *options)
        other = sample(kind, 2, {})
        self.declare(a={**other, label: whole[label]}, c={label: "Zebra"})
        self.run("plan", *options)
        self.run("plan", "--json", *options)
        self.run("apply", "--auto-approve", "--allow-delete", f"{kind.section}=1", *options)
        self.run("undo", "--auto-approve", *options)
        self.run("clone", "--from", "old", "--to", "new", "--auto-approve")
        self.run("log", *options)
        self.run("show", *options)
        self.run("schema")


@pytest.mark.wide
@pytest.mark.parametrize("kind", TWINS, ids=lambda kind: kind.name)
def test_a_kind_in_yaml_and_the_built_in_one_behave_the_same(tmp_path: Path, kind: Kind) -> None:
    """Plans, requests and output are equal, when a definition takes the place of the kind."""
    others = Catalogue(tuple(each for each in STANDARD.kinds if each is not kind))
    with patch("shopform.kinds.standard.STANDARD", Catalogue((*others.kinds, kind))):
        built_in = Life(tmp_path / "a", kind, {}).live(STANDARD)
    with patch("shopform.kinds.standard.STANDARD", others):
        declared = Life(tmp_path / "b", kind, {kind.name: definition_of(kind)}).live(STANDARD)
    assert [step[:2] for step in declared] == [step[:2] for step in built_in]
    for ours, theirs in zip(declared, built_in, strict=True):
        assert ours == theirs
    codes = {step[0].partition(" --")[0]: step[1] for step in declared}
    assert codes == dict.fromkeys(codes, 0) | {"drift": 2}
