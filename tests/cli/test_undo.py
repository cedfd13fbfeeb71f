"""`undo`: the shop as it was before a run, and what cannot be as it was."""

import http.client
import json
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from support import Run, environment_of, run_here
from two_shops import tree, two_shops

from shopform.cli import runs
from shopform.sandbox import Sandbox

KITCHEN = {"name": "Køkken", "rewrite_url": "koekken", "tag": "k"}
MUGS = {"name": "Krus", "parent": "kitchen", "meta_title": "Krus"}


@dataclass
class Project:
    """A project with one shop, and ways to change both."""

    directory: Path
    sandbox: Sandbox

    def declare(self, settings: dict[str, Any] | None = None, /, **sections: Any) -> None:
        shop = {"url": self.sandbox.url, "token": "${env:SHOPFORM_TOKEN}"}
        self.write("shopform.yaml", {"shops": {"demo": shop}, **(settings or {})})
        self.write("catalogue.yaml", sections)

    def write(self, name: str, content: object) -> None:
        (self.directory / name).write_text(json.dumps(content), "utf-8")

    def run(self, *arguments: str, **environment: str) -> Run:
        return run_here(self.directory, *arguments, environment=environment_of(**environment))

    def done(self, *arguments: str, **environment: str) -> Run:
        run = self.run(*arguments, **environment)
        assert run.exit == 0, run.text
        return run

    def apply(self, *arguments: str, **environment: str) -> str:
        """Apply what is declared; the name of the run."""
        self.done("apply", "--auto-approve", *arguments, **environment)
        return self.names()[-1]

    def undo(self, *arguments: str, **environment: str) -> Run:
        return self.done("undo", "--auto-approve", *arguments, **environment)

    def settled(self) -> bool:
        return self.run("plan", "--detailed-exitcode").exit == 0

    def names(self) -> list[str]:
        return sorted(path.stem for path in self.records.glob("*.json"))

    @property
    def records(self) -> Path:
        return self.directory / ".shopform/runs/demo"

    def state(self) -> dict[str, Any]:
        text = (self.directory / "state/demo.json").read_text("utf-8")
        held: dict[str, Any] = json.loads(text)["resources"]
        return held

    def row(self, kind: str, name: str) -> dict[str, Any]:
        (found,) = (r for r in self.sandbox.data(kind) if name in (r.get("name"), r.get("url")))
        return found

    def by_hand(self, path: str, body: dict[str, Any] | None = None) -> None:
        """What somebody does in the shop's own administration."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.sandbox.port)) as line:
            verb = "DELETE" if body is None else "PUT"
            text = None if body is None else json.dumps(body)
            line.request(verb, f"/REST/{path}", text, {"Authorization": "sandbox"})
            assert line.getresponse().status < 300

    def writes(self) -> int:
        return sum(call.method != "GET" for call in self.sandbox.calls)


@pytest.fixture
def one(tmp_path: Path, sandbox: Sandbox) -> Iterator[Project]:
    with patch("shopform.shop.client.FIRST_WAIT", 0.01):
        yield Project(tmp_path, sandbox)


def words(run: Run) -> str:
    return " ".join(run.text.split())


def tables(sandbox: Sandbox, *without: str) -> dict[str, list[dict[str, Any]]]:
    aside = {"last_modified", *without}
    return {
        kind: [{n: v for n, v in row.items() if n not in aside} for row in rows]
        for kind, rows in sandbox.app.state().items()
    }


def test_what_was_updated_is_put_back_and_the_shop_is_as_it_was(one: Project) -> None:
    one.declare(categories={"kitchen": KITCHEN, "mugs": MUGS})
    one.apply()
    shop, state = tables(one.sandbox), one.state()
    new = {"kitchen": {"name": "Køkken og bord", "in_menu": False}, "mugs": {"name": "Kopper"}}
    one.declare(categories=new)
    one.apply()
    one.undo()
    assert tables(one.sandbox) == shop
    assert one.state() == state
    one.declare(categories={"kitchen": KITCHEN, "mugs": MUGS})
    assert one.settled()


def test_what_was_deleted_comes_back_and_what_was_made_goes(one: Project) -> None:
    one.declare(
        categories={"kitchen": KITCHEN, "mugs": MUGS},
        webhooks={"erp": {"url": "https://erp.example", "events": ["paid"]}},
    )
    one.apply()
    lost = one.row("category", "Køkken")["category_id"]
    one.declare(suppliers={"nord": {"name": "Nord"}})
    name = one.apply()
    assert one.row("supplier", "Nord")
    told = words(one.undo())
    assert f"was made by the run {name}" in told
    assert f"comes back with a new id; what pointed at {lost}, such as products, does not" in told
    assert "the shop makes a new `secret` for it" in told
    assert one.sandbox.data("supplier") == []
    kitchen, mugs = one.row("category", "Køkken"), one.row("category", "Krus")
    assert (kitchen["rewrite_url"], kitchen["tag"]) == ("koekken", "k")
    assert (mugs["parent_id"], mugs["meta_title"]) == (kitchen["category_id"], "Krus")
    one.declare(
        categories={"kitchen": KITCHEN, "mugs": MUGS},
        webhooks={"erp": {"url": "https://erp.example", "events": ["paid"]}},
    )
    assert one.settled()


def test_the_last_run_is_undone_and_undoing_is_a_run(one: Project) -> None:
    one.declare(suppliers={"nord": {"name": "Nord"}})
    one.apply()
    one.declare(suppliers={"nord": {"name": "Syd"}})
    one.apply()
    one.undo()
    assert one.row("supplier", "Nord")
    one.undo()
    assert one.row("supplier", "Syd")
    assert one.settled()


def test_an_earlier_run_is_named_by_its_beginning(one: Project) -> None:
    one.declare(suppliers={"nord": {"name": "Nord"}})
    one.apply()
    one.declare(suppliers={"nord": {"name": "Syd"}})
    second = one.apply()
    one.declare(suppliers={"nord": {"name": "Syd"}, "vest": {"name": "Vest"}})
    one.apply()
    one.undo(second)
    assert {row["name"] for row in one.sandbox.data("supplier")} == {"Nord", "Vest"}


def test_where_nobody_can_approve_nothing_is_done(one: Project) -> None:
    one.declare(suppliers={"nord": {"name": "Nord"}})
    one.apply()
    before = one.writes()
    run = one.done("undo")
    assert "1 to destroy" in run.out
    assert "Nothing was changed. `--auto-approve` does it; `--out FILE` saves it" in words(run)
    assert one.run("undo", "--detailed-exitcode").exit == 2
    assert one.writes() == before
    document = json.loads(one.done("undo", "--json").out)
    assert [c["address"] for c in document["resource_changes"]] == ["supplier.nord"]


def test_a_saved_plan_undoes(one: Project) -> None:
    one.declare(suppliers={"nord": {"name": "Nord"}}, categories={"kitchen": KITCHEN})
    one.apply()
    one.declare(suppliers={"nord": {"name": "Syd"}})
    one.apply()
    one.done("undo", "--out", "undo.json", "--auto-approve")
    assert one.row("supplier", "Syd")
    one.done("apply", "undo.json")
    assert one.row("supplier", "Nord")
    assert one.row("category", "Køkken")["rewrite_url"] == "koekken"
    assert one.run("apply", "undo.json").exit == 12


def test_what_moved_moves_back_without_a_call(one: Project) -> None:
    profile = {"name": "Krus", "attributes": {"size": {"name": "Mål", "type": "valuelist"}}}
    one.declare(profiles={"mugs": profile}, categories={"a": KITCHEN, "b": {**MUGS, "parent": "a"}})
    one.apply()
    state, before = one.state(), one.writes()
    one.declare(
        {"moved": [{"from": "profile.mugs", "to": "profile.cups"}]},
        profiles={"cups": profile},
        categories={"kitchen": KITCHEN, "b": {**MUGS, "parent": "kitchen"}},
    )
    one.apply()
    assert "attribute.cups.size" in one.state()
    one.undo()
    assert one.state() == state
    assert one.writes() == before


def test_what_was_taken_over_is_let_go_of_as_it_was(one: Project) -> None:
    one.declare(suppliers={"nord": {"name": "Nord"}, "syd": {"name": "Syd"}})
    one.apply()
    (one.directory / "state/demo.json").unlink()
    one.declare(
        suppliers={
            "nord": {"name": "Nord"},
            "syd": {"name": "Syd", "dropshipping_mail": "a@b.example"},
        }
    )
    name = one.apply()
    assert one.row("supplier", "Syd")["dropshipping_mail"] == "a@b.example"
    before = one.writes()
    told = words(one.undo(name))
    assert "is forgotten again: the run had taken it over" in told
    assert one.writes() == before + 1
    assert one.row("supplier", "Syd")["dropshipping_mail"] == ""
    assert one.row("supplier", "Nord")
    assert one.state() == {}
    one.undo()
    assert one.settled()


def test_what_was_forgotten_is_owned_again(one: Project) -> None:
    one.declare(categories={"kitchen": KITCHEN, "mugs": MUGS})
    one.apply()
    state, before = one.state(), one.writes()
    forget = {"removed": [{"address": "category.mugs", "destroy": False}]}
    one.declare(forget, categories={"kitchen": KITCHEN})
    one.apply()
    assert list(one.state()) == ["category.kitchen"]
    one.undo()
    assert one.state() == state
    assert one.writes() == before


def test_what_was_replaced_keeps_its_new_id(one: Project) -> None:
    one.declare(suppliers={"nord": {"name": "Nord"}})
    one.apply()
    old = one.row("supplier", "Nord")["supplier_id"]
    one.declare(suppliers={"nord": {"name": "Syd"}})
    one.apply("--replace", "supplier.nord")
    new = one.row("supplier", "Syd")["supplier_id"]
    assert f"keeps its new id {new}; it was {old}" in words(one.undo())
    assert one.row("supplier", "Nord")["supplier_id"] == new


def test_what_a_later_run_changed_again_is_left_alone_and_told(one: Project) -> None:
    one.declare(categories={"kitchen": KITCHEN})
    one.apply()
    one.declare(categories={"kitchen": {**KITCHEN, "tag": "2", "name": "Bord"}})
    second = one.apply()
    one.declare(categories={"kitchen": {**KITCHEN, "tag": "3", "name": "Bord"}})
    one.apply()
    run = one.undo(second)
    assert "`tag` of `category.kitchen` was changed again since, and stays as it is" in words(run)
    row = one.row("category", "Køkken")
    assert row["tag"] == "3"


def test_what_was_made_and_changed_since_stays(one: Project) -> None:
    one.declare(suppliers={"nord": {"name": "Nord"}})
    first = one.apply()
    one.declare(suppliers={"nord": {"name": "Syd"}})
    one.apply()
    run = one.undo(first)
    assert "`supplier.nord` was changed since it was made, and stays" in words(run)
    assert one.row("supplier", "Syd")


def test_what_is_gone_from_the_shop_since_is_not_made_again(one: Project) -> None:
    one.declare(suppliers={"nord": {"name": "Nord"}, "syd": {"name": "Syd"}})
    one.apply()
    one.declare(suppliers={"nord": {"name": "Nordlys"}, "syd": {"name": "Sydlys"}})
    one.apply()
    one.by_hand(f"supplier/{one.row('supplier', 'Sydlys')['supplier_id']}")
    run = one.undo()
    assert "`supplier.syd` was deleted in the shop since" in words(run)
    assert [row["name"] for row in one.sandbox.data("supplier")] == ["Nord"]


def test_edits_made_by_hand_since_are_told(one: Project) -> None:
    one.declare(categories={"kitchen": KITCHEN})
    one.apply()
    one.declare(categories={"kitchen": {**KITCHEN, "tag": "2"}})
    one.apply()
    one.by_hand(f"category/{one.row('category', 'Køkken')['category_id']}", {"tag": "hånd"})
    run = one.undo()
    assert "`tag` was edited in the shop since" in words(run)
    assert 'tag = "hånd" -> "k"' in words(run)
    assert one.row("category", "Køkken")["tag"] == "k"


def test_an_edit_that_the_run_took_back_comes_back(one: Project) -> None:
    one.declare(categories={"kitchen": KITCHEN})
    one.apply()
    one.by_hand(f"category/{one.row('category', 'Køkken')['category_id']}", {"tag": "hånd"})
    one.apply()
    one.undo()
    assert one.row("category", "Køkken")["tag"] == "hånd"


def test_a_secret_does_not_come_back_and_is_in_no_record(one: Project) -> None:
    hook = {"url": "https://erp.example/${env:HOOK}", "events": ["paid"]}
    one.declare(webhooks={"erp": hook}, suppliers={"nord": {"name": "Nord"}})
    one.apply(HOOK="canary-1")
    one.declare(webhooks={"erp": hook}, suppliers={"nord": {"name": "Syd"}})
    one.apply(HOOK="canary-2")
    run = one.undo()
    said = "`url` of `webhook.erp` cannot come back: it is a secret, and secrets are not recorded"
    assert said in words(run)
    assert one.row("supplier", "Nord")
    assert one.row("webhook", "https://erp.example/canary-2")
    one.declare(suppliers={"nord": {"name": "Nord"}})
    one.apply()
    assert "`webhook.erp` cannot come back: what it is recognised by" in words(one.undo())
    for path in one.records.iterdir():
        assert "canary" not in path.read_text("utf-8")


def test_a_secret_is_taken_back_with_what_was_forgotten(one: Project) -> None:
    hook = {"url": "https://erp.example/${env:HOOK}", "events": ["paid"]}
    one.declare(webhooks={"erp": hook})
    one.apply(HOOK="canary-1")
    state = one.state()
    one.declare({"removed": [{"address": "webhook.erp", "destroy": False}]})
    one.apply()
    assert "canary" not in one.undo().text
    assert one.state() == state


def test_pictures_come_back_from_files_with_their_bytes(one: Project) -> None:
    for name in ("a.png", "b.png"):
        (one.directory / name).write_bytes(name.encode())
    both = [{"file": "a.png"}, {"file": "b.png"}]
    one.declare(categories={"kitchen": {**KITCHEN, "images": both}})
    one.apply()
    one.declare(categories={"kitchen": {**KITCHEN, "images": []}})
    name = one.apply()
    (one.directory / "b.png").rename(one.directory / "c.png")
    (one.directory / "a.png").unlink()
    run = one.undo(name)
    said = "`images` of `category.kitchen` cannot come back: no file here is 1 picture of it"
    assert said in words(run)
    (held,) = one.row("category", "Køkken")["images"]
    assert held["weight"] in (20, "20")


def test_protection_and_limits_are_those_of_every_plan(one: Project) -> None:
    one.declare(suppliers={"nord": {"name": "Nord", "lifecycle": {"protect": True}}})
    one.apply()
    run = one.run("undo", "--auto-approve")
    assert run.exit == 11
    assert "`supplier.nord` is protected" in run.err
    one.done("state", "unprotect", "supplier.nord")
    one.declare(suppliers={f"s{n}": {"name": f"S{n}"} for n in range(12)} | {"nord": {"name": "N"}})
    name = one.apply()
    assert one.run("undo", name, "--auto-approve").exit == 11
    one.undo(name, "--allow-delete", "supplier=12")
    assert [row["name"] for row in one.sandbox.data("supplier")] == ["Nord"]


def test_protection_itself_is_undone(one: Project) -> None:
    one.declare(suppliers={"nord": {"name": "Nord"}})
    one.apply()
    state = one.state()
    one.declare(suppliers={"nord": {"name": "Nord", "lifecycle": {"protect": True}}})
    one.apply()
    one.undo()
    assert one.state() == state


def test_a_part_of_a_run_is_undone(one: Project) -> None:
    one.declare(suppliers={"nord": {"name": "Nord"}, "syd": {"name": "Syd"}})
    one.apply()
    one.declare(suppliers={"nord": {"name": "Nordlys"}, "syd": {"name": "Sydlys"}})
    one.apply()
    one.undo("--target", "supplier.syd")
    assert {row["name"] for row in one.sandbox.data("supplier")} == {"Nordlys", "Syd"}


def test_runs_are_listed_the_last_one_first(one: Project) -> None:
    one.declare(suppliers={"nord": {"name": "Nord"}})
    assert one.done("undo", "--list").out == ""
    first = one.apply()
    one.undo()
    lines = one.done("undo", "--list").out.splitlines()
    assert [line.split()[0] for line in lines] == one.names()[::-1]
    assert re.search(rf"undo {first}  0 imported, 0 added, 0 changed, 1 destroyed", lines[0])
    assert re.search(r"UTC  apply +0 imported, 1 added", lines[1])
    listed = json.loads(one.done("undo", "--list", "--json").out)
    assert [run["name"] for run in listed] == one.names()[::-1]
    assert listed[1]["counts"]["add"] == 1


def test_a_run_that_is_not_there_is_a_mistake(one: Project) -> None:
    one.declare(suppliers={"nord": {"name": "Nord"}})
    none = one.run("undo")
    assert (none.exit, "no run of `demo` was recorded here" in none.err) == (64, True)
    one.apply()
    one.undo()
    unknown = one.run("undo", "1999")
    assert (unknown.exit, "`shopform undo --list`" in unknown.err) == (64, True)
    assert one.run("undo", "20").exit == 64
    assert one.run("undo", "20", "--list").exit == 64


def test_nothing_is_recorded_of_a_run_that_does_nothing(one: Project) -> None:
    one.declare(suppliers={"nord": {"name": "Nord"}})
    one.done("plan")
    one.done("plan", "--out", "p.json")
    assert one.names() == []
    one.apply()
    one.done("apply", "--auto-approve")
    assert one.run("apply", "p.json").exit == 12
    assert len(one.names()) == 1
    assert (one.records / f"{one.names()[0]}.json").stat().st_mode & 0o777 == 0o600


def test_what_cannot_be_recorded_is_not_begun(one: Project) -> None:
    one.declare(suppliers={"nord": {"name": "Nord"}})
    one.records.parent.mkdir(parents=True)
    one.records.write_text("in the way")
    run = one.run("apply", "--auto-approve")
    assert (run.exit, one.writes()) == (1, 0)
    assert "cannot use" in run.err
    one.records.unlink()
    one.apply()


def test_old_records_go_and_names_sort_within_a_second(one: Project) -> None:
    with patch.object(runs, "KEPT", 3):
        names = []
        for number in range(5):
            one.declare(suppliers={"nord": {"name": f"S{number}"}})
            names.append(one.apply())
    assert one.names() == names[-3:]
    assert names == sorted(set(names))


def test_a_run_of_another_shop_or_state_is_refused(one: Project) -> None:
    one.declare(suppliers={"nord": {"name": "Nord"}})
    name = one.apply()
    (one.directory / "state/demo.json").unlink()
    lost = one.run("undo", name)
    assert lost.exit == 1
    assert "belongs to another state" in lost.err
    path = one.records / f"{name}.json"
    text = path.read_text("utf-8")
    path.write_text(text.replace(one.sandbox.url.removesuffix("/REST"), "https://other.example"))
    other = one.run("undo", name)
    assert other.exit == 1
    assert "changed `https://other.example" in other.err
    path.write_text("{}")
    damaged = one.run("undo", name)
    assert damaged.exit == 1
    assert "is damaged" in damaged.err
    assert one.writes() == 1


def test_undoing_a_destroy_makes_everything_again(one: Project) -> None:
    one.declare(categories={"kitchen": KITCHEN, "mugs": MUGS})
    one.apply()
    one.done("destroy", "--auto-approve")
    assert one.state() == {}
    one.undo()
    assert one.settled()


def test_a_copy_is_undone_in_its_own_memory(tmp_path: Path) -> None:
    with two_shops(tmp_path) as two:
        shop = tree(two.new)
        two.clone()
        assert tree(two.new) != shop
        done = two.run("undo", "--shop", "new", "--auto-approve")
        assert done.exit == 0, done.text
        assert tree(two.new) == shop
        assert two.memory() == {}
        again = two.run("undo", "--shop", "new", "--auto-approve")
        assert again.exit == 0, again.text
        two.settled()


def test_a_run_of_which_nothing_is_left_needs_no_undoing(one: Project) -> None:
    one.declare(suppliers={"nord": {"name": "Nord"}})
    name = one.apply()
    one.done("destroy", "--auto-approve")
    before = one.writes()
    assert "Nothing of it is left to undo." in one.undo(name).err
    assert one.writes() == before


def test_an_undoing_that_stopped_goes_on_by_the_name_of_the_run(one: Project) -> None:
    one.declare(
        suppliers={f"s{n}": {"name": f"S{n}"} for n in range(4)}, brands={"b": {"name": "B"}}
    )
    one.apply()
    shop, state = tables(one.sandbox, "supplier_id"), one.state()
    one.declare(
        suppliers={f"s{n}": {"name": f"T{n}"} for n in range(3)}, brands={"b": {"name": "C"}}
    )
    name = one.apply()
    one.sandbox.set_fault("PUT:3+:401")
    stopped = one.run("undo", name, "--auto-approve", "--parallelism", "1")
    assert stopped.exit == 16
    assert tables(one.sandbox, "supplier_id") != shop
    one.sandbox.clear_faults()
    one.undo(name)
    assert tables(one.sandbox, "supplier_id") == shop
    assert one.state().keys() == state.keys()


def test_undo_is_for_one_shop_at_a_time(one: Project) -> None:
    shop = {"url": one.sandbox.url, "token": "${env:SHOPFORM_TOKEN}"}
    one.declare({"shops": {"demo": shop, "other": {**shop, "state": "state/o.json"}}})
    assert one.run("undo").exit == 64
    assert one.run("undo", "--shop", "demo,other").exit == 64
    assert one.run("undo", "--shop", "all").exit == 64
