"""The tree of a YAML file with its source text, for formatting and edits.

Nodes hold values and places. Style, anchors, comments and blank lines are looked up in the text
between the nodes on demand, so that a plan does not pay for them.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from shopform.config.read.yaml_nodes import SHIFT, Mapping, Node, Placed, Scalar, Sequence
from shopform.config.read.yaml_parsers import LINE_BREAK

_MASK: Final = (1 << SHIFT) - 1
# Anchors and tags, with the comments after them.
_PROPERTIES: Final = re.compile(r"(?:[&!]\S*+(?:\s++#[^\n]*+)*+\s*+)*+")
_COLON: Final = re.compile(r"\s*+:")
_ALIAS: Final = re.compile(r"(?:[\s:,?-]|(?<=\s)#[^\n]*+)*+(\*[^\s,\[\]{}]++)")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A node where it occurs. An alias is the node of its anchor, at another place.

    `start` and `end` are offsets in the text; they are equal for an absent value.
    """

    node: Node
    start: int
    end: int
    alias: bool = False


class Document:
    """The text of one file, addressed by the places of its nodes.

    `root` is only needed to walk the tree; nodes of any tree of the same text can be located.
    `cut`: the last line of the file had no line feed; one was added to `text`.
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
        # libyaml places the end of a file without a last line feed on an extra line.
        return self.starts[line] + (place & _MASK) if line < len(self.starts) else len(self.text)

    def line_of(self, offset: int) -> int:
        return bisect_right(self.starts, offset) - 1

    def place(self, offset: int) -> tuple[int, int]:
        """Return the line and the column of an offset, from 0."""
        line = self.line_of(offset)
        return line, offset - self.starts[line]

    def line(self, number: int) -> str:
        return self.text[self.starts[number] : self.ends[number]]

    def column(self, node: Placed) -> int:
        return node.start & _MASK

    def indent(self, number: int) -> int:
        """Return the indentation of a line; -1 after the last line."""
        if number >= len(self.starts):
            return -1
        line = self.line(number)
        return len(line) - len(line.lstrip())

    def next_line(self, number: int) -> int:
        """Return the next line that is not blank."""
        number += 1
        while number < len(self.starts) and not self.line(number).strip():
            number += 1
        return number

    def source(self, node: Placed) -> str:
        return self.text[self.start(node) : self.end(node)]

    def has_properties(self, node: Placed) -> bool:
        """Whether a node has an anchor or a tag."""
        return self.source(node)[:1] in ("&", "!")

    def value_start(self, start: int) -> int:
        """Return the offset after the anchor and the tag of a node that starts at an offset."""
        match = _PROPERTIES.match(self.text, start)
        return match.end() if match else start

    def flow(self, node: Node) -> bool:
        """Whether a node is a flow mapping or sequence (in brackets)."""
        start = self.value_start(self.start(node))
        return not isinstance(node, Scalar) and self.text[start : start + 1] in ("{", "[")

    def locate(self, node: Node, after: int) -> Occurrence:
        """Locate the first occurrence of a node at or after an offset."""
        start = self.start(node)
        if start >= after:
            return Occurrence(node, start, self.end(node))
        alias = next(_ALIAS.finditer(self.text, after))
        return Occurrence(node, *alias.span(1), alias=True)

    def value(self, node: Node, key_end: int) -> Occurrence:
        """Locate the value of a key. An absent one is after the colon."""
        colon = _COLON.match(self.text, key_end) if node.start == node.end else None
        return Occurrence(node, colon.end(), colon.end()) if colon else self.locate(node, key_end)

    def children(self, used: Occurrence) -> Iterator[tuple[Occurrence | None, Occurrence]]:
        """Yield the values of a mapping with their keys, or the items of a sequence with None."""
        node, at = used.node, used.start
        if isinstance(node, Sequence):
            for item in node.items:
                found = self.locate(item, at)
                yield None, found
                at = found.end
        elif isinstance(node, Mapping):
            for key, value in node.entries.values():
                name = self.locate(key, at)
                found = self.value(value, name.end)
                yield name, found
                at = found.end

    def scalars(self) -> Iterator[Occurrence]:
        """Yield every scalar in the order of the text, without aliases."""
        if self.root:
            yield from self._scalars(self.locate(self.root, 0))

    def _scalars(self, used: Occurrence) -> Iterator[Occurrence]:
        if isinstance(used.node, Scalar):
            yield used
            return
        for pair in self.children(used):
            for each in pair:
                if each and not each.alias:
                    yield from self._scalars(each)
