"""Cycles and reachable nodes, against a plain search."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from shopform.kit.graphs import dependencies_first, find_cycles, reachable, reversed_edges
from shopform.kit.text import shorten

NODES = st.integers(0, 7)


@given(st.dictionaries(NODES, NODES), st.lists(NODES))
def test_each_cycle_is_found_once_in_its_order(edges: Mapping[int, int], starts: list[int]) -> None:
    def comes_back(node: int) -> bool:
        at: int | None = node
        for _ in edges:
            at = edges.get(at) if at is not None else None
            if at == node:
                return True
        return False

    def seen(node: int) -> set[int]:
        return reachable([node], {a: [b] for a, b in edges.items()})

    found = list(find_cycles(starts, edges.get))
    for circle in found:
        assert [edges[node] for node in circle] == [*circle[1:], circle[0]]
    wanted = {node for start in starts for node in seen(start) if comes_back(node)}
    assert sorted(node for circle in found for node in circle) == sorted(wanted)


@given(st.dictionaries(NODES, st.lists(NODES)), st.lists(NODES))
def test_reachable_is_closed_and_no_more(edges: Mapping[int, list[int]], starts: list[int]) -> None:
    found = reachable(starts, edges)
    assert found >= set(starts)
    assert all(end in found for node in found for end in edges.get(node, ()))
    back = reversed_edges(edges)
    assert all(n in starts or back[n] & found for n in found)
    assert {(a, b) for b, ends in back.items() for a in ends} == {
        (a, b) for a, ends in edges.items() for b in ends
    }


@given(st.text(), st.integers(1, 9))
def test_shortened_text_fits_and_says_that_it_is_cut(text: str, size: int) -> None:
    shown = shorten(text, size)
    assert len(shown) <= size
    assert shown == text or (shown[-1] == "…" and text.startswith(shown[:-1]))


@given(st.dictionaries(NODES, st.lists(NODES)), st.lists(NODES))
def test_what_nodes_lead_to_comes_before_them(
    edges: Mapping[int, list[int]], starts: list[int]
) -> None:
    found = list(dependencies_first(starts, lambda node: edges.get(node, ())))
    assert sorted(found) == sorted(reachable(starts, edges))
    for number, node in enumerate(found):
        later = {end for end in edges.get(node, ()) if end in found[number + 1 :]}
        assert all(node in reachable([end], edges) for end in later)  # only in a cycle


def test_a_chain_may_be_longer_than_the_stack_of_calls() -> None:
    assert list(dependencies_first([0], lambda n: [n + 1] if n < 5_000 else [])) == [
        *range(5_000, -1, -1)
    ]
