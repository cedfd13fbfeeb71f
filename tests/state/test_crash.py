"""A run that is killed at any file operation leaves the truth before or after that operation."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from crash_driver import RUNS, Truth, stored, truths
from state_samples import A, entry, intent

import shopform
from shopform.model.plan import Op
from shopform.model.prior import Prior

ROOT = Path(shopform.__file__).parents[1]


@pytest.fixture(scope="module", params=[pytest.param(1, marks=pytest.mark.wide), 11])
def deaths(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> list[Path]:
    """Runs that died at every operation, or in the gate at every eleventh one."""
    root = tmp_path_factory.mktemp("deaths")
    driver = Path(__file__).with_name("crash_driver.py")
    subprocess.run(
        [sys.executable, str(driver), str(root), str(request.param)],
        check=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    return sorted(root.iterdir())


def truth_of(prior: Prior) -> Truth:
    pending = [intent.address for intent in prior.pending]
    assert len(set(pending)) == len(pending)
    return {a: e.id for a, e in prior.resources.items()}, set(pending)


def test_every_death_leaves_the_earlier_or_the_later_truth(deaths: list[Path]) -> None:
    assert len(deaths) > 15
    told = truths()
    for death in deaths:
        steps = len((death / "ack").read_bytes())
        prior = stored(death / "state" / "x.json").read()
        assert truth_of(prior) in told[steps : steps + 2], death.name


def test_the_next_run_finds_the_same_and_cleans_up(deaths: list[Path]) -> None:
    for death in deaths:
        place = death / "state" / "x.json"
        left = stored(place).read()
        with stored(place).open("apply") as session:
            assert session.prior == left
            committed = session.commit()
        read = stored(place).read()
        assert read == committed, death.name
        assert truth_of(read) == truth_of(left), death.name
        assert read.serial >= left.serial, death.name
        files = {path.name for path in place.parent.iterdir() if path.suffix != ".tmp"}
        assert files <= {"x.json", "x.json.journal"}
        assert ("x.json.journal" in files) == bool(read.pending), death.name


def test_a_run_without_a_crash_reaches_the_last_state(deaths: list[Path]) -> None:
    finished = [d for d in deaths if len((d / "ack").read_bytes()) == sum(map(len, RUNS))]
    assert finished
    for death in finished:
        assert truth_of(stored(death / "state" / "x.json").read()) == truths()[-1]


def test_everything_is_synced_before_what_relies_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    names: dict[int, str] = {}
    opened, fsync, replace, unlink = os.open, os.fsync, os.replace, os.unlink

    def spy_open(path: Path, *args: int) -> int:
        fd = opened(path, *args)
        names[fd] = Path(path).name
        return fd

    def spy_fsync(fd: int) -> None:
        told.append(f"sync {names[fd]}")
        fsync(fd)

    def spy_replace(old: Path, new: Path) -> None:
        told.append(f"rename {new.name}")
        replace(old, new)

    def spy_unlink(path: Path) -> None:
        told.append(f"unlink {path.name}")
        unlink(path)

    for name, spy in [("open", spy_open), ("fsync", spy_fsync)]:
        monkeypatch.setattr(os, name, spy)
    monkeypatch.setattr(os, "replace", spy_replace)
    monkeypatch.setattr(os, "unlink", spy_unlink)
    with stored(tmp_path / "state" / "x.json").open("apply") as session:
        session.intend("1", Op.CREATE, A, intent(A))
        session.result("1", set={A: entry(1)})
        told.append("commit")
        session.commit()
    assert told == [
        f"sync {tmp_path.name}",
        *["sync x.json.journal.tmp", "rename x.json.journal", "sync state", "sync x.json.journal"],
        "commit",
        "sync x.json.journal",
        *["sync x.json.tmp", "rename x.json", "sync state"],
        *["unlink x.json.journal", "sync state"],
        "unlink x.json.lock",
    ]
