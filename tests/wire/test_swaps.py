"""Names that change hands where the shop wants them unique, for every kind."""

from typing import Any

import pytest
from line import line

from shopform.kinds.standard import STANDARD
from shopform.model.plan import Op

NEEDED: dict[str, dict[str, Any]] = {
    "redirect": {"target": "t"},
    "webhook": {"events": ["paid"]},
}
LABELS = {kind.name: kind.identity[-1] for kind in STANDARD.kinds}


def sections(kind: str, names: list[str]) -> dict[str, Any]:
    """One object for each name, of this kind and under one parent."""
    found: dict[str, dict[str, Any]] = {}
    for number, name in enumerate(names):
        text = f"https://{name}.example" if kind == "webhook" else name
        found[f"k{number}"] = {LABELS[kind]: text}
        found[f"k{number}"] |= NEEDED.get(kind, {})
        if kind == "product":
            found[f"k{number}"]["name"] = f"n{number}"
    if kind == "value":
        attribute = {"name": "A", "type": "valuelist", "values": found}
        return {"profiles": {"p": {"name": "P", "attributes": {"a": attribute}}}}
    if kind == "attribute":
        return {"profiles": {"p": {"name": "P", "attributes": found}}}
    return {next(k.section for k in STANDARD.kinds if k.name == kind): found}


@pytest.mark.parametrize("kind", LABELS)
def test_a_circle_of_names_is_walked_through_a_temporary_one(kind: str) -> None:
    seed = {"redirect": [{"source": "findes", "target": "t"}]}
    with line(switches={"unique_names": "refuse"}, seed=seed) as one:
        for names, updates in (("ab", 0), ("ba", 3), ("bac", 0), ("acb", 4)):
            one.declare(**sections(kind, list(names)))
            made = one.settle()
            assert sum(step.op is Op.UPDATE for step in made.steps) == updates
            assert made.calls.write == (updates or len(made.steps))
            noted = [c for c in made.changes if any("temporary" in note for note in c.notes)]
            assert len(noted) == bool(updates)


def test_names_and_paths_that_are_swapped_together_take_one_step_aside() -> None:
    one_way, other = ({"a": x, "b": y} for x, y in (("a", "b"), ("b", "a")))
    with line(switches={"unique_names": "refuse"}) as one:
        for names in (one_way, other):
            one.declare(
                categories={k: {"name": n, "rewrite_url": f"p-{n}"} for k, n in names.items()}
            )
            made = one.settle()
        (aside,) = [step for step in made.steps if step.temporary]
        assert aside.fields.keys() == {"name", "rewrite_url"}
        assert made.calls.write == 3


def test_a_run_that_ends_between_the_steps_is_completed_by_the_next() -> None:
    for failing in (1, 2, 3):
        with line(switches={"unique_names": "refuse"}) as one:
            for names in (["a", "b"], ["b", "a"]):
                one.declare(**sections("brand", names))
                if names[0] == "b":
                    one.sandbox.set_fault(f"PUT:{failing}+:500")
                    one.apply()
                    one.sandbox.clear_faults()
                    one.sandbox.reset_log()
                one.apply()
            one.assert_settled()
            assert sorted(row["name"] for row in one.rows("brand")) == ["a", "b"]


def test_a_temporary_name_is_none_that_is_there() -> None:
    seed = {"brand": [{"brand_id": 9, "name": "a-801"}, {"brand_id": 10, "name": "a-801-x"}]}
    with line(switches={"unique_names": "refuse"}, seed=seed) as one:
        for names in (["a", "b"], ["b", "a"]):
            one.declare(**sections("brand", names))
            made = one.settle()
        taken = {row["name"] for row in one.rows("brand")}
        for step in made.steps:
            assert not step.temporary or step.fields["name"] not in taken
