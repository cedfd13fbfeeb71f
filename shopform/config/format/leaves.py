"""Scalars and flow collections, as written and in the layout of `fmt`."""

import re
from dataclasses import dataclass, field
from typing import Final

from shopform.config.format.comments import BLOCK_HEADER, BLOCK_STYLES
from shopform.config.format.key_order import Rule
from shopform.config.format.scalars import STEP, indented, may_be_plain
from shopform.config.read.document import Document, Occurrence
from shopform.config.read.yaml_nodes import Scalar
from shopform.config.read.yaml_parsers import LINE_BREAK

_ENDING: Final = re.compile(r"[|>][-+0-9]*$")
_NO_INDICATOR: Final = str.maketrans("", "", "-+")


@dataclass(slots=True)
class Leaf:
    """The source of a scalar, an alias or a flow collection.

    `source` are its lines, the first without indentation. `style` is a quote, `|` or `>`; it is
    empty for a plain scalar. `bare`: it has neither anchor nor tag.
    """

    source: list[str]
    line: int
    column: int
    text: str = ""
    style: str = ""
    bare: bool = False

    @property
    def last(self) -> int:
        return self.line + len(self.source) - 1

    @property
    def keeps(self) -> bool:
        """Whether it is a block scalar whose trailing blank lines are part of its value (`+`)."""
        return self.style in BLOCK_STYLES and "+" in self.source[0].split()[-1]

    @property
    def indent(self) -> int | None:
        """The indentation of a block scalar; None if all its lines are blank."""
        written = next((each for each in self.source[1:] if each.strip()), None)
        value = next((each for each in self.text.split("\n") if each.strip()), "")
        if written is None:
            return None
        return (len(written) - len(written.lstrip(" "))) - (len(value) - len(value.lstrip(" ")))

    @property
    def bracketed(self) -> str:
        """The source on one line, as a key or in a flow collection, without unnecessary quotes."""
        return self._scalar(bracketed=True)

    def _scalar(self, *, bracketed: bool) -> str:
        source = self.source[0]
        quoted = self.bare and self.style and source[1:-1] == self.text
        return self.text if quoted and may_be_plain(self.text, bracketed=bracketed) else source

    def lines(self, indent: int) -> list[str]:
        """Return the lines as the value of an entry at `indent`; the first is not indented."""
        first, *more = self.source
        if self.style in BLOCK_STYLES:
            return [first, *self._folded(indent)]
        if not more:
            return [self._scalar(bracketed=False)]
        pad = " " * (indent + STEP)
        return [
            stripped(first),
            *(pad + stripped(each.lstrip()) if each.strip() else "" for each in more),
        ]

    def _folded(self, indent: int) -> list[str]:
        old = self.indent
        if old is None:
            return [""] * (len(self.source) - 1)
        digit = re.search(r"[|>][-+]?([1-9])", self.source[0])
        return indented(
            (each[old:] for each in self.source[1:]), indent + (int(digit[1]) if digit else STEP)
        )


@dataclass(slots=True)
class Flow:
    """A flow collection: its source, and its parts in the order of the rule.

    A part is the name of a key, the key with its colon, and the value; in a list only the value.
    `fixed`: it must be printed as written. `moved`: its parts are no longer in the written order.
    """

    written: Leaf
    properties: str
    sequence: bool
    rule: Rule
    parts: list[tuple[str, str, "Leaf | Flow"]] = field(default_factory=list)
    fixed: bool = False
    moved: bool = False

    @property
    def lines(self) -> list[str]:
        """The source if it has several lines in the right order, else one line."""
        if self.fixed or (len(self.written.source) > 1 and not self.moved):
            return [stripped(each) for each in self.written.source]
        return [self.bracketed]

    @property
    def bracketed(self) -> str:
        parts = [f"{key} {held.bracketed}".lstrip() for _, key, held in self.parts]
        pair = "[]" if self.sequence else "{}"
        return f"{self.properties} {pair[0]}{', '.join(parts)}{pair[1]}".lstrip()


def leaf_of(document: Document, used: Occurrence) -> Leaf:
    """Return the source of a node."""
    source = LINE_BREAK.split(document.text[used.start : used.end])
    leaf = Leaf(source, *document.place(used.start))
    if used.alias or not isinstance(used.node, Scalar):
        return leaf
    leaf.text, leaf.bare = used.node.text, source[0][:1] not in ("&", "!")
    at = document.value_start(used.start)
    char = document.text[at : at + 1]
    leaf.style = char if char and char in "'\"|>" else ""
    if leaf.style in BLOCK_STYLES:
        header = BLOCK_HEADER.match(source[0])
        first = header[0] if header else ""
        if document.cut and used.end == len(document.text):
            first = _ENDING.sub(lambda mark: mark[0].translate(_NO_INDICATOR) + "-", first)
        # A block scalar ends at the start of the next line, except at the end of the file.
        leaf.source = [first, *source[1 : len(source) - (not source[-1])]]
        while not leaf.keeps and len(leaf.source) > 1 and _blank(leaf):
            leaf.source.pop()
    return leaf


def stripped(line: str) -> str:
    """Remove trailing white space, unless a backslash makes it part of the string."""
    bare = line.rstrip()
    return line if bare.endswith("\\") else bare


def _blank(leaf: Leaf) -> bool:
    """Whether the last line of a block scalar is not part of its value."""
    last = leaf.source[-1]
    return not last.strip() and len(last) <= (leaf.indent or len(last))
