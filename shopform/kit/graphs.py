"""Walks along edges: what is reachable, and which nodes are in a cycle."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

N = TypeVar("N")


def reversed_edges(edges: Mapping[N, Iterable[N]]) -> dict[N, set[N]]:
    """The nodes that have an edge to each."""
    found: dict[N, set[N]] = {}
    for start, ends in edges.items():
        for end in ends:
            found.setdefault(end, set()).add(start)
    return found


def reachable(start: Iterable[N], edges: Mapping[N, Iterable[N]]) -> set[N]:
    """These nodes and all that edges lead to from them."""
    found = set(start)
    queue = list(found)
    while queue:
        fresh = {node for node in edges.get(queue.pop(), ()) if node not in found}
        found |= fresh
        queue += fresh
    return found


def dependencies_first(starts: Iterable[N], following: Callable[[N], Iterable[N]]) -> Iterator[N]:
    """Yield `starts` and what edges lead to from them, each once and after what it leads to.

    In a cycle the first of them comes last.
    """
    seen: set[N] = set()
    for start in starts:
        chain: list[tuple[N, Iterator[N]]] = []
        at: N | None = None if start in seen else start
        while at is not None or chain:
            if at is not None:
                seen.add(at)
                chain.append((at, iter(following(at))))
            node, rest = chain[-1]
            at = next((each for each in rest if each not in seen), None)
            if at is None:
                chain.pop()
                yield node


def find_cycles(starts: Iterable[N], following: Callable[[N], N | None]) -> Iterator[list[N]]:
    """The cycles that are reached from `starts`, where an edge leads to one node at most.

    Each is found once, from the node at which it was entered. What `following` answers may change
    between two of them.
    """
    passed: set[N] = set()
    for start in starts:
        chain: dict[N, None] = {}
        at: N | None = start
        while at is not None and at not in passed and at not in chain:
            chain[at] = None
            at = following(at)
        passed.update(chain)  # `|=` with the keys of a dict would copy the whole set
        if at is not None and at in chain:
            nodes = list(chain)
            yield nodes[nodes.index(at) :]
