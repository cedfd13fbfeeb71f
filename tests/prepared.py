"""Runs shopform over and over, each time in a process of its own: imports once, then forks.

Serves a Unix socket, whose path is its argument, until its standard input ends. A client sends one
JSON line and its three standard streams with it; it gets a line with the pid of the run, and one
with its exit code. A run whose client is closed is killed.
"""

import array
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import shopform

LATE = "file_faults short_times httpx httpcore encodings.idna anyio certifi deepdiff".split()
LATE += ["rich.progress"]
FIRST_WAIT = 0.01  # seconds before the second try of a request; a user waits longer


def receive(client: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """The order, and the streams that came with its first bytes."""
    data, streams = b"", array.array("i")
    while not data.endswith(b"\n"):
        part, more, _, _ = client.recvmsg(1 << 20, socket.CMSG_SPACE(3 * streams.itemsize))
        for _level, _type, descriptors in more:
            streams.frombytes(descriptors)
        if not part:
            sys.exit(0)
        data += part
    return json.loads(data), list(streams)


def run(order: dict[str, Any], streams: list[int]) -> None:
    """Become the run that is ordered."""
    # Whoever started the tests in the background had it ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["directory"])
    for number, descriptor in enumerate(streams):
        os.dup2(descriptor, number)
        os.close(descriptor)
    from file_faults import arm

    from shopform.cli.main import run as run_command

    arm(os.environ.get("SHOPFORM_TEST_FILES", ""), Path(order["directory"]))
    if lease := os.environ.get("SHOPFORM_TEST_LEASE"):
        from short_times import shorten

        shorten(float(lease))
    run_command(order["arguments"])


def kill_with(client: socket.socket, pid: int) -> None:
    """Wait until the client is closed, and end its run."""
    if not client.recv(1):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def keep(client: socket.socket) -> NoReturn:
    """Fork the run; report its birth and its end."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    order, streams = receive(client)
    pid = os.fork()
    if pid == 0:
        client.close()
        run(order, streams)
        raise AssertionError("shopform exits")
    for each in streams:
        os.close(each)
    client.sendall(f"{pid}\n".encode())
    threading.Thread(target=kill_with, args=(client, pid), daemon=True).start()
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    try:
        client.sendall(f"{code}\n".encode())
    finally:
        os._exit(0)


def main(path: str) -> None:
    sys.path += [str(Path(__file__).with_name(name)) for name in ("faults", "state")]
    for module in pkgutil.walk_packages(shopform.__path__, "shopform."):
        importlib.import_module(module.name)
    for name in LATE:
        importlib.import_module(name)
    importlib.import_module("shopform.shop.client").__dict__["FIRST_WAIT"] = FIRST_WAIT
    gc.collect()
    gc.freeze()
    gc.disable()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen(64)
        print("ready", flush=True)
        while sys.stdin not in select.select([sys.stdin, server], [], [])[0]:
            client, _ = server.accept()
            if os.fork() == 0:
                server.close()
                keep(client)
            client.close()


if __name__ == "__main__":
    main(sys.argv[1])
