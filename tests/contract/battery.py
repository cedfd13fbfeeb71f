"""Short lives of a shop, one or more for every fact by which a kind is reconciled.

Each raises when the fact it leans on is not there; test_teeth.py takes the facts away in turn.
"""

import json
from collections.abc import Callable
from typing import Any

from everything import CATEGORY, IMAGE, by_hand, draw, full
from line import Line, errors, line
from samples import sample

from shopform.clone.copy import make_copy
from shopform.clone.text_rewriting import Rewriting
from shopform.describe.from_live import declare
from shopform.kinds import Kind
from shopform.kinds.field_types import Seed
from shopform.kinds.standard import STANDARD
from shopform.model.plan import FieldChange, Op
from shopform.model.prior import Prior
from shopform.model.values import Address
from shopform.render.plan_summary import change_counts
from shopform.shop.fetch import fetch
from shopform.workflow.read_shop import read_shop
from shopform.workflow.requests import ReadLimits

Scenario = Callable[[], None]


def recognised_without_its_state() -> None:
    with line() as one:
        draw(one.directory)
        one.declare(**full())
        one.settle()
        one.assert_imports_only()
        assert len(one.rows("category")) == 5
        assert {row["dropshipping_mail"] for row in one.rows("supplier")} == {"a@x.example", None}


def every_list_order_gives_the_same() -> None:
    """A set has no order, whatever the shop does to it."""
    with line(switches={"webhook_events": "comma"}) as one:
        hook = {"url": "https://x.example/hook", "events": ["stock", "paid"]}
        one.declare(webhooks={"x": hook})
        one.settle()
        one.declare(webhooks={"x": hook | {"events": ["paid", "stock"]}})
        assert one.plan().empty
        one.assert_imports_only()


def pictures_are_sent_once() -> None:
    with line() as one:
        draw(one.directory)
        draw(one.directory, "b.png", b"other")
        one.declare(categories={"men": {"name": "Herre", "images": [IMAGE]}})
        one.settle()
        one.declare(categories={"men": {"name": "Herre", "images": [{"file": "b.png"}]}})
        one.settle()
        assert [i["description"] for i in one.row("category", "Herre")["images"]] == [""]


def cleared_numbers_and_flags_are_none() -> None:
    """Null, 0 and an absent flag are one value: the shop answers 0 for all of them."""
    with line() as one:
        one.declare(
            profiles={
                "p": {
                    "name": "P",
                    "attributes": {
                        "a": {
                            "name": "A",
                            "type": "valuelist",
                            "is_variant": None,
                            "has_price": None,
                            "weight": None,
                            "values": {"v": {"val": "V", "weight": None, "tag": None}},
                        }
                    },
                }
            },
            categories={"c": {"name": "C", "no_index": None}},
        )
        one.settle()
        assert not [s for s in _entries(one) if s.get("stored")]
        one.assert_imports_only()


def _entries(one: Line, kind: str = "") -> list[dict[str, Any]]:
    saved = json.loads((one.directory / "state" / "demo.json").read_text())
    return [entry for address, entry in saved["resources"].items() if address.startswith(kind)]


def flags_and_numbers_are_shown_as_such() -> None:
    with line() as one:
        before, after = _typed(in_menu=True, number=1), _typed(in_menu=False, number=2)
        one.declare(**before)
        one.settle()
        one.declare(**after)
        shown = {(c.address, f.name): f for c in one.plan().changes for f in c.fields}
        assert shown == {
            (Address(address), name): FieldChange(name=name, before=old, after=new)
            for address, name, old, new in (
                ("attribute.p.a", "is_variant", True, False),
                ("attribute.p.a", "has_price", True, False),
                ("attribute.p.a", "weight", 1, 2),
                ("value.p.a.v", "weight", 1, 2),
                *(("category.c", name, True, False) for name in CATEGORY_FLAGS),
                ("category.c", "weight", 1, 2),
                ("redirect.r", "status", 301, 302),
            )
        }
        assert all(
            (type(f.before), type(f.after)) in ((bool, bool), (int, int)) for f in shown.values()
        )


CATEGORY_FLAGS = ("in_menu", "is_online", "is_hidden", "no_index", "no_internal_search")


def _typed(*, in_menu: bool, number: int) -> dict[str, Any]:
    a = {"name": "A", "type": "valuelist", "is_variant": in_menu, "has_price": in_menu}
    values = {"v": {"val": "V", "weight": number}}
    return {
        "profiles": {
            "p": {"name": "P", "attributes": {"a": {**a, "weight": number, "values": values}}}
        },
        "categories": {
            "c": {"name": "C", "weight": number, **dict.fromkeys(CATEGORY_FLAGS, in_menu)}
        },
        "redirects": {"r": {"source": "x", "target": "y", "status": 300 + number}},
    }


def undeclared_fields_go_back_to_what_the_shop_gives() -> None:
    with line() as one:
        full_supplier = {"name": "A", "dropshipping_mail": "a@x.example"}
        plain = {"men": {"name": "Herre"}}
        one.declare(suppliers={"a": full_supplier}, categories=plain | {"shoes": CATEGORY})
        one.settle()
        bare = {"name": CATEGORY["name"], "parent": "men"}
        one.declare(suppliers={"a": {"name": "A"}}, categories=plain | {"shoes": bare})
        one.settle()
        assert one.row("supplier", "A")["dropshipping_mail"] == ""
        found, new = (one.row("category", str(name)) for name in (CATEGORY["name"], "Herre"))
        aside = {"category_id", "name", "parent_id", "rewrite_url", "url", "last_modified"}
        assert {k: v or "" for k, v in found.items() if k not in aside} == {
            k: v or "" for k, v in new.items() if k not in aside
        }


def undeclared_fields_of_a_product_go_back_too() -> None:
    with line() as one:
        sections = full()
        whole = sample(STANDARD["product"], 1, sections) | {
            **dict.fromkeys(("never_free_shipping", "auto_offline", "no_index"), True),
            **dict.fromkeys(("is_online", "allow_negative_stock"), False),
        }
        del whole["main_category"], whole["rewrite_url"], whole["images"]
        bare = {"own_id": whole["own_id"], "name": whole["name"]}
        others = {"b": {"own_id": "B", "name": "B"}}
        draw(one.directory)
        one.declare(**sections | {"products": {"a": whole, **others}})
        one.settle()
        one.declare(**sections | {"products": {"a": bare, **others}})
        one.settle()
        found, new = one.rows("product")
        aside = {"product_id", "own_id", "name", "main_category_id", "rewrite_url", "url"}
        times = {"created", "online_since", "last_modified"}
        assert {k: v or "" for k, v in found.items() if k not in aside | times} == {
            k: v or "" for k, v in new.items() if k not in aside | times
        }


def a_product_is_one_with_what_the_shop_makes_of_it() -> None:
    """Its rich text is rewritten, and a path has no leading slash."""
    with line() as one:
        page = {"own_id": "A", **_at("A", "/a/b"), "description": "<p>A</p>\n<p>B</p>\n"}
        one.declare(products={"a": page})
        one.settle()
        one.assert_imports_only()


def products_swap_their_paths() -> None:
    with line() as one:
        for a, b in ("xy", "yx"):
            pages = {"a": _at("A", a), "b": _at("B", b)}
            one.declare(products={key: {"own_id": key, **at} for key, at in pages.items()})
            one.settle()
        assert {r["own_id"]: r["rewrite_url"] for r in one.rows("product")} == {"a": "y", "b": "x"}


def a_large_kind_is_read_only_where_it_is_used() -> None:
    with line() as one:
        one.declare()
        with one.open() as (workspace, _):
            assert "product" not in read_shop(workspace, ReadLimits()).live.kinds
            assert "product" in read_shop(workspace, ReadLimits(), ["product"]).live.kinds


def two_pages_swap_their_paths() -> None:
    with line() as one:
        one.declare(categories={k: {"name": k, "rewrite_url": f"p-{k}"} for k in "ab"})
        one.settle()
        one.declare(categories={"a": {"name": "a", "rewrite_url": "p-b"}, "b": _at("b", "p-a")})
        one.settle()
        paths = {r["name"]: r["rewrite_url"] for r in one.rows("category")}
        assert (paths["a"], paths["b"]) == ("p-b", "p-a")


def _at(name: str, path: str) -> dict[str, str]:
    return {"name": name, "rewrite_url": path}


def a_path_is_one_with_its_leading_slash() -> None:
    with line(switches={"redirect_path": "slash"}) as one:
        one.declare(
            categories={"a": _at("A", "/a")},
            redirects={"r": {"source": "old", "target": f"{one.sandbox.url[:-5]}/a"}},
        )
        one.settle()
        one.assert_imports_only()


def paths_that_the_shop_makes_are_foreseen() -> None:
    with line(parallelism=8) as one:
        below = {k: {"name": "Ærø", "parent": f"p{k}"} for k in "cab"}
        above = {f"p{k}": _at(f"Top {k}", f"top-{k}") for k in "abc"}
        one.declare(categories=below | above)
        told = [d.summary for d in one.settle().diagnostics if d.code == "path-contested"]
        made = {r["parent_id"]: r["rewrite_url"] for r in one.rows("category")}
        paths = [made[one.row("category", f"Top {k}")["category_id"]] for k in "cab"]
        assert paths == ["aeroe", "aeroe-x", "aeroe-x-x"]
        assert all(f"`/{path}`" in text for path, text in zip(paths[1:], told, strict=True))


def ways_that_loop_are_refused() -> None:
    with line() as one:
        ways = {"x": {"source": "a", "target": "b"}, "y": {"source": "b", "target": "/a"}}
        one.declare(redirects=ways)
        assert errors(one.plan()) == ["route-loop"]


def rows_of_a_status_that_leads_nowhere_are_left_out() -> None:
    with line() as one:
        sheet = "source,target,status\n/a,/x,301\n/b,/x,410\n"
        (one.directory / "r.csv").write_text(sheet, "utf-8")
        one.declare(redirects={"table": "r.csv"})
        one.settle()
        assert [row["target"].strip("/") for row in one.rows("redirect")] == ["x"]


def made_secrets_are_delivered() -> None:
    with line() as one:
        one.declare(webhooks={"x": {"url": "https://x.example/hook", "events": ["paid"]}})
        one.settle()
        kept = (one.directory / "secrets" / "demo.json").read_text()
        assert one.rows("webhook")[0]["secret"] in kept


def unknown_words_draw_a_warning() -> None:
    with line() as one:
        hook = {"url": "https://x.example/hook", "events": ["payd"]}
        one.declare(webhooks={"x": hook})
        one.plan()
        assert [w.code for w in one.warnings] == ["undocumented-word"]
        one.declare(webhooks={"x": hook | {"events": ["paid"]}})
        one.plan()
        assert one.warnings == ()


def odd_statuses_draw_a_warning() -> None:
    with line() as one:
        for status, codes in ((410, ["route-status"]), (301, []), (302, [])):
            one.declare(redirects={"x": {"source": "a", "target": "b", "status": status}})
            one.plan()
            assert [w.code for w in one.warnings] == codes, status


def the_front_page_is_never_destroyed() -> None:
    with line() as one:
        one.declare(categories={"front": {"name": "Forside"}})
        assert change_counts(one.settle().changes)["import"] == 1
        one.declare()
        refused = one.plan()
        assert errors(refused) == ["fixed"]
        assert refused.basis.anchor
        assert refused.basis.anchor.host == f"127.0.0.1:{one.sandbox.port}"


def _hop(source: str) -> dict[str, str]:
    return {"source": source, "target": "/x"}


def pages_are_reset_swapped_and_kept() -> None:
    with line(seed={"page": [{"headline": "Velkommen", "is_front": 1}]}) as one:
        draw(one.directory)
        front = {"headline": "Velkommen"}
        whole: dict[str, Any] = {
            "headline": "Om os",
            "text": "<p>Vi er</p>\n<p>[YEAR]</p>\n",
            "tag": "om",
            "no_index": True,
            "meta_title": "Om",
            "meta_description": "Om os",
            "meta": "a=1",
            "rewrite_url": "om/os",
            "images": [IMAGE],
        }
        one.declare(pages={"front": front, "a": whole})
        one.settle()
        assert not [s for s in _entries(one, "page") if s.get("stored")]
        same = whole | {"text": f" {whole['text']}\n", "rewrite_url": f"/{whole['rewrite_url']}"}
        one.declare(pages={"front": front, "a": same})
        assert not one.plan().changes
        one.declare(pages={"front": front, "a": whole}, redirects={"r": _hop(whole["rewrite_url"])})
        assert errors(one.plan()) == ["route-hides"]
        one.declare(pages={"front": front, "a": {"headline": "Om os", "no_index": False}})
        (change,) = one.plan().changes
        assert ("no_index", True, False) in [(f.name, f.before, f.after) for f in change.fields]
        one.declare(pages={"front": front, "a": {"headline": "Om os"}})
        one.settle()
        texts = ("text", "tag", "meta", "meta_title", "meta_description")
        bare = dict.fromkeys(texts, "") | {"no_index": 0, "images": [], "rewrite_url": "om/os"}
        assert {name: one.rows("page")[1][name] for name in bare} == bare
        for ends in ("ab", "ba"):
            pages = {
                key: {"headline": key, "rewrite_url": f"p-{end}"}
                for key, end in zip("ab", ends, strict=True)
            }
            one.declare(pages={"front": front, **pages})
            one.settle()
        assert [row["rewrite_url"] for row in one.rows("page")[1:]] == ["p-b", "p-a"]
        one.declare()
        assert "fixed" in errors(one.plan())


def products_are_counted_before_what_holds_them_goes() -> None:
    holders = {"supplier_id": 101, "profile_id": 201, "brand_id": 801, "categories": [502]}
    seed: dict[str, list[dict[str, Any]]] = {
        kind: [{"name": "X"}] for kind in ("supplier", "profile", "brand", "category")
    }
    with line(seed=seed | {"product": [{"name": n, **holders} for n in "ab"]}) as one:
        x = {"x": {"name": "X"}}
        one.declare(suppliers=x, profiles=x, brands=x, categories=x)
        one.settle()
        one.declare()
        told = {c.kind: c.notes for c in one.plan().changes}
        kinds = ("supplier", "profile", "brand", "category")
        assert told == dict.fromkeys(kinds, ("2 products refer to it",))


def what_cannot_hold_values_is_not_asked_for_them() -> None:
    plain = {"name": "A", "type": "string"}
    chosen = {"name": "B", "type": "valuelist", "values": ["1"]}
    with line() as one:
        one.declare(profiles={"p": {"name": "P", "attributes": {"a": plain, "b": chosen}}})
        one.settle()
        one.sandbox.reset_log()
        assert one.plan().calls.read == 3
        asked = [c.query for c in one.sandbox.calls if c.path == "/profile-attribute-value"]
        assert len(asked) == 1


def nested_objects_are_made_moved_by_key_and_removed() -> None:
    def shoes(**values: str) -> dict[str, Any]:
        size = {"name": "Str.", "type": "valuelist"}
        listed = {key: {"val": text} for key, text in values.items()}
        return {"p": {"name": "P", "attributes": {"size": {**size, "values": listed}}}}

    with line() as one:
        one.declare(profiles=shoes(a="36", b="37"))
        made = one.settle()
        assert [s.parent for s in made.steps].count(None) == 1
        one.declare(profiles=shoes(b="37", c="38"))
        made = one.settle()
        assert sorted((s.op, s.address) for s in made.steps) == [
            (Op.CREATE, "value.p.size.c"),
            (Op.DELETE, "value.p.size.a"),
        ]
        assert sorted(r["val"] for r in one.rows("value")) == ["37", "38"]


def a_copy_leaves_out_what_holds_for_one_shop() -> None:
    with line() as one:
        supplier = {"name": "A", "dropshipping_mail": "a@x.example"}
        hook = {"url": "https://x.example/hook", "events": ["paid"]}
        one.declare(suppliers={"a": supplier}, webhooks={"x": hook})
        one.settle()
        with one.open() as (_, connection):
            live = fetch(connection.client, [kind.name for kind in STANDARD.kinds])
        found = declare(live, Prior(), known={}, whole=True, duplicates=False)
        copy = make_copy(found, live, Rewriting({}, {}), Prior())
        assert [set(r.fields) for r in copy.resources.values()] == [{"name"}]


def life_by_rows(kind: Kind) -> Scenario:
    """The life of a kind of which nothing is known but its rows."""

    def life() -> None:
        others = (each for each in STANDARD.kinds if each is not kind)
        users = {
            each.section for each in others for row in each.rows if kind.name in row.type.targets
        }
        sections = {name: held for name, held in full().items() if name not in users}
        first, other = (sample(kind, number, sections) for number in (1, 4))
        with line() as one:
            draw(one.directory)
            one.declare(**sections)
            one.settle()
            one.assert_imports_only()
            one.declare(**sections | {kind.section: {"a": other, "b": sections[kind.section]["b"]}})
            (change,) = one.plan().changes
            once = {name for name in other if isinstance(kind.type(name), Seed)}
            assert {f.name for f in change.fields} == other.keys() - once
            for field in change.fields:
                type_ = kind.type(field.name)
                if not (type_.targets or type_.unreadable):
                    assert (field.before, field.after) == (first[field.name], other[field.name])
                    assert type(field.after) is type(other[field.name])
            one.settle()
            cleared = {n: v if kind.fields[n].required else None for n, v in other.items()}
            one.declare(**sections | {kind.section: {"a": cleared}})
            one.settle()
            assert not [s for s in _entries(one, kind.name) if s.get("stored")]
            one.assert_imports_only()

    life.__name__ = f"{kind.name}_lives_by_its_rows"
    return life


# In the order in which they are tried: what finds most or costs least comes first.
SCENARIOS: tuple[tuple[str, Scenario], ...] = (
    ("supplier category", undeclared_fields_go_back_to_what_the_shop_gives),
    ("product", a_large_kind_is_read_only_where_it_is_used),
    ("product", undeclared_fields_of_a_product_go_back_too),
    ("product", a_product_is_one_with_what_the_shop_makes_of_it),
    ("product", products_swap_their_paths),
    ("webhook", every_list_order_gives_the_same),
    ("category", pictures_are_sent_once),
    ("attribute value category", cleared_numbers_and_flags_are_none),
    ("attribute value category redirect", flags_and_numbers_are_shown_as_such),
    ("category", two_pages_swap_their_paths),
    ("category redirect", a_path_is_one_with_its_leading_slash),
    ("category", paths_that_the_shop_makes_are_foreseen),
    ("redirect", ways_that_loop_are_refused),
    ("redirect", rows_of_a_status_that_leads_nowhere_are_left_out),
    ("webhook", made_secrets_are_delivered),
    ("webhook", unknown_words_draw_a_warning),
    ("redirect", odd_statuses_draw_a_warning),
    ("category", the_front_page_is_never_destroyed),
    ("page", pages_are_reset_swapped_and_kept),
    ("supplier profile brand category", products_are_counted_before_what_holds_them_goes),
    ("attribute value", what_cannot_hold_values_is_not_asked_for_them),
    ("attribute value profile", nested_objects_are_made_moved_by_key_and_removed),
    ("supplier webhook", a_copy_leaves_out_what_holds_for_one_shop),
    *(
        (k.name, life_by_rows(k))
        for k in STANDARD.kinds
        if not k.nesting and k.section not in by_hand()
    ),
    ("", recognised_without_its_state),
)


def lives_of(kind: str) -> list[Scenario]:
    """The scenarios that lean on a kind's facts."""
    assert kind in STANDARD
    return [scenario for kinds, scenario in SCENARIOS if not kinds or kind in kinds.split()]
