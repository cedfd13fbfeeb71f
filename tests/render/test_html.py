"""Plans as one HTML page: valid, whole in itself, and with nothing of the plan acting in it."""

import json
import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from itertools import product

import pytest
from hypothesis import given, settings
from reports import HOSTILE, change, field, many, planned, plans

from shopform.diagnostics import Span, error, warning
from shopform.kinds import KINDS
from shopform.model.plan import Action, Plan, Settled
from shopform.model.values import Address, Ref
from shopform.render.html.line_diff import folded, rows
from shopform.render.html.markup import element, sentence
from shopform.render.html.page import render_html
from shopform.render.html.script import SCRIPT
from shopform.render.html.style import PALETTE, STYLE
from shopform.render.html.trees import ROOT, trees
from shopform.render.json.plan_document import document
from shopform.render.json.plan_reader import read_document

VOID = {"meta", "input", "br"}
LOADS = {"src", "srcset", "style", "action", "onerror", "onload", "data", "background"}


class Page(HTMLParser):
    """Reads a page as strictly as it was meant: every element is closed where it must be."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), tag
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("script", "style"):
            self.texts.append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)


def assert_harmless(page: Page) -> None:
    """One style, one script, nothing loaded, links within the page only, each to something."""
    names = [tag for tag, _ in page.tags]
    assert [names.count(tag) for tag in ("style", "script", "html", "body")] == [1, 1, 1, 1]
    assert not {"link", "img", "iframe", "svg", "object", "form", "base"} & set(names)
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    for _, attrs in page.tags:
        assert not LOADS & attrs.keys()
        target = attrs.get("href")
        assert target is None or target.removeprefix("#") in ids, target


def tree_kind() -> str:
    return next(kind.name for kind in KINDS if kind.name in kind.refers.values())


@settings(max_examples=50)
@given(plan=plans())
def test_any_plan_is_a_valid_page_and_the_same_from_its_document(plan: Plan) -> None:
    told = render_html(plan)
    assert told == render_html(read_document(json.loads(json.dumps(document(plan)))))
    assert_harmless(Page(told))


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_are_shown_wherever_they_stand_and_never_run(text: str) -> None:
    plan = planned(
        change("category.a", Action.CREATE, field("name", after=text), notes=(text,)),
        change("category.b", Action.UPDATE, field("meta_title", text, f"{text} og mere"), id=2),
        change("webhook.c", Action.UPDATE, field("events", (text,), (text, "x")), id=3),
        change("category.d", Action.DELETE, field("description_a", f"{text}\n" * 9), id=4),
        diagnostics=(
            error(
                "odd",
                text,
                hint=text,
                detail=text,
                span=Span(text, 1, 1),
                related=((text, Span(text, 1, 1)),),
            ),
        ),
        unmanaged={text: 1},
    )
    page = Page(render_html(plan))
    assert_harmless(page)
    assert "run" not in [attrs.get("title") for _, attrs in page.tags]
    assert page.text.count(text.split("\n")[0].split("\u202e")[0]) >= 8


def test_page_forbids_itself_everything_but_its_own_style_and_script() -> None:
    page = Page(render_html(Plan()))
    (policy,) = [a["content"] for t, a in page.tags if a.get("http-equiv")]
    hashes = {
        name: b64encode(sha256(text.encode()).digest()).decode()
        for name, text in (("style", STYLE), ("script", SCRIPT))
    }
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    assert f"style-src 'sha256-{hashes['style']}'" in policy
    assert f"script-src 'sha256-{hashes['script']}'" in policy
    assert "url(" not in STYLE
    assert "@import" not in STYLE
    assert not re.search(r"https?:|fetch|XMLHttp|innerHTML|eval", SCRIPT)


def _light(colour: str) -> float:
    """Relative luminance, as WCAG 2 defines it."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


GROUNDS = ("ground", "paper", "sunk")
TONES = ("create", "update", "destroy", "state")
PAIRS = [
    *product(("ink", "muted", "link"), GROUNDS),
    *((tone, f"{tone}-ground") for tone in TONES),
    *((tone, "paper") for tone in TONES),
    ("ink", "create-ground"),
    ("ink", "destroy-ground"),
    ("ground", "ink"),
]


@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_texts_can_be_read_in_light_and_dark(text: str, ground: str) -> None:
    for side in (0, 1):
        low, high = sorted((_light(PALETTE[text][side]), _light(PALETTE[ground][side])))
        assert (high + 0.05) / (low + 0.05) >= 4.5, (text, ground, side)


def test_refusal_says_what_where_and_what_to_do() -> None:
    refused = error("protected", "`x` is protected", hint="unprotect it", span=Span("a.yaml", 3, 1))
    told = Page(render_html(planned(diagnostics=(warning("w", "minor"), refused)))).text
    assert told.index("x is protected") < told.index("minor"), "what refuses comes first"
    for part in ("refused and cannot be applied", "x is protected", "unprotect it", "a.yaml:3:1"):
        assert part in told


def test_secret_sides_are_not_in_the_page() -> None:
    hidden = field("url", "hush-1", "hush-2", sensitive=True)
    told = render_html(planned(change("webhook.a", Action.UPDATE, hidden, id=1)))
    assert "hush" not in told
    assert "sensitive, not shown" in told


def placed() -> Plan:
    """A branch with a page that moves, one that is made, one that goes and one that stays."""
    kind = tree_kind()
    top, other = Ref(Address(f"{kind}.top")), Ref(Address(f"{kind}.other"))
    inside = next(f for f, target in KINDS_BY[kind].items() if target == kind)
    held = {"name": "Moves"}
    plan = planned(
        change(f"{kind}.moves", Action.UPDATE, field(inside, top, other), id=3, values=held),
        change(f"{kind}.new", Action.CREATE, field("name", after="New"), field(inside, None, top)),
        change(f"{kind}.old", Action.DELETE, field("name", "Old"), field(inside, top, None), id=4),
    )
    settled = {
        Address(f"{kind}.top"): Settled(1, {"name": "Top"}),
        Address(f"{kind}.other"): Settled(2, {"name": "Other", inside: Ref(top.address)}),
        Address(f"{kind}.stays"): Settled(5, {"name": "Stays", inside: "#77"}),
    }
    return replace(plan, settled=settled)


KINDS_BY = {kind.name: kind.refers for kind in KINDS}


def test_tree_shows_where_everything_is_and_will_be() -> None:
    kind = tree_kind()
    (tree,) = trees(placed())
    top, other = f"{kind}.top", f"{kind}.other"
    assert tree.before.below[ROOT] == ["#77", top]
    assert tree.before.below[top] == [f"{kind}.moves", f"{kind}.old", other]
    assert tree.after.below[top] == [f"{kind}.new", other]
    assert tree.after.below[other] == [f"{kind}.moves"]
    assert tree.after.strange == {"#77"}
    assert tree.after.touched == {f"{kind}.moves", f"{kind}.new", other, top}


def test_objects_that_lie_in_each_other_are_shown_all_the_same() -> None:
    kind = tree_kind()
    inside = next(f for f, target in KINDS_BY[kind].items() if target == kind)
    circle = [
        change(f"{kind}.{a}", Action.UPDATE, field(inside, None, Ref(Address(f"{kind}.{b}"))), id=1)
        for a, b in ("ab", "bc", "ca")
    ]
    (tree,) = trees(planned(*circle))
    shown = [name for below in tree.after.below.values() for name in below]
    assert sorted(shown) == [f"{kind}.a", f"{kind}.b", f"{kind}.c"]
    Page(render_html(planned(*circle)))


def test_very_deep_tree_is_a_page_all_the_same() -> None:
    kind = tree_kind()
    inside = next(f for f, target in KINDS_BY[kind].items() if target == kind)
    chain = [
        change(f"{kind}.k{n}", Action.CREATE, field(inside, None, Ref(Address(f"{kind}.k{n - 1}"))))
        for n in range(1, 1_500)
    ]
    Page(render_html(planned(*chain)))


def test_words_that_changed_are_marked_within_their_line() -> None:
    before = "en\nto\ngratis bytte i 30 dage, altid\nfem"
    told = render_html(
        planned(
            change(
                "category.a",
                Action.UPDATE,
                field("description_a", before, before.replace("30", "60")),
                id=1,
            )
        )
    )
    assert "gratis bytte i <del>30</del> dage, altid" in told
    assert "gratis bytte i <ins>60</ins> dage, altid" in told


@given(plan=plans())
def test_both_sides_of_a_diff_are_all_there(plan: Plan) -> None:
    for one in plan.changes:
        for each in one.fields:
            if isinstance(each.before, str) and isinstance(each.after, str):
                every = rows(each.before, each.after)
                sides = [[r.before for r in every], [r.after for r in every]]
                for side, text in zip(sides, (each.before, each.after), strict=True):
                    lines = ["".join(run.text for run in line) for line in side if line is not None]
                    assert "\n".join(lines) == text
                assert [row for _, run in folded(every) for row in run] == every


def test_a_thousand_changes_make_one_page() -> None:
    page = Page(render_html(many(1_000)))
    assert sum("card" in (attrs.get("class") or "") for _, attrs in page.tags) >= 1_000


def test_backticks_of_messages_become_code_and_lone_ones_stay() -> None:
    assert sentence("`<b>` is") == "<code>&lt;b&gt;</code> is"
    assert sentence("a ` b") == "a ` b"


def test_markup_escapes_texts_and_attributes() -> None:
    made = element("a", "<b>", element("i", "x"), title='"><b>', hidden=True, href=None)
    assert made == '<a title="&quot;&gt;&lt;b&gt;" hidden>&lt;b&gt;<i>x</i></a>'
