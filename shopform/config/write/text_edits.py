"""YAML text changed at a node's place, with everything around it left as it is written."""

import json
import re
from dataclasses import dataclass
from typing import Final

from shopform.config.read.yaml_nodes import Placed, Scalar, Sequence
from shopform.config.read.yaml_parsers import LINE_BREAK
from shopform.config.write.quoting import may_be_plain

_PROPERTIES: Final = re.compile(r"(?:[&!]\S*\s+)*")
_HEADER: Final = re.compile(r"[|>]([-+0-9]*)([ \t]+#.*)?[ \t]*")
_REST: Final = re.compile(r"[ \t]*(?:#.*)?")
_DASH: Final = re.compile(r"[ \t]*-[ \t]+")
# Signs that are not called printable and that people write all the same: hard and narrow blanks,
# soft hyphens, and what joins letters and emoji.
_HELD: Final = dict.fromkeys(map(ord, "\n\t\xa0\xad\u2009\u200c\u200d\u202f"))
_WORDS: Final = {True: "true", False: "false", None: "null"}

Plain = str | int | float | bool | None


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Text to stand between two offsets instead of what stands there."""

    start: int
    end: int
    text: str


class Source:
    """The text of one file, by the places of its nodes."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0, *(match.end() for match in LINE_BREAK.finditer(text))]
        self.ends = [*(match.start() for match in LINE_BREAK.finditer(text)), len(text)]
        self.line_end = "\r\n" if "\r\n" in text else "\n"

    def start(self, node: Placed) -> int:
        return self.starts[node.span.line - 1] + node.span.column - 1

    def end(self, node: Placed) -> int:
        return self.starts[node.span.end_line - 1] + node.span.end_column - 1

    def line(self, number: int) -> str:
        return self.text[self.starts[number] : self.ends[number]]

    def following(self, number: int) -> int:
        """Where the line behind a line begins."""
        return self.starts[number + 1] if number + 1 < len(self.starts) else len(self.text)

    def written(self, node: Placed) -> str:
        return self.text[self.start(node) : self.end(node)]

    def bracketed(self, node: Placed) -> bool:
        """Whether a mapping or list is written between brackets."""
        start = _PROPERTIES.match(self.text, self.start(node))
        return start is not None and self.text[start.end() : start.end() + 1] in ("{", "[")

    def edited(self, edits: list[Edit]) -> str:
        """The text with edits that do not overlap."""
        parts: list[str] = []
        at = 0
        for edit in sorted(edits):
            parts += self.text[at : edit.start], edit.text
            at = edit.end
        return "".join([*parts, self.text[at:]])


def scalar(source: Source, key: Scalar, node: Scalar, value: Plain, *, bracketed: bool) -> Edit:
    """The edit that makes a scalar hold a value; quotes and `|` stay where they can."""
    start, end = source.start(node), source.end(node)
    old = source.text[start:end]
    if old[:1] in ("|", ">"):
        return _block(source, key, node, str(value))
    if isinstance(value, str) and not bracketed and "\n" in value and may_be_literal(value):
        after = source.ends[node.span.end_line - 1]
        if _REST.fullmatch(source.text, end, after):
            comment = source.text[end:after]
            indent = " " * (key.span.column + 1)
            return _below(source, (start, after), value, comment, indent)
    return Edit(start, end, _gap(source, start) + word(value, old, bracketed=bracketed))


def items(source: Source, node: Sequence, values: tuple[str, ...]) -> list[Edit] | None:
    """The edits that make a list of texts hold these; None where its layout is too odd."""
    scalars = [item for item in node.items if isinstance(item, Scalar)]
    kept = [item for item in scalars if item.text.strip() in values]
    had = {item.text.strip() for item in kept}
    new = [value for value in values if value not in had]
    if source.bracketed(node):
        return _bracketed_items(source, node, kept, new)
    lines = [source.line(item.span.line - 1)[: item.span.column - 1] for item in scalars]
    if not kept or not all(_DASH.fullmatch(line) for line in lines):
        return None
    edits = []
    for item in scalars:
        if item not in kept:
            first, last = item.span.line - 1, item.span.end_line - 1
            edits.append(Edit(source.starts[first], source.following(last), ""))
    if new:
        number = scalars.index(kept[-1])
        at = source.ends[kept[-1].span.end_line - 1]
        head = source.line_end + lines[number]
        edits.append(Edit(at, at, "".join(head + word(v, "", bracketed=False) for v in new)))
    return edits


def word(value: Plain, old: str, *, bracketed: bool) -> str:
    """A value as YAML, in the quotes of the old one where they hold it."""
    if not isinstance(value, str):
        return _WORDS[value] if value is None or isinstance(value, bool) else str(value)
    quote = old[:1]
    numbers = old.isdecimal() and value.isdecimal() and value.isascii()
    if quote not in ("'", '"') and (numbers or may_be_plain(value, bracketed=bracketed)):
        return value
    fewer = quote != '"' and '"' in value and "'" not in value
    if value.isprintable() and (quote == "'" or fewer):
        return "'" + value.replace("'", "''") + "'"
    text = json.dumps(value, ensure_ascii=False)
    return text if text.isprintable() else "".join(map(_escaped, text))


def _escaped(sign: str) -> str:
    if sign.isprintable():
        return sign
    return f"\\u{ord(sign):04x}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08x}"


def _gap(source: Source, start: int) -> str:
    """A blank behind a colon with nothing behind it."""
    return " " if source.text[start - 1 : start] == ":" else ""


def may_be_literal(text: str) -> bool:
    """Whether a `|` can hold a text."""
    bare = text.translate(_HELD)
    return bare.isprintable() and bool(text[:1].strip()) and not text.endswith("\n\n")


def _below(source: Source, at: tuple[int, int], text: str, comment: str, indent: str) -> Edit:
    """A text as `|`, behind its comment."""
    start, end = at
    chomped = "|" if text.endswith("\n") else "|-"
    lines = text.removesuffix("\n").split("\n")
    body = [indent + line if line else "" for line in lines]
    # The last line break of a file belongs to the text that ends there.
    body += [""] if end == len(source.text) and chomped == "|" else []
    head = _gap(source, start) + chomped + comment
    return Edit(start, end, source.line_end.join([head, *body]))


def _block(source: Source, key: Scalar, node: Scalar, text: str) -> Edit:
    """A text below `|` or `>`, written as `|`; where that cannot be, in quotes."""
    first = node.span.line - 1
    header = _HEADER.fullmatch(source.text, source.start(node), source.ends[first])
    marks, comment = (header[1], header[2] or "") if header else ("", "")
    last, indent = first, ""
    for number in range(first + 1, len(source.starts)):
        line = source.line(number)
        blank = len(line) - len(line.lstrip(" "))
        if line.strip() and blank < key.span.column:
            break
        if line.strip() or "+" in marks:
            last = number
        if line.strip() and not indent and not any(mark.isdigit() for mark in marks):
            indent = " " * blank
    start, end = source.start(node), source.ends[last]
    if not may_be_literal(text):
        return Edit(start, end, word(text, '"', bracketed=False) + comment)
    return _below(source, (start, end), text, comment, indent or " " * (key.span.column + 1))


def _bracketed_items(
    source: Source, node: Sequence, kept: list[Scalar], new: list[str]
) -> list[Edit]:
    written = [word(value, "", bracketed=True) for value in new]
    if not node.items or not kept:
        start = source.start(node.items[0]) if node.items else source.end(node) - 1
        end = source.end(node.items[-1]) if node.items else start
        return [Edit(start, end, ", ".join(written))]
    last = source.end(kept[-1])
    edits = [Edit(last, source.end(node.items[-1]), "".join(f", {each}" for each in written))]
    for item, following in zip(node.items, node.items[1:], strict=False):
        if item not in kept and source.start(item) < last:
            edits.append(Edit(source.start(item), source.start(following), ""))
    return edits
