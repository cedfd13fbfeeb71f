"""Draws from what is known only while drawing, by strategies that are made once.

To make a strategy anew for each draw costs more than the draw, and often more than what is tested.
"""

from collections.abc import Sequence
from functools import cache
from typing import TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


@cache
def below(number: int) -> st.SearchStrategy[int]:
    return st.integers(0, number - 1)


@cache
def orders(size: int) -> st.SearchStrategy[list[int]]:
    return st.permutations(range(size))


def one_of(draw: st.DrawFn, items: Sequence[T]) -> T:
    return items[draw(below(len(items)))]


def shuffled(draw: st.DrawFn, items: Sequence[T]) -> list[T]:
    return [items[number] for number in draw(orders(len(items)))]
