"""What is approved is shown, whole: in a pipe, on a terminal, in a comment and in the report."""

import html
import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from unicodedata import combining, east_asian_width

from hypothesis import given, settings
from hypothesis import strategies as st
from reports import change, field, planned

from shopform.kinds.standard import STANDARD
from shopform.model.plan import Action, Op, Plan, Step
from shopform.model.shop import WireNames
from shopform.model.values import Address
from shopform.render.html.page import render_html
from shopform.render.json.plan_document import document
from shopform.render.json.plan_reader import read_document
from shopform.render.line_diff import elided
from shopform.render.markdown.page import render_markdown
from shopform.render.text.multiline import columns
from shopform.render.text.plan_text import render_plan
from shopform.render.text.style import printable

EVIL = "<script src=//evil.example/x.js></script>"
FILL = "the same words as before and after, nothing to see here, "
LONG = FILL * 60
Forms = dict[str, Callable[[Plan], str]]
FORMS: Forms = {
    "pipe": lambda plan: render_plan(plan, color=False),
    "terminal": lambda plan: render_plan(plan, color=False, width=80),
    "narrow": lambda plan: render_plan(plan, color=False, width=60),
    "full": lambda plan: render_plan(plan, color=False, width=80, full=True),
    "markdown": render_markdown,
    "comment": lambda plan: render_markdown(plan, max_bytes=4_096),
    "html": lambda plan: html.unescape(re.sub(r"</?(?:del|ins)[^>]*>", "", render_html(plan))),
}


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def assert_shown(plan: Plan, *words: str, but: tuple[str, ...] = ()) -> None:
    saved = read_document(json.loads(json.dumps(document(plan))), STANDARD)
    for name, form in FORMS.items():
        if name in but:
            continue
        told = squeezed(form(saved))
        for word in words:
            assert squeezed(word) in told, (name, word, form(saved))


def edits(text: str) -> tuple[str, str]:
    """Two edits in one line, far from each other, the second of them hidden behind the first."""
    return f"{text}old{text}{text}", f"{text}new{text}{EVIL}{text}"


def test_the_second_edit_of_a_long_line_is_seen() -> None:
    for text in (FILL, FILL * 5, LONG[:250], LONG, "x" * 250, "Ø大" * 200, "a b\n" * 80):
        for prefix in ("", "first line\n", "first\r\n"):
            before, after = edits(text)
            for name in ("description_a", "name", "rewrite_url", "meta_title"):
                one = field(name, prefix + before, prefix + after)
                made = planned(change("category.a", Action.UPDATE, one, id=1))
                # A single word of 1 kB, four times, is what a comment of 4 kB cannot hold.
                but = ("comment",) if len(text) == 400 else ()
                assert_shown(made, EVIL, but=but)


SIDES: dict[Action, Callable[[Any], dict[str, Any]]] = {
    Action.CREATE: lambda value: {"after": value},
    Action.DELETE: lambda value: {"before": value},
    Action.UPDATE: lambda value: {"before": None, "after": value},
    Action.REPLACE: lambda value: {"before": value, "after": "x"},
}


def test_every_form_of_a_field_is_shown_whole_whatever_happens_to_it() -> None:
    texts = {
        "text": f"{LONG[:600]}{EVIL}{LONG[:600]}",
        "lines": "\n".join([*(f"line {n}" for n in range(40)), EVIL]),
        "word": f"{'w' * 700}{EVIL}",
        "wide": f"{'大' * 300} {EVIL}",
    }
    for action, sides in SIDES.items():
        for text in texts.values():
            values: tuple[tuple[str, str, Any], ...] = (
                ("category.a", "description_a", text),
                ("webhook.a", "events", (text, "paid")),
                ("category.a", "images", [{"file": "a.png", "description": text, "weight": 1}]),
                ("category.a", "rewrite_url", text),
            )
            for address, name, value in values:
                given = sides(value)
                if isinstance(value, tuple | list) and action is Action.REPLACE:
                    given = {"before": value, "after": type(value)()}
                one = change(address, action, field(name, **given), id=1)
                assert_shown(planned(one), EVIL)
                if action in (Action.UPDATE, Action.DELETE):
                    assert_shown(planned(drift=(replace(one, action=Action.UPDATE),)), EVIL)


HIDDEN = (
    "\u202e",
    "\u200b",
    "\u2066",
    "\x1b[31m",
    "\r",
    "\x00",
    "\u3164",
    "\ufe0f",
    "\u00a0",
    "\u00ad",
)


def test_what_cannot_be_seen_is_written_out() -> None:
    for sign in HIDDEN:
        for before, after in (("a b", f"a{sign} b"), (LONG * 2, f"{LONG}{sign}{LONG}"), ("", sign)):
            one = field("name", before, after)
            made = planned(change("category.a", Action.UPDATE, one, id=1))
            for name, form in FORMS.items():
                told = form(made)
                assert sign not in told, (name, sign)
                assert printable(sign) in told, (name, sign)


def test_blanks_at_the_end_of_a_line_are_written_out() -> None:
    text = f"{FILL.strip()}  \n{FILL}"
    for action, sides in (
        (Action.CREATE, (None, text)),
        (Action.DELETE, (text, None)),
        (Action.UPDATE, (text, "x " * 90)),
        (Action.UPDATE, ("x " * 90, text)),
    ):
        made = planned(change("category.a", action, field("description_a", *sides), id=1))
        for name in ("pipe", "terminal", "full", "markdown"):
            assert "here,\\u0020\\u0020\n" in re.sub(r"\n\s+(?=here)", " ", FORMS[name](made)), name


ALIKE = (
    ("A B", "A  B"),
    ("A", "A "),
    (" A", "A"),
    ("caf\u00e9", "cafe\u0301"),
    (f"{LONG}\u00e9", f"{LONG}e\u0301"),
    (f"{LONG}x", f"{LONG}x "),
    ("a\\u202e", "a\u202e"),
    ("\uff21", "A"),
)


def test_two_texts_that_look_alike_are_told_apart() -> None:
    for before, after in ALIKE:
        for detail in ({}, {"width": 80}, {"full": True}):
            one = field("name", before, after)
            made = planned(change("category.a", Action.UPDATE, one, id=1))
            told = render_plan(made, color=False, **detail)
            assert "\\u" in told, (before[-9:], after[-9:], told)
            gone, come = _sides(told)
            assert gone != come, told


def _sides(told: str) -> tuple[str, str]:
    for line in told.split("\n"):
        if " -> " in line and "name" in line:
            before, _, after = line.partition(" = ")[2].partition(" -> ")
            return before, after
    found = re.search(r"\n {10}- (.*?)\n {10}\+ (.*?)\n {8}EOT", told, re.DOTALL)
    assert found, told
    return found[1], found[2]


def test_off_a_terminal_a_changed_line_stands_on_one_line() -> None:
    before, after = edits(LONG)
    made = planned(change("category.a", Action.UPDATE, field("description_a", before, after), id=1))
    for told in (render_plan(made, color=False), render_markdown(made)):
        assert before.strip() in told
        assert after.strip() in told


def test_what_is_elided_is_counted() -> None:
    before, after = edits(LONG)
    shown = elided(before, after, str)
    for whole, part in zip((before, after), shown, strict=True):
        counted = re.findall(r"…\(([\d,]+) unchanged characters\)…", part)
        left = len(re.sub(r"…\([\d,]+ unchanged characters\)…", "", part))
        assert left + sum(int(number.replace(",", "")) for number in counted) == len(whole)
    made = planned(change("category.a", Action.UPDATE, field("description_a", before, after), id=1))
    told = squeezed(render_plan(made, color=False, width=80))
    assert all(squeezed(part) in told for part in shown)


def test_a_comment_that_is_full_says_what_is_missing_and_where_it_is() -> None:
    texts = [field("description_a", f"{LONG}{n}", f"{n}{LONG[::-1]}") for n in range(9)]
    made = planned(*(change(f"category.k{n}", Action.UPDATE, f, id=1) for n, f in enumerate(texts)))
    told = render_markdown(made, max_bytes=4_096)
    assert len(told.encode()) < 4_096
    for n in range(9):
        assert f"category.k{n} will be updated in-place" in told
    assert told.count("characters not shown)") + told.count("field not shown)") == 9
    assert "long strings of 9 changes" in told
    assert "`--full` and `--format html` leave nothing out" in told


def test_full_shows_what_stays_as_it_is() -> None:
    text = "\n".join(f"line {n}" for n in range(30))
    one = field("description_a", text, text.replace("line 15", "other"))
    hooks = field("events", ("paid", "stock"), ("paid",))
    for each, hidden in ((one, "line 1\n"), (hooks, '"paid"')):
        kind = "category" if each is one else "webhook"
        made = planned(
            change(f"{kind}.a", Action.UPDATE, each, id=1, unchanged=1, values={"name": "N"})
        )
        usual = render_plan(made, color=False)
        assert "hidden)" in usual
        assert hidden not in usual
        full = render_plan(made, color=False, full=True)
        assert "hidden)" not in full
        assert hidden in full
        assert '  name = "N"' in full
    turned = change("webhook.w", Action.UPDATE, field("events", ("a", "b"), ("b", "a")), id=1)
    full = render_plan(planned(turned), color=False, full=True)
    assert (full.count('"a"'), full.count('"b"')) == (1, 2)


def test_drift_and_deletes_come_first_and_are_never_folded() -> None:
    drift = tuple(
        change(f"brand.d{n}", Action.UPDATE, field("name", "A", "B"), id=9) for n in range(40)
    )
    drift += (change("brand.lost", Action.DELETE, field("name", "L"), id=8),)
    made = planned(
        change("brand.new", Action.CREATE, field("name", after="N")),
        change("brand.up", Action.UPDATE, field("name", "A", "B"), id=1),
        change("category.gone", Action.DELETE, field("name", "G"), id=2),
        change("supplier.other", Action.REPLACE, field("name", "G", "G"), id=3),
        drift=drift,
    )
    order = [
        "brand.lost",
        "brand.d0",
        "brand.d39",
        "category.gone",
        "supplier.other",
        "brand.new",
        "brand.up",
    ]
    for name, form in {**FORMS, "summary": _summary}.items():
        told = form(made)
        places = [told.find(address) for address in order]
        assert places == sorted(places), name
        assert -1 not in places, name
        opened = told.partition("<main>")[2] or told
        before = opened.partition("supplier.other")[0]
        assert "<details>" not in before, name
    news = [change(f"brand.n{n}", Action.CREATE, field("name", after="N")) for n in range(100)]
    page = render_html(replace(made, changes=(*made.changes, *news)))
    for address in (*order, "brand.n0"):
        head = page[: page.index(f"<code>{address}</code>")]
        assert head[head.rindex("<details") :].startswith("<details id=")
        shown = head[head.rindex("<details") :].partition(">")[0].endswith(" open")
        assert shown == (address not in ("brand.new", "brand.n0")), (
            "of many only creates are folded"
        )


def _summary(plan: Plan) -> str:
    return render_plan(plan, color=False, summary=True)


def test_what_was_changed_in_the_shop_is_named_before_anything_else() -> None:
    edited = field("name", "A", "B")
    drift = tuple(change(f"brand.drift{n}", Action.UPDATE, edited, id=9) for n in range(20))
    drift += (change("brand.lost", Action.DELETE, edited, id=9, notes=("it had 3 products",)),)
    many = (change(f"category.c{n}", Action.UPDATE, edited, id=n + 1) for n in range(400))
    told = render_markdown(planned(*many, drift=drift), max_bytes=4_096)
    assert all(f"brand.drift{n} has changed" in told for n in range(20))
    assert "named without fields" in told
    assert "some of 21 objects changed outside" in told
    assert "- brand.lost has been deleted" in told
    assert "(it had 3 products)" in render_markdown(planned(drift=drift))


def test_both_sides_of_a_list_stand_under_their_own_heading() -> None:
    lists = (
        ("webhook.a", "events", ("paid", "stock"), ("paid", "order")),
        ("category.a", "images", [{"id": 1, "weight": 1}], [{"id": 1, "weight": 2}, {"file": "b"}]),
        ("webhook.a", "events", (), ("paid",)),
        ("webhook.a", "events", ("a", "b"), ("b", "a")),
    )
    for address, name, before, after in lists:
        page = render_html(
            planned(change(address, Action.UPDATE, field(name, before, after), id=1))
        )
        row = page.partition('<tbody><tr><th scope="row">')[2].partition("</tbody>")[0]
        cells = re.findall(r'<td class="(was|is)" data-side="(Before|After)">', row)
        assert cells == [("was", "Before"), ("is", "After")], row
        was, _, will = row.partition('data-side="After"')
        gone, come = (
            {*map(str, one)} - {*map(str, other)}
            for one, other in ((before, after), (after, before))
        )
        assert ("<del" in was, "<ins" in was) == (bool(gone), False)
        assert ("<del" in will, "<ins" in will) == (False, bool(come))
        assert ("moved" in will) == (not gone | come)


words = st.text("ab <>&\u202e\u200b大é\n\r ", max_size=300)


@settings(max_examples=80)
@given(before=words, after=words, width=st.integers(60, 100))
def test_a_terminal_shows_every_character_that_came(before: str, after: str, width: int) -> None:
    one = change("category.a", Action.CREATE, field("description_a", after=after))
    told = render_plan(planned(one), color=False, width=width)
    for piece in printable(after.replace("\n", " ")).split():
        for part in re.findall(r"\S{1,20}", piece):
            assert squeezed(part) in squeezed(told), (part, told)


def test_on_a_terminal_no_line_is_wider_than_it() -> None:
    assert columns("e\u0301大a") == _columns("e\u0301大a") == 4
    for text in (FILL * 5, "x" * 250, "Ø大" * 200, "e\u0301" * 300, "a b\n" * 80 + FILL * 3):
        for sides in ((None, text), (text, None), edits(text)):
            for action in (Action.CREATE, Action.DELETE, Action.UPDATE):
                if (action is Action.UPDATE) == (None not in sides):
                    one = change("category.a", action, field("name", *sides), id=1)
                    for width in (60, 80, 132):
                        made = planned(one, drift=(one,))
                        told = render_plan(made, color=False, width=width).split("\n")
                        assert max(_columns(line) for line in told if line[:1] == " ") <= width


def _columns(line: str) -> int:
    return sum(0 if combining(c) else 1 + (east_asian_width(c) in "WF") for c in line)


def test_wire_names_of_the_project_are_shown_in_every_form() -> None:
    create = Step(key="1", op=Op.CREATE, address=Address("redirect.r"))
    names = WireNames(endpoint="moves", list_key="rows", fields={"source": "from_path"})
    basis = replace(planned().basis, wire={"redirect": names, "brand": names})
    made = replace(planned(), steps=(create,), basis=basis)
    for name, render in FORMS.items():
        text = render(made)
        assert "Wire names of brand" not in text, "nothing of that kind is sent"
        told = squeezed(text).partition("Wirenamesofredirect:")[2]
        for word in ("`endpoint`is`moves`", "`list_key`is`rows`", "`source`is`from_path`"):
            assert re.sub("`|</?code>", "", word) in re.sub("`|</?code>", "", told), name
