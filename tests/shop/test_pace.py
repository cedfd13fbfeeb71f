"""The number of calls in flight follows the shop's answers, as the shop counts them."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from shopform.errors import BudgetSpent, Interrupted, ShopformError
from shopform.kinds.standard import STANDARD
from shopform.model.shop import Shop
from shopform.model.values import Secret
from shopform.sandbox import Sandbox
from shopform.shop.client import Client
from shopform.shop.pace import NOTABLE, WINDOW, Pace

PATIENCE = 20  # seconds until a test gives up
CEILING = 8


@dataclass
class Door:
    """Counts the calls that are at the shop at the same time.

    Each is kept until `want` were there, and for `slow` seconds more.
    """

    shop: Sandbox
    here: int = 0
    want: int = 1
    slow: float = 0
    seen: list[int] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def __post_init__(self) -> None:
        self.shop.before(self._come)
        self.shop.after(self._go)

    def _come(self, _call: object) -> None:
        with self.changed:
            self.here += 1
            self.seen.append(self.here)
            self.changed.notify_all()
            assert self.changed.wait_for(lambda: max(self.seen) >= self.want, PATIENCE)
        time.sleep(self.slow)

    def _go(self, _call: object) -> None:
        with self.changed:
            self.here -= 1

    def keep(self, number: int) -> None:
        """Forget what was seen, and keep calls until there were as many at the same time."""
        self.seen.clear()
        self.want = number


@pytest.fixture
def door(sandbox: Sandbox) -> Door:
    return Door(sandbox)


@contextmanager
def client(door: Door, **options: Any) -> Iterator[Client]:
    url = door.shop.url.removesuffix("/REST")
    token = Secret("${env:T}", "sandbox")
    shop = Shop(name="demo", url=url, token=token, catalogue=STANDARD)
    hasty: dict[str, Any] = {"sleep": lambda _seconds: None, **options}
    with Client(shop, parallelism=CEILING, **hasty) as made:
        yield made


def attempt(made: Client) -> ShopformError | None:
    try:
        made.get("brand")
    except ShopformError as problem:
        return problem
    return None


def calls(made: Client, number: int) -> list[ShopformError | None]:
    """Make calls in more threads than may be in flight; the error of each."""
    with ThreadPoolExecutor(3 * CEILING) as pool:
        return list(pool.map(lambda _: attempt(made), range(number), timeout=PATIENCE))


@pytest.mark.parametrize("fault", ["503", "500", "drop"])
def test_calls_that_fail_go_one_by_one_in_the_end(door: Door, fault: str) -> None:
    """Each halving counts once for all that were there at the same time."""
    door.shop.set_fault(f"1+:{fault}")
    door.keep(CEILING)
    with client(door) as made:
        assert all(calls(made, 24))
    assert max(door.seen) == CEILING
    assert max(door.seen[CEILING + 4 + 2 :]) == 1
    assert made.calls == len(door.seen)


def test_the_number_rises_again_with_good_answers_up_to_the_ceiling(door: Door) -> None:
    door.shop.set_fault("1+:503")
    with client(door) as made:
        calls(made, 12)
        door.shop.clear_faults()
        rising = sum(range(1, CEILING))
        door.keep(1)
        assert not any(calls(made, rising))
        assert max(door.seen) < CEILING
        door.keep(CEILING)
        assert not any(calls(made, 3 * CEILING))
    assert max(door.seen) == CEILING


def test_slow_answers_halve_the_number(door: Door) -> None:
    """Of calls that are not slow at first, as all of a shop may be."""
    with client(door) as made:
        assert not any(calls(made, WINDOW))
        door.slow = max(0.3, 4 * made.pace._best["GET brand"])  # on a busy machine
        assert not any(calls(made, WINDOW))
        door.keep(1)
        assert not any(calls(made, CEILING))
    assert 1 < max(door.seen) <= CEILING // 2


def test_a_call_that_waits_for_its_turn_is_not_sent_once_the_client_is_stopped(door: Door) -> None:
    door.shop.set_fault("1+:503")
    with client(door) as made:
        calls(made, 12)
        door.shop.clear_faults()
        door.keep(2)  # the one call that may be in flight stays at the shop
        with ThreadPoolExecutor(CEILING) as pool:
            waiting = [pool.submit(attempt, made) for _ in range(CEILING)]
            with door.changed:
                assert door.changed.wait_for(lambda: door.here == 1, PATIENCE)
                made.stop(Interrupted("interrupted"))
                door.want = 0
                door.changed.notify_all()
            found = [each.result(PATIENCE) for each in waiting]
    assert len(door.seen) == 1
    assert sum(isinstance(each, Interrupted) for each in found) == CEILING - 1


def test_calls_wait_together_for_the_time_that_the_shop_asks_for(door: Door) -> None:
    """While they sleep, none is sent; afterwards all are."""
    slept = threading.Event()
    go_on = threading.Event()

    def sleep(_seconds: float) -> None:
        slept.set()
        assert go_on.wait(PATIENCE)

    door.shop.set_fault("1:429=20")
    with client(door, sleep=sleep) as made, ThreadPoolExecutor(CEILING) as pool:
        waiting = [pool.submit(attempt, made)]
        assert slept.wait(PATIENCE)
        waiting += [pool.submit(attempt, made) for _ in range(2 * CEILING)]
        assert len(door.seen) == 1
        go_on.set()
        assert not any(each.result(PATIENCE) for each in waiting)
    assert len(door.seen) == 2 * CEILING + 2


def test_a_call_that_is_not_sent_gives_its_turn_back(door: Door) -> None:
    with client(door, max_calls=3) as made:
        found = calls(made, 4 * CEILING)
        assert sum(isinstance(each, BudgetSpent) for each in found) == 4 * CEILING - 3
    assert len(door.seen) == 3


def judged(pace: Pace, answers: list[float], endpoint: str = "x") -> int:
    for seconds in answers:
        with pace.turn() as turn:
            pace.judge(turn, endpoint, seconds, good=True)
    return pace.limit


def test_latency_is_judged_by_the_best_of_each_endpoint() -> None:
    pace = Pace(4)
    assert judged(pace, [2.0] * WINDOW) == 4  # a slow endpoint
    assert judged(pace, [0.1] * WINDOW, "y") == 4
    assert judged(pace, [2.0] * WINDOW) == 4
    assert judged(pace, [0.1 + NOTABLE / 2] * WINDOW, "y") == 4  # more than threefold, but short
    assert judged(pace, [0.5 + NOTABLE] * WINDOW, "y") == 2


def test_a_shop_that_stays_slow_is_the_usual_one_in_the_end() -> None:
    pace = Pace(4)
    judged(pace, [0.2] * WINDOW)
    assert judged(pace, [1.0] * WINDOW) == 2
    assert judged(pace, [1.0] * 200) == 4


def test_calls_that_fail_together_halve_the_number_once() -> None:
    pace = Pace(CEILING)
    with ExitStack() as stack:
        turns = [stack.enter_context(pace.turn()) for _ in range(CEILING)]
        for turn in turns:
            pace.judge(turn, "x", 0.1, good=False)
    assert pace.limit == CEILING // 2
    assert pace.in_flight == 0
