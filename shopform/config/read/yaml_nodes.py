"""YAML nodes with their places.

Scalars keep the text as written: its type depends on the field.
"""

from collections.abc import Iterator
from typing import Final

from shopform.diagnostics import Span

NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
SHIFT = 24  # a place is line << SHIFT | column, both from 0: one int instead of an object
_MASK = (1 << SHIFT) - 1


class Placed:
    """A node with its place in a file.

    `length` is a small number, of which Python has one object only, where the node ends in the
    line where it starts.
    """

    __slots__ = ("file", "length", "start")

    file: str
    start: int
    length: int

    @property
    def end(self) -> int:
        return self.start + self.length

    @property
    def span(self) -> Span:
        start, end = self.start, self.start + self.length
        line, last = (start >> SHIFT) + 1, (end >> SHIFT) + 1
        # Every resource keeps one: a line is one number in memory, not two that are equal.
        last = line if last == line else last
        return Span(self.file, line, (start & _MASK) + 1, last, (end & _MASK) + 1)


class Scalar(Placed):
    """A scalar; `plain` is false if it is quoted, a block, or tagged as a string."""

    __slots__ = ("plain", "text")

    def __init__(self, file: str, start: int, end: int, text: str, plain: bool) -> None:
        self.file = file
        self.start = start
        self.length = end - start
        self.text = text
        self.plain = plain

    @property
    def null(self) -> bool:
        return self.plain and self.text in NULLS


class Mapping(Placed):
    """A mapping: by key, the node of the key and the node of its value."""

    __slots__ = ("entries",)

    def __init__(self, file: str, start: int) -> None:
        self.file = file
        self.start, self.length = start, 0
        self.entries: dict[str, tuple[Scalar, Node]] = {}

    def without(self, *keys: str) -> "Mapping":
        """Return a copy without these keys; the nodes in it are the same."""
        copy = Mapping(self.file, self.start)
        copy.length = self.length
        copy.entries = {key: each for key, each in self.entries.items() if key not in keys}
        return copy


class Sequence(Placed):
    __slots__ = ("items",)

    def __init__(self, file: str, start: int) -> None:
        self.file = file
        self.start, self.length = start, 0
        self.items: list[Node] = []


Node = Scalar | Mapping | Sequence


def child(node: Node | None, *steps: str) -> Node | None:
    """Return the node at a path of keys, or None."""
    for step in steps:
        entry = node.entries.get(step) if isinstance(node, Mapping) else None
        if entry is None:
            return None
        node = entry[1]
    return node


def scalars(node: Node) -> Iterator[Scalar]:
    """Yield the scalars in a node, other than keys."""
    return (each for each in nodes(node) if isinstance(each, Scalar))


def nodes(node: Node) -> Iterator[Node]:
    """Yield a node and those in it, other than keys."""
    yield node
    if isinstance(node, Scalar):
        return
    inner = (each for _, each in node.entries.values()) if isinstance(node, Mapping) else node.items
    for each in inner:
        yield from nodes(each)


def field_node(node: Node, name: str) -> Node | None:
    """Return the node of a field; that of `extra.COLUMN` is inside the one of `extra`."""
    return child(node, *name.split(".", 1))


def place(line: int, column: int) -> int:
    """Encode a place; lines and columns count from 1."""
    return (line - 1) << SHIFT | (column - 1)


def is_table(node: Node) -> bool:
    """Whether a section is a table: its `table` is a string, not the mapping of a resource."""
    named = child(node, "table")
    return isinstance(named, Scalar) and not named.null
