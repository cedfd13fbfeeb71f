"""A state that machines share whose files define a kind otherwise, or not at all."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from machines import Machine, one, shared
from own_kinds import catalogue_of, note

from shopform.sandbox import Sandbox

__all__ = ["one", "shared"]

NOTE = note(weight={"type": "number"})
NOTES: dict[str, Any] = {"notes": {"a": {"headline": "A", "weight": 5}}}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(catalogue=catalogue_of(note=NOTE)) as shop:
        yield shop


@pytest.mark.wide
def test_definitions_may_differ_between_machines(one: Machine) -> None:
    """What one machine recorded is only used by another where it means the same there."""
    one.declare(kinds={"note": NOTE}, **NOTES)
    one.done("apply", "--auto-approve")
    two = one.another("two")
    assert "No changes." in two.done("plan", "--refresh=changed").out
    other = deepcopy(NOTE)
    other["fields"]["weight"] = {"type": "text"}
    two.declare(kinds={"note": other}, **NOTES)
    differs = "the definition of the kind `note` changed: `fields.weight`"
    planned = two.done("plan", "--refresh=changed")
    assert differs in " ".join(planned.err.split())
    assert "no snapshot of `demo` can be used, so the whole shop is read" in planned.err
    undone = two.run("undo", "--auto-approve")
    assert (undone.exit, differs in " ".join(undone.err.split())) == (1, True)
    two.declare()
    one.sandbox.reset_log()
    approved = ("apply", "--auto-approve"), ("destroy", "--auto-approve")
    for command in (("plan",), *approved, ("drift",)):
        refused = two.run(*command)
        assert refused.exit == 1
        assert "a kind that shopform does not know: `note`" in " ".join(refused.err.split())
    assert one.sandbox.calls == []
    assert "note.a" in two.done("log").out
    one.done("undo", "--auto-approve")
    assert one.sandbox.data("note") == []
