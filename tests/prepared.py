"""Runs shopform over and over, each time in a process of its own: imports once, then forks.

Orders come as JSON lines on standard input. For each a line with the pid and one with the exit
code go to standard output.
"""

import importlib
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any, NoReturn

MODULES = (
    "file_faults shopform.apply shopform.cli.main shopform.cli.apply shopform.cli.plan "
    "shopform.cli.planner shopform.cli.project shopform.cli.exits shopform.cli.state "
    "shopform.cli.clone shopform.cli.copying "
    "shopform.config.compile shopform.render.text shopform.render.diagnostics "
    "shopform.state.local httpx httpcore encodings.idna anyio certifi"
).split()
FIRST_WAIT = 0.01  # seconds before the second try of a request; a user waits longer


def run(order: dict[str, Any]) -> None:
    """Become the run that is ordered."""
    # Whoever started the tests in the background had it ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["directory"])
    scratch = Path(order["scratch"])
    null = os.open(os.devnull, os.O_RDONLY)
    out, err = (os.open(scratch / n, os.O_WRONLY | os.O_CREAT, 0o644) for n in ("out", "err"))
    for number, descriptor in enumerate((null, out, err)):
        os.dup2(descriptor, number)
    from file_faults import arm

    from shopform.cli.main import run as shopform

    arm(os.environ.get("SHOPFORM_TEST_FILES", ""), Path(order["directory"]))
    shopform(order["arguments"])


def tell(**what: int) -> None:
    os.write(1, f"{json.dumps(what)}\n".encode())


def keep(order: dict[str, Any]) -> NoReturn:
    """Fork the run, and tell of its birth and its end."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    pid = os.fork()
    if pid == 0:
        run(order)
        raise AssertionError("shopform exits")
    tell(number=order["number"], pid=pid)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    tell(number=order["number"], exit=code)
    os._exit(0)


def main() -> None:
    sys.path.insert(0, str(Path(__file__).with_name("faults")))
    for module in MODULES:
        importlib.import_module(module)
    importlib.import_module("shopform.shop.client").__dict__["FIRST_WAIT"] = FIRST_WAIT
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        order = json.loads(line)
        if os.fork() == 0:
            keep(order)


if __name__ == "__main__":
    main()
