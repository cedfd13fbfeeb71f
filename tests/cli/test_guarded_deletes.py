"""What is deleted is meant: files that are not read, renames in two steps, children of others."""

import http.client
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from support import Run, environment_of, run_here

from shopform.sandbox import Sandbox
from shopform.shop import write

Shopform = Callable[..., Run]


@pytest.fixture
def project(tmp_path: Path, sandbox: Sandbox) -> Path:
    shop = {"url": sandbox.url, "token": "${env:SHOPFORM_TOKEN}"}
    (tmp_path / "shopform.yaml").write_text(json.dumps({"shops": {"demo": shop}}))
    return tmp_path


@pytest.fixture
def run(project: Path) -> Shopform:
    def go(*arguments: str, code: int = 0, **sections: Any) -> Run:
        if sections:
            (project / "catalogue.yaml").write_text(json.dumps(sections))
        done = run_here(project, *arguments, environment=environment_of())
        assert done.exit == code, done.text
        return done

    return go


def test_a_file_that_is_not_read_is_named_where_it_would_be_missed(
    run: Shopform, project: Path
) -> None:
    run("apply", "--auto-approve", suppliers={"a": {"name": "A"}, "b": {"name": "B"}})
    (project / "catalogue.yaml").rename(project / "catalogue.yaml.txt")
    done = run("plan")
    assert "`catalogue.yaml.txt` is not read, but declares 2 objects" in done.err
    (project / "catalogue.yaml.txt").rename(project / "Catalogue.YAML")
    assert "No changes" in run("plan").out
    (project / "Catalogue.YAML").rename(project / "catalogue.yaml.txt")
    assert "is not read" not in run("destroy", "--auto-approve").text, "it is asked for by name"


def limited(project: Path, sandbox: Sandbox, daily: int) -> None:
    shop = {"url": sandbox.url, "token": "${env:SHOPFORM_TOKEN}", "daily_calls": daily}
    (project / "shopform.yaml").write_text(json.dumps({"shops": {"demo": shop}}))


FORMS = ((), ("--json",), ("--format", "markdown"), ("--quiet",), ("--json-stream",))


def test_a_plan_that_the_budget_cannot_hold_is_refused_as_apply_refuses_it(
    run: Shopform, project: Path, sandbox: Sandbox
) -> None:
    suppliers = {f"b{n}": {"name": f"Supplier {n}"} for n in range(6)}
    run("validate", suppliers=suppliers)
    for form in FORMS:
        run("plan", *form, "--max-calls", "7", code=17)
        run("plan", *form, "--max-calls", "8")
    told = json.loads(run("plan", "--json", "--max-calls", "7", code=17).out)
    assert (told["applyable"], told["errored"]) == (False, True)
    assert "needs 7 more calls, 6 of them to write, and 6 are left" in told["notes"][0]["summary"]
    run("apply", "--auto-approve", "--max-calls", "7", code=17)
    run("apply", "--auto-approve", "--json", "--max-calls", "7", code=17)
    assert sandbox.data("supplier") == []
    # The same by the day: reading once more is a part of what apply needs.
    spent = next((project / ".shopform" / "calls").iterdir()).stat().st_size
    limited(project, sandbox, spent + 1 + 7)
    run("plan", "--quiet", code=17)
    run("plan", "--shop", "all", code=17)
    limited(project, sandbox, spent + 6)
    assert "and 2 are left for them today" in run("plan", "--out", "saved", code=17).err
    run("apply", "saved", code=17)
    assert sandbox.data("supplier") == []
    # What is said of a budget is not said of another one's.
    limited(project, sandbox, 1_000)
    run("apply", "saved")
    assert len(sandbox.data("supplier")) == 6
    for verb in (("destroy", "--auto-approve"), ("undo", "--auto-approve"), ("undo",)):
        run(*verb, "--max-calls", "12", code=17)
    assert len(sandbox.data("supplier")) == 6


def test_a_budget_may_be_used_up_on_purpose(run: Shopform, sandbox: Sandbox) -> None:
    suppliers = {f"b{n}": {"name": f"Supplier {n}"} for n in range(4)}
    planned = run("plan", "--partial", "--max-calls", "4", suppliers=suppliers)
    assert "warning: the plan needs 5 more calls" in planned.err
    done = run("apply", "--auto-approve", "--partial", "--max-calls", "4", code=17)
    assert "the rest of the budget, 1 call, is reserved to verify what was written" in " ".join(
        done.err.split()
    )
    assert len(sandbox.data("supplier")) == 2
    assert [call.method for call in sandbox.calls[-3:]] == ["POST", "POST", "GET"]
    run("apply", "--auto-approve")
    assert len(sandbox.data("supplier")) == 4


def test_what_a_budget_of_any_size_writes_is_verified(
    run: Shopform, project: Path, sandbox: Sandbox
) -> None:
    """Deletes look into what they delete first, with calls of their own."""
    begin = {
        "suppliers": {"s": {"name": "S"}, "t": {"name": "T"}},
        "profiles": {"p": {"name": "P"}},
    }
    ended = {"suppliers": {"t": {"name": "T2"}, "u": {"name": "U"}}, "brands": {"b": {"name": "B"}}}
    kinds = ("brand", "profile", "supplier")
    allowed = [word for kind in kinds for word in ("--allow-delete", f"{kind}=9")]
    apply = ("apply", "--auto-approve", *allowed)
    run(*apply, **begin)
    needs = json.loads(run("plan", "--json", *allowed, **ended).out)["calls"]
    whole = needs["read"] + needs["write"] + needs["verify"]
    for number in range(whole, 1, -4):
        run(*apply, **begin)
        sandbox.reset_log()
        limits = ("--partial", "--max-calls", str(number))
        run(*apply, *limits, code=0 if number == whole else 17, **ended)
        calls = [(call.method, call.path.split("/")[1]) for call in sandbox.calls]
        assert len(calls) <= number
        writes = [place for place, (method, _) in enumerate(calls) if method != "GET"]
        read = {kind for _, kind in calls[writes[-1] :]} if writes else set()
        assert {calls[place][1] for place in writes} <= read, (number, calls)


def test_a_plan_where_nobody_can_answer_says_what_apply_will_refuse(
    run: Shopform, sandbox: Sandbox
) -> None:
    old = {"name": "Herresko", "tag": "x", "description_a": "<p>Sko</p>"}
    run("apply", "--auto-approve", categories={"a": old, "c": {"name": "C"}})
    run("validate", categories={"b": {**old, "name": "Sko til mænd"}, "c": {"name": "C"}})
    for form in (*FORMS, ("--out", "saved"), ("--shop", "all")):
        for part in ((), ("--target", "category.b"), ("--exclude", "category.a")):
            run("plan", *form, *part, code=11)
    told = json.loads(run("plan", "--json", code=11).out)
    assert (told["applyable"], told["errored"]) == (False, True)
    run("apply", "saved", code=11)
    run("apply", "--auto-approve", "--target", "category.b", code=11)
    assert {row["name"] for row in sandbox.data("category")} >= {"Herresko", "C"}
    assert "Sko til mænd" not in {row["name"] for row in sandbox.data("category")}
    run("apply", "--auto-approve", "--target", "category.b", "--accept-rename", OLD_NEW)
    assert "No changes" in run("plan").out


OLD_NEW = "category.a=category.b"


def post(sandbox: Sandbox, path: str, **body: Any) -> None:
    """What staff do in the shop's own administration; products are read only by the API."""
    if path == "product":
        sandbox.app.world.tables[path].create({}, {"is_online": 1, "price": 1, **body})
        return
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.port)
    headers = {"Authorization": "sandbox"}
    connection.request("POST", f"/REST/{path}", json.dumps(body), headers)
    assert connection.getresponse().status < 300
    connection.close()


HOLDERS: dict[str, Any] = {
    "suppliers": {"s": {"name": "S"}, "stays": {"name": "Stays"}},
    "categories": {
        "a": {"name": "First of all"},
        "c": {"name": "C"},
        "below": {"name": "Below", "parent": "c"},
    },
    "profiles": {
        "p": {"name": "P"},
        "q": {
            "name": "Q",
            "attributes": {"a": {"name": "A", "type": "valuelist", "values": ["1"]}},
        },
    },
}
LEFT = {"suppliers": {"stays": {"name": "Stays"}}}
LEAVE = [f"--allow-delete={k}=9" for k in ("supplier", "category", "profile", "attribute", "value")]


def intrusions(sandbox: Sandbox) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """For each object that goes: what staff put into it, where, and as what."""
    ids = {row.get("name"): row for kind in KINDS for row in sandbox.data(kind)}
    inside = {"parent_id": ids["C"]["category_id"]}
    profile, attribute = ids["P"]["profile_id"], ids["A"]["attribute_id"]
    supplier = {"supplier_id": ids["S"]["supplier_id"]}
    return {
        "category.c": ("category", "category", {"name": "Theirs", **inside}),
        "category.below": (
            "category",
            "category",
            {"name": "Theirs", "parent_id": ids["Below"]["category_id"]},
        ),
        "profile.p": ("attribute", f"profile-attribute?profile_id={profile}", {"name": "Theirs"}),
        "attribute.q.a": (
            "value",
            f"profile-attribute-value?attribute_id={attribute}",
            {"val": "Theirs", "attribute_id": attribute},
        ),
        "supplier.s": ("product", "product", {"name": "Theirs", **supplier}),
    }


KINDS = ("supplier", "category", "profile", "attribute")


def after_the_first(then: Callable[[], None]) -> Callable[..., None]:
    """Deletes as it is, and does something once after the first of all deletions."""
    delete, rest = write.delete, [then]

    def late(*given: Any, **named: Any) -> None:
        delete(*given, **named)
        if rest:
            rest.pop()()

    return late


@pytest.mark.parametrize("moment", ["saved", "during", "late"])
def test_what_staff_put_into_what_goes_after_the_plan_is_not_lost(
    tmp_path: Path, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for address in ("category.c", "category.below", "profile.p", "attribute.q.a", "supplier.s"):
        with Sandbox() as sandbox:
            folder = tmp_path / address
            folder.mkdir()
            limited(folder, sandbox, 1_000)

            def go(*words: str, sections: dict[str, Any], folder: Path = folder) -> Run:
                (folder / "catalogue.yaml").write_text(json.dumps(sections))
                return run_here(folder, *words, environment=environment_of())

            assert go("apply", "--auto-approve", sections=HOLDERS).exit == 0
            kind, path, body = intrusions(sandbox)[address]
            if moment == "saved":
                made = go("plan", "--out", "saved", *LEAVE, sections=LEFT)
                assert made.exit == 0, made.text
                post(sandbox, path, **body)
                sandbox.reset_log()
                done = go("apply", "saved", sections=LEFT)
                writes = [call.method for call in sandbox.calls if call.method != "GET"]
                # Products are counted right before the deletion, when others may be done.
                assert done.exit == (14 if kind == "product" else 13), (address, done.text)
                assert writes == [] or kind == "product"
            elif moment == "late":
                late = after_the_first(partial(post, sandbox, path, **body))
                monkeypatch.setattr("shopform.shop.write.delete", late)
                done = go("apply", "--auto-approve", *LEAVE, "--parallelism", "1", sections=LEFT)
                monkeypatch.undo()
                assert done.exit == 14, (address, done.text)
            else:

                def begun(
                    *given: Any, path: str = path, body: Any = body, sandbox: Sandbox = sandbox
                ) -> None:
                    post(sandbox, path, **body)

                monkeypatch.setattr("shopform.workflow.run.run_plan.keep_record", begun)
                done = go("apply", "--auto-approve", *LEAVE, sections=LEFT)
                monkeypatch.undo()
                assert done.exit == 14, (address, done.text)
            told = done.err + done.out
            assert address in told
            assert "Theirs" in told or "its products are 1, and were 0" in told
            assert "Theirs" in {row.get("name", row.get("val")) for row in sandbox.data(kind)}
            # Once staff's is shown, it is refused before anything is sent.
            planned = go("plan", *LEAVE, sections=LEFT)
            assert planned.exit == (0 if kind == "product" else 11), planned.text


def test_a_deletion_that_the_shop_only_confirms_is_reported(
    run: Shopform, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("apply", "--auto-approve", suppliers={"a": {"name": "A"}, "b": {"name": "B"}})
    number = next(row["supplier_id"] for row in sandbox.data("supplier") if row["name"] == "B")
    table = sandbox.app.world.tables["supplier"]
    monkeypatch.setattr(table, "delete", table.one)
    done = run("apply", "--auto-approve", suppliers={"a": {"name": "A"}})
    assert f"`supplier.b` was deleted, but the shop still lists it: supplier {number}" in done.err
    monkeypatch.undo()
    done = run("apply", "--auto-approve", suppliers={"a": {"name": "A"}, "b": {"name": "B"}})
    assert "1 imported, 0 added" in done.out
