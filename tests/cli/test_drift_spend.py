"""A patrol: a part of the shop a run, the oldest first, and what was not checked is said."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from demo_shop import Shopform, applied, ask, catalogue, demo, number, paths, write
from support import Prepared, environment_of
from test_kept_snapshot import KEPT, assert_same_plan, lists

from shopform.sandbox import Sandbox


@pytest.fixture
def project(tmp_path: Path, sandbox: Sandbox) -> Path:
    return demo(tmp_path / "project", sandbox, json.dumps(catalogue()))


@pytest.fixture
def run(project: Path) -> Shopform:
    return applied(project)


def aged(project: Path) -> None:
    """Make every kept list an hour older for each place in the file."""
    file = project / KEPT
    data = json.loads(file.read_text("utf-8"))
    for hour, each in enumerate(data["lists"]):
        each["read"] = f"2026-01-01T{hour:02}:00:00Z"
    file.write_text(json.dumps(data), "utf-8")


def attribute(sandbox: Sandbox) -> int:
    """The attribute of the last profile."""
    profile = number(sandbox, "profile", "Profil 3")
    rows = sandbox.data("profile-attribute")
    (found,) = [row["attribute_id"] for row in rows if row["profile_id"] == profile]
    assert isinstance(found, int)
    return found


def spent(sandbox: Sandbox) -> int:
    number = len(sandbox.calls)
    sandbox.reset_log()
    return number


def test_patrols_go_round_and_spend_no_more(run: Shopform, sandbox: Sandbox, project: Path) -> None:
    aged(project)
    sandbox.reset_log()
    seen: list[str] = []
    for _ in range(5):
        found = run("drift", "--spend", "3")
        assert found.exit == 0, found.text
        assert re.search(r"Checked \d+ of 24 objects; oldest unchecked: \d+ days\.", found.out)
        seen += paths(sandbox)
        assert 0 < spent(sandbox) <= 3
    assert {"/brand", "/category", "/profile", "/profile-attribute", "/supplier"} == set(seen)
    ages = [each["read"] for each in json.loads((project / KEPT).read_text("utf-8"))["lists"]]
    assert sum(age.startswith("2026-01-01") for age in ages) < len(ages) // 2


def test_every_edit_is_found_within_a_round(run: Shopform, sandbox: Sandbox, project: Path) -> None:
    aged(project)
    brand = number(sandbox, "brand", "Nord")
    ask(sandbox, "PUT", f"brand/{brand}", {"name": "Edited"})
    ask(sandbox, "PUT", f"profile-attribute/{attribute(sandbox)}", {"name": "Edited"})
    ask(sandbox, "DELETE", f"supplier/{number(sandbox, 'supplier', 'Fjord')}")
    sandbox.reset_log()
    found: list[str] = []
    for _ in range(6):
        one = run("drift", "--spend", "4", "--json")
        drift = json.loads(one.out)["resource_drift"]
        assert one.exit == (2 if drift else 0)
        found += [each["address"] for each in drift]
        assert spent(sandbox) <= 4
    assert set(found) == {"brand.nord", "attribute.p3.a", "supplier.fjord"}
    assert_same_plan(run)


def test_a_deleted_parent_is_drift_and_no_fault(
    run: Shopform, sandbox: Sandbox, project: Path
) -> None:
    ask(sandbox, "DELETE", f"profile-attribute/{attribute(sandbox)}")
    ask(sandbox, "DELETE", f"profile/{number(sandbox, 'profile', 'Profil 3')}")
    found = [run("drift", "--spend", "4") for _ in range(5)]
    assert {each.exit for each in found} <= {0, 2}
    assert any("profile.p3 has been deleted" in each.out for each in found)


def test_a_short_list_is_not_taken_for_deletions(
    run: Shopform, sandbox: Sandbox, project: Path
) -> None:
    """A list without a total that misses objects: they are looked for, and found."""
    aged(project)
    sandbox.set_fault("GET /category:1+:empty")
    found = [run("drift", "--spend", "6") for _ in range(3)]
    sandbox.clear_faults()
    assert {each.exit for each in found} <= {0, 18}
    assert any(each.exit == 18 for each in found)
    assert not any(
        "deleted" in each.out for each in found if each.exit == 0 and "0 deleted" not in each.out
    )
    assert run("drift").exit == 0


def test_a_list_that_is_too_long_is_named_and_the_others_are_read(
    run: Shopform, sandbox: Sandbox, project: Path
) -> None:
    redirects = {f"r{n}": {"source": f"/a{n}", "target": "/b"} for n in range(250)}
    write(project, catalogue(redirects=redirects))
    assert run("apply", "--auto-approve").exit == 0
    aged(project)
    for _ in range(3):
        sandbox.reset_log()
        found = run("drift", "--spend", "2")
        assert "the list of redirects takes more than 1 call, and was not read" in found.err
        assert 0 < spent(sandbox) <= 2
    enough = run("drift", "--spend", "6")
    assert "was not read" not in enough.err


def test_a_list_that_is_longer_than_expected_stops_no_other(
    run: Shopform, sandbox: Sandbox, project: Path
) -> None:
    for n in range(250):
        ask(sandbox, "POST", "redirect", {"source": f"x{n}", "target": "y"})
    write(project, catalogue(redirects={"r": {"source": "/a", "target": "/b"}}))
    assert run("apply", "--auto-approve").exit == 0
    (project / KEPT).unlink()
    read: list[str] = []
    for _ in range(9):
        sandbox.reset_log()
        found = run("drift", "--spend", "2")
        assert found.exit == 0, found.text
        read += paths(sandbox)
        assert 0 < spent(sandbox) <= 2
    assert {"/brand", "/category", "/supplier", "/redirect", "/profile"} <= set(read)


def test_without_a_kept_snapshot_it_begins_with_one(
    run: Shopform, sandbox: Sandbox, project: Path
) -> None:
    (project / KEPT).unlink()
    sandbox.reset_log()
    found = run("drift", "--spend", "4")
    assert found.exit == 0, found.text
    assert 0 < spent(sandbox) <= 4
    assert "not read yet" in found.out
    for _ in range(6):
        run("drift", "--spend", "4")
    assert "not read yet" not in run("drift", "--spend", "4").out
    assert_same_plan(run)


def test_a_patch_has_what_was_found(run: Shopform, sandbox: Sandbox, project: Path) -> None:
    brand = number(sandbox, "brand", "Nord")
    ask(sandbox, "PUT", f"brand/{brand}", {"name": "Edited"})
    (project / KEPT).unlink()
    written = [run("drift", "--spend", "4", "--write", "-").out for _ in range(4)]
    assert any("Edited" in text for text in written)


def test_in_processes_of_their_own(prepared: Prepared, project: Path, sandbox: Sandbox) -> None:
    environment: dict[str, Any] = environment_of()
    assert prepared.run(project, "apply", "--auto-approve", environment=environment).exit == 0
    sandbox.reset_log()
    named = {**environment, "SHOPFORM_SPEND": "2"}
    found = prepared.run(project, "drift", environment=named)
    assert found.exit == 0, found.text
    assert "Checked" in found.out
    assert spent(sandbox) <= 2
    assert lists(project / KEPT)


@pytest.mark.parametrize("section", ["brand", "category"])
def test_an_incomplete_list_is_not_kept(
    section: str, run: Shopform, sandbox: Sandbox, project: Path
) -> None:
    """A bare list has no total, and misses an object that can be read by its id."""
    sandbox.set_fault(f"GET /{section}:1+:short")
    assert run("drift", "--spend", "40").exit != 0
    kept = json.loads((project / KEPT).read_text("utf-8"))["lists"]
    assert section not in {each["kind"] for each in kept}
    sandbox.clear_faults()
    assert run("drift", "--spend", "40").exit == 0
    assert_same_plan(run)
