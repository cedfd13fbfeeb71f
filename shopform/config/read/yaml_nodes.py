"""Nodes of YAML that know their place.

Scalars keep the text as written: what a text means depends on the field it is for.
"""

from typing import Final

from shopform.diagnostics import Span

NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
SHIFT = 24  # a place is line << SHIFT | column, both from 0: one int a mark instead of an object
_MASK = (1 << SHIFT) - 1


class Placed:
    """Something at a place in a file."""

    __slots__ = ("end", "file", "start")

    file: str
    start: int
    end: int

    @property
    def span(self) -> Span:
        start, end = self.start, self.end
        return Span(
            self.file,
            (start >> SHIFT) + 1,
            (start & _MASK) + 1,
            (end >> SHIFT) + 1,
            (end & _MASK) + 1,
        )


class Scalar(Placed):
    """A text; `plain` is false where it was quoted, a block, or tagged as a text."""

    __slots__ = ("plain", "text")

    def __init__(self, file: str, start: int, end: int, text: str, plain: bool) -> None:
        self.file = file
        self.start = start
        self.end = end
        self.text = text
        self.plain = plain

    @property
    def null(self) -> bool:
        return self.plain and self.text in NULLS


class Mapping(Placed):
    """Keys as texts, each with the node of the key and the node of what it names."""

    __slots__ = ("entries",)

    def __init__(self, file: str, start: int) -> None:
        self.file = file
        self.start = self.end = start
        self.entries: dict[str, tuple[Scalar, Node]] = {}


class Sequence(Placed):
    __slots__ = ("items",)

    def __init__(self, file: str, start: int) -> None:
        self.file = file
        self.start = self.end = start
        self.items: list[Node] = []


Node = Scalar | Mapping | Sequence


def child(node: Node | None, *steps: str) -> Node | None:
    """The node that keys lead to, or None."""
    for step in steps:
        entry = node.entries.get(step) if isinstance(node, Mapping) else None
        if entry is None:
            return None
        node = entry[1]
    return node


def place(line: int, column: int) -> int:
    """A place as nodes hold it; lines and columns count from 1."""
    return (line - 1) << SHIFT | (column - 1)
