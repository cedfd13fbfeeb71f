"""What every store promises."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest
from object_stores import KEY, QUICK, Faults, at_once, memory
from state_samples import HOST, A, B, C, D, entry, intent

from shopform.errors import ConfigError, Locked, StateError
from shopform.files import read_bytes
from shopform.kinds.standard import STANDARD
from shopform.model.plan import Op
from shopform.model.prior import Entry, Intent, Prior
from shopform.model.values import Address, host_of
from shopform.state.format import dumps, loads
from shopform.state.local.store import LocalStore
from shopform.state.objects.blobs import Blobs
from shopform.state.objects.store import ObjectStore
from shopform.state.open import open_store
from shopform.state.ownership import Expected
from shopform.state.store import Store


@dataclass(frozen=True)
class Place:
    """Where a state is. Calling it opens the state once more, as another run would.

    `names` are those of what is stored, without the lock. `meanwhile` opens it for a read that
    calls a function between the state and the journal. `unlocked` is what the next run reads in
    the test of a lock that was taken away.
    """

    opened: Callable[[str], Store]
    names: Callable[[], list[str]]
    meanwhile: Callable[[Callable[[], object]], AbstractContextManager[Store]]
    unlocked: tuple[dict[Address, Entry], tuple[Intent, ...]]

    def __call__(self) -> Store:
        return self.opened(HOST)


def in_a_file(directory: Path) -> Place:
    """Each record is durable at once."""

    def opened(shop: str) -> Store:
        expected = Expected(shop=shop, catalogue=STANDARD)
        return open_store("state/staging.json", directory, expected)

    @contextmanager
    def meanwhile(act: Callable[[], object]) -> Iterator[Store]:
        def late(path: Path) -> bytes | None:
            if path.name.endswith(".journal"):
                act()
            return read_bytes(path)

        with patch("shopform.state.local.store.read_bytes", late):
            yield opened(HOST)

    def names() -> list[str]:
        return [path.name for path in directory.rglob("*") if path.is_file()]

    return Place(opened, names, meanwhile, ({A: entry(1)}, (intent(B),)))


def in_memory(directory: Path) -> Place:
    """An object store: a result is durable with the next create or commit, or at the end."""
    blobs = memory()

    def opened(shop: str, through: Blobs = blobs) -> Store:
        return ObjectStore(through, KEY, Expected(shop=shop, catalogue=STANDARD), directory, QUICK)

    @contextmanager
    def meanwhile(act: Callable[[], object]) -> Iterator[Store]:
        def late(number: int, verb: str, after: bool) -> None:
            if (verb, after) == ("list", False):
                act()

        yield opened(HOST, Faults(blobs, late))

    def names() -> list[str]:
        found = (listed.key for listed in blobs.list(f"{KEY.partition('/')[0]}/"))
        return [key for key in found if key != f"{KEY}.lock"]

    return Place(opened, names, meanwhile, ({}, (intent(A),)))


@pytest.fixture(params=[in_a_file, in_memory])
def again(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    place: Place = request.param(tmp_path)
    return place


@pytest.fixture
def store(again: Place) -> Store:
    return again()


def test_a_shop_without_state_has_an_empty_one(store: Store) -> None:
    assert store.read() == Prior()
    with store.open("apply") as session:
        assert session.prior == Prior()
        assert session.lineage


def test_a_run_that_changes_nothing_writes_nothing(store: Store, again: Place) -> None:
    with store.open("apply") as session:
        assert session.commit() == Prior()
    assert store.read() == Prior()
    assert again.names() == []


def test_what_was_committed_is_read_by_the_next_run(store: Store, again: Place) -> None:
    with store.open("apply") as session:
        session.intend("1", Op.CREATE, A, intent(A))
        session.result("1", set={A: entry(1)})
        committed = session.commit()
        assert committed.lineage == session.lineage
        assert session.prior == committed
    assert again().read() == committed
    assert committed.resources == {A: entry(1)}
    assert committed.shop == HOST
    assert committed.pending == ()


def test_results_survive_a_run_that_stops(store: Store, again: Place) -> None:
    with store.open("apply") as session:
        session.intend("1", Op.CREATE, A, intent(A))
        session.result("1", set={A: entry(1)})
        session.intend("2", Op.CREATE, B, intent(B))
        session.intend("3", Op.UPDATE, A)
        lineage = session.lineage
    prior = again().read()
    assert prior.resources == {A: entry(1)}
    assert prior.pending == (intent(B),)
    assert prior.lineage == lineage
    with again().open("apply") as session:
        assert session.prior == prior


def test_a_running_apply_can_be_read(store: Store, again: Place) -> None:
    with store.open("apply") as session:
        session.result("1", set={A: entry(1)})
        session.intend("2", Op.CREATE, B, intent(B))
        assert again().read().resources == {A: entry(1)}
        assert again().read().pending == (intent(B),)
        session.result("2", set={B: entry(2)})
        session.commit()
        assert again().read().resources == {A: entry(1), B: entry(2)}


def test_a_result_is_read_at_once_from_a_file_and_with_the_next_create_from_a_store(
    tmp_path: Path,
) -> None:
    for place, read in ((in_a_file(tmp_path), {A: entry(1)}), (in_memory(tmp_path), {})):
        with place().open("apply") as session:
            session.intend("1", Op.CREATE, A, intent(A))
            session.result("1", set={A: entry(1)})
            before = place().read()
            assert before.resources == read
            assert before.pending == (() if read else (intent(A),))
            session.intend("2", Op.CREATE, B, intent(B))
            assert place().read().resources == {A: entry(1)}
            assert place().read().serial > before.serial


def test_a_run_that_commits_while_it_is_read_shows_one_instant(store: Store, again: Place) -> None:
    with store.open("apply") as session:
        session.edit(set={A: entry(1)})
        session.intend("b", Op.CREATE, B, intent(B))
        session.result("1", set={C: entry(3)})
        with again.meanwhile(session.commit) as reader:
            read = reader.read()
    assert read.resources == {A: entry(1), C: entry(3)}
    assert read.pending == (intent(B),)


def test_a_waiting_create_outlives_commits_until_it_is_settled(store: Store, again: Place) -> None:
    with store.open("apply") as session:
        session.intend("b", Op.CREATE, B, intent(B))
        session.intend("c", Op.CREATE, C, intent(C))
        session.intend("d", Op.CREATE, D, intent(D))
        session.result("1", set={A: entry(1)})
        assert session.commit().pending == (intent(B), intent(C), intent(D))
    with again().open("apply") as session:
        assert session.prior.pending == (intent(B), intent(C), intent(D))
        session.result("adopt", set={B: entry(2)})
        session.resolve(C)
        assert session.commit().pending == (intent(D),)
    with again().open("apply") as session:
        session.resolve(D)
        session.intend("again", Op.CREATE, D, intent(D, "Ny"))
        session.failed("again")
        session.commit()
    assert again().read().pending == ()
    assert again().read().resources == {A: entry(1), B: entry(2)}


def test_a_create_begun_again_waits_once(store: Store, again: Place) -> None:
    with store.open("apply") as session:
        session.intend("1", Op.CREATE, A, intent(A, "Gammel"))
    with again().open("apply") as session:
        session.intend("1", Op.CREATE, A, intent(A, "Ny"))
    assert again().read().pending == (intent(A, "Ny"),)


def test_a_failed_first_create_leaves_no_state(store: Store) -> None:
    with store.open("apply") as session:
        session.intend("1", Op.CREATE, A, intent(A))
        session.failed("1")
        assert session.commit() == Prior()
    read = store.read()
    assert (read.serial, read.resources, read.pending) == (0, {}, ())
    if isinstance(store, LocalStore):  # an object store keeps a segment, and with it the lineage
        assert read == Prior()


def test_entries_are_changed_and_dropped(store: Store) -> None:
    with store.open("state mv") as session:
        session.edit(set={A: entry(1), B: entry(2)})
        moved = session.edit(set={C: entry(1)}, drop=[A, D])
    assert moved.resources == {B: entry(2), C: entry(1)}
    assert store.read() == moved


def test_the_serial_rises_with_every_change_and_the_lineage_stays(
    store: Store, again: Place
) -> None:
    seen: list[tuple[str, int, object]] = []
    for number in range(1, 4):
        with again().open("apply") as session:
            session.intend("1", Op.CREATE, A, intent(A))
            waiting = again().read()
            session.result("1", set={A: entry(number)})
            done = session.commit()
            assert waiting.serial < done.serial
        assert again().read() == done
        seen.append((done.lineage, done.serial, done.resources))
    assert len({lineage for lineage, _, _ in seen}) == 1
    assert [serial for _, serial, _ in seen] == sorted({serial for _, serial, _ in seen})
    with store.open("apply") as session:
        session.result("same", set={A: entry(3)}, drop=[B])
        session.commit()
    assert store.read().serial == seen[-1][1]


def test_a_run_that_stops_makes_an_older_plan_stale(store: Store, again: Place) -> None:
    with store.open("apply") as session:
        before = session.edit(set={A: entry(1)})
    with again().open("apply") as session:
        session.intend("1", Op.CREATE, B, intent(B))
    assert again().read().serial > before.serial
    with again().open("apply") as session:
        session.result("1", set={B: entry(2)})
        session.intend("2", Op.CREATE, C, intent(C))
        committed = session.commit()
    assert committed == again().read()
    assert committed.serial > before.serial + 1


def test_many_threads_lose_nothing(store: Store, again: Place) -> None:
    addresses = [Address.of("redirect", f"r{number}") for number in range(400)]
    with store.open("apply") as session:

        def step(number: int) -> None:
            session.intend(f"k{number}", Op.CREATE, addresses[number], intent(addresses[number]))
            session.result(f"k{number}", set={addresses[number]: entry(number)})

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(step, range(len(addresses))))
    replayed = again().read()
    with again().open("apply") as session:
        assert session.commit() == replayed
    assert replayed.resources == {a: entry(n) for n, a in enumerate(addresses)}
    assert replayed.pending == ()


def test_a_second_writer_is_refused_with_the_holder(store: Store, again: Place) -> None:
    with store.open("apply"), pytest.raises(Locked, match=r"locked by .*@.*`apply`, process"):
        again().open("destroy")
    with again().open("destroy"):
        pass


def test_a_kind_of_a_later_version_is_reported(store: Store) -> None:
    with store.open("apply") as session:
        session.edit(set={Address("gadget.a"): entry(1)})
    with pytest.raises(StateError, match="does not know: `gadget`"):
        store.read()


def test_a_state_of_another_shop_is_refused(store: Store, again: Place) -> None:
    with store.open("apply") as session:
        session.edit(set={A: entry(1)})
    other = again.opened("production.example.dk")
    for attempt in (other.read, lambda: other.open("apply")):
        with pytest.raises(StateError, match="belongs to the shop"):
            attempt()
    with store.open("apply"):
        pass


def test_a_lock_that_was_taken_away_stops_the_run_and_keeps_the_journal(
    store: Store, again: Place
) -> None:
    """What the run did before is in the state, or is looked up by the next run."""
    lost = "taken from this run|acquired by another run"
    with store.open("apply") as session:
        session.intend("1", Op.CREATE, A, intent(A))
        held = again().held()
        assert held
        with pytest.raises(StateError, match=r"is held (with|under) the id"):
            again().force_unlock("another", at_once)
        again().force_unlock(held.holder.id, at_once)
        assert again().held() is None
        with pytest.raises(StateError, match=lost):
            session.intend("2", Op.CREATE, B, intent(B))
        session.result("1", set={A: entry(1)})
        with pytest.raises(StateError, match=lost):
            session.commit()
        with again().open("apply") as next_run:
            assert (dict(next_run.prior.resources), next_run.prior.pending) == again.unlocked
            next_run.commit()
    left = again().read()
    assert (dict(left.resources), left.pending) == again.unlocked


def test_unlocking_what_is_not_locked_says_so(store: Store) -> None:
    with pytest.raises(StateError, match=r"no state|no run holds the lock"):
        store.force_unlock("1")
    with store.open("apply"):
        pass
    with pytest.raises(StateError, match="no run holds the lock"):
        store.force_unlock("1")


def test_a_state_behind_a_link_keeps_its_place_and_its_mode(tmp_path: Path) -> None:
    real = tmp_path / "real.json"
    real.write_bytes(dumps(Prior(lineage="1f", serial=1, shop=HOST)))
    real.chmod(0o640)
    (tmp_path / "link.json").symlink_to(real)
    with LocalStore(tmp_path / "link.json", Expected(shop=HOST, catalogue=STANDARD)).open(
        "apply"
    ) as session:
        session.edit(set={A: entry(1)})
    assert (tmp_path / "link.json").is_symlink()
    assert loads(real.read_bytes(), real).resources == {A: entry(1)}
    assert real.stat().st_mode & 0o777 == 0o640


def test_remote_state_is_refused_for_now(tmp_path: Path) -> None:
    for location in ("s3://bucket/key", "gs://bucket/key"):
        with pytest.raises(ConfigError):
            open_store(location, tmp_path, Expected(shop=HOST, catalogue=STANDARD))


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.Example.dk/REST", "example.dk"),
        ("https://example.dk:443", "example.dk"),
        ("http://127.0.0.1:8080/", "127.0.0.1:8080"),
        ("staging.example.dk", "staging.example.dk"),
    ],
)
def test_a_shop_is_known_by_its_host(url: str, host: str) -> None:
    assert host_of(url) == host
