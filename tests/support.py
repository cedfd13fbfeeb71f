"""What tests of whole runs share: projects that point at a sandbox, and ways to run shopform."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from unittest.mock import patch

from shopform.cli.console import Console
from shopform.cli.main import execute
from shopform.sandbox import Sandbox

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
ADDRESS_IN_FILES = re.compile(r"http://127\.0\.0\.1:\d+")
SHOPFORM = (sys.executable, "-c", "from shopform.cli.main import run; run()")


@dataclass(frozen=True)
class Run:
    """A finished run. `exit` is negative for a process that a signal ended."""

    exit: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return f"exit {self.exit}\n{self.out}\n{self.err}"


def point_at(directory: Path, sandbox: Sandbox) -> None:
    """Make every shop of the project's settings be this sandbox."""
    settings = directory / "shopform.yaml"
    url = sandbox.url.removesuffix("/REST")
    settings.write_text(ADDRESS_IN_FILES.sub(url, settings.read_text("utf-8")), "utf-8")


def copy_project(source: Path, to: Path, sandbox: Sandbox) -> Path:
    """A copy of a project, without what runs leave behind, that points at the sandbox."""
    ignored = shutil.ignore_patterns(".shopform", "state", "secrets")
    shutil.copytree(source, to, ignore=ignored, dirs_exist_ok=True)
    point_at(to, sandbox)
    return to


def environment_of(sandbox_key: str = "sandbox", **more: str) -> dict[str, str]:
    """A run's environment: nothing of shopform's own from outside but the key."""
    outer = {name: text for name, text in os.environ.items() if not name.startswith("SHOPFORM")}
    return {**outer, "SHOPFORM_TOKEN": sandbox_key, "PYTHONPATH": str(ROOT), **more}


def run_here(directory: Path, *arguments: str, environment: Mapping[str, str]) -> Run:
    """Run a command in this process, its result and its messages caught: the fastest way."""
    out, err = io.StringIO(), io.StringIO()
    surroundings = patch.dict(os.environ, environment, clear=True)
    with surroundings, redirect_stdout(out), redirect_stderr(err):
        console = Console()
        code = execute(console, ["-C", str(directory), *arguments])
    return Run(code, out.getvalue(), err.getvalue())


def run_process(
    directory: Path, *arguments: str, environment: Mapping[str, str], timeout: float = 60
) -> Run:
    """Run a command as its users do, in a process of its own."""
    done = subprocess.run(
        [*SHOPFORM, *arguments],
        cwd=directory,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
    )
    return Run(done.returncode, done.stdout, done.stderr)


@dataclass
class Started:
    """A run that goes on. Its `pid` is known from the start."""

    pid: int
    directory: Path
    _result: list[int] = field(default_factory=list)
    _done: threading.Event = field(default_factory=threading.Event)

    def wait(self, timeout: float = 60) -> Run:
        assert self._done.wait(timeout), "the run does not end"
        texts = [(self.directory / name).read_text("utf-8") for name in ("out", "err")]
        return Run(self._result[0], *texts)

    def ended(self, code: int) -> None:
        self._result.append(code)
        self._done.set()


class Prepared:
    """Starts runs as processes forked from one that has imported everything already.

    They are processes with files, signals and deaths of their own, at a quarter of the time.
    """

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._count = 0
        self._lock = threading.Lock()
        self._started: dict[int, Started] = {}
        self._announced: dict[int, threading.Event] = {}
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("prepared.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment_of(),
        )
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(60)
        self._reader.join()
        self._process.stdout.close()

    def start(self, directory: Path, *arguments: str, environment: Mapping[str, str]) -> Started:
        with self._lock:
            self._count += 1
            number = self._count
            self._announced[number] = threading.Event()
            scratch = self._scratch / str(number)
            scratch.mkdir()
            self._started[number] = Started(0, scratch)
            order: dict[str, Any] = {
                "number": number,
                "arguments": arguments,
                "directory": str(directory),
                "scratch": str(scratch),
                "environment": dict(environment),
            }
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
        assert self._announced[number].wait(60), "the run does not begin"
        return self._started[number]

    def run(self, directory: Path, *arguments: str, environment: Mapping[str, str]) -> Run:
        return self.start(directory, *arguments, environment=environment).wait()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            told: dict[str, int] = json.loads(line)
            started = self._started[told["number"]]
            if "pid" in told:
                started.pid = told["pid"]
                self._announced[told["number"]].set()
            else:
                started.ended(told["exit"])
