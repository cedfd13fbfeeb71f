"""`format_text`: one layout, nothing lost, nothing changed."""

import re
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from growth import grows_no_faster
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from untidy import Untidy

from shopform.config.format.formatter import format_text
from shopform.config.read.node_builder import Malformed
from shopform.diagnostics import Collector
from shopform.kinds.standard import STANDARD


def formatted(text: str) -> str:
    collector = Collector()
    found = format_text(text, "f.yaml", collector, STANDARD)
    assert (found is None, list(collector)) == (False, [])
    return found or ""


def left(text: str) -> str:
    """Why a file is not formatted."""
    collector = Collector()
    assert format_text(text, "f.yaml", collector, STANDARD) is None
    assert not collector.failed
    return collector.diagnostics[0].summary


def loaded(text: str) -> Any:
    """Parse with another YAML 1.2 parser, which unlike ours distinguishes types of scalars."""
    return YAML(typ="safe", pure=True).load(text)


def entry_below(lines: list[str], comment: str) -> str:
    place = next(number for number, line in enumerate(lines) if comment in line)
    below = (line.lstrip(" -") for line in lines[place + 1 :])
    return next(line for line in below if line and not line.startswith("#"))


random = st.randoms(use_true_random=False)
untidy = settings(max_examples=40)


@untidy
@given(random)
def test_formatting_again_changes_nothing(random: Random) -> None:
    once = formatted(Untidy(random).file())
    assert formatted(once) == once


@untidy
@given(random)
def test_a_file_means_the_same_to_another_reader(random: Random) -> None:
    text = Untidy(random).file()
    assert loaded(formatted(text)) == loaded(text)


@untidy
@given(random)
def test_every_comment_stays_with_what_it_is_about(random: Random) -> None:
    writer = Untidy(random)
    found = formatted(writer.file())
    lines = found.split("\n")
    for comment in (*writer.loose, *writer.above, *writer.beside):
        assert found.count(comment) == 1
    for comment, key in writer.above.items():
        assert entry_below(lines, comment).startswith((f"{key}:", f'"{key}":'))
    for comment, key in writer.beside.items():
        line = next(line for line in lines if comment in line)
        assert line.lstrip(" -").startswith(f"{key}:")


@untidy
@given(random)
def test_sections_and_fields_are_in_order(random: Random) -> None:
    text = Untidy(random).file()
    found = loaded(formatted(text)) or {}
    sections = ["policy", "include", "moved", "profiles", "categories", "webhooks"]
    assert list(found) == [each for each in sections if each in found] or "*" in text
    order = ["name", "parent", "in_menu", "tag", "description_a", "meta_title", "rewrite_url"]
    order += ["images", "lifecycle"]
    categories = found.get("categories") or {}
    resources = categories.values() if isinstance(categories, dict) else ()
    # With an alias, or a comment between brackets, a file or a mapping keeps its order.
    if "*" not in text and "\n            " not in text:
        known = [each for each in resources if isinstance(each, dict) and {*each} <= {*order}]
        assert all(list(each) == [n for n in order if n in each] for each in known)


@untidy
@given(random)
def test_no_white_space_ends_a_line_and_one_line_feed_ends_a_file(random: Random) -> None:
    found = formatted(Untidy(random).file())
    assert not re.search(r"[ \t]$", found, re.MULTILINE)
    assert "\r" not in found
    assert not found or (found.endswith("\n") and (not found.endswith("\n\n") or "+" in found))


def written_cases() -> dict[str, tuple[str, str]]:
    """Before and after, by name; a case of one part stays as it is."""
    text = Path(__file__).with_name("format_cases.txt").read_text("utf-8")
    found = {}
    for each in text.split("====== ")[1:]:
        name, _, body = each.partition("\n")
        before, _, after = body.partition("------\n")
        found[name] = before, after or before
    return found


CUT = "categories:\n  a:\n    tag: |\n      a"
CASES = {
    **written_cases(),
    "a text that the end of the file cuts off stays so": (CUT, CUT.replace("|", "|-") + "\n"),
    "carriage returns go": ("suppliers:\r\n  a: {}\r\n", "suppliers:\n  a: {}\n"),
    "a file of comments": ("\n\n# a\n\n\n\n# b", "# a\n\n# b\n"),
    "an empty file": ("", ""),
    "white space that is part of a text": ('a: "x\\ \n  y\u00a0"\n', 'a: "x\\ \n  y\u00a0"\n'),
    "a space that nobody sees keeps its quotes": ('a: "x\u00a0y"\n', 'a: "x\u00a0y"\n'),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_layout(text: str, expected: str) -> None:
    assert formatted(text) == expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("? suppliers\n: {}\n", "the key in line 1 is written with `?`"),
        ("suppliers: {}\n...\n", "it ends with `...`"),
        ("%YAML 1.2\n---\nsuppliers: {}\n", "it has a directive"),
        ('suppliers: {a: {name: "b\u2028c"}}\n', "it has line endings other than"),
        ("a text\n", "it has no sections"),
    ],
)
def test_what_cannot_be_held_is_left_as_it_is(text: str, why: str) -> None:
    assert why in left(text)


def test_twice_the_lines_are_about_twice_the_work() -> None:
    def task(size: int) -> Callable[[], object]:
        each = "  r{0}: # c\n    target: /b # d\n\n    # e\n    source: &a{0} '/a'\n"
        each += "    x: [*a{0}, {{y: 1}}]\n"
        text = "redirects:\n" + "".join(each.format(number) for number in range(size))
        return lambda: formatted(text)

    grows_no_faster(task, 40)


def test_invalid_yaml_is_reported_at_its_place() -> None:
    collector = Collector()
    with pytest.raises(Malformed):
        format_text("suppliers:\n  a: 1\n  a: 2\n", "f.yaml", collector, STANDARD)
    assert [str(each.span) for each in collector] == ["f.yaml:3:3"]
