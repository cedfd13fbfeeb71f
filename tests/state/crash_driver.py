"""Plays a run over and over, killing it at every STEPth file operation; used by test_crash.py.

Under ROOT one folder per death is left: the state, and `ack`, the number of steps that returned.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from state_samples import HOST, A, B, C, D, entry, intent

from shopform.kinds.standard import STANDARD
from shopform.model.plan import Op
from shopform.model.prior import Prior
from shopform.model.values import Address
from shopform.state.local.store import LocalStore
from shopform.state.ownership import Expected
from shopform.state.session import Session

OPERATIONS = ("open", "write", "fsync", "replace", "unlink", "ftruncate", "mkdir")
Truth = tuple[dict[Address, int], set[Address]]
Step = tuple[Callable[[Session], object], Callable[[Truth], Truth]]


def same(truth: Truth) -> Truth:
    return truth


def create(address: Address) -> Step:
    return (
        lambda s: s.intend(f"create {address}", Op.CREATE, address, intent(address)),
        lambda t: (t[0], t[1] | {address}),
    )


def made(address: Address, number: int) -> Step:
    return (
        lambda s: s.result(f"create {address}", set={address: entry(number)}),
        lambda t: (t[0] | {address: number}, t[1] - {address}),
    )


def failed(address: Address) -> Step:
    return lambda s: s.failed(f"create {address}"), lambda t: (t[0], t[1] - {address})


def resolved(address: Address) -> Step:
    return lambda s: s.resolve(address), lambda t: (t[0], t[1] - {address})


def gone(address: Address) -> Step:
    return (
        lambda s: s.result(f"delete {address}", drop=[address]),
        lambda t: ({a: n for a, n in t[0].items() if a != address}, t[1] - {address}),
    )


COMMIT: Step = (lambda s: s.commit(), same)
PUSHED = Prior(lineage="another", serial=4, shop=HOST, resources={B: entry(2), D: entry(9)})
PUSH: Step = (
    lambda s: s.replace(PUSHED, "pushed.json"),
    lambda t: ({B: 2, D: 9}, t[1]),
)
RUNS: list[list[Step]] = [
    [create(A), made(A, 1), create(B), create(C), COMMIT],
    [create(D), made(D, 4)],
    [resolved(B), create(B), made(B, 2), failed(C), gone(A), COMMIT, create(A), COMMIT],
    [made(A, 5), COMMIT, create(C), gone(C), COMMIT],
    [create(C), made(A, 7)],
    [PUSH, made(A, 6)],
]


def truths() -> list[Truth]:
    """What is true before the first step and after each."""
    told: list[Truth] = [({}, set())]
    for run in RUNS:
        for _, model in run:
            told.append(model(told[-1]))
    return told


def stored(path: Path) -> LocalStore:
    return LocalStore(path, Expected(shop=HOST, catalogue=STANDARD))


def play(directory: Path, acknowledge: Callable[[], object]) -> None:
    for run in RUNS:
        with stored(directory / "state" / "x.json").open("apply") as session:
            for act, _ in run:
                act(session)
                acknowledge()


def die_at(number: int, torn: bool) -> None:
    """Kill this process before file operation `number`; `torn`: after it, a write half done."""
    left = number

    def deadly(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def operation(*args: Any, **kwargs: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0:
                if torn and name == "write":
                    real(args[0], bytes(args[1])[: len(args[1]) // 2])
                elif torn:
                    real(*args, **kwargs)
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **kwargs)

        return operation

    for name in OPERATIONS:
        setattr(os, name, deadly(name, getattr(os, name)))


def killed_run(directory: Path, number: int, torn: bool) -> bool:
    """Whether the run died at that operation; it ends by itself when it has fewer."""
    directory.mkdir()
    pid = os.fork()
    if pid == 0:
        record = os.open(directory / "ack", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        write = os.write  # the real one: dying does not count it
        die_at(number, torn)
        play(directory, lambda: write(record, b"."))
        os._exit(0)
    status = os.waitpid(pid, 0)[1]
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) != 0:
        raise SystemExit(f"the run at {directory} failed by itself")
    return os.WIFSIGNALED(status)


def main(root: Path, step: int) -> None:
    for torn in (False, True):
        number = 1 + torn % step
        while killed_run(root / f"{'torn' if torn else 'whole'}-{number:03}", number, torn):
            number += step


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
