"""A run that ends at any request to the store, or loses it, leaves a truth and an open way on."""

import itertools
from functools import partial
from pathlib import Path

import pytest
from crash_driver import truths
from machines import Machine, Switched, one, shared
from object_stores import KEY, Faults, Killed, at_once, dying, losing, memory, store_of
from remote_runs import play, require_recovery
from state_samples import A, B, C, entry, intent
from test_crash import truth_of

from shopform.errors import Locked, StateError, StoreError
from shopform.model.plan import Op
from shopform.state.objects.blobs import ConflictError, Tag

__all__ = ["one", "shared"]  # fixtures


# In the gate every seventh death is tried.
EVERY = [pytest.param(after, 1, marks=pytest.mark.wide) for after in (False, True)]


@pytest.mark.parametrize(("after", "step"), [*EVERY, (True, 7)])
def test_every_death_leaves_an_earlier_or_the_later_truth(after: bool, step: int) -> None:
    for at in itertools.count(1, step):
        inner, steps = memory(), list[None]()
        try:
            faults = Faults(inner, dying(at, after))
            play(partial(store_of, faults), partial(steps.append, None), timeout=5)
        except Killed:
            require_recovery(partial(store_of, inner), len(steps), timeout=5)
        else:
            break
    assert at > 31
    assert truth_of(store_of(inner).read()) == truths()[-1]


@pytest.mark.parametrize("after", [False, True])
def test_a_lost_request_or_answer_changes_nothing_or_stops_the_run(
    after: bool, tmp_path: Path
) -> None:
    for at in itertools.count(1):
        inner, steps = memory(), list[None]()
        faults = Faults(inner, losing(at, after))
        try:
            opened = partial(store_of, faults, tmp_path / str(at))
            play(opened, partial(steps.append, None), timeout=5)
        except StateError:
            require_recovery(partial(store_of, inner), len(steps), timeout=5)
        else:
            assert truth_of(store_of(inner).read()) == truths()[-1]
        if at > len(faults.requests):
            break
    assert KEY in {listed.key for listed in inner.list("shops/")}


def test_a_holder_that_wakes_up_makes_no_further_call() -> None:
    """It was paused for longer than the lease, and another run went on with its state."""
    blobs = memory()
    asleep = store_of(blobs).open("apply")
    asleep.intend("a", Op.CREATE, A, intent(A))
    asleep.result("a", set={A: entry(1)})
    with store_of(blobs).open("apply", timeout=5) as session:
        assert session.prior.pending == (intent(A),)
        with pytest.raises(StateError, match="acquired by another"):
            asleep.intend("b", Op.CREATE, B, intent(B))
        session.result("a", set={A: entry(7)})
        session.commit()
    with pytest.raises(StateError, match="acquired by another"):
        asleep.commit()
    assert store_of(blobs).read().resources == {A: entry(7)}


def test_a_write_of_the_state_that_lands_late_is_refused() -> None:
    """The holder died while its state was under way: its journal names the state."""
    inner = memory()
    under_way: list[tuple[bytes, Tag]] = []

    class Slow(Faults):
        def replace(self, key: str, data: bytes, tag: Tag) -> Tag:
            if key == KEY:
                under_way.append((data, tag))
                raise Killed
            return super().replace(key, data, tag)

    with store_of(inner).open("apply") as session:
        session.edit(set={A: entry(1)})
    with pytest.raises(Killed), store_of(Slow(inner)).open("apply") as session:
        session.edit(set={B: entry(2)})
    with store_of(inner).open("apply", timeout=5) as session:
        assert session.prior.resources == {A: entry(1), B: entry(2)}
        data, tag = under_way[0]
        with pytest.raises(ConflictError):
            inner.replace(KEY, data, tag)
        session.edit(drop=[A])
    assert store_of(inner).read().resources == {B: entry(2)}


def test_force_unlock_stops_a_run_that_is_alive() -> None:
    blobs = memory()
    stopped = pytest.raises(StateError, match="acquired by another")
    with stopped, store_of(blobs).open("apply") as session:
        session.intend("a", Op.CREATE, A, intent(A))
        with pytest.raises(StateError, match="is held under the id"):
            store_of(blobs).force_unlock("0", at_once)
        with pytest.raises(Locked) as locked:
            store_of(blobs).open("apply")
        lock_id = locked.value.diagnostics[0].hint.split()[-1].strip("`")
        store_of(blobs).force_unlock(lock_id, at_once)
        session.intend("b", Op.CREATE, B, intent(B))
    with store_of(blobs).open("apply") as session:
        assert session.prior.pending == (intent(A),)
    with pytest.raises(StateError, match="no run holds"):
        store_of(blobs).force_unlock(lock_id, at_once)


def test_a_store_that_ignores_conditions_is_refused_before_the_first_lock() -> None:
    class Careless(Faults):
        def create(self, key: str, data: bytes) -> Tag:
            try:
                return self.blobs.create(key, data)
            except ConflictError:
                found = self.blobs.get(key)
                assert found
                return self.blobs.replace(key, data, found.tag)

    inner = memory()
    with pytest.raises(StoreError, match="ignores the conditions"):
        store_of(Careless(inner)).open("apply")
    assert list(inner.list("shops/")) == []


def test_a_step_that_was_announced_is_known_until_it_has_a_result() -> None:
    blobs = Faults(memory())
    with store_of(blobs).open("apply") as session:
        session.edit(set={A: entry(1), B: entry(2), C: entry(3)})
    session = store_of(blobs).open("apply")
    session.announce({}, {"a": (Op.DELETE, A), "b": (Op.DELETE, B), "c": (Op.UPDATE, C)})
    before = len(blobs.requests)
    session.intend("a", Op.DELETE, A)
    assert len(blobs.requests) == before
    assert store_of(blobs).read().begun == {A, B, C}
    session.result("a", drop=[A])
    session.failed("c")
    session.announce({}, {"d": (Op.UPDATE, B)})
    assert store_of(blobs).read().begun == {B}
    with store_of(blobs).open("apply", timeout=5) as following:
        assert following.prior.begun == {B}
        assert following.commit().begun == frozenset()
    assert store_of(blobs).read().begun == frozenset()


def test_deletes_share_requests(one: Machine, shared: Switched) -> None:
    one.declare(suppliers={f"s{n}": {"name": f"Supplier {n}"} for n in range(16)})
    one.done("apply", "--auto-approve")
    before = len(shared.blobs.requests)
    one.declare()
    one.done("apply", "--auto-approve", "--allow-delete", "supplier=16")
    segments = [each for each in shared.blobs.requests[before:] if each.startswith("create")]
    assert len([each for each in segments if ".journal/" in each]) == 2
