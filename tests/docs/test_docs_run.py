"""The README, the tutorial and the guides work as pasted: their `sh` blocks are one session each.

A `yaml` block with a title is written to that file first.

A `text` block right after an `sh` block shows what it prints: line for line, in order, where `...`
stands for any lines. Addresses of this machine may have another port than the page says.
"""

import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from docpages import ROOT, blocks, name, runnable
from support import Prepared, sampled

MARK = "\x1e"
PORTS = ("8484", "8485")
SECONDS = 300  # until a page is given up


def free_ports(count: int) -> list[str]:
    """Ports below those that the system gives to others while a page runs."""
    found = set[str]()
    while len(found) < count:
        port = secrets.choice(range(10_000, 32_768))
        with socket.socket() as each, suppress(OSError):
            each.bind(("127.0.0.1", port))
            found.add(str(port))
    return [*found]


def moved(text: str, ports: dict[str, str]) -> str:
    """The text with each port replaced: all at once, since one may be a part of another."""
    pattern = "|".join(map(re.escape, ports))
    return re.sub(rf"(?<!\w)(?:{pattern})(?!\w)", lambda found: ports[found[0]], text)


@pytest.mark.parametrize(
    "ports",
    [
        {"8484": "48485", "8485": "51234"},
        {"8484": "8485", "8485": "8484"},
        {"8484": "48484", "8485": "18484"},
    ],
)
def test_ports_that_contain_each_other_are_replaced_once(ports: dict[str, str]) -> None:
    text = "url: http://127.0.0.1:8484/REST and :8485, not 84840, 18485 and e8484f"
    there = moved(text, ports)
    assert f":{ports['8484']}/REST and :{ports['8485']}, not 84840, 18485 and e8484f" in there
    assert moved(there, {new: old for old, new in ports.items()}) == text


def session(scripts: list[str], default_port: str) -> str:
    """All blocks as one script. A reader takes longer to paste on than a sandbox to start."""
    lines = ["set -eu"]
    for script in scripts:
        for line in script.splitlines():
            lines.append(line)
            if found := re.match(r"shopform sandbox(.*)&", line):
                port = re.search(r"--port (\d+)", found[1])
                address = f"/dev/tcp/127.0.0.1/{port[1] if port else default_port}"
                lines.append(f"until (exec 3<>{address}) 2>/dev/null; do sleep 0.05; done")
        lines.append(f"printf '{MARK}'")
    return "\n".join(lines)


def run(folder: Path, script: str, environment: dict[str, str]) -> list[str]:
    """Run it in one shell that stops at the first failure; what each block printed."""
    output = folder / "printed"
    with (
        output.open("w", encoding="utf-8") as stream,
        subprocess.Popen(
            ["bash", "-c", script],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as shell,
    ):
        try:
            code = shell.wait(SECONDS)
        finally:
            os.killpg(shell.pid, signal.SIGKILL)
    printed = re.sub(r"sandbox listening on .*\n", "", output.read_text("utf-8")).split(MARK)
    assert code == 0, printed[-1]
    return printed


def shown(expected: str, printed: str) -> bool:
    """Whether the lines of a page are those printed; `...` stands for any."""
    parts = [
        "(?:.*\n)*?" if line.strip() == "..." else re.escape(line.rstrip()) + "\n"
        for line in expected.strip("\n").split("\n")
    ]
    lines = [line.rstrip() + "\n" for line in printed.strip("\n").split("\n")]
    return re.fullmatch("".join(parts), "".join(lines)) is not None


# The README, and one page in five, are for the gate.
@pytest.mark.parametrize("page", sampled(runnable(), 5), ids=name)
def test_a_page_works_as_pasted(page: Path, tmp_path: Path, prepared: Prepared) -> None:
    ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
    programs = tmp_path / "bin"
    programs.mkdir()
    prepared.program(programs)
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    for file in (tmp_path / "examples").rglob("*.yaml"):
        file.write_text(moved(file.read_text("utf-8"), ports), "utf-8")
    every = list(blocks(page))
    scripts = [moved(block.script, ports) for block in every if block.script]
    # A page is read at somebody's keyboard, wherever the tests run.
    outer = {key: text for key, text in os.environ.items() if key != "CI"}
    kept = {key: text for key, text in outer.items() if not key.startswith("SHOPFORM_")}
    environment = kept | {
        "PATH": f"{programs}{os.pathsep}{Path(sys.executable).parent}"
        f"{os.pathsep}{os.environ['PATH']}",
        "SHOPFORM_SANDBOX_PORT": ports[PORTS[0]],
    }
    printed = iter(run(tmp_path, session(scripts, ports[PORTS[0]]), environment))
    outputs = {block: next(printed) for block in every if block.script}
    back = {mine: port for port, mine in ports.items()}
    for block, following in pairwise(every):
        if block.info == "sh" and following.info == "text":
            output = moved(outputs[block], back)
            if not shown(following.text, output):
                pytest.fail(
                    f"line {following.line} does not show what was printed:\n{output[-4000:]}"
                )
