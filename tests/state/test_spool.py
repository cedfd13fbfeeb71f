"""A store that goes away in the middle of a run: what was done is kept on this machine."""

from pathlib import Path
from unittest.mock import Mock

import pytest
from object_stores import KEY, QUICK, Faults, memory, store_of
from state_samples import A, B, C, D, entry, intent
from support import Run, environment_of, run_here

from shopform.errors import LockLost, StateError, StoreError
from shopform.model.plan import Op
from shopform.sandbox import Sandbox
from shopform.state.objects import lease, obstore_blobs, store
from shopform.state.objects.blobs import Blobs


class Switched:
    """Faults that are switched on and off."""

    def __init__(self, blobs: Blobs) -> None:
        self.away = False
        self.blobs = Faults(blobs, self.act)

    def act(self, number: int, verb: str, after: bool) -> None:
        if self.away:
            raise StoreError("the store does not answer")


def stopped_run(inner: Blobs, folder: Path) -> None:
    """A was made, B was refused, and C is in flight when its process ends."""
    switched = Switched(inner)
    away = pytest.raises(StoreError, match="does not answer")
    with away, store_of(switched.blobs, folder).open("apply") as session:
        session.announce({"a": intent(A), "b": intent(B), "c": intent(C)})
        switched.away = True
        session.result("a", set={A: entry(1)})
        session.failed("b")
        # Only what waits is answered.
        session.result("d", set={D: entry(4)})
        session.result("c", set={D: entry(4)})
        session.commit()


def spools(folder: Path) -> list[Path]:
    return [*folder.glob("spool-*.json")]


def test_the_next_run_on_this_machine_knows_what_was_made(tmp_path: Path) -> None:
    inner = memory()
    stopped_run(inner, tmp_path)
    (spool,) = spools(tmp_path)
    assert spool.stat().st_mode & 0o777 == 0o600
    read = store_of(inner, tmp_path).read()
    assert read.resources == {A: entry(1)}
    assert read.pending == (intent(C),)
    with store_of(inner, tmp_path).open("apply", timeout=5) as session:
        assert session.prior == read
    assert spools(tmp_path) == []
    assert store_of(inner).read() == read


def test_another_machine_looks_it_up_and_the_spool_is_then_too_old(tmp_path: Path) -> None:
    inner = memory()
    stopped_run(inner, tmp_path)
    with store_of(inner).open("apply", timeout=5) as session:
        assert session.prior.pending == (intent(A), intent(B), intent(C))
        session.result("adopt", set={A: entry(1)})
        session.resolve(B)
        session.edit(drop=[A])
        session.intend("a", Op.CREATE, A, intent(A))
    assert store_of(inner, tmp_path).read().pending == (intent(C), intent(A))
    with store_of(inner, tmp_path).open("apply") as session:
        assert session.prior.pending == (intent(C), intent(A))
    assert spools(tmp_path) == []


def test_a_spool_of_another_state_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / ".shopform"
    stopped_run(memory(), folder)
    (spool,) = spools(folder)
    spool.write_text(spool.read_text().replace(KEY, "shops/other.json"))
    with store_of(memory(), folder).open("apply") as session:
        session.edit(set={B: entry(2)})
    assert spools(folder) == [spool]


@pytest.mark.parametrize("committed", [False, True])
def test_a_run_that_ends_without_a_commit_keeps_what_was_made(
    committed: bool, tmp_path: Path
) -> None:
    inner = memory()
    switched = Switched(inner)
    away = pytest.raises(StoreError, match="does not answer")
    with away, store_of(switched.blobs, tmp_path).open("apply") as session:
        session.announce({"a": intent(A)})
        if committed:
            session.commit()
        switched.away = True
        session.result("a", set={A: entry(1)})
    with store_of(inner, tmp_path).open("apply", timeout=5):
        pass
    assert spools(tmp_path) == []
    assert store_of(inner).read().resources == {A: entry(1)}
    assert store_of(inner).read().pending == ()


def test_a_damaged_spool_is_reported(tmp_path: Path) -> None:
    inner = memory()
    stopped_run(inner, tmp_path)
    (spool,) = spools(tmp_path)
    spool.write_text("{")
    with pytest.raises(StateError, match=r"spool-.* is damaged"):
        store_of(inner, tmp_path).read()


@pytest.fixture
def remote(project: Path, monkeypatch: pytest.MonkeyPatch) -> Switched:
    """The state of the project is in a store that can be switched off."""
    switched = Switched(memory())
    monkeypatch.setattr(obstore_blobs, "open_blobs", lambda *_: switched.blobs)
    monkeypatch.setattr(store, "Times", lambda: QUICK)
    settings = project / "shopform.yaml"
    lines = settings.read_text().splitlines(keepends=True)
    place = next(n for n, line in enumerate(lines) if "url:" in line)
    indent = lines[place][: len(lines[place]) - len(lines[place].lstrip())]
    lines.insert(place + 1, f"{indent}state: s3://bucket/{KEY}\n")
    settings.write_text("".join(lines))
    return switched


def run(project: Path, *arguments: str) -> Run:
    return run_here(project, *arguments, environment=environment_of())


@pytest.mark.parametrize("call", [1, 4])
def test_an_apply_whose_store_goes_away_stops_reports_and_is_completed(
    call: int, project: Path, sandbox: Sandbox, remote: Switched
) -> None:
    writes = 0

    def leave(seen: object) -> None:
        nonlocal writes
        writes += getattr(seen, "method", "GET") == "POST"
        remote.away = remote.away or writes == call

    sandbox.app.after.append(leave)
    stopped = run(project, "apply", "--auto-approve", "--parallelism", "1")
    sandbox.app.after.remove(leave)
    assert stopped.exit == 14, stopped.text
    made = {kind: len(rows) for kind, rows in sandbox.app.state().items()}
    assert "not run" in stopped.out, stopped.text
    assert "spool-" in stopped.err, stopped.text
    remote.away = False
    done = run(project, "apply", "--auto-approve", "--lock-timeout", "5m")
    assert done.exit == 0, done.text
    for kind, count in made.items():
        assert len(sandbox.app.state()[kind]) >= count
    again = run(project, "plan", "--detailed-exitcode")
    assert again.exit == 0, again.text
    assert spools(project / ".shopform") == []


def test_an_apply_whose_store_is_away_before_its_first_call_does_nothing(
    project: Path, sandbox: Sandbox, remote: Switched
) -> None:
    def leave(seen: object) -> None:
        remote.away = True

    sandbox.app.before.append(leave)
    stopped = run(project, "apply", "--auto-approve")
    assert stopped.exit == 19, stopped.text
    assert not any(call.method == "POST" for call in sandbox.calls)


def test_a_create_that_is_sent_again_needs_the_lock(
    project: Path, sandbox: Sandbox, remote: Switched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shop asks to wait, and the lock is lost meanwhile."""
    sandbox.set_fault("POST /supplier:1:429=0")

    def lose(seen: object) -> None:
        if getattr(seen, "status", 0) == 429:
            lost = LockLost("it was lost")
            monkeypatch.setattr(lease.Lease, "require", Mock(side_effect=lost))

    sandbox.app.after.append(lose)
    stopped = run(project, "apply", "--auto-approve", "--parallelism", "1")
    assert [c.status for c in sandbox.calls if c.path.endswith("/supplier") and c.method == "POST"]
    assert "it was lost" in stopped.text
    assert "it was lost" in stopped.text
    assert "1 failed, " in stopped.out
    assert len(sandbox.data("supplier")) == 0
