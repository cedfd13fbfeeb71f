"""The calls of a day are counted over all machines that share a state."""

import re
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest
from machines import Machine, Switched, one, shared

from shopform.errors import StateError, StoreError
from shopform.shop import call_budget
from shopform.shop.call_budget import CallCounter
from shopform.state.objects import obstore_blobs
from shopform.state.shelf import ObjectShelf
from shopform.workflow.plan.refresh import NO_LIMITS, connected
from shopform.workflow.records.shared_calls import SharedCalls

__all__ = ["one", "shared"]

CALLS = "shops/demo.json.calls/"


def refuse(problem: StateError) -> None:
    raise AssertionError(problem)


def counter(
    shared: Switched,
    folder: Path,
    key: str = "key",
    failed: Callable[[StateError], None] = refuse,
    clock: Callable[[], float] = lambda: 1_800_000_000.0,
) -> CallCounter:
    counts = SharedCalls(ObjectShelf(shared.blobs, CALLS), failed)
    return CallCounter(folder, key, 1000, clock=clock, shared=counts)


def spend(counted: CallCounter, calls: int) -> CallCounter:
    for _ in range(calls):
        counted.spend()
    return counted


def published(shared: Switched) -> list[int]:
    return sorted(int(each.key.rpartition("-")[2]) for each in shared.blobs.list(CALLS))


def test_a_run_knows_the_calls_of_other_machines_and_publishes_its_own(
    shared: Switched, tmp_path: Path
) -> None:
    spend(counter(shared, tmp_path / "a"), 30).close()
    two = spend(counter(shared, tmp_path / "b"), 7)
    assert two.spent == 37
    assert published(shared) == [30]
    two.close()
    assert published(shared) == [7, 30]
    assert counter(shared, tmp_path / "c").spent == 37
    # On the first machine, its own earlier run counts once.
    assert spend(counter(shared, tmp_path / "a"), 3).spent == 40
    assert counter(shared, tmp_path / "c", key="another").spent == 0


def test_runs_at_the_same_time_see_each_other_after_every_hundred_calls(
    shared: Switched, tmp_path: Path
) -> None:
    first, second = (counter(shared, tmp_path / name) for name in "ab")
    assert first.spent == second.spent == 0
    spend(first, 250)
    assert published(shared) == [200]
    spend(second, 99)
    assert second.spent == 99
    assert spend(second, 1).spent == 300
    assert published(shared) == [100, 200]


def test_calls_that_only_this_machine_knows_count(shared: Switched, tmp_path: Path) -> None:
    spend(CallCounter(tmp_path, "key", 1000, clock=lambda: 1_800_000_000.0), 50)
    assert spend(counter(shared, tmp_path), 1).spent == 51


def test_a_count_is_one_listing_and_its_publication_one_request(
    shared: Switched, tmp_path: Path
) -> None:
    for name in "abcd":
        spend(counter(shared, tmp_path / name), 3).close()
    shared.blobs.requests.clear()
    last = counter(shared, tmp_path / "e")
    assert last.spent == 12
    spend(last, 50).close()
    assert [request.split()[0] for request in shared.blobs.requests] == ["list", "create"]


def test_a_new_day_begins_with_its_own_count(shared: Switched, tmp_path: Path) -> None:
    now = [1_800_000_000.0]
    spend(counter(shared, tmp_path / "a", clock=lambda: now[0]), 30).close()
    over_midnight = spend(counter(shared, tmp_path / "b", clock=lambda: now[0]), 5)
    now[0] += 24 * 3600
    assert over_midnight.spent == 0
    assert spend(over_midnight, 2).spent == 2
    over_midnight.close()
    assert counter(shared, tmp_path / "c", clock=lambda: now[0]).spent == 2
    now[0] += 8 * 24 * 3600
    assert counter(shared, tmp_path / "d", clock=lambda: now[0]).spent == 0
    assert published(shared) == []


def test_a_store_that_refuses_is_reported_once_and_the_machine_counts_alone(
    shared: Switched, tmp_path: Path
) -> None:
    problems: list[StateError] = []
    spend(counter(shared, tmp_path / "a"), 30).close()
    failing = counter(shared, tmp_path / "b", failed=problems.append)
    assert failing.spent == 30
    shared.refuses = lambda request: CALLS in request
    assert spend(failing, 210).spent == 240
    failing.close()
    assert len(problems) == 1


def test_a_key_that_may_not_delete_leaves_lower_counts(shared: Switched, tmp_path: Path) -> None:
    shared.refuses = lambda request: request.startswith("delete")
    spend(counter(shared, tmp_path / "a"), 250).close()
    assert published(shared) == [100, 200, 250]
    assert counter(shared, tmp_path / "b").spent == 250


def left(machine: Machine) -> int:
    found = re.search(r"([\d,]+) of [\d,]+ left", machine.done("plan").out)
    assert found
    return int(found[1].replace(",", ""))


def test_another_machine_plans_with_the_calls_that_are_left(one: Machine) -> None:
    one.declare(calls=60, suppliers={"nord": {"name": "Nord"}})
    two = one.another("two")
    one.done("apply", "--auto-approve")
    calls = len(one.sandbox.calls)
    assert calls
    before = left(two)
    assert before == 60 - len(one.sandbox.calls)
    assert left(one) < before
    two.declare(
        calls=len(one.sandbox.calls) + 2,
        suppliers={f"s{n}": {"name": f"S{n}"} for n in range(9)},
    )
    refused = two.run("apply", "--auto-approve")
    assert refused.exit == 17, refused.text
    assert [row["name"] for row in one.sandbox.data("supplier")] == ["Nord"]


def test_a_store_that_refuses_to_count_does_not_stop_an_apply(
    one: Machine, shared: Switched
) -> None:
    one.declare(suppliers={f"s{n}": {"name": f"S{n}"} for n in range(9)})
    shared.refuses = lambda request: CALLS in request and not request.startswith("list")
    with patch.object(call_budget, "PUBLISHED_EACH", 3):
        run = one.done("apply", "--auto-approve")
    assert run.err.count(f"may not create {CALLS}") + run.err.count(f"create\n{CALLS}") == 1
    assert len(one.sandbox.data("supplier")) == 9


@pytest.mark.parametrize("state", ["state/demo.json", "s3://bucket/shops/demo.json"])
def test_only_a_shared_state_has_shared_counts(state: str, one: Machine, shared: Switched) -> None:
    one.declare(state=state, suppliers={"nord": {"name": "Nord"}})
    one.done("plan")
    assert bool(published(shared)) is ("://" in state)


def test_a_shop_whose_store_cannot_be_opened_can_be_read(
    one: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the source of a clone, whose state is not needed."""
    one.declare(suppliers={"nord": {"name": "Nord"}})

    def unreachable(*_: object) -> None:
        raise StoreError("no credentials for the state store were found")

    monkeypatch.setattr(obstore_blobs, "open_blobs", unreachable)
    with connected(one.workspace(with_token=True), NO_LIMITS) as connection:
        connection.client.get("supplier")
        assert connection.ledger.spent == 1
    assert "no credentials" in capsys.readouterr().err
