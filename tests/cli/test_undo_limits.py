"""What cannot be as it was, what is not undone, and who says so."""

from pathlib import Path
from unittest.mock import patch

from undoable import KITCHEN, MUGS, Project, one, words

from shopform.sandbox import Sandbox

__all__ = ["one"]


def test_what_a_later_run_changed_again_is_left_alone_and_told(one: Project) -> None:
    one.declare(categories={"kitchen": KITCHEN})
    one.apply()
    one.declare(categories={"kitchen": {**KITCHEN, "tag": "2", "name": "Bord"}})
    second = one.apply()
    one.declare(categories={"kitchen": {**KITCHEN, "tag": "3", "name": "Bord"}})
    one.apply()
    run = one.undo(second)
    assert "`tag` of `category.kitchen` was changed by a later run and is kept" in words(run)
    row = one.row("category", "Køkken")
    assert row["tag"] == "3"


def test_what_was_made_and_changed_since_stays(one: Project) -> None:
    one.declare(suppliers={"nord": {"name": "Nord"}})
    first = one.apply()
    one.declare(suppliers={"nord": {"name": "Syd"}})
    one.apply()
    run = one.undo(first)
    assert "`supplier.nord` was changed after it was created and is kept" in words(run)
    assert one.row("supplier", "Syd")


def test_what_is_gone_from_the_shop_since_is_not_made_again(one: Project) -> None:
    one.declare(suppliers={"nord": {"name": "Nord"}, "syd": {"name": "Syd"}})
    one.apply()
    one.declare(suppliers={"nord": {"name": "Nordlys"}, "syd": {"name": "Sydlys"}})
    one.apply()
    one.by_hand(f"supplier/{one.row('supplier', 'Sydlys')['supplier_id']}")
    run = one.undo()
    assert "`supplier.syd` was deleted in the shop after the run" in words(run)
    assert [row["name"] for row in one.sandbox.data("supplier")] == ["Nord"]


def test_the_ends_of_a_way_come_back_with_their_slash(tmp_path: Path) -> None:
    with Sandbox(switches={"redirect_path": "keep"}) as shop:
        one = Project(tmp_path, shop)
        away = {"source": "/vaek", "target": "https://other.example/vaek"}
        one.declare(redirects={"old": {"source": "/old", "target": "/new"}, "away": away})
        one.apply()
        one.declare(redirects={"away": {**away, "target": "/her"}})
        one.apply()
        one.undo()
        ends = {(row["source"], row["target"]) for row in shop.data("redirect")}
        assert ends == {("/old", "/new"), ("/vaek", "https://other.example/vaek")}


def test_nothing_is_put_back_into_what_was_deleted_since(one: Project) -> None:
    tree = {"kitchen": KITCHEN, "mugs": MUGS, "cups": {"name": "Kopper", "canonical": "kitchen"}}
    one.declare(categories=tree)
    one.apply()
    moved = {**tree, "mugs": {**MUGS, "parent": "cups", "meta_title": "x"}}
    one.declare(categories={**moved, "cups": {"name": "Kopper", "canonical": None}})
    one.apply()
    one.by_hand(f"category/{one.row('category', 'Køkken')['category_id']}")
    told = words(one.undo())
    assert "`parent` of `category.mugs` cannot be restored: the object it referred to" in told
    assert "`canonical` of `category.cups` cannot be restored: the object it referred to" in told
    assert one.row("category", "Krus")["meta_title"] == "Krus"
    assert one.state()["category.mugs"]["depends_on"] == ["category.cups"]


def test_edits_made_by_hand_since_are_told(one: Project) -> None:
    one.declare(categories={"kitchen": KITCHEN})
    one.apply()
    one.declare(categories={"kitchen": {**KITCHEN, "tag": "2"}})
    one.apply()
    one.by_hand(f"category/{one.row('category', 'Køkken')['category_id']}", {"tag": "hånd"})
    run = one.undo()
    assert "`tag` was edited in the shop after the run" in words(run)
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
    said = "`url` of `webhook.erp` cannot be restored: it is a secret, and secrets are not recorded"
    assert said in words(run)
    assert one.row("supplier", "Nord")
    assert one.row("webhook", "https://erp.example/canary-2")
    one.declare(suppliers={"nord": {"name": "Nord"}})
    one.apply()
    assert "`webhook.erp` cannot be restored: its identity is no longer known" in words(one.undo())
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
    (one.directory / "locked.png").write_bytes(b"x")
    whole = Path.read_bytes

    def locked(path: Path) -> bytes:
        if path.name == "locked.png":
            raise PermissionError
        return whole(path)

    with patch.object(Path, "read_bytes", locked):
        run = one.undo(name)
    said = "`images` of `category.kitchen` cannot be restored: no file has the bytes of 1 image"
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
