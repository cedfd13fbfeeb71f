"""A corrected row of a table without keys keeps its object."""

from collections.abc import Callable
from itertools import product
from typing import Any

from worlds import World, keys, ref

from shopform.model.desired import Removed
from shopform.model.keys import key_from, row_key
from shopform.model.values import Address


def at(kind: str, text: str) -> str:
    return f"{kind}.{row_key([text])}"


def keyed(kind: str, text: str) -> str:
    return f"{kind}.{key_from(text)}"


class Sheet(World):
    """Rows are declared by their identity, and owned and live as they were applied before."""

    at = staticmethod(at)

    def row(self, kind: str, name: str, text: str, /, **fields: Any) -> None:
        self.declare(self.at(kind, text), **{name: text}, **fields)
        self.more["rows"] = self.more.get("rows", frozenset()) | {Address(self.at(kind, text))}

    def was(self, kind: str, name: str, text: str, number: int, /, **fields: Any) -> None:
        self.there(self.at(kind, text), number, **{name: text}, **fields)


class KeyedSheet(Sheet):
    """The column that recognises an object makes the keys: `key: source`."""

    at = staticmethod(keyed)


def redirects(
    before: dict[str, str], after: dict[str, str], sheet: Callable[[], Sheet] = Sheet
) -> Sheet:
    world = sheet()
    for number, (source, target) in enumerate(before.items(), 1):
        world.was("redirect", "source", source, number, target=target)
    for source, target in after.items():
        world.row("redirect", "source", source, target=target)
    return world


def ops(world: World) -> list[str]:
    return sorted(key.rpartition(":")[2] for key in keys(world.plan()))


def test_corrected_source_is_an_update_in_place() -> None:
    same = {f"s{n}": "t" for n in range(40)}
    many = {f"old/{n}.htm": "front" for n in range(70)}
    corrections: tuple[tuple[dict[str, str], dict[str, str]], ...] = (
        ({"a": "x"}, {"entirely/other": "x"}),  # the only one that leads there
        ({"old/one": "x", **same}, {"old/ones": "x", **same}),
        ({"old/one": "t", **same}, {"old/ones": "t", **same}),  # many lead there, one is alike
        ({"a": "x", "b": "y"}, {"c": "y", "d": "x"}),
        (many, {f"{source}l": target for source, target in many.items()}),
    )
    for sheet, (before, after) in product((Sheet, KeyedSheet), corrections):
        world = redirects(before, after, sheet).live("category", 1, name="Forside")
        changed = len(before.keys() - after.keys())
        assert ops(world) == ["update"] * changed
        made = world.plan()
        # The old source answered: that it no longer does is a warning for each.
        assert [d.code for d in made.diagnostics] == ["path-ceases"] * changed
        for change in made.changes:
            assert change.previous
            assert [f.name for f in change.fields] == ["source"]
            old, new = (
                str(v).lstrip("/") for v in (change.fields[0].before, change.fields[0].after)
            )
            assert before[old] == after[new]


def test_what_may_be_another_row_is_deleted_and_created() -> None:
    same = {f"s{n}": "t" for n in range(3)}
    for before, after in (
        ({"a": "x"}, {"entirely/other": "y"}),
        ({"old/one": "t", **same}, {"elsewhere": "t", **same, "b": "t"}),
    ):
        new = len(after.keys() - before.keys())
        assert ops(redirects(before, after)) == ["create"] * new + ["delete"]
    world = redirects({"a": "x"}, {"b": "x"})
    world.more["removed"] = (Removed(address=Address(at("redirect", "a"))),)
    assert ops(world) == ["create", "delete"]
    world = redirects({"a": "x"}, {"b": "x"})
    world.more["skipped_rows"] = frozenset({Address(at("redirect", "a"))})
    assert ops(world) == ["create"]
    world = redirects({}, {"b": "x"})
    world.there("redirect.named", 1, source="a", target="x")  # its key is not its row's
    assert ops(world) == ["create", "delete"]
    world = redirects({"a": "x"}, {"b": "x"})
    world.owned(at("redirect", "b"), 2, source="b", target="x")  # deleted in the shop
    assert ops(world) == ["create", "delete"]
    world = redirects({"a": "x"}, {"b": "x"})
    world.live("redirect", 2, source="b", target="x")
    assert ops(world) == ["delete", "import"]
    world = redirects({}, {"b": "x"})
    world.there(f"{at('redirect', 'a')}-2", 1, source="a", target="x")  # the second of its identity
    assert ops(world) == ["update"]
    world = redirects({"old/one": "t", **same}, {"old/onez": "t", "old/oney": "t", **same})
    assert ops(world) == ["create", "update"]
    world = redirects({"old/one": "t", "old/two": "t", **same}, {"old/onez": "t", **same})
    assert ops(world) == ["delete", "update"], "an object becomes one row, and a row one object"
    world = redirects({"a": "x"}, {})
    world.declare("redirect.named", source="b", target="x")
    assert ops(world) == ["create", "delete"]


def test_what_products_hang_on_needs_a_name_alike_and_more_than_a_name() -> None:
    for before, after, fields, want in (
        ("Nordlys", "Nordlyset", {"dropshipping_mail": "a@x.example"}, ["update"]),
        ("Nordlys", "Fjord", {"dropshipping_mail": "a@x.example"}, ["create", "delete"]),
        ("Nordlys", "Nordlyset", {}, ["create", "delete"]),
    ):
        world = Sheet()
        world.was("supplier", "name", before, 1, **fields)
        world.row("supplier", "name", after, **fields)
        assert ops(world) == want
    world = Sheet()
    world.settled("category.top", 9, name="Top")
    linked = {"tag": "t", "canonical": ref("category.top")}
    world.was("category", "name", "Nordlys", 1, **linked, meta="")
    world.row("category", "name", "Nordlyset", **linked)
    assert ops(world) == ["update"], "what is empty is as what is not declared"
    world = Sheet()
    for number, key in enumerate("pq", 1):
        world.settled(f"profile.{key}", number, name=key)
    world.was("attribute.p", "name", "Farve", 3, type="string")
    elsewhere = {**world.declared}
    world.row("attribute.p", "name", "Farver", type="string")
    assert ops(world) == ["update"]
    world.declared = elsewhere
    world.row("attribute.q", "name", "Farver", type="string")
    assert ops(world) == ["create", "delete"], "they are in different parents"
    world = Sheet()
    world.settled("profile.p", 1, name="P")
    world.settled("attribute.p.a", 2, name="A", type="valuelist")
    world.was("value.p.a", "val", "XL", 3, weight=3)
    world.row("value.p.a", "val", "XXL", weight=3)
    assert ops(world) == ["create", "delete"]
