"""The tree of a file and its text: how each node is written, and what stands between them.

Nodes hold what a file means and where. Style, anchors and comments are looked up in the text when a
layout or an edit asks for them, so a plan does not pay for them.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from shopform.config.read.yaml_nodes import SHIFT, Mapping, Node, Placed, Scalar, Sequence
from shopform.config.read.yaml_parsers import LINE_BREAK

_MASK: Final = (1 << SHIFT) - 1
# Anchors and tags, with the comments behind them.
_PROPERTIES: Final = re.compile(r"(?:[&!]\S*+(?:\s++#[^\n]*+)*+\s*+)*+")
_ALIAS: Final = re.compile(r"(?:[\s:,?-]|(?<=\s)#[^\n]*+)*+(\*[^\s,\[\]{}]++)")


@dataclass(frozen=True, slots=True)
class Written:
    """A node where it is used: an alias uses the node of its anchor, at another place.

    `start` and `end` are offsets.
    """

    node: Node
    start: int
    end: int
    alias: bool = False


class Document:
    """The text of one file by offsets, and the root of the tree that was built from it.

    What asks for the nodes of another tree of the same text needs no root. `cut`: its last line was
    given the line feed that it lacked.
    """

    def __init__(self, text: str, root: Node | None = None, *, cut: bool = False) -> None:
        self.text = text
        self.root = root
        self.cut = cut
        breaks = [match.span() for match in LINE_BREAK.finditer(text)]
        self.starts = [0, *(end for _, end in breaks)]
        self.ends = [*(start for start, _ in breaks), len(text)]
        self.line_end = "\r\n" if "\r\n" in text else "\n"

    def start(self, node: Placed) -> int:
        return self._offset(node.start)

    def end(self, node: Placed) -> int:
        return self._offset(node.end)

    def _offset(self, place: int) -> int:
        line = place >> SHIFT
        # A file that lacks its last line feed ends in a line that it does not have.
        return self.starts[line] + (place & _MASK) if line < len(self.starts) else len(self.text)

    def line_of(self, offset: int) -> int:
        return bisect_right(self.starts, offset) - 1

    def place(self, offset: int) -> tuple[int, int]:
        """The line and the column of an offset, from 0."""
        line = self.line_of(offset)
        return line, offset - self.starts[line]

    def line(self, number: int) -> str:
        return self.text[self.starts[number] : self.ends[number]]

    def column(self, node: Placed) -> int:
        return node.start & _MASK

    def indent(self, number: int) -> int:
        """How deep a line begins; -1 behind the last."""
        if number >= len(self.starts):
            return -1
        line = self.line(number)
        return len(line) - len(line.lstrip())

    def written(self, node: Placed) -> str:
        return self.text[self.start(node) : self.end(node)]

    def value_start(self, start: int) -> int:
        """The offset behind the anchor and the tag of what is written at an offset."""
        match = _PROPERTIES.match(self.text, start)
        return match.end() if match else start

    def flow(self, node: Node) -> bool:
        """Whether a mapping or list is written between brackets."""
        start = self.value_start(self.start(node))
        return not isinstance(node, Scalar) and self.text[start : start + 1] in ("{", "[")

    def used(self, node: Node, behind: int) -> Written:
        """Where a node is used, which is behind an offset."""
        start = self.start(node)
        if start >= behind:
            return Written(node, start, self.end(node))
        alias = next(_ALIAS.finditer(self.text, behind))
        return Written(node, *alias.span(1), alias=True)

    def children(self, used: Written) -> Iterator[tuple[Written | None, Written]]:
        """The items of a list, or the values of a mapping with their keys, where they are used."""
        node, at = used.node, used.start
        if isinstance(node, Sequence):
            for item in node.items:
                found = self.used(item, at)
                yield None, found
                at = found.end
        elif isinstance(node, Mapping):
            for key, value in node.entries.values():
                name = self.used(key, at)
                found = self.used(value, name.end)
                yield name, found
                at = found.end

    def scalars(self) -> Iterator[Written]:
        """Every scalar that is written, in order; aliases are none."""
        if self.root:
            yield from self._scalars(self.used(self.root, 0))

    def _scalars(self, used: Written) -> Iterator[Written]:
        if isinstance(used.node, Scalar):
            yield used
            return
        for pair in self.children(used):
            for each in pair:
                if each and not each.alias:
                    yield from self._scalars(each)
