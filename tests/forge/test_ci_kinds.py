"""`shopform ci` with kinds of a project: what was reviewed includes their definitions."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from own_kinds import LINE, catalogue_of, note
from support import sampled

from forge.jobs import SYSTEMS, Hub, Repository, System, repository
from forge.test_ci_apply import PLAN, apply, review

KINDS: dict[str, Any] = {
    "note": note(
        body={"type": "html", "description": "The text."},
        about={"type": "reference", "to": "category", "wire": "category_id"},
    ),
    "line": LINE,
}
CATALOGUE = catalogue_of(**KINDS)
NOTE = {"headline": "Om os", "body": "<p>Hej</p>", "about": "sko", "lines": ["one", "two"]}
SECTIONS: dict[str, Any] = {
    "categories": {"sko": {"name": "Sko"}},
    "notes": {"about": NOTE},
    "menus": {"top": {"location": "top", "items": [{"title": "Sko", "category": "sko"}]}},
    "products": {"a": {"own_id": "0123", "name": "A", "categories": ["sko"], "price": "1.50"}},
}


@pytest.fixture
def repo(tmp_path: Path) -> Iterator[Repository]:
    with repository(tmp_path / "repo", CATALOGUE) as made:
        made.settings(kinds=KINDS)
        made.declare(**SECTIONS)
        yield made


def objects(repo: Repository) -> dict[str, int]:
    return {kind.name: len(repo.sandbox.data(kind.name)) for kind in CATALOGUE.kinds}


def changed(**fields: Any) -> dict[str, Any]:
    """The kinds with other facts of a field of notes."""
    note = KINDS["note"]
    body = {**note["fields"]["body"], **fields}
    return {**KINDS, "note": {**note, "fields": {**note["fields"], "body": body}}}


@pytest.mark.parametrize("system", sampled(SYSTEMS, 2), indirect=True)
def test_a_request_with_kinds_of_the_project_is_commented_and_applied_after_its_merge(
    repo: Repository, system: System
) -> None:
    made = repo.run(*PLAN, **system.variables(repo.root))
    assert made.exit == 0, made.text
    (comment,) = system.bodies()
    for address in ("note.about", "line.about.one", "menu.top", "product.a"):
        assert address in comment
    review(repo, system, 1)
    before = objects(repo)
    done = apply(repo, system, 1)
    assert done.exit == 0, done.text
    new = {name: n - before[name] for name, n in objects(repo).items() if n != before[name]}
    assert new == {"category": 1, "menu": 1, "product": 1, "note": 1, "line": 2}
    (note,) = repo.sandbox.data("note")
    (item,) = repo.sandbox.data("menu")[0]["items"]
    (sko,) = (row for row in repo.sandbox.data("category") if row["name"] == "Sko")
    assert (note["category_id"], item["val"]) == (sko["category_id"], str(sko["category_id"]))
    assert apply(repo, system, 1).exit == 0
    assert repo.run("plan", "--expect-no-changes").exit == 0


def test_definition_with_another_description_is_the_one_that_was_reviewed(
    repo: Repository,
) -> None:
    with Hub() as hub:
        review(repo, hub, 1)
        repo.settings(kinds=changed(description="Another text."))
        done = apply(repo, hub, 1)
    assert done.exit == 0, done.text
    assert len(repo.sandbox.data("note")) == 1


@pytest.mark.parametrize(
    ("kinds", "why"),
    [
        (changed(wire="text"), "the definition of the kind `note` changed: `fields.body`"),
        ({}, "the kind `note` is not declared"),
    ],
    ids=["changed", "removed"],
)
def test_plan_of_another_definition_is_not_applied(
    repo: Repository, kinds: dict[str, Any], why: str
) -> None:
    with Hub() as hub:
        review(repo, hub, 1)
        before = objects(repo)
        repo.settings(kinds=kinds)
        repo.declare(**{n: s for n, s in SECTIONS.items() if kinds or n != "notes"})
        done = apply(repo, hub, 1)
    assert done.exit == 12, done.text
    assert why in done.out
    assert objects(repo) == before
