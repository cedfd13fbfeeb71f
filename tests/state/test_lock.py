"""The lock: between processes, freed by a death, taken away by force."""

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from machines import Machine
from state_samples import HOST, A, entry, intent

import shopform
from shopform.errors import Locked, StateError
from shopform.kinds.standard import STANDARD
from shopform.sandbox import Sandbox
from shopform.sandbox.calls import LoggedRequest
from shopform.state.local import lock as locking
from shopform.state.local.lock import acquire, force_unlock, read_info
from shopform.state.local.store import LocalStore
from shopform.state.ownership import Expected

HOLDER = """
import sys
from pathlib import Path
from state_samples import A, HOST, intent
from shopform.kinds.standard import STANDARD
from shopform.model.plan import Op
from shopform.state.local.store import LocalStore
from shopform.state.ownership import Expected
expected = Expected(shop=HOST, catalogue=STANDARD)
with LocalStore(Path(sys.argv[1]), expected).open("apply") as session:
    session.intend("1", Op.CREATE, A, intent(A))
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "x.json"


@contextmanager
def holder(place: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock, in the middle of a create."""
    paths = [str(Path(shopform.__file__).parents[1]), str(Path(__file__).parent)]
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(place)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_another_process_is_refused_with_the_holder(place: Path) -> None:
    with holder(place) as process:
        with pytest.raises(Locked) as caught:
            LocalStore(place, Expected(shop=HOST, catalogue=STANDARD)).open("destroy")
        info = read_info(place.with_name("x.json.lock"))
        assert info is not None
        assert info.pid == process.pid
        assert info.operation == "apply"
        assert info.path == str(place)
        for part in (info.who, info.created, info.id, str(info.pid)):
            assert part in str(caught.value)
        assert caught.value.diagnostics[0].hint.endswith(f"`shopform force-unlock {info.id}`")
        assert LocalStore(place, Expected(shop=HOST, catalogue=STANDARD)).read().pending == (
            intent(A),
        )


def test_a_killed_holder_frees_the_lock_and_leaves_its_intent(place: Path) -> None:
    with holder(place) as process:
        process.kill()
        process.wait()
        with LocalStore(place, Expected(shop=HOST, catalogue=STANDARD)).open("apply") as session:
            assert session.prior.pending == (intent(A),)


def test_force_unlock_from_another_process_lets_the_next_run_in(place: Path) -> None:
    with holder(place):
        info = read_info(place.with_name("x.json.lock"))
        assert info is not None
        with pytest.raises(StateError, match=info.id):
            LocalStore(place, Expected(shop=HOST, catalogue=STANDARD)).force_unlock("0")
        LocalStore(place, Expected(shop=HOST, catalogue=STANDARD)).force_unlock(info.id)
        with LocalStore(place, Expected(shop=HOST, catalogue=STANDARD)).open("apply") as session:
            session.result("1", set={A: entry(1)})
            session.commit()
    assert LocalStore(place, Expected(shop=HOST, catalogue=STANDARD)).read().resources == {
        A: entry(1)
    }


def test_waiting_is_bounded_and_slows_down(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(locking, "sleep", waits.append)
    monkeypatch.setattr(locking, "monotonic", lambda: sum(waits))
    file = place.with_name("x.lock")
    held = acquire(file, place, "apply", 0)
    with pytest.raises(Locked):
        acquire(file, place, "apply", 10)
    assert waits == [0.25, 0.5, 1, 2, 4, 2.25]
    held.release()


def test_waiting_ends_when_the_lock_is_freed(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = place.with_name("x.lock")
    held = acquire(file, place, "apply", 0)
    monkeypatch.setattr(locking, "sleep", lambda _: held.release())
    waited = acquire(file, place, "destroy", 10)
    assert waited.still_held()
    assert not held.still_held()
    waited.release()
    assert not file.exists()


def test_a_lock_whose_file_was_replaced_is_not_trusted(place: Path) -> None:
    file = place.with_name("x.lock")
    first = acquire(file, place, "apply", 0)
    force_unlock(file, place, first.info.id)
    second = acquire(file, place, "apply", 0)
    assert second.still_held()
    assert not first.still_held()
    first.release()
    assert second.still_held()
    second.release()


def test_a_lock_that_is_released_while_another_takes_it_is_taken_again(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = place.with_name("x.lock")
    held = acquire(file, place, "apply", 0)
    real = fcntl.flock

    def late(fd: int, how: int) -> None:
        held.release()
        real(fd, how)

    monkeypatch.setattr(fcntl, "flock", late)
    taken = acquire(file, place, "destroy", 0)
    assert taken.still_held()
    taken.release()


def test_a_lock_that_says_nothing_readable_still_locks(place: Path) -> None:
    file = place.with_name("x.lock")
    held = acquire(file, place, "apply", 0)
    file.write_bytes(b'{"id"')
    with pytest.raises(Locked, match="another run"):
        acquire(file, place, "apply", 0)
    with pytest.raises(StateError, match="just started"):
        force_unlock(file, place, "")
    held.release()


def test_what_a_dead_holder_wrote_is_replaced(place: Path) -> None:
    file = place.with_name("x.lock")
    file.write_text(json.dumps({"id": "old"}) + " " * 2000)
    held = acquire(file, place, "apply", 0)
    assert read_info(file) == held.info
    held.release()


def test_a_call_is_not_sent_again_after_force_unlock(tmp_path: Path, sandbox: Sandbox) -> None:
    one = Machine(tmp_path / "one", sandbox)
    one.declare(state="state/demo.json", suppliers={"nord": {"name": "Nord"}})
    one.done("apply", "--auto-approve")
    one.declare(state="state/demo.json", suppliers={"nord": {"name": "Syd"}})

    writes = []

    def unlock(call: LoggedRequest) -> None:
        if call.method != "GET":
            writes.append(call.method)
            store = one.workspace().store()
            if held := store.held():
                store.force_unlock(held.holder.id)
            raise ConnectionAbortedError

    sandbox.app.before.append(unlock)
    run = one.run("apply", "--auto-approve")
    assert run.exit == 1
    assert "was taken from this run" in " ".join(run.err.split())
    assert writes == ["PUT"]
