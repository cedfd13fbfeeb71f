"""A disk that takes no more: the run names the path and fails, and the next one makes it good."""

from collections.abc import Iterable

import pytest
from support import Prepared, sampled
from trial import CHANGE, CREATE, Scenario, made_good, report, trial, well_told

ERRORS = ("ENOSPC", "EIO", "EACCES")
SCENARIOS = pytest.mark.parametrize("scenario", [CREATE, CHANGE], ids=lambda s: s.name)
EVERY = range(1, 10_000)
FAILED = {1, 14}  # 14 where a part was done before the disk failed


def survive(
    order: str, scenario: Scenario, prepared: Prepared, points: Iterable[int], parallelism: int = 1
) -> None:
    """Fail each of these file operations of an apply, up to the last that it has."""
    failures = []
    tried = 0
    error, onward = order.removesuffix("+"), "+" if order.endswith("+") else ""
    for number in points:
        with trial(scenario, prepared, parallelism=parallelism) as one:
            run = one.apply(SHOPFORM_TEST_FILES=f"{error}:{number}{onward}")
            struck = one.directory.parent / "struck"
            if not struck.exists():
                break
            tried += 1
            try:
                well_told(run)
                # What is beside the lock, and what is kept of a run that is over, is not needed.
                said = " ".join(run.text.split())
                spared = any(f"{name}`:" in said for name in ("snapshot.json", ".outcome.json"))
                spared = spared or struck.read_text() == "unlink sandbox.json.lock"
                assert run.exit in FAILED or spared, said
                named = ("state/sandbox.json", "secrets/", ".shopform")
                assert run.exit == 0 or any(part in run.text for part in named), run.text
                made_good(one, scenario)
            except AssertionError as problem:
                failures.append(f"{scenario.name}, {order} {number}: {problem}")
    report(f"{scenario.name}, {parallelism} at once, {order}", failures, tried)
    assert points is not EVERY or tried > 20, "the run was over too soon"


@pytest.mark.parametrize("scenario", sampled([CHANGE, CREATE], 2), ids=lambda s: s.name)
@pytest.mark.parametrize("order", ["ENOSPC", "ENOSPC+", "EIO"])
def test_some_file_operations_fail(order: str, scenario: Scenario, prepared: Prepared) -> None:
    survive(order, scenario, prepared, EVERY[len(order) * 3 :: 71])


@pytest.mark.wide
@SCENARIOS
@pytest.mark.parametrize("parallelism", [1, 4])
@pytest.mark.parametrize("order", [error + onward for error in ERRORS for onward in ("", "+")])
def test_every_file_operation_fails(
    order: str, scenario: Scenario, parallelism: int, prepared: Prepared
) -> None:
    survive(order, scenario, prepared, EVERY, parallelism)
