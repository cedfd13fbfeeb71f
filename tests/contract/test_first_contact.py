"""Kinds whose names are documented in part: what is written before the shop showed a key.

The kind is drawn with a grade for each field, and the shop has only some of its keys.
"""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from support import Run, environment_of, memory, run_here

from shopform.kinds import Catalogue, Fact, Field, Grade, Kind, Wire
from shopform.kinds.field_types import FieldType, Flag, Number, Text
from shopform.kinds.standard import STANDARD
from shopform.sandbox import Sandbox

TYPES: dict[str, tuple[FieldType, Any]] = {
    "colour": (Text(), "red"),
    "size": (Number(), 7),
    "glossy": (Flag(), True),
}
GRADES = {name: st.sampled_from(Grade) for name in ("name", *TYPES)}
DOCUMENTED = (Grade.DOCUMENTED, Grade.CLIENT)


def thing(grades: dict[str, Grade], names: frozenset[str]) -> Kind:
    generated = Grade.DOCUMENTED, "generated"
    rows = [Field("name", Text(), "The name.", grade=grades["name"], source="x", required=True)]
    rows += [
        Field(name, type_, "A field.", grade=grades[name], source="x")
        for name, (type_, _) in TYPES.items()
        if name in names
    ]
    return Kind(
        name="thing",
        section="things",
        about="A thing.",
        wire=Wire(
            endpoint=Fact("thing", *generated),
            id=Fact(("thing_id",), *generated),
            list_key=Fact("things", *generated),
        ),
        identity=("name",),
        rows=tuple(rows),
    )


class Trial:
    """A project with the whole kind, and a shop with some of its keys."""

    def __init__(self, folder: str, kind: Kind, shop: Kind, seeded: bool) -> None:
        self.kind, self.directory = kind, Path(folder)
        seed = {"thing": [{"name": "there"}]} if seeded else None
        self.sandbox = Sandbox(
            catalogue=Catalogue((*STANDARD.kinds, shop)),
            switches={"unknown_columns": "drop"},
            seed=seed,
        )

    def declare(self, things: dict[str, Any], wire: dict[str, str]) -> None:
        shop = {"url": self.sandbox.url, "token": "${env:SHOPFORM_TOKEN}"}
        named = {"wire": {"thing": {"fields": wire}}} if wire else {}
        files = {"shops": {"live": {**shop, **named}}, "things": things}
        (self.directory / "shopform.yaml").write_text(json.dumps(files, indent=1), "utf-8")

    def run(self, *arguments: str) -> Run:
        catalogue = Catalogue((*STANDARD.kinds, self.kind))
        with patch("shopform.kinds.standard.STANDARD", catalogue):
            return run_here(self.directory, *arguments, environment=environment_of())

    def written(self) -> list[set[str]]:
        return [set(c.body) for c in self.sandbox.calls if c.method in ("POST", "PUT")]


DRAWN = st.fixed_dictionaries(
    {
        "grades": st.fixed_dictionaries(GRADES),
        "shown": st.frozensets(st.sampled_from(list(TYPES))),
        "named": st.frozensets(st.sampled_from(list(TYPES))),
        "declared": st.lists(st.frozensets(st.sampled_from(list(TYPES))), min_size=2, max_size=3),
        "seeded": st.booleans(),
    }
)


def lived(draw: dict[str, Any]) -> None:
    grades: dict[str, Grade] = draw["grades"]
    tentative = {name for name in grades if grades[name] not in DOCUMENTED} - draw["named"]
    # A shop has what is documented, and what the project names.
    shown = draw["shown"] | (TYPES.keys() - tentative)
    kind, shop = thing(grades, frozenset(TYPES)), thing(grades, frozenset(shown))
    with TemporaryDirectory(dir=memory()) as folder:
        trial = Trial(folder, kind, shop, draw["seeded"])
        with trial.sandbox:
            things = {
                f"t{number}": {"name": f"T{number}", **{name: TYPES[name][1] for name in names}}
                for number, names in enumerate(draw["declared"])
            }
            trial.declare(things, {name: name for name in draw["named"]})
            lacking = set[str]().union(*draw["declared"]) - shown
            first = trial.run("apply", "--auto-approve")
            refused = lacking and not draw["seeded"]
            assert first.exit in ((1, 14) if refused else (0,)), first.text
            if lacking:
                assert "no key" in first.text or "did not keep" in first.text, first.text
            # What no object had shown is in one request at most, and that is the first of such.
            unseen = [names & lacking for names in trial.written() if names & lacking]
            assert len(unseen) <= (0 if draw["seeded"] else 1), trial.written()
            second = trial.run("apply", "--auto-approve")
            assert second.exit == 0, second.text
            for name in lacking:
                assert f"have no key for `{name}`" in " ".join(second.text.split()), second.text
            assert not lacking or "shopform.yaml:" in second.text  # with the place
            assert sum(bool(names & lacking) for names in trial.written()) == len(unseen)
            held = {row["name"]: row for row in trial.sandbox.data("thing")}
            for each in things.values():
                stored = held[each["name"]]
                assert {n: stored[n] for n in each if n in stored} == {
                    n: value for n, value in each.items() if n not in lacking
                }
            assert trial.run("plan", "--detailed-exitcode").exit == 0


BRIEF = settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


@given(DRAWN)
@BRIEF
def test_a_field_is_written_only_after_its_key_was_shown(draw: dict[str, Any]) -> None:
    lived(draw)


@pytest.mark.wide
@given(DRAWN)
@settings(BRIEF, max_examples=400, derandomize=False)
def test_many_kinds_are_written_only_after_their_keys_were_shown(draw: dict[str, Any]) -> None:
    lived(draw)


MIXED = {"name": Grade.DOCUMENTED, "colour": Grade.DOCUMENTED} | {
    "size": Grade.OBSERVED,
    "glossy": Grade.TEMPLATE,
}


def trial_of(folder: Path, shown: set[str], *, seeded: bool = False) -> Trial:
    return Trial(
        str(folder), thing(MIXED, frozenset(TYPES)), thing(MIXED, frozenset(shown)), seeded
    )


def test_documented_fields_wait_for_no_proof(tmp_path: Path) -> None:
    trial = trial_of(tmp_path, {"colour"})
    with trial.sandbox:
        trial.declare({key: {"name": key, "colour": "red"} for key in "abc"}, {})
        assert "3 to write, 1 to verify" in trial.run("apply", "--auto-approve").out
        assert {call.path for call in trial.sandbox.calls} == {"/thing"}


def test_the_first_object_is_read_back_and_shows_that_a_key_is_missing(tmp_path: Path) -> None:
    trial = trial_of(tmp_path, {"colour", "size"})
    with trial.sandbox:
        trial.declare({"a": {"name": "A", "size": 7}, "b": {"name": "B", "glossy": True}}, {})
        ran = trial.run("apply", "--auto-approve")
        assert ran.exit == 14
        said = " ".join(ran.text.split())
        assert "the thing made first has no key for `glossy`" in said
        assert [row["name"] for row in trial.sandbox.data("thing")] == ["A"]


def test_a_key_that_was_not_kept_is_reported_with_those_of_the_object(tmp_path: Path) -> None:
    trial = trial_of(tmp_path, {"colour", "size"})
    with trial.sandbox:
        trial.declare({"b": {"name": "B", "colour": "red", "glossy": True}}, {})
        said = " ".join(trial.run("apply", "--auto-approve").text.split())
        assert "the shop did not keep `glossy`" in said
        assert "the object has the keys `colour`, `name`, `size`, `thing_id`" in said


def test_a_plan_names_the_keys_of_the_shop_and_the_place_of_what_is_not_sent(
    tmp_path: Path,
) -> None:
    trial = trial_of(tmp_path, {"colour", "size"}, seeded=True)
    with trial.sandbox:
        trial.kind = thing(MIXED, frozenset({"glossy"}))
        trial.declare({"b": {"name": "B", "glossy": True}, "c": {"name": "C", "glossy": True}}, {})
        ran = trial.run("plan")
        said = " ".join(ran.text.split())
        assert "the shop's things have no key for `glossy`, which is not sent" in said
        assert "their keys without a field: `colour`, `size`" in said
        assert "shopform.yaml:9:" in said
        assert "it is declared here too" in said
