"""Edits of a YAML file at the places of its nodes, which leave everything else as written."""

import re
from collections.abc import Iterable
from collections.abc import Sequence as Seq
from dataclasses import dataclass
from typing import Final

from shopform.config.format.comments import BLOCK_STYLES
from shopform.config.format.leaves import leaf_of
from shopform.config.format.scalars import (
    STEP,
    Plain,
    indented,
    inline_scalar,
    literal,
    may_be_literal,
)
from shopform.config.read.document import Document, Occurrence
from shopform.config.read.node_builder import Malformed, parse
from shopform.config.read.yaml_nodes import Mapping, Scalar, Sequence
from shopform.diagnostics import Collector

_HEADER: Final = re.compile(r"[|>][-+0-9]*([ \t]+#.*)?[ \t]*")
_DIGIT: Final = re.compile(r"[|>][-+]?[1-9]")
_REST: Final = re.compile(r"[ \t]*(?:#.*)?")


class NotEditable(Exception):
    """A node in a form that cannot be edited."""


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Replaces the text between two offsets."""

    start: int
    end: int
    text: str


def parsed(text: str, name: str) -> Document:
    """Return a file with its nodes. Raises NotEditable if it is not valid."""
    try:
        return Document(text, parse(text, name, Collector()))
    except Malformed:
        raise NotEditable from None


def root_of(document: Document) -> Mapping | None:
    """Return the mapping of a file; None for an empty file. Raises NotEditable for others."""
    root = document.root
    if root is None or (isinstance(root, Scalar) and root.null):
        return None
    if not isinstance(root, Mapping):
        raise NotEditable
    return root


def apply_edits(document: Document, edits: Iterable[Edit]) -> str:
    """Return the text of a file after edits, which must not overlap."""
    parts: list[str] = []
    at = 0
    for edit in sorted(edits):
        parts += document.text[at : edit.start], edit.text
        at = edit.end
    return "".join([*parts, document.text[at:]])


def set_scalar(
    document: Document, key: Scalar, node: Scalar, value: Plain, *, bracketed: bool
) -> Edit:
    """Set a scalar to a value; quotes and `|` are kept if the value allows it."""
    key_end = document.end(key)
    used = document.locate(node, 0) if key is node else document.value(node, key_end)
    leaf, start, end = leaf_of(document, used), used.start, used.end
    line_end = document.ends[leaf.last]
    gap = " " if document.text[start - 1] == ":" else ""
    if start == end and not gap:
        start = end = key_end
        gap = ": "
    indent, comment, block = document.column(key) + STEP, "", leaf.style in BLOCK_STYLES
    if block:
        header = _HEADER.fullmatch(document.text, start, document.ends[leaf.line])
        comment, end = (header and header[1]) or "", line_end
        # An indentation indicator is relative to the key; else the first line defines it.
        indent = indent if _DIGIT.search(leaf.source[0]) else leaf.indent or indent
    elif isinstance(value, str) and "\n" in value and not bracketed:
        block = _REST.fullmatch(document.text, end, line_end) is not None
        comment, end = (document.text[end:line_end], line_end) if block else ("", end)
    # A comment below with the indentation of the `|` would become part of its value.
    fits = document.indent(document.next_line(leaf.last)) < indent
    if not (block and fits and isinstance(value, str) and may_be_literal(value)):
        old = '"' if block else document.text[start:end]
        return Edit(start, end, gap + inline_scalar(value, old, bracketed=bracketed) + comment)
    lines = literal(value, indent, comment)
    # At the end of a file without a line feed, that of the string ends the file.
    lines += [""] if end == len(document.text) and value.endswith("\n") else []
    return Edit(start, end, gap + document.line_end.join(lines))


def add_items(document: Document, parent: Mapping | None, name: str, items: Seq[str]) -> Edit:
    """Append items, each on one line, to the list `name` of a mapping. Raises NotEditable."""
    listed = ", ".join(items)
    entry = parent.entries.get(name) if parent else None
    if entry is None:
        lines = [f"{name}:", *(" " * STEP + f"- {item}" for item in items)]
        return add_entries(document, parent, lines, f"{name}: [{listed}]")
    key, node = entry
    if isinstance(node, Scalar) and node.null:
        depth = document.column(key) + STEP
        return _insert_below_key(document, key, node, [f"{' ' * depth}- {item}" for item in items])
    if not isinstance(node, Sequence) or node.start < key.start:
        raise NotEditable
    if document.flow(node):
        return _insert_in_flow(document, node, listed)
    *_, (_, last) = document.children(document.locate(node, 0))
    line, column = document.place(last.start)
    dash = document.line(line)[:column]
    if dash.strip() != "-":
        raise NotEditable
    return insert_below(document, last_line(document, last), [dash + item for item in items])


def add_entries(
    document: Document,
    node: Mapping | None,
    lines: Seq[str],
    inline: str,
    after: Occurrence | None = None,
) -> Edit:
    """Add entries to a mapping after one of its values, by default the last.

    `lines` are not indented and get the indentation of the mapping; `inline` is for a flow mapping.
    Without a mapping they are appended to the file, which contains only comments. Raises
    NotEditable.
    """
    if node is None:
        end, line_end = len(document.text), document.line_end
        gap = line_end if document.text.strip() else ""
        head = "" if document.text.endswith("\n") or not document.text else line_end
        return Edit(end, end, head + gap + line_end.join(lines) + line_end)
    if document.flow(node):
        return _insert_in_flow(document, node, inline, after)
    depth = document.column(next(iter(node.entries.values()))[0])
    last = last_line(document, after or document.locate(node, 0))
    return insert_below(document, last, indented(lines, depth))


def add_inside(
    document: Document, parent: Mapping, name: str, lines: Seq[str], inline: str
) -> Edit:
    """Add entries, as `add_entries` does, to the mapping or null at `name`."""
    key, node = parent.entries[name]
    if isinstance(node, Scalar) and node.null:
        if document.flow(parent):
            used = document.value(node, document.end(key))
            return Edit(used.start, used.end, f" {{{inline}}}")
        depth = document.column(key) + STEP
        return _insert_below_key(document, key, node, indented(lines, depth))
    if not isinstance(node, Mapping) or node.start < key.start:
        raise NotEditable
    return add_entries(document, node, lines, inline)


def last_line(document: Document, used: Occurrence) -> int:
    """Return the last line of a node. Raises NotEditable if lines below would become part of it."""
    while not (used.alias or isinstance(used.node, Scalar) or document.flow(used.node)):
        *_, (_, used) = document.children(used)
    leaf = leaf_of(document, used)
    ends_file = document.ends[leaf.last] == len(document.text)
    if leaf.keeps or (ends_file and leaf.style in BLOCK_STYLES and "-" not in leaf.source[0]):
        raise NotEditable
    return leaf.last


def insert_below(document: Document, line: int, lines: Seq[str]) -> Edit:
    """Insert lines below a line and the deeper comments that belong to it."""
    depth = len(lines[0]) - len(lines[0].lstrip())
    while document.indent(below := document.next_line(line)) > depth:
        line = below
    at = document.ends[line]
    # A `|` at the end of the file is read without its last line feed unless the file has one.
    last = document.line_end if at == len(document.text) and len(lines) > 1 else ""
    return Edit(at, at, document.line_end.join(["", *lines]) + last)


def _insert_below_key(document: Document, key: Scalar, node: Scalar, lines: Seq[str]) -> Edit:
    """Insert lines below a key whose value is absent or null."""
    start = document.end(key)
    used, line = document.value(node, start), document.line_of(start)
    if node.text and used.end > document.ends[line]:
        raise NotEditable
    below = insert_below(document, line, lines)
    null = (used.start, used.end) if node.text else (start, start)
    kept = document.text[start : null[0]] + document.text[null[1] : below.start]
    return Edit(start, below.end, kept.rstrip() + below.text)


def _insert_in_flow(
    document: Document, node: Mapping | Sequence, inline: str, after: Occurrence | None = None
) -> Edit:
    found = [value for _, value in document.children(document.locate(node, 0))]
    if not found:
        end = document.end(node) - 1
        return Edit(end, end, inline)
    last = after or found[-1]
    if last.start == last.end and document.text[last.start - 1] != ":":
        raise NotEditable
    # Without a space before the comma, libyaml reads the colon as part of the key.
    return Edit(last.end, last.end, f"{' ' * (last.start == last.end)}, {inline}")
