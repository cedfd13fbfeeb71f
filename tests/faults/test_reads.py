"""A list that cannot be trusted: nothing is written, nothing is deleted, and the exit says why."""

import re
from pathlib import Path

import pytest
from support import Prepared, Run, sampled
from trial import CHANGE, COUNTED, Scenario, Trial, made_good, trial, well_told

from shopform.kinds.standard import STANDARD

PROJECTS = Path(__file__).with_name("projects")
# What was applied is declared unchanged: every object that is not read would be made again.
SETTLED = Scenario("settled", PROJECTS / "start", PROJECTS / "start")
EMPTY = Scenario("empty", PROJECTS / "start")
KIND_OF = {kind.wire.endpoint.value: kind.name for kind in STANDARD.kinds}
FILES = "\n".join(path.read_text("utf-8") for path in (PROJECTS / "start").glob("*.yaml"))
READ = (kind for kind in STANDARD.kinds if kind.nesting or f"\n{kind.section}:" in FILES)
ENDPOINTS = [kind.wire.endpoint.value for kind in READ]
UNSEEN = ("short", "empty", "double")
NONSENSE = ("cut", "garble", "html", "html_after", "null", "302", "404", "410")
EXITS = dict.fromkeys((*UNSEEN, *NONSENSE, "500", "503=0", "drop", "lose"), 18) | {
    "401": 16,
    "403": 16,
    "429": 17,
    "400": 1,
}


def untouched(one: Trial, run: Run, kind: str) -> None:
    """Nothing was written to the shop, and no creation or deletion of that kind was planned."""
    assert {call.method for call in one.sandbox.calls} <= {"GET"}
    assert not re.search(rf"# {kind}\.\S* will be (destroyed|created|replaced)", run.out), run.text
    well_told(run)


def struck(one: Trial, endpoint: str, action: str) -> None:
    for command in (("plan", "--detailed-exitcode"), ("apply", "--auto-approve")):
        one.sandbox.clear_faults()
        one.sandbox.set_fault(f"GET /{endpoint}:1+:{action}")
        before = len(one.sandbox.calls)
        run = one.here(*command)
        assert any(call.fault for call in one.sandbox.calls[before:]), "nothing was struck"
        untouched(one, run, KIND_OF[endpoint])
        assert run.exit == EXITS[action], run.text
        assert run.err.strip(), "nobody was told"


def stopped(
    scenario: Scenario, endpoint: str, action: str, switches: dict[str, str], prepared: Prepared
) -> None:
    if scenario is EMPTY and (action in UNSEEN or endpoint.startswith("profile-")):
        return  # Nothing is missing from no list, and nothing is listed inside nothing.
    with trial(scenario, prepared, switches=switches) as one:
        struck(one, endpoint, action)
        made_good(one, scenario)


@pytest.mark.parametrize("scenario", [SETTLED, CHANGE], ids=lambda s: s.name)
@pytest.mark.parametrize("action", sampled(EXITS, 2))
def test_a_list_that_is_not_whole_stops_everything(
    action: str, scenario: Scenario, prepared: Prepared
) -> None:
    turn = list(EXITS).index(action) + (scenario is CHANGE)
    switches = COUNTED if turn % 2 else {}
    stopped(scenario, ENDPOINTS[turn % len(ENDPOINTS)], action, switches, prepared)


@pytest.mark.wide
@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("action", EXITS)
@pytest.mark.parametrize("scenario", [SETTLED, CHANGE, EMPTY], ids=lambda s: s.name)
def test_every_list_that_is_not_whole_stops_everything(
    scenario: Scenario, action: str, endpoint: str, prepared: Prepared
) -> None:
    for switches in ({}, COUNTED):
        stopped(scenario, endpoint, action, switches, prepared)
