"""Objects of a shared state that are damaged or of another one, and clocks that are wrong."""

import json
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

import pytest
from object_stores import KEY, Faults, memory, store_of
from state_samples import A, B, C, entry, intent

from shopform.errors import Locked, StateError
from shopform.model.plan import Op
from shopform.state import lock_info
from shopform.state.objects.blobs import Blob, Blobs, StoredObject
from shopform.state.objects.lease import Times
from shopform.state.objects.segments import prefix

JOURNAL = prefix(KEY)


def stopped(blobs: Blobs) -> str:
    """A state with one entry, and a run that was to create another: the key of its segment."""
    with store_of(blobs).open("apply") as session:
        session.edit(set={A: entry(1)})
    store_of(blobs).open("apply").intend("b", Op.CREATE, B, intent(B))
    return max(listed.key for listed in blobs.list(JOURNAL))


def replaced(blobs: Blobs, key: str, data: bytes) -> None:
    found = blobs.get(key)
    assert found
    blobs.replace(key, data, found.tag)


def require_refused(blobs: Blobs, message: str) -> None:
    """Neither a read nor a run works, and what is stored stays as it is."""
    before = {listed.key: blobs.get(listed.key) for listed in blobs.list(JOURNAL)}
    for attempt in (store_of(blobs).read, lambda: store_of(blobs).open("apply", timeout=5)):
        with pytest.raises(StateError, match=message) as said:
            attempt()
        assert not isinstance(said.value, Locked)
    left = {key: blobs.get(key) for key in before}
    assert {key: found and found.data for key, found in left.items()} == {
        key: found and found.data for key, found in before.items()
    }


DAMAGE: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "cut": (lambda data: data[:-1], "is damaged: its end is missing"),
    "cut in the middle": (lambda data: data[: len(data) // 2], "is damaged"),
    "empty": (lambda data: b"", "is damaged"),
    "no JSON": (lambda data: data.replace(b"{", b"[", 1), "is damaged"),
    "a record of an unknown type": (lambda data: data + b'{"other": 1}\n', "is damaged"),
    "bytes": (lambda data: data[:-2] + b"\xff\n", "is damaged"),
    "a later format": (lambda data: data.replace(b'"format":2', b'"format":99', 1), "has format"),
}


@pytest.mark.parametrize(("damage", "message"), DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_segment_is_reported_and_kept(
    damage: Callable[[bytes], bytes], message: str
) -> None:
    blobs = memory()
    key = stopped(blobs)
    found = blobs.get(key)
    assert found
    assert damage(found.data) != found.data
    replaced(blobs, key, damage(found.data))
    require_refused(blobs, message)


def test_an_object_that_is_no_segment_is_reported() -> None:
    blobs = memory()
    stopped(blobs)
    blobs.create(f"{JOURNAL}notes.txt", b"x")
    require_refused(blobs, "is not a segment of a journal")


def test_a_journal_of_another_lineage_or_serial_is_refused() -> None:
    one, other = memory(), memory()
    key = stopped(one)
    stopped(other)
    found = one.get(key)
    assert found
    replaced(other, key, found.data)
    require_refused(other, "does not belong to the state")
    state = one.get(KEY)
    assert state
    other_serial = {**json.loads(state.data), "serial": 7}
    replaced(one, KEY, json.dumps(other_serial).encode())
    require_refused(one, "does not belong to the state")


def test_a_damaged_lock_is_not_taken() -> None:
    blobs = memory()
    stopped(blobs)
    replaced(blobs, f"{KEY}.lock", b"{}")
    with pytest.raises(StateError, match=r"the lock .* is damaged"):
        store_of(blobs).open("apply", timeout=5)
    found = blobs.get(f"{KEY}.lock")
    assert found
    assert found.data == b"{}"


class Shifted(Faults):
    """A store whose clock is not that of this machine."""

    by = timedelta()

    def get(self, key: str) -> Blob | None:
        found = super().get(key)
        return found and Blob(found.data, found.tag, found.modified + self.by)

    def list(self, prefix: str) -> Iterable[StoredObject]:
        return [StoredObject(each.key, each.modified + self.by) for each in super().list(prefix)]


@pytest.mark.parametrize("days", [-40, 40])
def test_a_seal_is_kept_though_the_clocks_of_machine_and_store_differ(days: int) -> None:
    blobs = Shifted(memory())
    blobs.by = timedelta(days=days)
    asleep = store_of(blobs).open("apply")
    asleep.intend("a", Op.CREATE, A, intent(A))
    for number in range(3):
        with store_of(blobs).open("apply", timeout=5) as session:
            session.edit(set={C: entry(number + 1)})
    with pytest.raises(StateError, match="acquired by another"):
        asleep.intend("b", Op.CREATE, B, intent(B))


def test_a_seal_is_removed_when_it_is_old_by_the_clock_of_the_store() -> None:
    blobs = Shifted(memory())
    store_of(blobs).open("apply")
    with store_of(blobs).open("apply", timeout=5) as session:
        session.edit(set={A: entry(1)})
    seals = {each.key for each in blobs.list(JOURNAL)}

    def later(number: int, verb: str, after: bool) -> None: ...

    class Aged(Shifted):
        def list(self, prefix: str) -> Iterable[StoredObject]:
            found = sorted(super().list(prefix), key=lambda each: each.key)
            return [
                StoredObject(each.key, each.modified - timedelta(days=31 * (each.key in seals)))
                for each in found
            ]

    with store_of(Aged(blobs.blobs, later)).open("apply", timeout=5) as session:
        session.edit(set={A: entry(2)})
    with store_of(Aged(blobs.blobs, later)).open("apply", timeout=5) as session:
        session.edit(set={A: entry(3)})
    assert seals.isdisjoint(each.key for each in blobs.list(JOURNAL))
    assert store_of(blobs).read().resources == {A: entry(3)}


@pytest.mark.parametrize("days", [-400, 400])
def test_a_change_of_the_clock_neither_ends_a_lease_nor_makes_it_longer(
    days: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Summer time, or a machine whose clock is set: the lease is by a clock that only grows."""
    times = Times(beat=600, work=600, lease=0.5, poll=0.01)
    blobs = memory()
    session = store_of(blobs, times=times).open("apply")
    real = time.time

    class Moved(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return datetime.fromtimestamp(real(), UTC) + timedelta(days=days)

    monkeypatch.setattr(time, "time", lambda: real() + days * 86_400)
    monkeypatch.setattr(lock_info, "datetime", Moved)
    with pytest.raises(Locked):
        store_of(blobs, times=times).open("apply")
    session.intend("a", Op.CREATE, A, intent(A))
    session.require_lock()
    with store_of(blobs, times=times).open("apply", timeout=5) as following:
        assert following.prior.pending == (intent(A),)
    with pytest.raises(StateError, match="acquired by another"):
        session.intend("b", Op.CREATE, B, intent(B))
