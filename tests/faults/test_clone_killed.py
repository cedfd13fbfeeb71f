"""A copy killed with SIGKILL at any call, in either shop, is made good by the next run."""

import os
import shutil
import signal
from collections.abc import Callable, Iterable
from pathlib import Path
from queue import Queue
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

import pytest
from support import EXAMPLES, Prepared, Run, copy_project, memory
from trial import DIED, report
from two_shops import BETWEEN, KEYS, MAPPED, OTHER_IDS, OTHER_WIRE, TwoShops, tree, two_shops

from shopform.sandbox import Sandbox
from shopform.sandbox.calls import LoggedRequest

CLONE = ("clone", *BETWEEN, "--auto-approve")
EVERY = range(1, 10_000)
Outcome = tuple[dict[str, list[str]], list[str]]


def killed(
    shops: TwoShops, prepared: Prepared, number: int, *arguments: str, answered: bool
) -> Run:
    """A run killed at a call of either shop: before it is carried out, or not answered."""
    victim: Queue[int] = Queue()
    lock, count = Lock(), [0]

    def hook(_call: LoggedRequest) -> None:
        with lock:
            count[0] += 1
            mine = count[0] == number
        if mine:
            os.kill(victim.get(timeout=30), signal.SIGKILL)
            raise ConnectionAbortedError

    apps = [shops.old.app, shops.new.app]
    for app in apps:
        (app.after if answered else app.before).append(hook)
    started = prepared.start(shops.directory, *arguments, environment=shops.environment)
    victim.put(started.pid)
    run = started.wait()
    for app in apps:
        (app.after if answered else app.before).remove(hook)
    return run


def outcome(shops: TwoShops) -> Outcome:
    return tree(shops.new), sorted(shops.memory())


def survive(
    opened: Callable[[Path], Any],
    arguments: tuple[str, ...],
    prepared: Prepared,
    points: Iterable[int],
    *,
    answered: bool,
) -> None:
    """Kill a copy at each of these calls, up to its last, and run it again."""
    with TemporaryDirectory(dir=memory()) as folder, opened(Path(folder)) as shops:
        assert prepared.run(shops.directory, *arguments, environment=shops.environment).exit == 0
        wanted = outcome(shops)
    failures, tried = [], 0
    for number in points:
        with TemporaryDirectory(dir=memory()) as folder, opened(Path(folder)) as shops:
            run = killed(shops, prepared, number, *arguments, answered=answered)
            if run.exit == 0:
                break
            tried += 1
            assert run.exit == DIED, run.text
            try:
                done = shops.run(*arguments)
                assert done.exit == 0, done.text
                assert outcome(shops) == wanted
                shops.settled("clone", *arguments[len(CLONE) :])
            except AssertionError as problem:
                failures.append(f"killed at {number}: {problem}")
    report(f"copy killed {'after' if answered else 'before'} a call", failures, tried)
    assert tried > 10, "the run was over too soon"


@pytest.mark.wide
@pytest.mark.parametrize("answered", [False, True])
def test_killed_at_each_third_call(answered: bool, prepared: Prepared) -> None:
    arguments = (*CLONE, *MAPPED, "--parallelism", "1")
    survive(two_shops, arguments, prepared, EVERY[::3], answered=answered)


@pytest.mark.wide
@pytest.mark.parametrize("parallelism", [1, 4])
@pytest.mark.parametrize("answered", [False, True])
def test_killed_at_every_call(answered: bool, parallelism: int, prepared: Prepared) -> None:
    arguments = (*CLONE, *MAPPED, "--parallelism", str(parallelism))
    survive(two_shops, arguments, prepared, EVERY, answered=answered)


@pytest.mark.wide
@pytest.mark.parametrize("answered", [False, True])
def test_real_shop_killed_at_each_third_call(
    answered: bool, prepared: Prepared, tmp_path: Path
) -> None:
    with Sandbox(token=KEYS["KEY_A"], daily_calls=1_000_000) as old:
        project = copy_project(EXAMPLES / "nordisk-sko", tmp_path / "project", old)
        keys = {"SHOPFORM_PRODUCTION_TOKEN": KEYS["KEY_A"]}
        first = TwoShops(old, old, project)
        surroundings = first.environment | keys
        done = prepared.run(
            project, "apply", "--shop", "production", "--auto-approve", environment=surroundings
        )
        assert done.exit == 0, done.text

        class Opened:
            """The first shop stays as it is; the other one is new each time."""

            def __init__(self, folder: Path) -> None:
                self.folder = folder

            def __enter__(self) -> TwoShops:
                self.new = Sandbox(
                    token=KEYS["KEY_B"], first_ids=OTHER_IDS, switches=OTHER_WIRE
                ).__enter__()
                text = "shops:\n"
                for name, shop in (("old", old), ("new", self.new)):
                    key = "A" if name == "old" else "B"
                    text += f"  {name}: {{url: '{shop.url}', token: '${{env:KEY_{key}}}'}}\n"
                (self.folder / "shopform.yaml").write_text(text, "utf-8")
                return TwoShops(old, self.new, self.folder)

            def __exit__(self, *_: object) -> None:
                self.new.close()
                shutil.rmtree(self.folder / "state", ignore_errors=True)

        arguments = (*CLONE, "--parallelism", "4")
        survive(Opened, arguments, prepared, EVERY[::3], answered=answered)


@pytest.mark.wide
@pytest.mark.parametrize("answered", [False, True])
def test_a_shop_that_hides_nothing_shows_one_object_however_often(
    answered: bool, prepared: Prepared
) -> None:
    """One object is created visibly, and no more, wherever a copy is killed and repeated."""
    rows = [{"name": f"E{n}", "rewrite_url": f"e{n}", "is_hidden": 1} for n in range(4)]
    facts = {"switches": {"unknown_columns": "drop"}}
    arguments = (*CLONE, "--kinds", "categories", "--parallelism", "1")
    failures, tried = [], 0
    for number in EVERY:
        with (
            TemporaryDirectory(dir=memory()) as folder,
            two_shops(Path(folder), {"category": rows}, other=facts) as shops,
        ):
            run = killed(shops, prepared, number, *arguments, answered=answered)
            if run.exit != DIED:
                assert run.exit == 1, run.text
                break
            tried += 1
            codes = [shops.run(*arguments).exit for _ in range(3)]
            made = [row for row in shops.new.data("category") if row["name"].startswith("E")]
            done = shops.run(*arguments, "--allow-loss")
            every = [row for row in shops.new.data("category") if row["name"].startswith("E")]
            if (codes[1:], len(made), done.exit, len(every)) != ([11, 11], 1, 0, 4):
                failures.append(f"killed at {number}: {codes} {len(made)} {done.text}")
    report(f"copy killed {'after' if answered else 'before'} a call", failures, tried)
    assert tried > 3, "the run was over too soon"
