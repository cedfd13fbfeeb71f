"""In a freeze window nothing is sent by any command, until it is over or is lifted by its name."""

import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from support import Run, environment_of, run_here
from two_shops import BETWEEN, TwoShops, edit, two_shops, writes

from shopform.sandbox import Sandbox
from shopform.workflow.plan import plan_checks

Shopform = Callable[..., Run]
SUPPLIER = {"fjord": {"name": "Fjord"}}


def around(now: datetime, **more: Any) -> dict[str, Any]:
    """A window of some days around now, which is over at midnight of the last."""
    first, last = now - timedelta(days=1), now + timedelta(days=2)
    dates = {"from": f"{first:%Y-%m-%d}", "to": f"{last:%Y-%m-%d}"}
    return {"name": "black-week", "zone": "UTC", "message": "We sell.", **dates, **more}


@pytest.fixture
def shops(tmp_path: Path) -> Iterator[TwoShops]:
    with two_shops(tmp_path) as found:
        yield found


@pytest.fixture
def run(tmp_path: Path, sandbox: Sandbox) -> Shopform:
    def go(*arguments: str, window: dict[str, Any] | None = None, **sections: Any) -> Run:
        shop = {"url": sandbox.url, "token": "${env:SHOPFORM_TOKEN}"}
        policy = {"windows": [window] if window else []}
        settings = {"shops": {"demo": shop}, "policy": policy}
        (tmp_path / "shopform.yaml").write_text(json.dumps({**settings, **sections}))
        return run_here(tmp_path, *arguments, environment=environment_of())

    return go


def test_no_command_changes_a_frozen_shop(run: Shopform, sandbox: Sandbox, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    held = around(now)
    assert run("apply", "--auto-approve", suppliers=SUPPLIER).exit == 0
    renamed = {"suppliers": {"fjord": {"name": "Fjord A/S"}}}
    assert run("plan", "--out", "p", window=held, **renamed).exit == 0
    before = writes(sandbox)
    opening = f"{now + timedelta(days=3):%a %Y-%m-%d} 00:00 UTC"
    for command in (
        ("apply", "--auto-approve"),
        ("apply", "p"),
        ("destroy", "--auto-approve"),
        ("undo", "--auto-approve"),
    ):
        done = run(*command, window=held, **renamed)
        assert done.exit == 11, (command, done.text)
        assert f"the window `black-week` allows no change of `demo` until {opening}" in " ".join(
            done.err.split()
        )
        assert "We sell." in done.err
    assert writes(sandbox) == before
    done = run("apply", "p", "--allow", "black-week", window=held, **renamed)
    assert done.exit == 0, done.text
    record = max((tmp_path / ".shopform/runs/demo").glob("*-????.json"))
    assert json.loads(record.read_text())["allowed"] == ["black-week"]


def test_what_is_exempt_or_of_another_shop_or_sends_nothing_is_applied(run: Shopform) -> None:
    now = datetime.now(UTC)
    for window in (
        around(now, **{"except": ["suppliers"]}),
        around(now - timedelta(days=30)),
        around(now + timedelta(days=30)),
    ):
        assert run("apply", "--auto-approve", window=window, suppliers=SUPPLIER).exit == 0
        assert run("destroy", "--auto-approve", window=window, suppliers=SUPPLIER).exit == 0
    assert run("apply", "--auto-approve", suppliers=SUPPLIER).exit == 0
    held = around(now)
    assert run("apply", "--auto-approve", window=held, suppliers=SUPPLIER).exit == 0
    removed = [{"address": "supplier.fjord", "destroy": False}]
    done = run("apply", "--auto-approve", window=held, removed=removed)
    assert done.exit == 0, done.text


def test_the_message_has_the_place_the_zone_and_what_is_held(run: Shopform) -> None:
    now = datetime.now(ZoneInfo("Asia/Tokyo"))
    first, last = now - timedelta(days=1), now + timedelta(days=2)
    held = around(now, zone="Asia/Tokyo", **{"except": ["categories"]})
    held |= {"from": f"{first:%Y-%m-%d}", "to": f"{last:%Y-%m-%d}"}
    categories = {"krus": {"name": "Krus"}}
    done = run("apply", "--auto-approve", window=held, suppliers=SUPPLIER, categories=categories)
    assert done.exit == 11
    assert f"until {now + timedelta(days=3):%a %Y-%m-%d} 00:00 JST" in " ".join(done.err.split())
    assert "--> shopform.yaml:1:" in done.err
    assert "\n  We sell.\n" in done.err
    assert done.err.endswith("pass `--allow black-week` for 1 object: `supplier.fjord`\n")


def test_a_saved_plan_takes_names_of_windows_only(run: Shopform) -> None:
    assert run("plan", "--out", "p", suppliers=SUPPLIER).exit == 0
    done = run("apply", "p", "--allow", "url_changes", suppliers=SUPPLIER)
    assert done.exit == 64, done.text


def test_an_answer_that_comes_when_the_window_has_begun_is_too_late(
    run: Shopform, sandbox: Sandbox
) -> None:
    now = datetime.now(UTC)

    class Answer(io.StringIO):
        def isatty(self) -> bool:
            return True

        def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]
            clock.now.return_value = now + timedelta(days=3)
            return "yes\n"

    held = around(now + timedelta(days=3))
    with patch.object(plan_checks, "datetime") as clock, patch("sys.stdin", Answer()):
        clock.now.return_value = now
        done = run("apply", window=held, suppliers=SUPPLIER)
        assert done.exit == 11, done.text
        assert "the window `black-week` allows no change of `demo`" in done.err
        assert writes(sandbox) == []
        clock.now.return_value = now
        done = run("apply", "--allow", "black-week", window=held, suppliers=SUPPLIER)
    assert done.exit == 0, done.text


@pytest.mark.parametrize("verb", ["clone", "promote"])
def test_a_copy_into_a_frozen_shop_is_refused(verb: str, shops: TwoShops) -> None:
    if verb == "promote":
        shops.clone()
        edit(shops.old, "category", "Sko", meta_title="Sko")
        shops.new.reset_log()
    path = shops.directory / "shopform.yaml"
    settings = json.loads(path.read_text())
    settings["policy"] = {"windows": [around(datetime.now(UTC), shops=["new"])]}
    path.write_text(json.dumps(settings))
    done = shops.run(verb, *BETWEEN, "--auto-approve")
    assert done.exit == 11, done.text
    assert "the window `black-week` allows no change of `new`" in done.err
    assert writes(shops.new) == []
    assert shops.run(verb, *BETWEEN, "--auto-approve", "--allow", "black-week").exit == 0
    assert writes(shops.new)
