"""Several shops in one output: a table to be read, a page that fits, a document for programs."""

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reports import many, planned, plans

from shopform.diagnostics import error
from shopform.errors import BudgetSpent, Interrupted
from shopform.kinds.standard import STANDARD
from shopform.model.plan import Action, Basis, Calls, Failure, Op, Outcome, Plan, Step
from shopform.model.values import Address
from shopform.render.json.plan_document import sealed
from shopform.render.json.plan_reader import read_document
from shopform.render.markdown.multi_shop import ShopResult, shops_json, shops_markdown
from shopform.render.text.multi_shop import (
    ShopRow,
    applied_row,
    counted,
    heading,
    planned_row,
    render_table,
)

ESCAPE = re.compile(r"\x1b\[[\d;]*m")
NUMBERS = {"add": 1_200, "reads": 7}
ROWS = [
    ShopRow("se", "changes", NUMBERS),
    ShopRow("a-long-name-of-a-shop", "no changes", {"add": 0, "reads": 3}),
    ShopRow("no", "key refused"),
]


def of_shop(plan: Plan, name: str) -> Plan:
    return replace(plan, basis=Basis(shop=name, url=f"https://{name}.example"))


def told(name: str, plan: Plan) -> ShopResult:
    made = of_shop(plan, name)
    return ShopResult(planned_row(name, made, incomplete=False), made)


FAILED = ShopResult(
    ShopRow("no", "key refused"), None, (error("access-refused", "the *key* is no good"),), 16
)


def test_columns_stand_below_each_other_without_colours_and_with() -> None:
    plain = render_table(ROWS, color=False)
    assert plain == (
        "shop                     add  reads  verdict\n"
        "se                     1,200      7  changes\n"
        "a-long-name-of-a-shop      0      3  no changes\n"
        "no                         -      -  key refused"
    )
    coloured = render_table(ROWS, color=True)
    assert coloured != plain
    assert ESCAPE.sub("", coloured) == plain


def test_a_heading_is_seen_without_colours() -> None:
    first, rule = heading("se", "https://se.example", color=False).split("\n")
    assert (first, set(rule), len(rule)) == ("se (https://se.example)", {"="}, len(first))
    assert "\x1b" not in heading("se", "https://\x1b[31m", color=False)


def test_shops_are_counted_by_what_they_came_to() -> None:
    again = [*ROWS, ShopRow("dk", "changes", NUMBERS)]
    assert counted(again) == "4 shops: changes in 2, no changes in 1, key refused in 1"


def test_a_plan_comes_to_a_word() -> None:
    found = many(20)
    refused = replace(found, diagnostics=(error("too-many-deletes", "x"),))
    looked = replace(planned(), refresh_only=True)
    drifted = replace(looked, drift=found.changes)
    words = {
        "no changes": planned_row("s", planned(), incomplete=False),
        "changes": planned_row("s", found, incomplete=False),
        "refused": planned_row("s", refused, incomplete=False),
        "read incomplete": planned_row("s", refused, incomplete=True),
        "no drift": planned_row("s", looked, incomplete=False),
        "drift": planned_row("s", drifted, incomplete=False),
    }
    assert {word: row.verdict for word, row in words.items()} == {word: word for word in words}
    deleted = sum(change.action is Action.DELETE for change in found.changes)
    assert words["drift"].numbers == {"changed": 20 - deleted, "deleted": deleted, "reads": 2}


def test_an_apply_is_counted_from_what_happened() -> None:
    plan = replace(planned(), steps=many(3).steps, calls=Calls(read=4, write=3))
    step = Step(key="k", op=Op.CREATE, address=Address("redirect.a"))
    done = Outcome(applied=(step,), calls=2)
    row = applied_row("s", plan, done, partly=False)
    assert (row.verdict, row.numbers["added"], row.numbers["calls"]) == ("applied", 1, 6)
    failed = replace(done, failed=(Failure(step=step, diagnostic=error("shop-changed", "x")),))
    assert applied_row("s", plan, failed, partly=True).verdict == "partly applied"
    assert applied_row("s", plan, failed, partly=False).verdict == "shop changed"
    for problem, word in ((BudgetSpent("x"), "budget spent"), (Interrupted("x"), "interrupted")):
        stopped = replace(done, stopped=problem)
        assert applied_row("s", plan, stopped, partly=False).verdict == word
    assert applied_row("s", planned(), Outcome(), partly=False).verdict == "no changes"


def test_a_page_that_fits_tells_everything() -> None:
    page = shops_markdown([told("se", many(9)), FAILED], "all", max_bytes=65_536, url="")
    assert "Left out" not in page
    assert "| no | - | - | - | - | - | - | - | - | key refused |" in page
    assert "the \\*key\\* is no good" in page
    assert "### no: key refused" in page


@given(
    st.lists(st.sampled_from([many(0), many(9), many(60), many(300)]), min_size=1, max_size=4),
    st.integers(500, 40_000),
)
@settings(max_examples=10)
def test_a_page_keeps_to_its_limit_unless_deletions_alone_are_longer(
    found: list[Plan], limit: int
) -> None:
    shops = [*(told(f"shop-{n}", plan) for n, plan in enumerate(found)), FAILED]
    page = shops_markdown(shops, "all", max_bytes=limit)
    # Each section that is cut names the limit, which has up to four digits more.
    least = len(shops_markdown(shops, "all", max_bytes=1).encode()) + 5 * len(shops)
    assert len(page.encode()) + 1 <= max(limit, least + 1)
    for each in shops:
        assert f"\n### {each.row.shop.replace('_', '-')}: " in page
        gone = [c for c in each.plan.changes if c.action is Action.DELETE] if each.plan else []
        assert all(c.address.keys[0] in page for c in gone)


def test_what_a_small_plan_does_not_need_is_for_the_others() -> None:
    shops = [told("small", many(1)), told("large", many(300))]
    page = shops_markdown(shops, "all", max_bytes=20_000)
    small = page[page.index("### small") : page.index("### large")]
    assert "Left out" not in small
    assert 18_000 < len(page.encode()) < 20_000


@given(plans())
@settings(max_examples=20)
def test_the_document_of_all_shops_holds_each_plan_whole(plan: Plan) -> None:
    one = ShopResult(ShopRow("se", "changes"), plan)
    said = json.loads(shops_json([one, FAILED], 16))
    assert said["shops"]["se"] == json.loads(json.dumps(sealed(plan)))
    assert read_document(said["shops"]["se"], STANDARD) == read_document(
        json.loads(json.dumps(sealed(plan))), STANDARD
    )
    assert list(said["shops"]["no"]) == ["error"]


@pytest.mark.parametrize("name", ["all", "a,b", "<!-- x -->"])
def test_the_first_line_marks_the_page(name: str) -> None:
    first = shops_markdown([FAILED], name, max_bytes=9_999).split("\n")[0]
    assert re.fullmatch(r"<!-- shopform plan [\w.-]+ -->", first)
