"""YAML text to nodes: the same through every parser, each node at its place."""

from itertools import product

import pytest

from shopform.config.read.node_builder import Malformed, parse
from shopform.config.read.yaml_nodes import Mapping, Node, Scalar, Sequence, child
from shopform.config.read.yaml_parsers import (
    Parser,
    fast_events,
    masked_events,
    plain_events,
)
from shopform.diagnostics import Collector, Span

CORPUS = {
    "nothing": "",
    "a comment": "# only this\n",
    "null": "a:\nb: ~\nc: null\nd: ''\n",
    "words of YAML 1.1": "a: yes\nb: on\nc: No\nd: 0123\ne: 1.10\nf: 2024-01-01\ng: 12:30\n",
    "keys that look like numbers": "36: a\n0123: b\ntrue: c\n'': d\n",
    "quotes": "a: 'it''s'\nb: \"x\\ny\\u00e6\"\nc: \"\"\n",
    "blocks": "a: |\n  en\n   to\n\nb: >-\n  en\n  to\n\n  tre\nc: |+\n  x\n\nd: z\n",
    "plain over lines": "a: en\n  to\n  tre\nb: c\n",
    "flow": "a: [1, {b: c, d: [e]}, 'f']\ng: {}\nh: []\n",
    "flow over lines": "a: [1,\n  2,\n  ]\nb: {c: d,\n  e: f}\n",
    "anchors": "a: &x {b: c}\nd: *x\ne: [&y 1, *y]\n",
    "a tag for texts": "a: !!str 12\nb: !!map {c: !!seq [d]}\n",
    "Danish": "æøå: Blåbærgrød\nb: ½ € 𝄞 x\nc: {ø: å}\n",
    "Windows line ends": "a: b\r\nc:\r\n  - d\r\n  - e\r\n",
    "one document": "---\na: b\n...\n",
    "comments": "a: b # c\n# d\ne: # f\n  g: h#i\n",
    "sequences at the same column": "a:\n- b\n- c:\n    d\n",
    "addresses between brackets": "a: {b: https://x.dk/?c=d&e=f, g: 'h:i'}\nj: [k?l, m:n]\n",
}


def _shown(node: Node | None) -> object:
    """A node with everything it knows, as plain data."""
    if node is None:
        return None
    place = str(node.span)
    if isinstance(node, Scalar):
        return (place, node.span.end_line, node.span.end_column, node.text, node.plain)
    if isinstance(node, Sequence):
        return (place, [_shown(each) for each in node.items])
    return (place, [(_shown(key), _shown(each)) for key, each in node.entries.values()])


def _parse(text: str, *parsers: Parser) -> tuple[object, list[str]]:
    collector = Collector()
    try:
        shown = _shown(parse(text, "a.yaml", collector, parsers))
    except Malformed:
        shown = "malformed"
    return shown, [f"{each.span} {each.code}" for each in collector]


@pytest.mark.parametrize("text", CORPUS.values(), ids=CORPUS.keys())
def test_both_parsers_give_the_same_nodes_at_the_same_places(text: str) -> None:
    through_all = _parse(text, fast_events, masked_events, plain_events)
    assert through_all[0] != "malformed"
    assert through_all == _parse(text, plain_events)


@pytest.mark.parametrize("text", ['{"a": "\\ud83d\\ude00 x"}', '"\\uD83D\\uDE00 x": a'])
def test_characters_written_in_two_halves_as_json_does_are_one(text: str) -> None:
    root = parse(text, "a.yaml", Collector())
    assert isinstance(root, Mapping)
    ((key, node),) = root.entries.values()
    assert isinstance(node, Scalar)
    assert {key.text, node.text} == {"a", "\U0001f600 x"}


@pytest.mark.parametrize("text", CORPUS.values(), ids=CORPUS.keys())
def test_hiding_signs_from_libyaml_changes_nothing(text: str) -> None:
    assert _parse(text, masked_events) == _parse(text, plain_events)


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("a: 1\nb: 2\na: 3\n", "a.yaml:3:1 duplicate-key"),
        ("a: {b: 1, b: 2}\n", "a.yaml:1:11 duplicate-key"),
        ("a: !thing b\n", "a.yaml:1:4 yaml-tag"),
        ("a: &x {b: c}\nd:\n  <<: *x\n", "a.yaml:3:3 yaml-merge"),
        ("a: b\n---\nc: d\n", "a.yaml:2:1 yaml-documents"),
        ("? [a]\n: b\n", "a.yaml:1:3 yaml-key"),
        ("a: *b\n", "a.yaml:1:4 yaml-alias"),
        ("a: &b [*b]\n", "a.yaml:1:8 yaml-alias"),
    ],
)
def test_both_parsers_report_the_same_refusals(text: str, reported: str) -> None:
    for parser in (fast_events, plain_events):
        assert _parse(text, parser)[1] == [reported]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a:\n\tb: c\n", 2),
        ("a: [1\nb: 2\n", 2),
        ("a: 'x\n", 2),
        ("a: b\n c: d\n", 2),
        ("a: \x01\n", 1),
    ],
)
def test_broken_yaml_is_reported_once_with_its_line(text: str, line: int) -> None:
    collector = Collector()
    with pytest.raises(Malformed):
        parse(text, "a.yaml", collector)
    (reported,) = collector
    assert (reported.code, reported.span and reported.span.line) == ("yaml-syntax", line)
    assert reported.hint


def test_a_tab_is_named_as_the_reason() -> None:
    collector = Collector()
    with pytest.raises(Malformed):
        parse("a:\n\tb: c\n", "a.yaml", collector)
    assert [each.hint for each in collector] == ["indent with spaces: YAML allows no tabs there"]


def test_columns_count_characters_and_ends_are_exclusive() -> None:
    root = parse('æø: "å½" # x\n', "a.yaml", Collector())
    assert isinstance(root, Mapping)
    key, node = root.entries["æø"]
    assert (key.span.column, key.span.end_column) == (1, 3)
    assert (node.span.column, node.span.end_column) == (5, 9)


@pytest.mark.parametrize("parser", [fast_events, plain_events])
def test_a_deep_text_is_refused_and_does_not_exhaust_the_stack(parser: Parser) -> None:
    collector = Collector()
    with pytest.raises(Malformed):
        parse("[" * 3000 + "]" * 3000, "a.yaml", collector, (parser,))
    assert [(d.code, d.span) for d in collector] == [("yaml-deep", Span("a.yaml", 1, 51, 1, 52))]
    assert parse("[" * 50 + "]" * 50, "a.yaml", Collector(), (parser,)) is not None


def test_an_alias_is_the_node_of_its_anchor() -> None:
    root = parse("a: &x {b: c}\nd: *x\n", "a.yaml", Collector())
    assert child(root, "a") is child(root, "d") is not None
    assert child(root, "a", "nothing") is None


@pytest.mark.parametrize(("before", "sign", "after"), [*product("a9æ", ":?", "b/")])
def test_colons_inside_plain_scalars_survive_in_flow_collections(
    before: str, sign: str, after: str
) -> None:
    text = before + sign + after
    root = parse(f"[{text}, x]", "a.yaml", Collector(), (masked_events,))
    assert isinstance(root, Sequence)
    assert [each.text for each in root.items if isinstance(each, Scalar)] == [text, "x"]
