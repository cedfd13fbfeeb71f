"""What a role may do in the bucket, and what shopform needs of it."""

from collections.abc import Callable

import pytest
from machines import Machine, Switched, one, shared

__all__ = ["one", "shared"]

KEY = "shops/demo.json"


def role(*puts: str) -> Callable[[str], bool]:
    """Refuse all but reading, and creating and replacing objects below some keys."""

    def refused(request: str) -> bool:
        verb, key = request.split(maxsplit=1)
        reads = verb in ("get", "list")
        return not (reads or (verb != "delete" and key.startswith(puts)))

    return refused


@pytest.fixture
def machine(one: Machine) -> Machine:
    one.declare(suppliers={"nord": {"name": "Nord"}})
    one.done("apply", "--auto-approve")
    one.declare(suppliers={"nord": {"name": "Syd"}})
    return one.another("two")


def test_a_role_for_plans_needs_no_more_than_the_guide_says(
    machine: Machine, shared: Switched
) -> None:
    shared.refuses = role(f"{KEY}.plans/", f"{KEY}.calls/")
    plan = machine.done("plan")
    assert "1 to change" in plan.out
    assert plan.err == ""
    machine.done("state", "list")
    machine.done("undo", "--list")
    refused = machine.run("apply", "--auto-approve")
    assert refused.exit == 19, refused.text
    assert [row["name"] for row in machine.sandbox.data("supplier")] == ["Nord"]


def test_a_role_that_only_reads_plans_with_two_warnings(machine: Machine, shared: Switched) -> None:
    shared.refuses = role()
    plan = machine.done("plan")
    assert "1 to change" in plan.out
    assert plan.err.count("warning:") == 2
    assert ".plans/" in plan.err
    assert ".calls/" in plan.err
