"""JSON data whose long lists and mappings are made and written item by item."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Items:
    """A list in JSON data; its items are made each time that it is read.

    Values of an item may be such lists too.
    """

    make: Callable[[], Iterable[Any]]


@dataclass(frozen=True, slots=True)
class Entries:
    """A mapping in JSON data; its items are made each time that it is read."""

    items: Callable[[], Iterable[tuple[str, Any]]]


def complete(data: Any) -> Any:
    """Return the data with each `Items` as a list, and `Entries` as a dict."""
    if isinstance(data, Items):
        return [complete(item) for item in data.make()]
    if isinstance(data, Entries):
        return dict(data.items())
    return {name: complete(part) for name, part in data.items()} if _has_items(data) else data


def encode(data: Any) -> Iterator[bytes]:
    """Yield the JSON of the data on one line, in pieces, so that it is never held as a whole."""
    pieces: list[str] = []
    size = 0
    for piece in _pieces(data):
        pieces.append(piece)
        size += len(piece)
        if size > PIECE:
            yield "".join(pieces).encode()
            pieces, size = [], 0
    yield "".join([*pieces, "\n"]).encode()


def _pieces(data: Any) -> Iterator[str]:
    if isinstance(data, Items):
        yield "["
        for number, item in enumerate(data.make()):
            if number:
                yield ", "
            if isinstance(item, dict) and Items in map(type, item.values()):
                yield from _pieces(item)
            else:
                yield json.dumps(item)
        yield "]"
    elif isinstance(data, Entries) or _has_items(data):
        yield "{"
        for number, (name, part) in enumerate(data.items()):
            yield f"{', ' if number else ''}{json.dumps(name)}: "
            yield from _pieces(part)
        yield "}"
    else:
        yield json.dumps(data)


def _has_items(data: Any) -> bool:
    """Return whether the data is a mapping with `Items` or `Entries` somewhere in it."""
    return isinstance(data, dict) and any(
        isinstance(part, Items | Entries) or _has_items(part) for part in data.values()
    )
