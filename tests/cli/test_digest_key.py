"""`SHOPFORM_DIGEST_KEY`: whose digests of secrets the state has, and what other keys do to them."""

import json
import re
from typing import Any

import pytest
from undoable import Project, one

__all__ = ["one"]

ONE, OTHER = "1" * 32, "2" * 32
HOOKS: dict[str, Any] = {
    "erp": {"url": "https://erp.example/hook?key=${env:ERP}", "events": ["paid"]},
    "stock": {"url": "https://erp.example/stock?key=${env:ERP}", "events": ["stock"]},
}
WARNED = re.compile(r"secrets?\s+of\s+the\s+state\s+w\w+\s+recorded\s+with")


def variables(key: str, secret: str = "hemmeligt") -> dict[str, str]:
    return {"ERP": secret} | ({"SHOPFORM_DIGEST_KEY": key} if key else {})


def applied(one: Project, key: str, secret: str = "hemmeligt") -> None:
    one.declare(webhooks=HOOKS)
    one.done("apply", "--auto-approve", **variables(key, secret))


def digests(one: Project) -> set[str]:
    return {found[12:] for found in re.findall(r"hmac-sha256:[0-9a-f:]+", json.dumps(one.state()))}


def writes(one: Project) -> list[str]:
    return [call.method for call in one.sandbox.calls if call.method != "GET"]


def plan(one: Project, key: str, *arguments: str, exit: int = 0) -> str:  # noqa: A002
    run = one.run("plan", "--detailed-exitcode", *arguments, **variables(key))
    assert run.exit == exit, run.text
    return run.out + run.err


def test_digests_are_made_with_the_key_and_machines_with_it_agree(one: Project) -> None:
    applied(one, "")
    public = digests(one)
    applied(one, ONE)
    keyed = digests(one)
    assert public.isdisjoint(keyed)
    (key,) = {found.partition(":")[0] for found in keyed}
    assert len(key) == 8
    assert writes(one) == ["POST", "POST"]
    assert not WARNED.search(plan(one, f" {ONE}\n"))
    applied(one, OTHER)
    applied(one, ONE)
    assert digests(one) == keyed


def test_a_changed_secret_is_seen_with_the_key(one: Project) -> None:
    applied(one, ONE)
    run = one.run("plan", "--detailed-exitcode", **variables(ONE, "changed"))
    assert run.exit == 2, run.text
    assert not WARNED.search(run.err)
    one.done("apply", "--auto-approve", **variables(ONE, "changed"))
    assert plan(one, ONE, exit=2)


def test_another_key_is_reported_once_and_shows_no_edits(one: Project) -> None:
    applied(one, ONE)
    (old,) = {found.partition(":")[0] for found in digests(one)}
    for command in (("plan",), ("plan", "--refresh-only"), ("drift",)):
        run = one.run(*command, **variables(OTHER))
        assert run.exit == 0, run.text
        assert "~ " not in run.out
        assert len(WARNED.findall(run.err)) == 1
        assert f"key with the id {old}" in run.err
    one.done("destroy", "--auto-approve", **variables(OTHER))
    assert one.sandbox.data("webhook") == []


def test_another_key_replaces_the_digests_without_a_call(one: Project) -> None:
    applied(one, ONE)
    old, calls = digests(one), writes(one)
    applied(one, OTHER)
    assert digests(one).isdisjoint(old)
    assert writes(one) == calls
    assert not WARNED.search(plan(one, OTHER))


def test_a_state_with_a_key_is_not_written_without_one(one: Project) -> None:
    applied(one, ONE)
    old, calls = digests(one), writes(one)
    for command in (("plan",), ("apply", "--auto-approve"), ("destroy", "--auto-approve")):
        run = one.run(*command, **variables(""))
        assert run.exit == 11, run.text
        assert WARNED.search(run.err)
        assert "error: " in run.err
    run = one.run("drift", **variables(""))
    assert run.exit == 0, run.text
    assert WARNED.search(run.err)
    assert "warning: " in run.err
    assert digests(one) == old
    assert writes(one) == calls


@pytest.mark.parametrize("key", ["", OTHER])
def test_a_saved_plan_is_applied_with_the_key_that_it_was_made_with(one: Project, key: str) -> None:
    one.declare(webhooks=HOOKS)
    one.done("plan", "--out", "p.json", **variables(ONE))
    run = one.run("apply", "p.json", **variables(key))
    assert run.exit == 12, run.text
    assert "was made with the digest key" in run.err
    one.done("apply", "p.json", **variables(ONE))
    assert not WARNED.search(plan(one, ONE))


@pytest.mark.parametrize(("made", "key"), [(ONE, ""), (ONE, OTHER), ("", ONE)])
def test_fingerprints_of_a_saved_plan_are_made_with_the_key(
    one: Project, made: str, key: str
) -> None:
    applied(one, made)
    one.declare(webhooks={})
    one.done("plan", "--out", "p.json", **variables(made))
    held = json.loads((one.directory / "p.json").read_text())["basis"]["fingerprints"]
    digests = [digest for fields in held.values() for digest in fields.values()]
    assert digests
    assert all(re.fullmatch("[0-9a-f]{8}:[0-9a-f]{16}", found) for found in digests) == bool(made)
    run = one.run("apply", "p.json", **variables(key))
    assert run.exit == 12, run.text
    assert "the plan was made with" in run.err
    one.done("apply", "p.json", **variables(made))


@pytest.mark.parametrize("made", ["lose", "drop"])
@pytest.mark.parametrize("key", ["", ONE])
def test_a_pending_create_is_not_repeated_under_another_key(
    one: Project, key: str, made: str
) -> None:
    one.declare(webhooks={"erp": HOOKS["erp"]})
    one.sandbox.set_fault(f"POST /webhook:1:{made}")
    one.sandbox.set_fault("GET /webhook:2+:500")
    assert one.run("apply", "--auto-approve", **variables(key)).exit != 0
    one.sandbox.clear_faults()
    there = len(one.sandbox.data("webhook"))
    run = one.run("apply", "--auto-approve", **variables(OTHER))
    if key and made == "lose":
        assert run.exit != 0
        assert "shop has new objects that could be it" in " ".join(run.err.split())
        assert "hemmeligt" not in run.out + run.err
    else:
        assert run.exit == 0, run.text
        there = 1
    assert len(one.sandbox.data("webhook")) == there


@pytest.mark.parametrize("key", ["short", "æ" * 32])
def test_a_weak_key_is_refused(one: Project, key: str) -> None:
    one.declare()
    run = one.run("plan", **variables(key))
    assert run.exit == 64
    assert "at least 32 ASCII characters" in run.err
    assert key not in run.text


@pytest.mark.parametrize("key", ["", OTHER])
def test_a_snapshot_with_digests_of_a_key_is_compared_without_it(one: Project, key: str) -> None:
    applied(one, ONE)
    one.done("snapshot", "--out", "s.json", **variables(ONE))
    expected = one.done("plan", "--snapshot", "s.json", **variables(ONE))
    assert "No changes" in expected.out
    run = one.done("plan", "--snapshot", "s.json", **variables(key))
    assert (run.out, run.err) == (expected.out, expected.err)
    one.declare(webhooks={**HOOKS, "erp": {**HOOKS["erp"], "url": "https://x/${env:ERP}"}})
    run = one.run("plan", "--snapshot", "s.json", "--detailed-exitcode", **variables(key))
    assert run.exit == 2, run.text
    assert "1 to change" in run.out
