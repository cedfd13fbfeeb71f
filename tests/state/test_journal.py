"""The journal: truncated lines, damage, other states, full disks, and its cost."""

import errno
import json
import os
import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from state_samples import HOST, A, B, C, D, entry, intent

from shopform.errors import StateError
from shopform.kinds.standard import STANDARD
from shopform.model.plan import Op
from shopform.model.values import Address
from shopform.state.local.store import LocalStore
from shopform.state.ownership import Expected


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "x.json", Expected(shop=HOST, catalogue=STANDARD))


@pytest.fixture
def stopped(store: LocalStore) -> LocalStore:
    """A state, and the journal of a run that stopped."""
    with store.open("apply") as session:
        session.edit(set={A: entry(1)})
    with store.open("apply") as session:
        session.intend("b", Op.CREATE, B, intent(B))
        session.result("b", set={B: entry(2)})
        session.intend("c", Op.CREATE, C, intent(C))
    return store


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """No file of this process grows beyond `size` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_torn_last_line_is_ignored_and_written_over(stopped: LocalStore) -> None:
    whole = stopped.journal.read_bytes()
    told = stopped.read()
    for length in range(whole.rstrip().rfind(b"\n") + 2, len(whole)):
        stopped.journal.write_bytes(whole[:length])
        assert stopped.read().pending == ()
        with stopped.open("apply") as session:
            session.intend("c", Op.CREATE, C, intent(C))
        assert stopped.journal.read_bytes() == whole
        assert stopped.read() == told


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (1, b"\0\0"),
        (1, b'{"format":1}'),
        (1, b'{"format":3,"lineage":"1","serial":1,"shop":""}'),
        (2, b'{"intent":"b","op"'),
        (2, b"[]"),
        (2, b'{"other":1}'),
        (2, b'{"intent":"b","op":"create","address":"b","kind":"x","entry":{"id":0}}'),
        (3, b'{"result":"b","set":{"category.b":{}}}'),
        (3, b'{"result":"b","drop":["b"]}'),
        (3, b'{"result":1}'),
    ],
)
def test_a_damaged_line_is_reported_with_its_number(
    stopped: LocalStore, line: int, text: bytes
) -> None:
    lines = stopped.journal.read_bytes().splitlines()
    lines[line - 1] = text
    stopped.journal.write_bytes(b"\n".join(lines) + b"\n")
    with pytest.raises(StateError) as caught:
        stopped.read()
    assert str(stopped.journal) in str(caught.value)
    assert f"line {line}" in str(caught.value) or "format 3" in str(caught.value)
    with pytest.raises(StateError):
        stopped.open("apply")
    with pytest.raises(StateError, match="no run holds"):
        stopped.force_unlock("")


def test_a_journal_of_the_older_format_is_read(stopped: LocalStore) -> None:
    expected = stopped.read()
    text = stopped.journal.read_bytes()
    stopped.journal.write_bytes(text.replace(b'{"format":2', b'{"format":1'))
    assert text != stopped.journal.read_bytes()
    assert stopped.read() == expected


def test_an_empty_journal_is_damage_and_not_absence(stopped: LocalStore) -> None:
    stopped.journal.write_bytes(b"")
    with pytest.raises(StateError, match="damaged in line 1"):
        stopped.read()


def test_a_journal_is_not_added_to_a_state_that_went_on_elsewhere(
    stopped: LocalStore, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    other = LocalStore(tmp_path / "elsewhere" / "x.json", Expected(shop=HOST, catalogue=STANDARD))
    other.path.write_bytes(stopped.path.read_bytes())
    with other.open("apply") as session:
        session.edit(set={C: entry(3)})
    stopped.path.write_bytes(other.path.read_bytes())
    with pytest.raises(StateError, match="does not belong to the state"):
        stopped.read()
    stopped.path.unlink()
    with pytest.raises(StateError, match="does not belong to the state"):
        stopped.read()


def test_a_journal_of_another_lineage_is_refused(stopped: LocalStore) -> None:
    state = json.loads(stopped.path.read_bytes())
    stopped.path.write_text(json.dumps(state | {"lineage": "0"}))
    with pytest.raises(StateError, match="does not belong to the state"):
        stopped.read()


def test_only_creates_keep_what_is_needed_to_look_them_up(stopped: LocalStore) -> None:
    with stopped.open("apply") as session:
        session.intend("u", Op.UPDATE, A)
    last = json.loads(stopped.journal.read_bytes().splitlines()[-1])
    assert last == {"intent": "u", "op": "update", "address": A}
    assert stopped.read().pending == (intent(C),)


def test_threads_that_wait_together_share_one_fsync(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls, written = os.fsync, [], threading.Event()

    def fsync(fd: int) -> None:
        calls.append(fd)
        if len(calls) == 1:
            assert written.wait(60)
        real(fd)

    with store.open("apply") as session:
        session.failed("none")
        monkeypatch.setattr(os, "fsync", fsync)
        threads = [
            threading.Thread(target=session.intend, args=(str(n), Op.UPDATE, A)) for n in range(4)
        ]
        for thread in threads:
            thread.start()
        while store.journal.read_bytes().count(b"intent") < 4:
            pass
        written.set()
        for thread in threads:
            thread.join()
    assert len(calls) == 2


def test_a_step_does_not_rewrite_the_state(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.open("apply") as session:
        session.edit(set={Address.of("redirect", f"r{n}"): entry(n) for n in range(500)})
        written: list[int] = []
        real = os.write

        def write(fd: int, data: bytes) -> int:
            written.append(len(data))
            return real(fd, data)

        session.intend("1", Op.CREATE, B, intent(B))
        monkeypatch.setattr(os, "write", write)
        session.result("1", set={B: entry(2)})
        session.intend("2", Op.UPDATE, B)
    assert len(written) == 2
    assert sum(written) < 1000


def test_a_disk_that_is_full_stops_the_step_before_its_call(stopped: LocalStore) -> None:
    with stopped.open("apply") as session:
        session.failed("none")
        with full_disk(stopped.journal.stat().st_size + 20):
            with pytest.raises(StateError, match=r"x\.json\.journal"):
                session.intend("d", Op.CREATE, C, intent(C))
            assert stopped.read().pending == (intent(C),)
        session.result("c", set={C: entry(3)})
        session.commit()
    assert stopped.read().resources == {A: entry(1), B: entry(2), C: entry(3)}
    assert not stopped.journal.exists()


def test_a_state_that_cannot_be_written_leaves_the_old_one_and_the_journal(
    stopped: LocalStore,
) -> None:
    with stopped.open("apply") as session:
        session.edit(set={D: entry(4, "x" * 3000)})
        session.result("c", set={C: entry(3)})
    state, told = stopped.path.read_bytes(), stopped.read()
    with stopped.open("apply") as session:
        with full_disk(stopped.journal.stat().st_size + 200):
            with pytest.raises(StateError, match=r"cannot use `.*x\.json`"):
                session.commit()
            assert stopped.path.read_bytes() == state
            assert stopped.read() == told
        assert {p.name for p in stopped.path.parent.iterdir()} == {
            "x.json",
            "x.json.journal",
            "x.json.lock",
        }
        assert session.commit() == stopped.read()
    assert stopped.read().resources == told.resources


def test_a_failed_fsync_is_never_followed_by_success(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(fd: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with store.open("apply") as session:
        session.intend("1", Op.CREATE, A, intent(A))
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", fail)
            with pytest.raises(StateError, match="input/output error"):
                session.intend("2", Op.CREATE, B, intent(B))
        with pytest.raises(StateError, match="unusable after a disk error"):
            session.intend("3", Op.CREATE, C, intent(C))
    assert intent(A) in store.read().pending


@pytest.mark.parametrize("mode", [0o444, 0o400])
def test_a_read_only_state_is_refused_before_the_run(stopped: LocalStore, mode: int) -> None:
    stopped.path.chmod(mode)
    with pytest.raises(StateError, match="permission denied") as caught:
        stopped.open("apply")
    assert caught.value.diagnostics[0].hint
    assert not stopped.lock.exists()


def test_a_path_that_is_not_a_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError, match="not a directory"):
        LocalStore(tmp_path / "file" / "x.json", Expected(shop=HOST, catalogue=STANDARD)).open(
            "apply"
        )
    with pytest.raises(StateError, match="is a directory"):
        LocalStore(tmp_path, Expected(shop=HOST, catalogue=STANDARD)).read()


def test_what_a_list_held_is_recorded_once_and_travels_with_the_intents(store: LocalStore) -> None:
    listed = tuple((n, n) for n in range(1, 4000, 2))
    with store.open("apply") as session:
        for name in (A, B, C):
            session.intend(str(name), Op.CREATE, name, replace(intent(name), before=listed))
        session.intend("d", Op.CREATE, D, intent(D))
        session.failed(str(A))
        session.commit()
    assert store.journal.read_bytes().count(b"[3999,3999]") == 1
    assert {each.address: each.before for each in store.read().pending} == {
        B: listed,
        C: listed,
        D: None,
    }
