"""Machines that share one state and come and go: each has the files of a project only."""

import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue

from support import EXAMPLES, ROOT, Run, copy_project, environment_of

from shopform.errors import Locked
from shopform.sandbox import Sandbox
from shopform.sandbox.calls import LoggedRequest

DRIVER = str(Path(__file__).with_name("remote_driver.py"))
APPLY = ("apply", "--auto-approve", "--lock-timeout", "5m")


def machine(environment: Mapping[str, str], *arguments: str, cwd: Path) -> subprocess.Popen[str]:
    """Start the driver in a process of its own."""
    return subprocess.Popen(
        [sys.executable, DRIVER, *arguments],
        cwd=cwd,
        env=environment_of(**environment) | {"PYTHONPATH": f"{ROOT}:{Path(DRIVER).parent}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> Run:
    out, err = process.communicate(timeout=300)
    return Run(process.returncode, out, err)


def stopped(pid: int) -> bool:
    """Whether a process was paused."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] == "T"


@dataclass
class Machines:
    """A shop, and the machines that work on it.

    `location` and `settings` are what their project says of the state, `more` its resources beside
    those of the smallest example.
    """

    sandbox: Sandbox
    folder: Path
    location: str
    settings: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    more: str = ""
    count: int = 0

    def start(self, *arguments: str, **more: str) -> subprocess.Popen[str]:
        """Start a command on a new machine."""
        self.count += 1
        folder = self.folder / f"machine{self.count}"
        project = copy_project(EXAMPLES / "minimal", folder, self.sandbox)
        settings = project / "shopform.yaml"
        text = settings.read_text("utf-8")
        text = re.sub(r"^( *)url:", rf"\1state: {self.location}\n\1url:", text, count=1, flags=re.M)
        if self.settings:
            store = "".join(f"  {name}: {value}\n" for name, value in self.settings.items())
            text += f"state_store:\n{store}"
        settings.write_text(text, "utf-8")
        if self.more:
            (project / "more.yaml").write_text(self.more, "utf-8")
        return machine({**self.environment, **more}, "run", *arguments, cwd=project)

    def run(self, *arguments: str) -> Run:
        return ended(self.start(*arguments))

    def go_on(self) -> Run:
        """Apply on another machine; where the state is locked without a lease, unlock it first."""
        lease = "://" in self.location and not self.location.startswith("http")
        done = self.run(*APPLY) if lease else self.run(*APPLY[:2])
        if done.exit == Locked.exit_code and not lease:
            holder = re.search(r"force-unlock\s+([0-9a-f-]{36})", done.err)
            assert holder, done.text
            unlocked = self.run("force-unlock", holder[1])
            assert unlocked.exit == 0, unlocked.text
            done = self.run(*APPLY[:2])
        return done

    def struck(
        self,
        strike: Callable[[int], None],
        when: Callable[[LoggedRequest], bool],
        parallelism: int = 4,
    ) -> subprocess.Popen[str]:
        """Start an apply; something is done to its process at the first call that fits."""
        victim: Queue[int] = Queue()

        def hook(seen: LoggedRequest) -> None:
            if when(seen):
                strike(victim.get(timeout=60))

        self.sandbox.reset_log()
        self.sandbox.app.after.append(hook)
        process = self.start(*APPLY, "--parallelism", str(parallelism))
        victim.put(process.pid)
        return process

    def made(self) -> dict[str, int]:
        return {kind: len(rows) for kind, rows in self.sandbox.app.state().items()}
