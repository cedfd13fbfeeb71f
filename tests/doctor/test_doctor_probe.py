"""`shopform doctor --probe`: what it makes, and that nothing of it is left."""

import json
import os
import signal
from collections.abc import Callable, Iterable
from queue import Queue
from unittest.mock import patch

import pytest
from checked_shops import CheckedShop, checked_shop
from support import Prepared, environment_of, run_here

from shopform.errors import LockLost
from shopform.sandbox.calls import LoggedRequest
from shopform.shop import write
from shopform.terminal.console import Console
from shopform.workflow.doctor import examiner, prober

PROBE = ("doctor", "--probe", "--auto-approve")
READS = 15  # calls before the first create of a probe, in a shop with the objects of these tests


def test_a_probe_says_what_it_makes_and_leaves_nothing() -> None:
    with checked_shop() as one:
        before = one.sandbox.app.state()
        run = one.run(*PROBE, "--json")
        assert one.sandbox.app.state() == before
        writes = [call for call in one.sandbox.calls if call.method != "GET"]
        made = [call for call in writes if call.method == "POST"]
        assert len(one.sandbox.calls) <= examiner.MOST + prober.MOST
    assert all("sfprobe-" in json.dumps(call.body) for call in made)
    assert [call.path for call in made] == 2 * ["/supplier"] + 3 * ["/category"] + [
        "/redirect",
        "/webhook",
    ]
    hidden = [call.body for call in made if call.path == "/category"]
    assert all((h["in_menu"], h["is_hidden"], h["is_online"]) == (0, 1, 0) for h in hidden)
    assert "supplier `sfprobe-" in run.err
    assert not one.journal.exists()
    words = {each["question"]: each["answer"] for each in json.loads(run.out)["answers"]}
    assert words["merge"] == words["clear_empty"] == words["clear_null"] == "yes"


def test_a_probe_is_approved_first(prepared: Prepared) -> None:
    with checked_shop() as one:
        run = prepared.run(one.directory, "doctor", "--probe", environment=environment_of())
        assert run.exit == 64
        assert "approval is required" in run.err
        assert one.sandbox.calls == []


def test_without_a_yes_nothing_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Console, "interactive", True)
    monkeypatch.setattr(Console, "ask", lambda _console, _question: "no")
    with checked_shop() as one:
        run = one.run("doctor", "--probe", code=1)
        assert "supplier `sfprobe-" in run.err
        assert {call.method for call in one.sandbox.calls} == {"GET"}
        monkeypatch.setattr(Console, "ask", lambda _console, _question: "yes")
        one.run("doctor", "--probe")
        assert "POST" in {call.method for call in one.sandbox.calls}


def test_a_probe_that_has_too_few_calls_makes_nothing() -> None:
    with checked_shop() as one:
        run = one.run(*PROBE, "--max-calls", "70", code=17)
        assert "nothing was made" in " ".join(run.err.split())
        assert {call.method for call in one.sandbox.calls} == {"GET"}


def test_what_the_key_may_not_write_is_left_out() -> None:
    with checked_shop(deny=["supplier:write", "redirect"]) as one:
        before = one.counts()
        words = {
            each["question"]: each["answer"]
            for each in json.loads(one.run(*PROBE, "--json").out)["answers"]
        }
        assert one.counts() == before
    assert words["denied"] == "403"
    assert words["unique_names"] is None
    assert words["slugs"] == "suffix"


def killed(
    one: CheckedShop,
    prepared: Prepared,
    number: int,
    *,
    answered: bool,
    arguments: tuple[str, ...] = PROBE,
) -> bool:
    """Whether a run was killed at a call: before it is executed, or before its response."""
    one.sandbox.reset_log()
    victim: Queue[int] = Queue()

    def kill(call: LoggedRequest) -> None:
        if call.n == number:
            os.kill(victim.get(timeout=30), signal.SIGKILL)
            raise ConnectionAbortedError

    app = one.sandbox.app
    hooks: list[Callable[[LoggedRequest], None]] = app.after if answered else app.before
    hooks.append(kill)
    started = prepared.start(one.directory, *arguments, environment=environment_of())
    victim.put(started.pid)
    run = started.wait()
    hooks.remove(kill)
    return run.exit == -signal.SIGKILL


def survives(prepared: Prepared, points: Iterable[int], **switches: str) -> int:
    """The number of kills after which the next run left nothing."""
    kills = 0
    for number in points:
        for answered in (False, True):
            with checked_shop(switches) as one:
                before = one.counts()
                if not killed(one, prepared, number, answered=answered):
                    return kills
                run = one.run("doctor")
                assert one.counts() == before, f"call {number}, {answered}: {run.text}"
                assert not one.journal.exists()
                kills += 1
    return kills


def test_a_killed_probe_is_removed_by_the_next_run(prepared: Prepared) -> None:
    assert survives(prepared, (READS + 1, READS + 20)) == 4


@pytest.mark.wide
@pytest.mark.parametrize(
    "switches",
    [
        {},
        {"post": "empty", "identity": "cut", "slugs": "refuse"},
        {"post": "id_only", "identity": "lower", "delete_parent": "cascade", "removed": "show"},
        {"post": "empty", "redirect_names": "path,destination", "delete_parent": "orphan"},
    ],
)
def test_killed_at_every_call(prepared: Prepared, switches: dict[str, str]) -> None:
    kills = survives(prepared, range(1, 1000), **switches)
    assert kills > 2 * (READS + 30)
    print(f"{switches}: killed {kills} times, and nothing was left")


@pytest.mark.wide
@pytest.mark.parametrize("post", ["object", "empty"])
def test_a_removal_that_is_killed_is_continued(prepared: Prepared, post: str) -> None:
    """The run after a killed probe is killed at each of its calls, and so is the one after it."""
    kills = 0
    for number in range(READS + 1, READS + prober.MOST, 7):
        with checked_shop({"post": post}) as one:
            before = one.counts()
            if not killed(one, prepared, number, answered=True):
                break
            for call in (1, 1, 2, 3):
                for answered in (False, True):
                    run = ("doctor",)
                    kills += killed(one, prepared, call, answered=answered, arguments=run)
            one.run("doctor")
            assert one.counts() == before, number
            assert not one.journal.exists()
    assert kills > 30
    print(f"post={post}: {kills} removals killed, and nothing was left")


@pytest.mark.wide
@pytest.mark.parametrize(
    "fault", ["lose", "drop", "garble", "500", "500_after", "html", "html_after", "302"]
)
@pytest.mark.parametrize("post", ["object", "empty"])
def test_nothing_is_left_whatever_goes_wrong_at_a_call(fault: str, post: str) -> None:
    failed = 0
    for number in range(1, READS + prober.MOST):
        with checked_shop({"post": post}) as one:
            before = one.counts()
            one.sandbox.set_fault(f"{number}:{fault}")
            run = run_here(one.directory, *PROBE, environment=environment_of())
            assert "Traceback" not in run.err, run.text
            failed += run.exit != 0
            one.sandbox.clear_faults()
            one.run("doctor")
            assert one.counts() == before, (number, run.text)
            assert not one.journal.exists()
    print(f"{fault}, post={post}: {failed} runs failed, and nothing was left")


@pytest.mark.parametrize("word", ["orphan", "refuse"])
def test_a_create_that_fails_without_effect_is_not_taken_for_an_earlier_one(word: str) -> None:
    """The child has the name of its parent, which is the only one of that name."""
    with checked_shop({"delete_parent": word}) as one:
        before = one.counts()
        one.sandbox.set_fault("POST /category:2:500")
        words = {
            each["question"]: each["answer"]
            for each in json.loads(one.run(*PROBE, "--json").out)["answers"]
        }
        assert one.counts() == before
        assert not one.journal.exists()
    assert words["delete_parent"] == word


def test_what_is_not_its_own_stays() -> None:
    """A journal that names an object of another kind of name removes only what it has made."""
    with checked_shop() as one:
        one.journal.parent.mkdir(parents=True)
        made = [["supplier", 0], ["webhook", 0]]
        journal = {"version": 1, "name": "sfprobe-00000000", "made": made}
        one.journal.write_text(json.dumps(journal), "utf-8")
        before = one.counts()
        one.run("doctor")
        assert one.counts() == before
        assert not one.journal.exists()


@pytest.mark.parametrize("text", ["{}", "[" * 100_000])
def test_a_journal_that_is_none_stops_the_run(text: str) -> None:
    with checked_shop() as one:
        one.journal.parent.mkdir(parents=True)
        one.journal.write_text(text, "utf-8")
        run = one.run("doctor", code=1)
        assert "is not the journal of a probe" in " ".join(run.err.split())


@pytest.mark.parametrize("status", [400, 403])
def test_an_object_that_the_shop_refuses_to_delete_is_named(status: int) -> None:
    with checked_shop() as one:
        one.sandbox.set_fault(f"DELETE:1+:{status}")
        run = one.run(*PROBE, code=1)
        said = " ".join(run.err.split())
        assert "the shop refuses to delete what a probe made: supplier 1" in said
        assert "(named `sfprobe-" in said
        assert one.journal.exists()
        made = [call.path for call in one.sandbox.calls if call.method == "POST"]
        assert made == 2 * ["/supplier"], "a shop that deletes nothing gets no more"
        one.sandbox.clear_faults()
        assert "of an earlier probe" in one.run("doctor").err
        assert not one.journal.exists()


def test_objects_that_an_error_leaves_in_the_shop_are_named() -> None:
    with checked_shop() as one:
        one.sandbox.set_fault("DELETE:1+:429")
        run = one.run(*PROBE, code=17)
        assert "objects of a probe are left in the shop: supplier 1" in " ".join(run.err.split())
        one.sandbox.clear_faults()
        one.run("doctor")
        assert not one.journal.exists()


def test_objects_that_a_lost_lock_leaves_in_the_shop_are_named() -> None:
    with checked_shop() as one:
        one.sandbox.set_fault("DELETE:1:400")
        with patch.object(write, "delete", side_effect=LockLost("another run has the lock")):
            run = one.run(*PROBE, code=LockLost.exit_code)
        assert "another run has the lock" in run.err
        assert "objects of a probe are left in the shop: supplier 1" in " ".join(run.err.split())
        one.run("doctor")
        assert not one.journal.exists()


def test_a_kind_whose_objects_lack_the_keys_is_not_tried() -> None:
    """A redirect whose fields have other names would be one without a source."""
    with checked_shop({"redirect_names": "fra,til,kode"}) as one:
        words = one.run(*PROBE, "--json")
        found = {each["question"]: each for each in json.loads(words.out)["answers"]}
        assert "/redirect" not in {c.path for c in one.sandbox.calls if c.method == "POST"}
    assert found["redirect_names"]["answer"] == "none"
