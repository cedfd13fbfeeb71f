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

from shopform import __version__
from shopform.diagnostics import Span, error, warning
from shopform.kinds.standard import STANDARD
from shopform.model.plan import Action, Plan, Settled
from shopform.model.provenance import Provenance
from shopform.model.values import Address, Ref
from shopform.render.html.page import failure_html, render_html
from shopform.render.html.previews import ImageFile, image_files
from shopform.render.html.templates import source
from shopform.render.html.trees import ROOT, trees
from shopform.render.json.plan_document import document
from shopform.render.json.plan_reader import read_document
from shopform.render.line_diff import folded, rows

VOID = {"meta", "input", "br", "img"}
LOADS = {"src", "srcset", "style", "action", "onerror", "onload", "data", "background"}
STYLE, SCRIPT, PREVIEW = map(source, ("style.css", "script.js", "preview.css"))
PALETTE = {
    name: (light, dark)
    for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#\w+), (#\w+)\);", STYLE)
}


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
    """One style, one script, nothing loaded, links within the page only, each to something.

    A frame holds its document and is allowed nothing.
    """
    names = [tag for tag, _ in page.tags]
    assert [names.count(tag) for tag in ("style", "script", "html", "body")] == [1, 1, 1, 1]
    assert not {"link", "img", "svg", "object", "form", "base"} & set(names)
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    for tag, attrs in page.tags:
        assert not LOADS & attrs.keys()
        target = attrs.get("href")
        assert target is None or target.removeprefix("#") in ids, target
        if tag == "iframe":
            assert attrs.keys() == {"sandbox", "srcdoc", "title", "loading"}
            assert attrs["sandbox"] is None, "an empty list of permissions"
            assert_formats_only(attrs["srcdoc"] or "")


def assert_formats_only(document: str) -> None:
    """A preview has our style and formatting, whatever the shop's HTML holds."""
    start = f"<!doctype html><style>{PREVIEW}</style>"
    assert document.startswith(start)
    opened = re.findall(r"<[/!?]?[a-z!?][^\s/>]*", document.removeprefix(start), re.IGNORECASE)
    names = {name.lstrip("</").lower() for name in opened}
    active = {"script", "style", "link", "meta", "base", "iframe", "object", "embed", "svg", "math"}
    assert not names & {*active, "form", "input", "button", "template", "video", "audio", "title"}


def tree_kind() -> str:
    return next(kind.name for kind in STANDARD.kinds if kind.name in kind.refers.values())


@settings(max_examples=50)
@given(plan=plans())
def test_any_plan_is_a_valid_page_and_the_same_from_its_document(plan: Plan) -> None:
    told = render_html(plan)
    assert told == render_html(read_document(json.loads(json.dumps(document(plan))), STANDARD))
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
    page = Page(render_html(Plan(catalogue=STANDARD)))
    (policy,) = [a["content"] for t, a in page.tags if a.get("http-equiv")]
    style, script, preview = (
        f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
        for text in (STYLE, SCRIPT, PREVIEW)
    )
    assert policy == (
        f"default-src 'none'; style-src {style} {preview}; script-src {script}; img-src data:;"
        " base-uri 'none'; form-action 'none'"
    )
    assert "url(" not in STYLE + PREVIEW
    assert "@import" not in STYLE + PREVIEW
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


def test_every_colour_of_the_palette_has_a_light_and_a_dark_side() -> None:
    assert {*GROUNDS, *TONES, *(f"{tone}-ground" for tone in TONES)} <= PALETTE.keys()
    assert PALETTE.keys() == set(re.findall(r"^ +--([\w-]+): ", STYLE, re.MULTILINE))


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


KINDS_BY = {kind.name: kind.refers for kind in STANDARD.kinds}


def test_tree_shows_where_everything_is_and_will_be() -> None:
    kind = tree_kind()
    (tree,) = trees(placed())
    top, other = f"{kind}.top", f"{kind}.other"
    assert tree.before.below[ROOT] == ["#77", top]
    assert tree.before.below[top] == [f"{kind}.moves", f"{kind}.old", other]
    assert tree.after.below[top] == [f"{kind}.new", other]
    assert tree.after.below[other] == [f"{kind}.moves"]
    assert tree.after.unknown == {"#77"}
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
    page = failure_html("Failed", [error("a", "`<b>` is"), error("b", "a ` b")])
    assert "<code>&lt;b&gt;</code> is" in page
    assert "a ` b" in page
    assert_harmless(Page(page))


def test_strings_cannot_leave_the_attribute_that_they_stand_in() -> None:
    one = change("category.a", Action.CREATE, field("name", after="A"))
    page = Page(render_html(planned(one, diagnostics=(warning("w", "x"),), unmanaged={'"><b>': 1})))
    assert_harmless(page)
    hostile = replace(one, fields=(field('"><b>', after="<p>x"),))
    assert_harmless(Page(render_html(planned(hostile))))


PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(9))


def test_image_is_in_the_page_where_its_bytes_are_known() -> None:
    held = [
        {"file": f"{name}.png", "sha256": name * 64, "description": '"><b>', "weight": 1}
        for name in "abcd"
    ]
    plan = planned(change("category.a", Action.CREATE, field("images", after=held)))
    assert image_files(plan.changes) == {name * 64: f"{name}.png" for name in "abcd"}
    script = b"<svg onload=x>"
    images = {
        "a" * 64: ImageFile(17, PNG),
        "b" * 64: ImageFile(2_000_000),
        "c" * 64: ImageFile(14, script),
    }
    page = Page(render_html(plan, images=images))
    (image,) = [attrs for tag, attrs in page.tags if tag == "img"]
    assert image == {"src": f"data:image/png;base64,{b64encode(PNG).decode()}", "alt": '"><b>'}
    for told in ("17 bytes", "2,000,000 bytes", "14 bytes", "d" * 64):
        assert told in page.text
    assert "a" * 64 not in page.text


def test_html_of_the_shop_is_rendered_in_a_frame_beside_its_source() -> None:
    active = (
        "<p onclick=x>A <b>bold</b></p><script>1</script><link rel=preconnect href=//evil.example>"
        "<style>p{}</style><SCRIPT/src=x><base href=x><a-b><!-- c --><svg><p\n>"
    )
    page = Page(
        render_html(
            planned(
                change("category.a", Action.CREATE, field("description_a", after=active)),
                change("category.b", Action.CREATE, field("meta_title", after="<p>x")),
                change("category.c", Action.CREATE, field("description_a", after="no elements")),
                change("category.d", Action.CREATE, field("description_a", after="<p>" * 50_000)),
            )
        )
    )
    assert_harmless(page)
    (frame,) = [attrs for tag, attrs in page.tags if tag == "iframe"]
    document = (frame["srcdoc"] or "").partition("</style>")[2]
    assert document.startswith("<p onclick=x>A <b>bold</b></p>&lt;script>1&lt;/script>&lt;link rel")
    assert document.endswith("&lt;base href=x>&lt;a-b>&lt;!-- c -->&lt;svg><p\n>")
    assert active.split("\n")[0] in page.text, "the source is shown whole"


def test_both_sides_of_changed_html_are_rendered() -> None:
    one = field("description_a", "<p>Old text of the page</p>\n<p>x", "<p>New text of the page</p>")
    page = Page(render_html(planned(change("category.a", Action.UPDATE, one, id=1))))
    titles = [attrs["title"] for tag, attrs in page.tags if tag == "iframe"]
    assert titles == ["description_a before", "description_a after"]


def test_report_says_when_and_where_it_was_made() -> None:
    origin = Provenance(
        made="2026-03-01 12:30 UTC",
        commit="0123456789abcdef",
        commit_url="https://forge.example/commit/0123456789abcdef",
        request="Pull request #7",
        request_url="https://forge.example/pull/7",
        run_url="https://forge.example/runs/1",
    )
    page = Page(render_html(Plan(catalogue=STANDARD), origin=origin))
    for told in ("2026-03-01 12:30 UTC", "Pull request #7", "commit 0123456789", __version__):
        assert told in page.text
    links = [(a["href"], a.get("rel")) for tag, a in page.tags if tag == "a" and "rel" in a]
    assert links == [
        (url, "noopener noreferrer")
        for url in (origin.request_url, origin.commit_url, origin.run_url)
    ]
    assert "commit" not in Page(render_html(Plan(catalogue=STANDARD), origin=Provenance())).text


def test_first_plan_has_no_empty_before() -> None:
    new = change(f"{tree_kind()}.new", Action.CREATE, field("name", after="New"))
    first = Page(render_html(planned(new)))
    assert "Before" not in first.text
    assert "Categories after" in first.text
    old = change(f"{tree_kind()}.old", Action.DELETE, field("name", "Old"), id=1)
    assert "After" not in Page(render_html(planned(old))).text


def test_changes_stand_in_groups_with_counts_and_a_link_to_each() -> None:
    plan = replace(
        many(400), drift=(change("brand.b", Action.UPDATE, field("name", "A", "B"), id=1),)
    )
    told = render_html(plan)
    heads = re.findall(r'id="([\w-]+)"><h3>(.*?) <span class="muted">(.*?)</span>', told)
    assert heads == [
        ("destroyed", "To destroy", "redirect 40"),
        ("kind-category", "Categories", "80 to change"),
        ("kind-redirect", "Redirects", "280 to add"),
    ]
    page = Page(told)
    links = [attrs.get("href") for tag, attrs in page.tags if tag == "a"]
    cards = [attrs for _, attrs in page.tags if (attrs.get("class") or "").startswith("card ")]
    assert all(f"#{card['id']}" in links for card in cards)
    opened = {card["class"] for card in cards if "open" in card}
    assert (len(cards), opened) == (401, {"card delete", "card update"})
    assert sum("open" in card for card in cards) == 41, "more than 30 of one kind and action fold"


def test_move_says_where_from_and_an_import_which_object() -> None:
    moved = change("category.b", Action.NO_OP, previous=Address("category.a"), id=7)
    taken = change("brand.c", Action.NO_OP, importing=True, id=9)
    text = Page(render_html(planned(moved, taken))).text
    assert "moved from category.a" in text
    assert 'imported from "9"' in text


def test_contents_tell_objects_of_the_same_name_apart() -> None:
    same = [change(f"brand.{key}", Action.CREATE, field("name", after="Sko")) for key in "ab"]
    other = change("brand.c", Action.CREATE, field("name", after="Støvler"))
    told = render_html(planned(*same, other)).partition("<main>")[0]
    assert ("Sko <code>a</code>" in told, "Sko <code>b</code>" in told) == (True, True)
    assert "Støvler</span>" in told


def test_fields_say_what_they_are_and_a_folded_update_which_it_changes() -> None:
    one = change("category.a", Action.UPDATE, field("meta_title", "A", "B"), field("name"), id=1)
    page = render_html(planned(one))
    assert '<code title="Title for search engines.">meta_title</code>' in page
    assert '<span class="changed muted small">meta_title, name</span>' in page


def test_names_that_people_know_stand_beside_addresses() -> None:
    page = Page(render_html(placed()))
    place = page.text.index("Moves")
    assert "category.moves" in page.text[place:]
    kind = tree_kind()
    assert f"Other {kind}.other" in " ".join(page.text.split()), "a reference too"
