"""Runs of a store over a network, and what must be true however one ends."""

from collections.abc import Callable

from crash_driver import COMMIT, PUSH, RUNS, Truth, truths
from test_crash import truth_of

from shopform.state.store import Store

Opener = Callable[[], Store]


def play(opened: Opener, acknowledge: Callable[[], object], timeout: float = 0) -> None:
    for run in RUNS:
        with opened().open("apply", timeout=timeout) as session:
            for act, _ in run:
                act(session)
                acknowledge()


def reachable(done: int) -> list[Truth]:
    """What may be true after so many steps: a result is durable with the next create or commit."""
    durable, count = [0], 0  # a run that ends writes what is left, before the next step
    for run in RUNS:
        for act, model in run:
            count += 1
            waits = len(model(({}, set()))[1])  # a create
            if waits or act in (COMMIT[0], PUSH[0]):
                durable.append(count)
        if count < done:
            durable.append(count)
    return truths()[max(each for each in durable if each <= done) : done + 2]


def require_recovery(
    opened: Opener, steps: int, unlock: Callable[[], object] = lambda: None, timeout: float = 0
) -> None:
    """Hold what a run left after so many steps to the truth, and go on from it in another run."""
    left = opened().read()
    assert truth_of(left) in reachable(steps), steps
    unlock()
    with opened().open("apply", timeout=timeout) as session:
        assert truth_of(session.prior) == truth_of(left)
        committed = session.commit()
    read = opened().read()
    assert read == committed
    assert truth_of(read) == truth_of(left)
    assert read.serial >= left.serial
