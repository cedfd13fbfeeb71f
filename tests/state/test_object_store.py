"""A run that ends at any request to the store, or loses it, leaves a truth and an open way on."""

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from crash_driver import COMMIT, RUNS, Truth, truths
from object_stores import KEY, NOWHERE, Faults, Killed, dying, losing, memory, store_of
from state_samples import A, B, entry, intent
from test_crash import truth_of

from shopform.errors import Locked, StateError, StoreError
from shopform.model.plan import Op
from shopform.state.objects.blobs import Blobs, ConflictError, Tag


def play(blobs: Blobs, acknowledge: Callable[[], None], folder: Path = NOWHERE) -> None:
    for run in RUNS:
        with store_of(blobs, folder).open("apply", timeout=5) as session:
            for act, _ in run:
                act(session)
                acknowledge()


def reachable(done: int) -> list[Truth]:
    """What may be true after so many steps: a result is durable with the next create or commit."""
    durable, count = [0], 0  # a run that ends writes what is left, before the next step
    for run in RUNS:
        for act, model in run:
            count += 1
            waits = len(model(({}, set()))[1])  # a create
            if waits or act is COMMIT[0]:
                durable.append(count)
        if count < done:
            durable.append(count)
    return truths()[max(each for each in durable if each <= done) : done + 2]


@pytest.mark.parametrize("after", [False, True])
def test_every_death_leaves_an_earlier_or_the_later_truth(after: bool) -> None:
    ended = 0
    for at in itertools.count(1):
        inner = memory()
        faults = Faults(inner, dying(at, after))
        steps = 0

        def count() -> None:
            nonlocal steps
            steps += 1

        try:
            play(faults, count)
        except Killed:
            pass
        else:
            break
        ended += 1
        left = store_of(inner).read()
        assert truth_of(left) in reachable(steps), (at, steps)
        with store_of(inner).open("apply", timeout=5) as session:
            assert truth_of(session.prior) == truth_of(left)
            committed = session.commit()
        read = store_of(inner).read()
        assert read == committed
        assert truth_of(read) == truth_of(left)
        assert read.serial >= left.serial
    assert ended > 30
    assert truth_of(store_of(inner).read()) == truths()[-1]


@pytest.mark.parametrize("after", [False, True])
def test_a_lost_request_or_answer_changes_nothing_or_stops_the_run(
    after: bool, tmp_path: Path
) -> None:
    for at in itertools.count(1):
        inner = memory()
        faults = Faults(inner, losing(at, after))
        steps = 0

        def count() -> None:
            nonlocal steps
            steps += 1

        try:
            play(faults, count, tmp_path / str(at))
        except StateError:
            left = store_of(inner).read()
            assert truth_of(left) in reachable(steps), (at, steps)
            with store_of(inner).open("apply", timeout=5) as session:
                session.commit()
            assert truth_of(store_of(inner).read()) == truth_of(left)
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
            store_of(blobs).force_unlock("0")
        with pytest.raises(Locked) as locked:
            store_of(blobs).open("apply")
        lock_id = locked.value.diagnostics[0].hint.split()[-1].strip("`")
        store_of(blobs).force_unlock(lock_id)
        session.intend("b", Op.CREATE, B, intent(B))
    with store_of(blobs).open("apply") as session:
        assert session.prior.pending == (intent(A),)
    with pytest.raises(StateError, match="no run holds"):
        store_of(blobs).force_unlock(lock_id)


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
