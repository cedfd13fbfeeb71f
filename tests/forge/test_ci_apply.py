"""`shopform ci apply`: what was reviewed is applied, and nothing else, whoever says so."""

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest

from forge.jobs import NUMBER, Hub, Repository, System

PLAN, APPLY = ("ci", "plan"), ("ci", "apply")
FJORD = {"suppliers": {"fjord": {"name": "Fjord"}}}
BOTH = {"suppliers": {"fjord": {"name": "Fjord"}, "sound": {"name": "Sound"}}}


def sha(number: int, letter: str) -> str:
    return letter * 38 + f"{number:02}"


def review(repo: Repository, system: System, number: int, *, fork: bool = False) -> bytes:
    """Plan what is declared, and keep the artifact for the request with this number."""
    made = repo.run(*PLAN)
    assert made.exit == 0, made.text
    plan = (repo.out / "main.plan.json").read_bytes()
    system.merged(number, sha(number, "a"), sha(number, "b"), fork=fork)
    system.keep("main", plan, sha(number, "a"), fork=fork)
    return plan


def apply(repo: Repository, system: System, number: int) -> Any:
    return repo.run(*APPLY, **system.on_main(repo.root, sha(number, "b")))


def names(repo: Repository) -> list[str]:
    return sorted(row["name"] for row in repo.sandbox.data("supplier"))


def test_what_was_reviewed_is_applied_once(repo: Repository, system: System) -> None:
    review(repo, system, 1)
    done = apply(repo, system, 1)
    assert (done.exit, names(repo)) == (0, ["Fjord"]), done.text
    assert "1 added" in (repo.out / "main.apply.md").read_text("utf-8")
    again = apply(repo, system, 1)
    assert (again.exit, names(repo)) == (0, ["Fjord"]), again.text
    if isinstance(system, Hub):
        assert repo.outputs() == {
            "exit-code": "0",
            "summary": "shop/shopform-ci/main.apply.md",
            "artifact": f"shopform-main-apply-{sha(1, 'b')}",
        }
        assert "::stop-commands::" in done.out


def test_two_independent_merges_in_a_row_are_both_applied(repo: Repository, system: System) -> None:
    """Both were reviewed before either was applied, so the serial of the second has moved."""
    review(repo, system, 1)
    repo.declare(suppliers={"sound": {"name": "Sound"}})
    review(repo, system, 2)
    repo.declare(**FJORD)
    assert apply(repo, system, 1).exit == 0
    repo.declare(**BOTH)
    done = apply(repo, system, 2)
    assert (done.exit, names(repo)) == (0, ["Fjord", "Sound"]), done.text


def test_of_three_merges_the_cancelled_one_is_applied_first(
    repo: Repository, system: System
) -> None:
    """A queue that keeps the last run only cancels the second; the third says what to do."""
    every = {"fjord": {"name": "Fjord"}, "sound": {"name": "Sound"}, "belt": {"name": "Belt"}}
    for number, key in enumerate(every, 1):
        repo.declare(suppliers={key: every[key]})
        review(repo, system, number)
    exits = []
    for number in (1, 3, 2, 3):
        repo.declare(suppliers=dict(itertools.islice(every.items(), number)))
        done = apply(repo, system, number)
        exits.append(done.exit)
        if done.exit:
            assert "`supplier.sound` is new" in done.err
            assert "run its apply first" in done.err
    assert exits == [0, 12, 0, 0]
    assert names(repo) == ["Belt", "Fjord", "Sound"]


STAFF: list[tuple[str, int, Callable[[Repository], None]]] = [
    ("nothing", 0, lambda _repo: None),
    ("an unmanaged object", 0, lambda repo: staff(repo, "POST", "supplier", name="Other")),
    ("the object to be created", 12, lambda repo: staff(repo, "POST", "supplier", name="Sound")),
    ("the field to be changed", 12, lambda repo: staff(repo, "PUT", "supplier/ID", name="Bay")),
    ("it is deleted", 12, lambda repo: staff(repo, "DELETE", "supplier/ID")),
]


def staff(repo: Repository, method: str, path: str, **body: str) -> None:
    import http.client

    number = repo.sandbox.data("supplier")[0]["supplier_id"]
    connection = http.client.HTTPConnection("127.0.0.1", repo.sandbox.port)
    address = f"/REST/{path.replace('ID', str(number))}"
    connection.request(method, address, json.dumps(body), {"Authorization": "sandbox"})
    assert connection.getresponse().status < 300
    connection.close()


@pytest.mark.parametrize(("what", "code", "work"), STAFF, ids=[each[0] for each in STAFF])
def test_a_plan_that_waits_while_staff_work(
    repo: Repository, what: str, code: int, work: Callable[[Repository], None]
) -> None:
    assert repo.run("apply", "--auto-approve").exit == 0
    repo.declare(suppliers={"fjord": {"name": "Fjorden"}, "sound": {"name": "Sound"}})
    with Hub() as hub:
        review(repo, hub, 1)
        work(repo)
        before = repo.sandbox.data("supplier")
        done = apply(repo, hub, 1)
    assert done.exit == code, (what, done.text)
    if code:
        assert repo.sandbox.data("supplier") == before
        assert "have it reviewed" in done.err
    else:
        assert {"Fjorden", "Sound"} <= set(names(repo))


def test_what_others_wrote_or_kept_is_not_what_was_reviewed(
    repo: Repository, system: System
) -> None:
    """A comment, an artifact of a fork, of another commit or shop, and the plan of a fork."""
    repo.declare(**BOTH)
    forged = review(repo, system, 9)
    repo.declare(**FJORD)
    system.merged(1, sha(1, "a"), sha(1, "b"))
    system.merged(NUMBER, sha(NUMBER, "a"), sha(NUMBER, "b"))
    page = (repo.out / "main.md").read_text("utf-8")
    for login in ("stranger", system.bot):
        system.write(login, page)
    system.keep("main", forged, sha(1, "a"), fork=True)
    system.keep("other", forged, sha(1, "a"))
    for number in (1, NUMBER):
        done = apply(repo, system, number)
        assert (done.exit, names(repo)) == (12, []), done.text
        assert (
            f"no plan was reviewed for {'#' if isinstance(system, Hub) else '!'}{number}"
            in done.err
        )
    system.keep("main", forged, sha(1, "a"))
    done = apply(repo, system, 1)
    assert (done.exit, names(repo)) == (0, ["Fjord"]), "what is left of it was reviewed"
    # A member may run the pipeline of a fork's request in this project: with the fork's own recipe.
    system.keep("main", review(repo, system, 2, fork=True), sha(2, "a"))
    done = apply(repo, system, 2)
    assert done.exit == 12, done.text
    assert "it is of a fork" in done.err
    done = apply(repo, system, 3)
    assert done.exit == 12, done.text
    assert "no request was" in done.err


def test_a_plan_that_was_changed_or_refused_is_not_what_was_reviewed(repo: Repository) -> None:
    with Hub() as hub:
        plan = review(repo, hub, 1)
        hub.artifacts.clear()
        hub.keep("main", plan.replace(b'"Fjord"', b'"Bay"'), sha(1, "a"))
        done = apply(repo, hub, 1)
        assert (done.exit, names(repo)) == (12, []), done.text
        assert "#1 at" in done.err
        assert "was changed after it was made" in done.err
        hub.artifacts.clear()
        assert repo.run(*PLAN, "--fail-on", "create").exit == 11
        hub.keep("main", (repo.out / "main.plan.json").read_bytes(), sha(1, "a"))
        done = apply(repo, hub, 1)
        assert (done.exit, names(repo)) == (11, []), done.text


def test_a_file_can_be_given_where_no_forge_is_known(repo: Repository) -> None:
    none = repo.run(*APPLY)
    assert none.exit == 64, none.text
    assert "PLAN" in none.err
    repo.run(*PLAN)
    repo.declare(suppliers={"fjord": {"name": "Bay"}})
    other = repo.run(*APPLY, "shopform-ci/main.plan.json")
    assert (other.exit, names(repo)) == (12, []), other.text
    assert "`supplier.fjord` is another change" in other.err
    repo.declare(**FJORD)
    done = repo.run(*APPLY, "shopform-ci/main.plan.json")
    assert (done.exit, names(repo)) == (0, ["Fjord"]), done.text


def test_a_forks_files_get_no_key_for_an_apply_or_drift(repo: Repository, system: System) -> None:
    repo.run(*PLAN)
    variables = system.variables(repo.root, fork=True)
    before = len(repo.sandbox.calls)
    for command in ((*APPLY, "shopform-ci/main.plan.json"), ("ci", "drift")):
        done = repo.run(*command, **variables)
        assert done.exit == 11, done.text
        assert "get no key" in done.err
    assert len(repo.sandbox.calls) == before


TREE = {
    "suppliers": {"fjord": {"name": "Fjord"}},
    "categories": {
        "sko": {"name": "Sko", "rewrite_url": "sko"},
        "luft": {"name": "Luft", "parent": "sko"},
        "vand": {"name": "Vand", "parent": "luft"},
    },
    "redirects": {"old": {"source": "/old", "target": "/sko"}},
}
# A create that is refused, one that nobody sees the answer of, and one that never arrives.
FAULTS = ("422", "lose", "drop")
BROKEN = [
    pytest.param(n, fault, marks=() if n == place else pytest.mark.wide)
    for place, fault in zip((1, 2, 5), FAULTS, strict=True)
    for n in range(1, 6)
]


def interrupt(repo: Repository, hub: Hub, fault: str) -> None:
    """Apply, with a fault, after which the shop cannot be read."""
    reads = len(repo.sandbox.calls)
    repo.sandbox.set_fault(fault, f"GET:{reads + 1}+:500")
    stopped = apply(repo, hub, 1)
    assert stopped.exit != 0, stopped.text
    repo.sandbox.clear_faults()


@pytest.mark.parametrize(("number", "fault"), BROKEN)
def test_an_apply_that_stopped_is_run_again_and_ends_as_reviewed(
    repo: Repository, number: int, fault: str
) -> None:
    repo.declare(**TREE)
    with Hub() as hub:
        review(repo, hub, 1)
        interrupt(repo, hub, f"POST:{number}:{fault}")
        second = apply(repo, hub, 1)
        assert second.exit == 0, second.text
    found = [row["name"] for row in repo.sandbox.data("category")]
    assert sorted(set(found)) == sorted(found), "nothing was created twice"
    assert {"Sko", "Luft", "Vand"} <= set(found)
    assert repo.run("plan", "--expect-no-changes").exit == 0


@pytest.mark.parametrize(("file", "code"), [("one.json", 0), ("other.json", 12)])
def test_a_secret_is_delivered_where_it_was_reviewed(
    repo: Repository, file: str, code: int
) -> None:
    """Also if the webhook was made by a run that was interrupted before it had the secret."""

    def declare(name: str) -> None:
        secret_to = {"file": f"secrets/{name}"}
        hook = {"url": "https://x.example/h", "events": ["paid"], "secret_to": secret_to}
        repo.declare(webhooks={"a": hook})

    declare("one.json")
    with Hub() as hub:
        review(repo, hub, 1)
        interrupt(repo, hub, "POST:1:lose")
        declare(file)
        done = apply(repo, hub, 1)
    assert done.exit == code, done.text
    assert not (repo.project / "secrets/other.json").exists()


def test_drift_is_published(repo: Repository) -> None:
    assert repo.run("apply", "--auto-approve").exit == 0
    assert repo.run("ci", "drift").exit == 0
    staff(repo, "PUT", "supplier/ID", name="Bay")
    with Hub() as hub:
        made = repo.run("ci", "drift", **hub.on_main(repo.root, "b" * 40))
        assert made.exit == 2, made.text
        assert repo.outputs() == {
            "changes": "true",
            "digest": repo.outputs()["digest"],
            "artifact": f"shopform-main-drift-{'b' * 40}",
            "report": "shop/shopform-ci/main.drift.html",
            "exit-code": "2",
            "summary": "shop/shopform-ci/main.drift.md",
        }
        assert hub.requests == []
    assert "Bay" in (repo.root / "summary").read_text("utf-8")
