"""Whatever becomes of a call of an apply: a named exit, no double, and the next one ends well."""

from collections.abc import Iterable, Sequence
from itertools import cycle

import pytest
from support import Prepared, sampled
from trial import CHANGE, CREATE, Scenario, goal, made_good, report, trial, well_told

ACTIONS = (
    *("400", "401", "403", "404", "409", "410", "422", "429", "429=0", "500", "500_after", "502"),
    *("503", "503=0", "drop", "lose", "garble", "cut", "html", "html_after", "302", "empty"),
    *("null", "short", "double"),
)
# Of these the client raises the same error after as many requests (tests/shop/test_client.py), so
# that what is behind it cannot know which of them it was: they take turns.
ALIKE = (("400", "409", "422"), ("401", "403"), ("404", "410"), ("500", "502", "503", "503=0"))
CAUSES = (*ALIKE, *((each,) for each in ACTIONS if not any(each in group for group in ALIKE)))
# What a DELETE of nothing is answered with (A3, L): believed, so a shop must not lie with it.
DONE = ("404", "410")
SCENARIOS = pytest.mark.parametrize("scenario", [CREATE, CHANGE], ids=lambda s: s.name)
EVERY = range(1, 10_000)


def struck(
    scenario: Scenario,
    actions: Sequence[str],
    prepared: Prepared,
    points: Iterable[int],
    *,
    onward: str = "",
    parallelism: int = 4,
) -> None:
    """Strike an apply at each of these calls, up to the last that it makes without a fault."""
    failures = []
    tried = 0
    for number, action in zip(points, cycle(actions), strict=False):
        if number > goal(scenario, prepared).calls:
            break
        with trial(scenario, prepared) as one:
            one.sandbox.set_fault(f"{number}{onward}:{action}")
            run = one.here("apply", "--auto-approve", "--parallelism", str(parallelism))
            hit = [call for call in one.sandbox.calls if call.fault]
            assert hit, f"{number} is a call of this run"
            if action in DONE and any(call.method == "DELETE" for call in hit):
                continue
            tried += 1
            try:
                well_told(run)
                made_good(one, scenario)
            except AssertionError as problem:
                failures.append(f"{scenario.name}, {number}{onward}:{action}: {problem}")
    report(f"{scenario.name}, {parallelism} at once, {onward}{'|'.join(actions)}", failures, tried)
    assert points is not EVERY or tried > 15, "the run was over too soon"


@pytest.mark.parametrize("turn", sampled(range(2 * len(CAUSES)), 3))
def test_some_calls_struck(turn: int, prepared: Prepared) -> None:
    """Each cause, in one scenario and then in the other."""
    number, second = divmod(turn, 2)
    cause = CAUSES[number]
    step = 37 if len(cause) == 1 else 23
    struck((CREATE, CHANGE)[second], cause, prepared, EVERY[number % step :: step])


@SCENARIOS
@pytest.mark.parametrize("action", sampled(["403", "drop", "lose", "500_after", "429"], 2))
def test_some_calls_struck_and_all_that_follow(
    action: str, scenario: Scenario, prepared: Prepared
) -> None:
    struck(scenario, [action], prepared, EVERY[ACTIONS.index(action) % 29 :: 29], onward="+")


@pytest.mark.wide
@SCENARIOS
@pytest.mark.parametrize(("onward", "parallelism"), [("", 1), ("", 4), ("+", 4)])
@pytest.mark.parametrize("action", ACTIONS)
def test_every_call_struck(
    action: str, onward: str, parallelism: int, scenario: Scenario, prepared: Prepared
) -> None:
    struck(scenario, [action], prepared, EVERY, onward=onward, parallelism=parallelism)
