"""One thing goes wrong in one run; whatever it was, the next run makes it good."""

import atexit
import json
import os
import re
import shutil
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from queue import Queue
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

from support import (
    EXAMPLES,
    Prepared,
    Run,
    copy_project,
    environment_of,
    memory,
    point_at,
    run_here,
)

from shopform.kinds.standard import STANDARD
from shopform.sandbox import Sandbox
from shopform.sandbox.behaviour.tables import Endpoints
from shopform.sandbox.calls import Hook, LoggedRequest

PROJECTS = Path(__file__).with_name("projects")
KEY = "0b9c5ee1f0a94d0c8f5a1d2b7c6e3f48"
APPLY = ("apply", "--auto-approve", "--parallelism")
DIED = -signal.SIGKILL
EXITS = {0, 1, 2, 10, 11, 12, 13, 14, 15, 16, 17, 18, 64, 130}  # design 9
DEFECT = ("Traceback", "is a defect in it")
# What no declaration decides: the shop makes these up.
VOLATILE = {"last_modified", "secret", "image_id"}
REFERENCES = {"parent_id": "category", "canonical_id": "category", "profile_id": "profile"} | {
    "attribute_id": "profile-attribute"
}


@dataclass(frozen=True)
class Scenario:
    """What is declared, and what was applied before that, if anything."""

    name: str
    goal: Path
    start: Path | None = None


# Every list with a total; a bare one shows no gap, and what is missing is asked for by id.
COUNTED = {f"shape.{endpoint}": "envelope" for endpoint in Endpoints.of(STANDARD).tables}

CREATE = Scenario("create", EXAMPLES / "minimal")
CHANGE = Scenario("change", PROJECTS / "goal", PROJECTS / "start")


@dataclass
class Trial:
    """A shop and a project of its own, and the runs made in it."""

    sandbox: Sandbox
    directory: Path
    prepared: Prepared
    parallelism: int = 1
    runs: list[Run] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        return environment_of(KEY)

    def apply(self, **environment: str) -> Run:
        """An apply in a process of its own."""
        surroundings = {**self.environment, **environment}
        arguments = (*APPLY, str(self.parallelism))
        return self.kept(self.prepared.run(self.directory, *arguments, environment=surroundings))

    def here(self, *arguments: str) -> Run:
        """A run in this process, which is faster."""
        return self.kept(run_here(self.directory, *arguments, environment=self.environment))

    def kept(self, run: Run) -> Run:
        self.runs.append(run)
        return run

    def struck_at(self, number: int, hooks: list[Hook], strike: Callable[[int], None]) -> Run:
        """An apply, with something done to its process at a call."""
        victim: Queue[int] = Queue()

        def hook(call: LoggedRequest) -> None:
            if call.n == number:
                strike(victim.get(timeout=30))

        hooks.append(hook)
        arguments = (*APPLY, str(self.parallelism))
        started = self.prepared.start(self.directory, *arguments, environment=self.environment)
        victim.put(started.pid)
        run = self.kept(started.wait())
        hooks.remove(hook)
        return run

    def killed_at(self, number: int, *, answered: bool) -> Run:
        """An apply killed at a call: before it is carried out, or when it is and not answered."""

        def kill(pid: int) -> None:
            os.kill(pid, signal.SIGKILL)
            raise ConnectionAbortedError

        app = self.sandbox.app
        return self.struck_at(number, app.after if answered else app.before, kill)


@contextmanager
def trial(
    scenario: Scenario,
    prepared: Prepared,
    *,
    parallelism: int = 1,
    switches: Mapping[str, str] | None = None,
) -> Iterator[Trial]:
    """The scenario at the moment before its apply; the sandbox counts calls from there."""
    with TemporaryDirectory(dir=memory()) as folder:
        directory, data = Path(folder) / "project", Path(folder) / "shop.jsonl"
        start = scenario.start and beginning(scenario.start, tuple((switches or {}).items()))
        if start:
            shutil.copytree(start, folder, dirs_exist_ok=True)
        with Sandbox(token=KEY, switches=switches, data=data) as sandbox:
            if start:
                moved(directory, sandbox)
            shutil.copytree(scenario.goal, directory, dirs_exist_ok=True)
            point_at(directory, sandbox)
            sandbox.reset_log()
            yield Trial(sandbox, directory, prepared, parallelism)


@cache
def beginning(start: Path, switches: tuple[tuple[str, str], ...]) -> Path:
    """A folder with a project that was applied, and with the data of the shop it was applied to.

    It is copied for each trial: the apply would be the same every time.
    """
    folder = Path(mkdtemp(dir=memory()))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with Sandbox(token=KEY, switches=dict(switches), data=folder / "shop.jsonl") as sandbox:
        directory = copy_project(start, folder / "project", sandbox)
        done = run_here(directory, "apply", "--auto-approve", environment=environment_of(KEY))
        assert done.exit == 0, done.text
    return folder


def moved(directory: Path, sandbox: Sandbox) -> None:
    """Let what was remembered of a shop be of this one, which listens on another port."""
    for file in directory.rglob("*.json"):
        text = re.sub(r"127\.0\.0\.1:\d+", f"127.0.0.1:{sandbox.port}", file.read_text("utf-8"))
        file.write_text(text, "utf-8")


@dataclass(frozen=True)
class Goal:
    """How a run ends in which nothing goes wrong, and how many calls it makes."""

    shop: dict[str, list[str]]
    addresses: list[str]
    calls: int


def shape(sandbox: Sandbox) -> dict[str, list[str]]:
    """All objects of the shop, without ids: each reference is the text of what it points to."""
    tables = sandbox.app.state()
    ids = {name: next(iter(rows[0])) for name, rows in tables.items() if rows}
    found = {name: {row[ids[name]]: row for row in rows} for name, rows in tables.items() if rows}

    def told(name: str, row: dict[str, Any]) -> str:
        shown = {key: each for key, each in row.items() if key not in {ids[name], *VOLATILE}}
        if name != "webhook":
            shown.pop("url", None)
        for key in REFERENCES.keys() & shown.keys():
            above = found[REFERENCES[key]].get(shown[key])
            shown[key] = told(REFERENCES[key], above) if above else ""
        shown["images"] = [
            {key: part for key, part in image.items() if key not in VOLATILE}
            for image in row.get("images", ())
        ]
        return json.dumps(shown, sort_keys=True)

    return {name: sorted(told(name, row) for row in rows) for name, rows in tables.items()}


@cache
def goal(scenario: Scenario, prepared: Prepared) -> Goal:
    with trial(scenario, prepared) as one:
        done = one.apply()
        assert done.exit == 0, done.text
        return Goal(shape(one.sandbox), addresses(one), len(one.sandbox.calls))


def addresses(one: Trial) -> list[str]:
    state = json.loads((one.directory / "state/sandbox.json").read_text("utf-8"))
    return sorted(state["resources"])


def made_good(one: Trial, scenario: Scenario) -> None:
    """A clean apply ends well, and then all is as if nothing had ever gone wrong."""
    one.sandbox.clear_faults()
    done = one.here("apply", "--auto-approve")
    assert done.exit == 0, done.text
    wanted = goal(scenario, one.prepared)
    assert shape(one.sandbox) == wanted.shop
    assert addresses(one) == wanted.addresses
    again = one.here("plan", "--detailed-exitcode")
    assert again.exit == 0, again.text
    files = {path.name for path in (one.directory / "state").iterdir() if path.suffix != ".tmp"}
    assert files == {"sandbox.json"}
    kept_secret(one)


def kept_secret(one: Trial) -> None:
    """Secrets are in a file for their owner alone and nowhere else, or told to be lost."""
    said = " ".join(" ".join(run.text for run in one.runs).split())
    assert KEY not in said
    files = [path for path in one.directory.rglob("*") if path.is_file()]
    assert not [path for path in files if KEY.encode() in path.read_bytes()]
    for hook in one.sandbox.data("webhook"):
        holders = [path for path in files if hook["secret"].encode() in path.read_bytes()]
        assert all(path.parent == one.directory / "secrets" for path in holders)
        assert all(path.stat().st_mode & 0o777 == 0o600 for path in holders)
        assert hook["secret"] not in said
        told = re.search(r"did not show it|is lost", said) and "--replace webhook." in said
        kept = any(path.suffix != ".tmp" for path in holders)
        assert kept or told, f"the secret of {hook['url']} is lost, and nobody said so\n{said}"


def well_told(run: Run) -> None:
    """The run ended by a code of the table, and no defect showed."""
    assert run.exit in EXITS, run.text
    assert not any(word in run.text for word in DEFECT), run.text


def report(what: str, failures: Iterable[str], tried: int) -> None:
    """Print how many were tried and survived; fail with those that did not."""
    failed = list(failures)
    print(f"{what}: {tried} tried, {tried - len(failed)} survived")
    assert tried
    assert not failed, "\n\n".join(failed)
