"""The snapshot is kept with a remote state: any machine plans and patrols from it."""

import json

from machines import Machine, Switched, one, shared

__all__ = ["one", "shared"]

CHANGED = ("plan", "--refresh=changed")


def declare(machine: Machine, name: str) -> None:
    suppliers = {"nord": {"name": name}}
    machine.declare(
        suppliers=suppliers, brands={"b": {"name": "B"}}, categories={"c": {"name": "C"}}
    )


def paths(machine: Machine) -> list[str]:
    found = sorted(call.path.removeprefix("/REST") for call in machine.sandbox.calls)
    machine.sandbox.reset_log()
    return found


def test_another_machine_plans_from_what_the_first_one_read(one: Machine) -> None:
    declare(one, "Nord")
    one.done("apply", "--auto-approve")
    two = one.another("two")
    paths(one)
    two.done(*CHANGED)
    assert paths(one) == []
    declare(two, "Syd")
    assert "1 to change" in two.done(*CHANGED).out
    assert paths(one) == ["/supplier"]


def test_patrols_of_two_machines_share_one_round(one: Machine) -> None:
    declare(one, "Nord")
    one.done("apply", "--auto-approve")
    two = one.another("two")
    paths(one)
    data = json.loads(one.workspace().shelf("snapshot").read("snapshot.json") or b"")
    for each in data["lists"]:
        each["read"] = "2026-01-01T00:00:00Z"
    one.workspace().shelf("snapshot").write("snapshot.json", json.dumps(data).encode())
    for machine in (one, two, one):
        machine.done("drift", "--spend", "2")
    assert paths(one) == ["/brand", "/category", "/supplier"]


def test_a_store_that_refuses_costs_the_snapshot_and_nothing_else(
    one: Machine, shared: Switched
) -> None:
    declare(one, "Nord")
    shared.refuses = lambda request: ".snapshot/" in request
    done = one.done("apply", "--auto-approve")
    assert "may not" in done.err
    paths(one)
    found = one.done(*CHANGED)
    assert "so the whole shop is read" in " ".join(found.err.split())
    assert paths(one) == ["/brand", "/category", "/supplier"]
    assert one.done("drift").exit == 0
