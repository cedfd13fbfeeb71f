"""Plans as Markdown: what is told, what is left out, and that nothing in it acts."""

import json
import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from reports import HOSTILE, change, field, many, planned, plans

from shopform.diagnostics import Span, error, warning
from shopform.kinds.standard import STANDARD
from shopform.model.plan import Action, Plan
from shopform.render.json.plan_document import document
from shopform.render.json.plan_reader import read_document
from shopform.render.markdown.escaping import code, link, plain, prose
from shopform.render.markdown.page import render_markdown
from shopform.render.plan_summary import change_counts

LIMIT = 65_536
READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
OURS = re.compile(
    r"<!-- shopform (plan|digest) [\w.-]* -->|</?details>(<summary>[^<>]*</summary>)?"
)
# What is made a mention, a reference or a link after Markdown was read, in texts that are no code.
ACTS = re.compile(r"@\w|#\d|GH-\d|https?://|www\.", re.IGNORECASE)
QUIET = frozenset("text softbreak hardbreak code_inline em_open em_close strong_open".split())
QUIET |= {"strong_close"}
BLOCKS = frozenset("inline fence html_block".split())
OPENED = frozenset("heading paragraph bullet_list list_item".split())


def active(markdown: str) -> Iterator[str]:
    """Everything that does more than show a text and that a plan's Markdown does not make."""
    for block in READER.parse(markdown):
        if block.type.removesuffix("_open").removesuffix("_close") not in BLOCKS | OPENED:
            yield block.type
        if block.type == "html_block":
            yield from (line for line in block.content.split("\n") if OURS.sub("", line))
        for token in block.children or ():
            if token.type == "html_inline":
                yield OURS.sub("", token.content)
            elif token.type not in QUIET:
                yield token.type
            elif token.type == "text":
                yield from ACTS.findall(token.content)


def mixed() -> Plan:
    return planned(
        change("category.ny", Action.CREATE, field("name", after="Ny")),
        change("category.sko", Action.UPDATE, field("name", "Sko", "Sko og støvler"), unchanged=3),
        change("category.gl", Action.DELETE, field("name", "Gl"), id=4, notes=("3 products",)),
        change("webhook.erp", Action.REPLACE, field("url", after="https://erp.example/x"), id=5),
        diagnostics=(
            warning("path", "`category.sko` leaves", hint="see `it`", span=Span("a.yaml", 2, 3)),
        ),
    )


def test_counts_come_first_and_the_comment_can_be_found_again() -> None:
    first, heading, *_ = render_markdown(mixed()).splitlines()
    assert first == "<!-- shopform plan demo -->"
    assert heading == "## Plan: 2 to add, 1 to change, 2 to destroy."


def test_an_object_with_a_number_is_listed_by_its_name_and_its_number() -> None:
    names = field("own_id", "V-1"), field("name", "Vase")
    gone = change("product.v", Action.DELETE, *names, id=4)
    assert "Vase (V-1)" in render_markdown(planned(gone))


def test_what_is_destroyed_is_listed_and_the_rest_is_folded_by_kind() -> None:
    told = render_markdown(mixed())
    listed, _, folded = told.partition("<details>")
    assert "### 1 to destroy, 1 to replace\n\n- `category.gl` (Gl): 3 products\n" in listed
    assert "- `webhook.erp` is replaced" in listed
    assert "**warning**: `category.sko` leaves (`a.yaml:2:3`)\\\n  *Hint:* see `it`" in listed
    assert '\n- category.gl will be destroyed\n-     name = "Gl"' in listed
    assert told.count("3 products") == 1, "why it goes is said where it is listed"
    assert "category: 1 to add, 1 to change</summary>" in folded
    assert '\n+ category.ny will be created\n+     name = "Ny"\n' in folded
    assert '\n!     name = "Sko" -> "Sko og støvler"\n#     (3 unchanged fields)\n' in folded
    assert "Left out" not in told


def test_last_line_tells_the_calls_and_the_digest() -> None:
    last = render_markdown(mixed()).splitlines()[-1]
    digest = "ab" * 32
    assert last.startswith("Calls: 2 to read, 4 to write, 0 to verify. Digest: ")
    assert last.endswith(f"`{digest}` <!-- shopform digest {digest} -->")


def test_refused_plan_says_so_before_anything_is_folded() -> None:
    told = render_markdown(planned(diagnostics=(error("no", "`category.a` is protected"),)))
    assert "**This plan is refused and cannot be applied.**" in told
    assert "- **error**: `category.a` is protected" in told


def test_three_thousand_changes_fit_and_every_deletion_is_named() -> None:
    plan = many(3_000)
    told = render_markdown(plan)
    assert len(told.encode()) < LIMIT
    gone = [c.address for c in plan.changes if c.action is Action.DELETE]
    assert len(gone) == 300
    assert all(f"- `{address}`" in told.partition("<details>")[0] for address in gone)


@pytest.mark.parametrize("room", [LIMIT, 4 * LIMIT])
def test_what_was_left_out_is_counted_exactly_and_named_before_any_field_is_shown(
    room: int,
) -> None:
    plan = many(3_000)
    told = render_markdown(plan, max_bytes=room)
    (sentence,) = [line for line in told.splitlines() if line.startswith("Left out")]
    created = len(re.findall(r"^\+ \S+ will be created", told, re.MULTILINE))
    counts = change_counts(plan.changes)
    counted = f"{counts['add'] - created:,} creates are only counted" in sentence
    assert counted == (created < counts["add"]) == (room == LIMIT)
    assert created > 0
    assert f"{counts['destroy']} deletions are named without their fields" in sentence
    updated = len(re.findall(r"^! \S+ will be updated", told, re.MULTILINE))
    assert updated == counts["change"]
    fields = told.count('!     meta_title    = "Gammel')
    bare = told.count("2 fields not shown)")
    # The last bytes, too few for one more name, may show the fields of a change.
    assert updated + created - bare <= 1 if counted else fields > 1
    assert not bare or re.search(rf"{bare:,} changes of \d kinds? are named without", sentence)


def test_warnings_that_do_not_fit_are_counted() -> None:
    notes = tuple(warning("path", f"`category.c{n}` leaves {'x' * 90}") for n in range(100))
    told = render_markdown(planned(diagnostics=notes), max_bytes=4_096)
    shown = told.count("- **warning**")
    assert 0 < shown < 100
    assert f"the strings of {100 - shown} warnings" in told


def test_longer_than_asked_only_for_deletions_and_says_so() -> None:
    told = render_markdown(many(1_000), max_bytes=1_000)
    assert told.count("\n- `redirect.gammel-side-") == 100
    assert "Counts and deletions are never left out, so this may be longer." in told
    assert "will be created" not in told


@pytest.mark.parametrize("room", [8_000, 20_000, 60_000, 150_000])
def test_more_room_tells_more_and_never_more_than_the_room(room: int) -> None:
    plan = many(600)
    told, more = render_markdown(plan, max_bytes=room), render_markdown(plan, max_bytes=room * 2)
    assert len(told.encode()) < room
    assert len(told) <= len(more)


def test_unchanged_lines_go_before_long_texts_and_those_before_fields() -> None:
    before = "\n".join(f"<p>linje {n} er som den er</p>" for n in range(9))
    texts = field("description_a", before, before.replace("linje 4 er", "linje fire er"))
    short = field("tag", "a", "b")
    plan = planned(
        *(change(f"category.k{n}", Action.UPDATE, short, texts, id=n + 1) for n in range(20))
    )
    whole = render_markdown(plan)
    assert render_markdown(plan, max_bytes=len(whole.encode()) + 1) == whole
    seen = []
    for room in range(1_500, len(whole.encode()) + 2_000, 250):
        told = render_markdown(plan, max_bytes=room)
        if "may be longer" not in told:
            marks = 'tag           = "a"', "linje fire er", "linje 3 er"
            seen.append(tuple(told.count(mark) for mark in marks))
            fields, long, around = seen[-1]
            missing = {"long strings of": fields - long, "unchanged values in": long - around}
            for what, number in missing.items():
                assert (f"{what} {number} change" in told) == (number > 0), (room, what)
    assert all(fields == 20 for fields, texts, _ in seen if texts)
    assert all(texts == 20 for _, texts, context in seen if context)
    assert {0 < part < 20 for counts in seen for part in counts} == {False, True}
    assert seen[-1] == (20, 20, 20)


def test_markup_mentions_references_and_links_are_shown_and_do_nothing() -> None:
    odd = [
        change(f"category.k{n}", Action.UPDATE, field("name", "x", text), notes=(text,), id=9)
        for n, text in enumerate(HOSTILE)
    ]
    gone = [
        change(f"category.g{n}", Action.DELETE, field("name", text), notes=(text,), id=9)
        for n, text in enumerate(HOSTILE)
    ]
    notes = tuple(
        error("odd", text, hint=text, detail=text, related=((text, Span(text, 1, 1)),))
        for text in HOSTILE
    )
    told = render_markdown(planned(*odd, *gone, diagnostics=notes))
    assert not any(active(told))
    assert "\u202e" not in told
    assert "\x1b" not in told


def test_what_a_message_is_related_to_is_told_with_its_place() -> None:
    note = error("odd", "odd", related=(("`/a` leads to `/b`", Span("r.csv", 7, 1)),))
    told = render_markdown(planned(diagnostics=(note,)))
    assert "`/a` leads to `/b` (`r.csv:7:1`)" in told


def test_fence_is_longer_than_any_in_what_it_holds() -> None:
    told = render_markdown(
        planned(change("category.a", Action.CREATE, field("name", after="`" * 5)))
    )
    assert "\n``````diff\n" in told
    assert told.count("``````") == 2


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("`a` and `b`", "`a` and `b`"),
        ("odd ` tick", "odd &#96; tick"),
        ("a | b", "a \\| b"),
        ("1. first", "1\\. first"),
        ("- item", "\\- item"),
        ("@nobody", "@&#8203;nobody"),
        ("see #12", "see #&#8203;12"),
        ("<b>", "&lt;b&gt;"),
        ("`` ` ``", "&#96;&#96; &#96; &#96;&#96;"),
    ],
)
def test_prose_keeps_its_code_and_loses_its_powers(text: str, shown: str) -> None:
    assert prose(text) == shown


@given(st.text(max_size=60))
def test_any_text_is_inert(text: str) -> None:
    assert not any(active(f"- {plain(text)}"))
    assert "\n" not in code(text) + plain(text) + prose(text)


def test_link_cannot_be_ended_early() -> None:
    assert link("r", "https://a.example/>x\n(y)") == "[r](<https://a.example/%3Ex%0A(y)>)"
    told = render_markdown(mixed(), url="https://ci.example/1")
    assert "[The whole report](<https://ci.example/1>)" in told


@settings(max_examples=30)
@given(plan=plans(), room=st.integers(500, 4_000))
def test_any_plan_is_told_from_its_document_alike_within_its_room(plan: Plan, room: int) -> None:
    saved = read_document(json.loads(json.dumps(document(plan))), STANDARD)
    for limit in (room, LIMIT):
        told = render_markdown(plan, max_bytes=limit)
        assert told == render_markdown(saved, max_bytes=limit)
        assert len(told.encode()) < limit or "may be longer" in told
        assert not any(active(told))
