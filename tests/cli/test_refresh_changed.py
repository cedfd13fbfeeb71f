"""A plan that reads what changed since a snapshot: the same plan, fewer calls, gaps named."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from demo_shop import (
    CATEGORIES,
    Shopform,
    applied,
    ask,
    catalogue,
    demo,
    number,
    paths,
    renamed,
    write,
)
from support import Prepared, Run, environment_of, run_here

from shopform.sandbox import Sandbox

CHANGED = ("plan", "--snapshot", "shop.json", "--refresh=changed")


@pytest.fixture
def project(tmp_path: Path, sandbox: Sandbox) -> Path:
    return demo(tmp_path / "project", sandbox, json.dumps(catalogue()))


@pytest.fixture
def run(project: Path) -> Shopform:
    run = applied(project)
    assert run("snapshot", "--out", "shop.json").exit == 0
    return run


def test_one_edited_category_costs_its_list(run: Shopform, sandbox: Sandbox, project: Path) -> None:
    write(project, renamed())
    sandbox.reset_log()
    whole = json.loads(run("plan", "--json").out)
    full = paths(sandbox)
    sandbox.reset_log()
    found = json.loads(run(*CHANGED, "--json").out)
    assert set(paths(sandbox)) == {"/category"}
    assert len(sandbox.calls) == found["calls"]["read"]
    assert len(full) - full.count("/category") == 7
    assert found["coverage"]["checked"] == CATEGORIES + 1
    assert found["coverage"]["objects"] == CATEGORIES + 12
    assert found["digest"] == whole["digest"]
    assert found["applyable"]
    text = run(*CHANGED).out
    assert f"Checked {CATEGORIES + 1} of {CATEGORIES + 12} objects; oldest unchecked: " in text


def test_nothing_changed_costs_nothing(run: Shopform, sandbox: Sandbox) -> None:
    sandbox.reset_log()
    found = run(*CHANGED, "--detailed-exitcode")
    assert found.exit == 0, found.text
    assert sandbox.calls == []
    assert f"Checked 0 of {CATEGORIES + 12} objects" in found.out


def test_what_is_not_read_is_not_seen_and_what_is_read_is(
    run: Shopform, sandbox: Sandbox, project: Path
) -> None:
    write(project, renamed())
    brand = number(sandbox, "brand", "Nord")
    category = number(sandbox, "category", "Kategori 8")
    ask(sandbox, "PUT", f"brand/{brand}", {"name": "Edited"})
    ask(sandbox, "PUT", f"category/{category}", {"name": "Edited"})
    found = run(*CHANGED)
    assert "category.c8" in found.out
    assert "brand." not in found.out
    assert "brand.nord" in run("plan").out


def test_the_plan_is_saved_and_applied(run: Shopform, sandbox: Sandbox, project: Path) -> None:
    write(project, renamed())
    assert run(*CHANGED, "--out", "plan.json").exit == 0
    assert run("apply", "plan.json").exit == 0
    assert run("plan", "--detailed-exitcode").exit == 0


def test_an_object_that_the_plan_refers_to_is_looked_for(
    run: Shopform, sandbox: Sandbox, project: Path
) -> None:
    """A parent that somebody deleted meanwhile is found, since its list is read."""
    profile = number(sandbox, "profile", "Profil 2")
    sections = catalogue()
    sections["profiles"]["p2"]["attributes"]["b"] = {"name": "Ny", "type": "string"}
    write(project, sections)
    sandbox.reset_log()
    found = run(*CHANGED)
    assert set(paths(sandbox)) == {"/profile", "/profile-attribute"}
    assert paths(sandbox).count("/profile-attribute") == 1
    assert "1 to add" in found.out
    for row in sandbox.data("profile-attribute"):
        if row["profile_id"] == profile:
            ask(sandbox, "DELETE", f"profile-attribute/{row['attribute_id']}")
    ask(sandbox, "DELETE", f"profile/{profile}")
    again, whole = run(*CHANGED), run("plan")
    assert "3 to add" in again.out, again.text
    assert "3 to add" in whole.out


def test_a_changed_path_reads_all_pages_and_redirects(
    run: Shopform, sandbox: Sandbox, project: Path
) -> None:
    sections = catalogue(redirects={"old": {"source": "/gammel", "target": "/ny"}})
    write(project, sections)
    sandbox.reset_log()
    assert run(*CHANGED).exit == 0
    assert set(paths(sandbox)) == {"/category", "/redirect"}


def test_a_page_that_moves_reads_the_redirects(
    run: Shopform, sandbox: Sandbox, project: Path
) -> None:
    sections = catalogue(redirects={"old": {"source": "/gammel", "target": "/ny"}})
    write(project, sections)
    assert run("apply", "--auto-approve").exit == 0
    assert run("snapshot", "--out", "shop.json").exit == 0
    sections["categories"]["c7"]["rewrite_url"] = "syv"
    write(project, sections)
    sandbox.reset_log()
    assert run(*CHANGED).exit == 0
    assert set(paths(sandbox)) == {"/category", "/page", "/redirect"}


def test_what_another_run_deleted_is_not_unmanaged(
    run: Shopform, sandbox: Sandbox, project: Path
) -> None:
    sections = catalogue()
    del sections["brands"]["syd"]
    write(project, sections)
    assert run("apply", "--auto-approve").exit == 0
    found, whole = (json.loads(run(*a, "--json").out) for a in (CHANGED, ("plan",)))
    assert found["unmanaged"] == whole["unmanaged"] == {"category": 1}


def test_what_another_run_applied_is_read(run: Shopform, sandbox: Sandbox, project: Path) -> None:
    sections = catalogue(suppliers={"fjord": {"name": "Fjord", "dropshipping_mail": "a@b.dk"}})
    write(project, sections)
    assert run("apply", "--auto-approve").exit == 0
    sandbox.reset_log()
    found = run(*CHANGED, "--detailed-exitcode")
    assert found.exit == 0, found.text
    assert paths(sandbox) == ["/supplier"]


def test_an_interrupted_create_is_looked_for(
    run: Shopform, sandbox: Sandbox, project: Path
) -> None:
    sections = catalogue()
    sections["brands"]["oest"] = {"name": "Øst"}
    write(project, sections)
    sandbox.set_fault("POST /brand:1:lose", "GET /brand:2+:500")
    assert run("apply", "--auto-approve").exit != 0
    sandbox.clear_faults()
    found = run(*CHANGED)
    assert "Adopted: 1" in found.out


def test_an_old_list_refuses_the_plan_unless_it_is_read(
    run: Shopform, sandbox: Sandbox, project: Path
) -> None:
    file = project / "shop.json"
    data = json.loads(file.read_text("utf-8"))
    old = (datetime.now(UTC) - timedelta(days=2, hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    for each in data["lists"]:
        if each["kind"] == "category":
            each["read"] = old
    file.write_text(json.dumps(data), "utf-8")
    refused = run(*CHANGED, "--max-age", "1d")
    assert refused.exit == 11
    assert "oldest unchecked: 2 days" in refused.out
    write(project, renamed())
    assert run(*CHANGED, "--max-age", "1d").exit == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--refresh=changed", "--refresh-only"), "plans no changes"),
        (("--refresh=all", "--snapshot", "shop.json"), "uses no snapshot"),
        (("--max-age", "1h"), "is about a snapshot"),
        (("--refresh=false",), "'false' is not one of"),
    ],
)
def test_what_contradicts_is_a_usage_error(
    arguments: tuple[str, ...], message: str, project: Path
) -> None:
    refused = run_here(project, "plan", *arguments, environment=environment_of())
    assert refused.exit == 64
    assert message in " ".join(refused.err.split())


def test_without_a_kept_snapshot_everything_is_read(
    run: Shopform, sandbox: Sandbox, project: Path
) -> None:
    (project / ".shopform/snapshot/demo/snapshot.json").unlink()
    sandbox.reset_log()
    found = run("plan", "--refresh=changed")
    assert found.exit == 0
    assert len(sandbox.calls) > 7
    assert "no snapshot of `demo` can be used, so the whole shop is read" in found.err


def test_in_processes_of_their_own(prepared: Prepared, project: Path) -> None:
    environment = environment_of()
    for arguments in (("apply", "--auto-approve"), ("snapshot", "--out", "shop.json")):
        assert prepared.run(project, *arguments, environment=environment).exit == 0
    write(project, renamed())
    found = prepared.run(project, *CHANGED, environment=environment)
    assert found.exit == 0, found.text
    assert "1 to change" in found.out


@pytest.mark.wide
def test_calls_in_a_shop_of_two_thousand_after_one_edited_category(
    project: Path, sandbox: Sandbox
) -> None:
    """1,500 categories, 40 profiles with 440 attributes and values, 20 others."""
    attributes = {
        f"a{n}": {"name": f"Felt {n}", "type": "valuelist", "values": ["A", "B", "C"]}
        if n < 2
        else {"name": f"Felt {n}", "type": "string"}
        for n in range(5)
    }
    sections = catalogue(
        brands={f"b{n}": {"name": f"Mærke {n}"} for n in range(20)},
        categories={f"c{n}": {"name": f"Kategori {n}"} for n in range(1_500)},
        profiles={f"p{n}": {"name": f"Profil {n}", "attributes": attributes} for n in range(40)},
    )
    write(project, sections)

    def run(*arguments: str) -> Run:
        return run_here(project, *arguments, environment=environment_of())

    assert run("apply", "--auto-approve").exit == 0
    assert run("snapshot", "--out", "shop.json").exit == 0
    sections["categories"]["c7"]["meta_title"] = "Syv"
    write(project, sections)
    whole, found = (json.loads(run(*a, "--json").out) for a in (("plan",), CHANGED))
    assert found["digest"] == whole["digest"]
    assert found["coverage"]["objects"] > 2_000
    assert found["coverage"]["checked"] == 1_501
    # The list of categories comes whole; each profile and each attribute with values has its own.
    assert (whole["calls"]["read"], found["calls"]["read"]) == (124, 1)
