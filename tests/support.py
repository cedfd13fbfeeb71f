"""What tests of whole runs share: projects that point at a sandbox, and ways to run shopform."""

import io
import itertools
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, Self
from unittest.mock import patch

import pytest
from _pytest.mark import ParameterSet
from direct import direct

from shopform.cli.main import execute
from shopform.sandbox import Sandbox
from shopform.terminal.console import Console

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
ADDRESS_IN_FILES = re.compile(r"http://127\.0\.0\.1:\d+")
ROOMY = 2**28  # bytes; the gate takes 20 MB
SHOPFORM = (sys.executable, "-c", "from shopform.cli.entry import run; run()")


def sampled(values: Iterable[object], every: int) -> list[ParameterSet]:
    """These parameters: one in `every` for the gate, and the others for `make faults`."""
    return [
        pytest.param(value, marks=() if number % every == 0 else pytest.mark.wide)
        for number, value in enumerate(values)
    ]


@dataclass(frozen=True)
class Run:
    """A finished run. `exit` is negative for a process that a signal ended."""

    exit: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return f"exit {self.exit}\n{self.out}\n{self.err}"


def at_port(text: str, old: object, new: object) -> str:
    """The text with the address of one sandbox replaced by another's.

    Never the number alone: one digest in some thousands contains it.
    """
    return re.sub(rf"(?<!\d)127\.0\.0\.1:{old}(?!\d)", f"127.0.0.1:{new}", text)


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
    """A run's environment: nothing of shopform's own from outside but the key, and no CI."""
    mine = ("SHOPFORM", "CI", "GITHUB_", "GITLAB_")
    outer = {name: text for name, text in os.environ.items() if not name.startswith(mine)}
    return {**outer, "SHOPFORM_TOKEN": sandbox_key, "PYTHONPATH": str(ROOT), **more}


def run_here(directory: Path, *arguments: str, environment: Mapping[str, str]) -> Run:
    """Run a command in this process, its result and its messages caught: the fastest way.

    It does not wait long before it sends a request again, nor for a run whose lock it removes.
    """
    out, err = io.StringIO(), io.StringIO()
    surroundings = patch.dict(os.environ, environment, clear=True)
    hasty = patch("shopform.shop.client.FIRST_WAIT", 0.01)
    certain = patch("shopform.cli.commands.state.sleep")
    with surroundings, hasty, certain, direct(), redirect_stdout(out), redirect_stderr(err):
        console = Console()
        code = execute(console, ["-C", str(directory), *arguments])
    return Run(code, out.getvalue(), err.getvalue())


def memory() -> str | None:
    """A folder without a disk below it, where there is one: fsync is not what is tested."""
    folder = "/dev/shm"
    roomy = os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > ROOMY
    return folder if roomy else None


@dataclass
class Started:
    """A run that goes on. Its `pid` is known from the start."""

    pid: int
    directory: Path
    _client: socket.socket
    _lines: BinaryIO

    def wait(self, timeout: float = 180) -> Run:
        self._client.settimeout(timeout)
        code = int(self._lines.readline())
        self._client.close()
        texts = [(self.directory / name).read_text("utf-8") for name in ("out", "err")]
        return Run(code, *texts)


def interrupt(pid: int) -> None:
    """Send SIGINT, and wait until the process has handled it: it is not pending, and it waits."""
    os.kill(pid, signal.SIGINT)
    status, bit = Path(f"/proc/{pid}/status"), 1 << (signal.SIGINT - 1)
    while status.exists():
        found = dict(line.split(":\t", 1) for line in status.read_text("utf-8").splitlines())
        if found["State"][0] != "R" and not int(found["ShdPnd"], 16) & bit:
            break
        time.sleep(0.01)
    time.sleep(0.5)


# The program `shopform` for a PATH: hands its arguments, folder, environment and streams over.
PROGRAM = """#!{python} -IS
import json, os, signal, socket, sys
client = socket.socket(socket.AF_UNIX)
client.connect({path!r})
order = {{"arguments": sys.argv[1:], "directory": os.getcwd(), "environment": dict(os.environ)}}
socket.send_fds(client, [json.dumps(order).encode() + b"\\n"], [0, 1, 2])
lines = client.makefile("rb")
pid = int(lines.readline())
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda each, frame: os.kill(pid, each))
code = int(lines.readline())
sys.exit(code if code >= 0 else 128 - code)
"""


class Prepared:
    """Starts runs as processes forked from one that has imported everything already.

    They are processes with files, signals and deaths of their own, at a quarter of the time.
    """

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._count = itertools.count()
        # The address of a socket has 104 bytes at most.
        self._home = TemporaryDirectory(dir=memory() or "/tmp")
        self._path = f"{self._home.name}/socket"
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("prepared.py")), self._path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment_of(),
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=60)
        self._home.cleanup()

    def program(self, folder: Path) -> None:
        """Put a program `shopform` into a folder, for the PATH of a shell."""
        file = folder / "shopform"
        file.write_text(PROGRAM.format(python=sys.executable, path=self._path), "utf-8")
        file.chmod(0o755)

    def start(self, directory: Path, *arguments: str, environment: Mapping[str, str]) -> Started:
        scratch = self._scratch / str(next(self._count))
        scratch.mkdir()
        order: dict[str, Any] = {
            "arguments": arguments,
            "directory": str(directory),
            "environment": dict(environment),
        }
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(180)
        client.connect(self._path)
        with (
            Path(os.devnull).open("rb") as nothing,
            (scratch / "out").open("wb") as out,
            (scratch / "err").open("wb") as err,
        ):
            streams = [each.fileno() for each in (nothing, out, err)]
            socket.send_fds(client, [json.dumps(order).encode() + b"\n"], streams)
            lines = client.makefile("rb")
            return Started(int(lines.readline()), scratch, client, lines)

    def run(self, directory: Path, *arguments: str, environment: Mapping[str, str]) -> Run:
        return self.start(directory, *arguments, environment=environment).wait()
