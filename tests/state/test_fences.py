"""Each fence against a holder that was paused holds alone; without it, the harm is seen."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest
from object_stores import KEY, QUICK, Faults, Killed, dying, losing, memory, store_of
from state_samples import A, B, C, entry, intent
from support import sampled

from shopform.errors import Locked, LockLost, StateError, StoreError
from shopform.model.plan import Op
from shopform.state.objects import lease, segments, store
from shopform.state.objects.blobs import Blobs, Tag, write
from shopform.state.objects.lease import Times
from shopform.state.session import Session

WAKING = Times(beat=600, work=0.05, lease=0.1, poll=0.01)


class Waits:
    """The clock of leases, which nothing but a wait moves: a busy machine takes no time."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.time = 0.0
        patch.setattr(lease, "now", lambda: self.time)
        patch.setattr(lease, "time", self)

    def sleep(self, seconds: float) -> None:
        self.time += seconds


def paused_and_taken_over(blobs: Blobs, times: Times = QUICK) -> Session:
    """A session that announced a create, and was then silent until another run had its lock."""
    asleep = store_of(blobs, times=times).open("apply")
    asleep.announce({"a": intent(A), "b": intent(B)})
    asleep.intend("a", Op.CREATE, A, intent(A))
    asleep.result("a", set={A: entry(1)})
    asleep.commit()
    with store_of(blobs, times=times).open("apply", timeout=5) as session:
        session.edit(set={B: entry(2)})
    return asleep


def calls(session: Session, key: str, intended: bool = True) -> bool:
    """Whether the session lets a create be sent."""
    try:
        session.intend(key, Op.CREATE, C if intended else B, intent(C if intended else B))
    except StateError:
        return False
    return True


def test_the_seal_stops_a_create_that_was_not_announced(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not calls(paused_and_taken_over(memory()), "c")
    monkeypatch.setattr(store, "seal", lambda blobs, key, epoch: None)
    assert calls(paused_and_taken_over(memory()), "c")


def test_the_last_segment_shows_where_to_seal(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not calls(paused_and_taken_over(memory()), "c")
    dropping = segments.SegmentJournal.drop_older

    def drop_all(journal: segments.SegmentJournal, base: object) -> None:
        last = journal._own[-1]
        dropping(journal, base)  # type: ignore[arg-type]
        journal._blobs.delete([f"{segments.prefix(KEY)}{last}"])

    monkeypatch.setattr(segments.SegmentJournal, "drop_older", drop_all)
    assert calls(paused_and_taken_over(memory()), "c")


def test_the_clock_stops_a_create_that_was_announced(monkeypatch: pytest.MonkeyPatch) -> None:
    Waits(monkeypatch)
    assert not calls(paused_and_taken_over(memory(), WAKING), "b", intended=False)
    monkeypatch.setattr(lease.Lease, "require", lambda lease: None)
    assert calls(paused_and_taken_over(memory(), WAKING), "b", intended=False)


def test_a_run_that_trusts_its_lock_sends_nothing_after_force_unlock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It was paused just after a beat."""
    clock = Waits(monkeypatch)
    times = Times(beat=600, work=0.3, arrive=0, lease=600, poll=0.01)
    blobs = memory()
    asleep = store_of(blobs, times=times).open("apply")
    asleep.announce({"b": intent(B)})
    inside = []

    def pause(seconds: float) -> None:
        assert calls(asleep, "b", intended=False)
        clock.sleep(seconds)
        with suppress(Locked), store_of(blobs).open("apply"):
            inside.append(seconds)

    store = store_of(blobs, times=times)
    held = store.held()
    assert held
    store.force_unlock(held.holder.id, pause)
    assert not inside
    assert not calls(asleep, "b", intended=False)
    with store_of(blobs).open("apply") as session:
        assert session.prior.pending == (intent(B),)


def state_replaced_late(put: Callable[..., Tag | None]) -> dict[object, int]:
    """The state after a write of it that was paused for longer than the lease."""
    blobs = memory()
    with store_of(blobs).open("apply") as session:
        session.edit(set={A: entry(1)})
    asleep = store_of(blobs).open("apply")
    asleep.result("b", set={B: entry(2)})

    def pause(blobs: Blobs, key: str, data: bytes, tag: Tag | None) -> Tag | None:
        with pytest.MonkeyPatch.context() as awake:
            awake.setattr(store, "write", write)
            with store_of(blobs).open("apply", timeout=5) as session:
                session.edit(set={C: entry(3)})
                session.edit(set={A: entry(4)})
        return put(blobs, key, data, tag)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "write", pause)
        with suppress(StateError):
            asleep.commit()
    try:
        return {a: found.id for a, found in store_of(blobs).read().resources.items()}
    except StateError:
        return {}  # damaged


def test_the_tag_of_the_state_refuses_one_that_is_late() -> None:
    def anyway(blobs: Blobs, key: str, data: bytes, tag: Tag | None) -> Tag | None:
        found = blobs.get(key)
        assert found
        return blobs.replace(key, data, found.tag)

    assert state_replaced_late(write) == {A: 4, B: 2, C: 3}
    assert state_replaced_late(anyway) == {}


@pytest.mark.parametrize("after", sampled([True, False], 2))
@pytest.mark.parametrize("fault", [dying, losing])
def test_a_holder_is_sealed_off_though_the_next_run_fails_or_dies_at_any_request(
    fault: Callable[[int, bool], Callable[[int, str, bool], None]], after: bool
) -> None:
    for at in range(1, 100):
        blobs = memory()
        asleep = store_of(blobs).open("apply")
        asleep.intend("a", Op.CREATE, A, intent(A))
        faults = Faults(blobs, fault(at, after))
        with suppress(Killed, StoreError), store_of(faults).open("apply", timeout=5):
            pass
        with store_of(blobs).open("apply", timeout=5) as session:
            assert session.prior.pending == (intent(A),)
            assert not calls(asleep, "c"), (at, faults.requests)
        if at > len(faults.requests):
            break
    assert at > 6


class Unthreaded:
    """The parts of `threading` that a lease has; a wait moves the clock and returns."""

    def __init__(self) -> None:
        self.time, self.checks = 100.0, list[Callable[[], None]]()

    Thread = Event = lambda self, **_: self

    def start(self) -> None: ...
    def join(self) -> None: ...
    def set(self) -> None: ...

    def wait(self, pause: float) -> bool:
        for check in self.checks:
            check()
        self.time += pause
        return self.time > 400


def test_a_lost_answer_to_a_beat_does_not_make_the_lease_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who watches counts from the beat that was stored, not from the try that was answered."""
    clock = Unthreaded()
    monkeypatch.setattr(lease, "threading", clock)
    monkeypatch.setattr(lease, "now", lambda: clock.time)
    stored = clock.time

    class Away(Faults):
        def replace(self, key: str, data: bytes, tag: Tag) -> Tag:
            nonlocal stored
            if 121 < clock.time < 200:
                raise StoreError("the store does not answer")
            answer, stored = super().replace(key, data, tag), clock.time
            if 100 < stored < 200:
                raise StoreError("the answer is lost")
            return answer

    session = store_of(Away(memory()), times=Times()).open("apply")
    held: lease.Lease = session._writer._lease  # type: ignore[attr-defined]
    seen: list[float] = []

    def check() -> None:
        assert held._sent <= stored
        seen.append(clock.time - held._sent)

    clock.checks.append(check)
    held._beat()
    assert max(seen) > 60
    assert seen[-1] <= 20


def test_a_lock_that_cannot_be_freed_expires() -> None:
    inner = memory()

    def away(number: int, verb: str, after: bool) -> None:
        if freeing:
            raise StoreError("the store does not answer")

    freeing = False
    with store_of(Faults(inner, away)).open("apply") as session:
        session.edit(set={A: entry(1)})
        freeing = True
    with pytest.raises(Locked):
        store_of(inner).open("apply")
    with store_of(inner).open("apply", timeout=5) as session:
        assert session.prior.resources == {A: entry(1)}


def test_a_lock_is_freed_though_the_answer_to_its_last_beat_was_lost() -> None:
    inner = memory()
    with store_of(inner).open("apply") as session:
        held: lease.Lease = session._writer._lease  # type: ignore[attr-defined]
        following = replace(held._file, beat=1)
        inner.replace(f"{KEY}.lock", following.dump(), held._tag)
    with store_of(inner).open("apply"):
        pass


def test_a_commit_holds_though_its_old_segments_cannot_be_deleted() -> None:
    inner = memory()

    def undeletable(number: int, verb: str, after: bool) -> None:
        if verb == "delete":
            raise StoreError("the store does not answer")

    with store_of(inner).open("apply") as session:
        session.intend("a", Op.CREATE, A, intent(A))
    with store_of(Faults(inner, undeletable)).open("apply", timeout=5) as session:
        session.edit(set={A: entry(1)})
    assert store_of(inner).read().resources == {A: entry(1)}
    assert store_of(inner).read().pending == ()
    with store_of(inner).open("apply") as session:
        session.edit(set={B: entry(2)})
    assert len(list(inner.list(segments.prefix(KEY)))) == 1
    assert store_of(inner).read().resources == {A: entry(1), B: entry(2)}


def test_a_lock_that_was_lost_says_by_its_code_that_another_has_it() -> None:
    asleep = paused_and_taken_over(memory())
    with pytest.raises(LockLost) as lost:
        asleep.intend("c", Op.CREATE, C, intent(C))
    assert lost.value.exit_code == 15
    asleep.__exit__(None, None, None)  # it was reported: leaving adds nothing
