"""Values and entries put into YAML files in place."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shopform.config.read.document import Document
from shopform.config.read.node_builder import parse
from shopform.config.read.yaml_nodes import Mapping, Scalar, Sequence, child
from shopform.config.write.edits import NotEditable, add_entries, apply_edits, set_scalar
from shopform.config.write.list_edits import set_items
from shopform.diagnostics import Collector

STYLES = {
    "plain": "a:\n  k: old  # why\n  z: end\n",
    "last": "a:\n  z: end\n  k: old",
    "several lines": "a:\n  k: old\n    and more\n  z: end # why\n",
    "single": "# why\na:\n    k: 'old'\n    z: end\n",
    "double": 'a:\n  k: "old"\n  z: end\n',
    "double over lines": 'a:\n  k: "old\n\n    text"  # why\n  z: end\n',
    "empty": "a:\n  k:\n  z: end\n",
    "empty with a comment": "a:\n  k:   # why\n  z: end\n",
    "null": "a:\n  k: ~\n  z: end\n",
    "literal": "a:\n  k: |\n    <p>old</p>\n\n    text\n\n  # why\n  z: end\n",
    "literal with a comment": "a:\n  k: |-  # why\n    old\n  z: end\n",
    "literal that keeps": "a:\n  k: |+\n    old\n\n\n  z: end\n",
    "literal further in": "a:\n  k: |2\n      old\n    text\n  z: end\n",
    "literal at the end": "a:\n  z: end\n  k: |\n      old",
    "literal without text": "a:\n  k: |\n  z: end\n",
    "folded": "a:\n  k: >-\n    old\n    text\n  z: end\n",
    "brackets": "a: {k: old, z: end}  # why\n",
    "brackets and quotes": "a: {k: 'old', z: end}\n",
    "brackets over lines": "a: {\n  k: old,  # why\n  z: end}\n",
    "brackets, empty": "a: {k: , z: end}\n",
    "json": '{"a": {"k": "old", "z": "end"}}\n',
    "line ends of Windows": "a:\r\n  k: |\r\n    old\r\n    text\r\n  z: end\r\n",
    "Windows, plain": "a:\r\n  k: old\r\n  z: end # why\r\n",
    "a key in quotes": 'a:\n  "k": old\n  z: end\n',
    "in a list": "- b\n- a:\n    k: old\n    z: end\n",
}
TEXTS = st.text(
    st.one_of(
        st.sampled_from(" \n\t#:-'\"|>{}[],&*!%@`~?\\aæ0.é\u2028\x85\ufeff\x07"), st.characters()
    )
)


def root(text: str) -> Mapping:
    collector = Collector()
    found = parse(text, "f.yaml", collector)
    assert not collector.failed
    if isinstance(found, Sequence):
        found = found.items[-1]
    assert isinstance(found, Mapping)
    return found


def place(text: str) -> tuple[Mapping, Scalar, Scalar]:
    holder = child(root(text), "a")
    assert isinstance(holder, Mapping)
    key, node = holder.entries["k"]
    assert isinstance(node, Scalar)
    return holder, key, node


def changed(text: str, value: str | int | bool | None) -> str:
    document = Document(text)
    holder, key, node = place(text)
    edit = set_scalar(document, key, node, value, bracketed=document.flow(holder))
    return apply_edits(document, [edit])


@pytest.mark.parametrize("style", STYLES)
@given(value=TEXTS)
@example(value="")
@example(value="null")
@example(value="0123")
@example(value="<p>one</p>\n<p>two</p>")
@example(value="one\n  two\n\nthree\n")
@example(value="one\n\n\n")
@example(value=" begins with a blank\nand goes on")
@example(value="ends with blanks  \n  ")
@example(value="--- \n...")
def test_the_field_holds_the_text_and_nothing_else_changes(style: str, value: str) -> None:
    before = STYLES[style]
    after = changed(before, value)
    holder, _, node = place(after)
    assert (node.text, node.null) == (value, False)
    end = child(holder, "z")
    assert isinstance(end, Scalar)
    assert end.text == "end"
    assert after.count("# why") >= before.count("# why")
    assert changed(after, value) == after or "\n" in value


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(("value", "text"), [(True, "true"), (None, "null"), (12, "12")])
def test_other_values_are_words(style: str, value: int | None, text: str) -> None:
    if "|" not in STYLES[style] and ">" not in STYLES[style]:
        node = place(changed(STYLES[style], value))[2]
        assert (node.text, node.plain) == (text, True)


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        ("a:\n  k: old # c\n", "new", "a:\n  k: new # c\n"),
        ("a:\n  k: 'old'\n", "it's", "a:\n  k: 'it''s'\n"),
        ("a:\n  k: old\n", "yes", 'a:\n  k: "yes"\n'),
        ("a:\n  k: old\n", 'a "b": c', "a:\n  k: 'a \"b\": c'\n"),
        ("a:\n  k: 36\n", "37", "a:\n  k: 37\n"),
        ("a:\n  k: old # c\n", "x\ny", "a:\n  k: |- # c\n    x\n    y\n"),
        ("a:\n  k: | # c\n      x\n\n  # d\n", "y\n", "a:\n  k: | # c\n      y\n\n  # d\n"),
        ("a:\n  k: |\n    x\n", "y", "a:\n  k: |-\n    y\n"),
        ("a: {k: old}\n", "x\ny", 'a: {k: "x\\ny"}\n'),
        ("a: {k: old}\n", "x, y", 'a: {k: "x, y"}\n'),
        ("a:\n  k:\n", "new", "a:\n  k: new\n"),
        ("a:\n  k :\n", "new", "a:\n  k : new\n"),
        ("a: {k}\n", "new", "a: {k: new}\n"),
        ("a:\n  k:\n      # below\n  z: 1\n", "x\ny", 'a:\n  k: "x\\ny"\n      # below\n  z: 1\n'),
        ("a:\n  k: | # c\n    x\n", None, "a:\n  k: null # c\n"),
    ],
)
def test_what_is_written_looks_like_what_stood_there(
    before: str, value: str | None, after: str
) -> None:
    assert changed(before, value) == after


LISTS = {
    "block": "a:\n  k:\n    - one  # 1\n    - 'two'\n    # about three\n    - three\n  z: end\n",
    "block without indent": "a:\n  k:\n  - one\n  - two\n  - three\n  z: end\n",
    "block at the end": "a:\n  z: end\n  k:\n  - one\n  - two\n  - three",
    "brackets": "a:\n  k: [one, two, three]  # why\n  z: end\n",
    "brackets over lines": "a:\n  k: [\n    one,  # 1\n    'two',\n    three,\n  ]\n  z: end\n",
    "brackets in brackets": "a: {k: [one, two, three], z: end}\n",
}


@pytest.mark.parametrize("style", LISTS)
@given(
    kept=st.sets(st.sampled_from(["one", "two", "three"]), min_size=1),
    new=st.sets(st.sampled_from(["null", "new", "a, b", "a: b", "#", "it's"])),
)
def test_a_list_gets_the_strings(style: str, kept: set[str], new: set[str]) -> None:
    document = Document(LISTS[style])
    node = child(root(document.text), "a", "k")
    assert isinstance(node, Sequence)
    after = apply_edits(document, set_items(document, node, tuple(sorted(kept | new))))
    found = child(root(after), "a", "k")
    assert isinstance(found, Sequence)
    texts = [item.text for item in found.items if isinstance(item, Scalar) and not item.null]
    assert texts == [t for t in ("one", "two", "three") if t in kept] + sorted(new)
    assert isinstance(child(root(after), "a", "z"), Scalar)
    for line in re.findall(r"^.*# (?:why|about three)$", document.text, re.MULTILINE):
        assert line.partition("#")[2] in after


def test_a_list_between_brackets_may_be_emptied_and_filled() -> None:
    for before, values, after in (
        ("a: {k: [one, two]}\n", (), "a: {k: []}\n"),
        ("a: {k: []}\n", ("one", "two"), "a: {k: [one, two]}\n"),
        ("a: {k: [one]}\n", ("two",), "a: {k: [two]}\n"),
    ):
        document = Document(before)
        node = child(root(before), "a", "k")
        assert isinstance(node, Sequence)
        assert apply_edits(document, set_items(document, node, values)) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a:\n  k: one  # c\n  z: end\n", "a:\n  k: one  # c\n  new: x\n  z: end\n"),
        ("a:\n    k: one", "a:\n    k: one\n    new: x"),
        ("a: {k: one, z: end}\n", "a: {k: one, new: x, z: end}\n"),
        ("a:\n  k: one\n    # of k\n\n  # z\n", "a:\n  k: one\n    # of k\n  new: x\n\n  # z\n"),
        ("a: {k: }\n", "a: {k: , new: x }\n"),
        ("a:\n  k: 'one\n    two'\n  z: end\n", "a:\n  k: 'one\n    two'\n  new: x\n  z: end\n"),
        (
            "a:\n  k: |\n    one\n\n    two\n\n  # z\n  z: end\n",
            "a:\n  k: |\n    one\n\n    two\n  new: x\n\n  # z\n  z: end\n",
        ),
        ("a:\n  k: {f: one} # c\n  z: 1\n", "a:\n  k: {f: one} # c\n  new: x\n  z: 1\n"),
        ("a:\n  k: >-\n    one", "a:\n  k: >-\n    one\n  new: x"),
        ("a:\n  k:\n    - b\n  # z\n  z: 1\n", "a:\n  k:\n    - b\n  new: x\n  # z\n  z: 1\n"),
        (
            "a:\n  k:\n    f: &x [1,\n      2] # c\n",
            "a:\n  k:\n    f: &x [1,\n      2] # c\n  new: x\n",
        ),
        ("b: &x 1\na:\n  k:\n    - *x # c\n", "b: &x 1\na:\n  k:\n    - *x # c\n  new: x\n"),
    ],
)
def test_a_field_is_added_behind_the_first(before: str, after: str) -> None:
    assert with_new(before) == after


def with_new(text: str) -> str:
    """The text with one more field behind the first."""
    document, node = Document(text), child(parse(text, "f", Collector()), "a")
    assert isinstance(node, Mapping)
    key, value = next(iter(node.entries.values()))
    behind = document.value(value, document.end(key))
    return apply_edits(document, [add_entries(document, node, ["new: x"], "new: x", behind)])


def test_a_string_that_is_the_end_of_a_file_keeps_its_last_line_feed() -> None:
    document, node = Document("a:\n  k: one"), child(root("a:\n  k: one"), "a")
    assert isinstance(node, Mapping)
    after = apply_edits(document, [add_entries(document, node, ["new: |", "  x"], "")])
    assert after == "a:\n  k: one\n  new: |\n    x\n"


@pytest.mark.parametrize("text", ["a:\n  k: |+\n    one\n\n", "a: {k}\n", "a:\n  k: |\n    one"])
def test_a_field_is_not_added_behind_what_is_not_over_or_has_no_colon(text: str) -> None:
    with pytest.raises(NotEditable):
        with_new(text)


def test_a_multi_line_string_in_a_list_ends_before_the_next_item() -> None:
    before = "a:\n  k:\n    - |\n      one\n    - two\n  z: end\n"
    after = "a:\n  k:\n    - |\n      one\n    - new\n  z: end\n"
    document, node = Document(before), child(root(before), "a", "k")
    assert isinstance(node, Sequence)
    assert apply_edits(document, set_items(document, node, ("one", "new"))) == after
    assert "one" not in apply_edits(document, set_items(document, node, ("two",)))
