"""Texts that have to fit: parts at rising levels of detail, bought in order of importance."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(slots=True)
class Part:
    """Something to show. `levels` are its lines, from the least that may be shown of it (which
    may be nothing) to everything; `level` is the one that is shown."""

    levels: tuple[tuple[str, ...], ...]
    level: int = 0

    @property
    def lines(self) -> tuple[str, ...]:
        return self.levels[self.level]

    @property
    def full(self) -> bool:
        """Whether nothing is left out."""
        return self.lines == self.levels[-1]


# Parts that may be raised, and the level they may be raised to.
Stage = tuple[Sequence[Part], int]


def size(lines: Iterable[str]) -> int:
    """Bytes of UTF-8, line ends included."""
    return sum(len(line.encode()) + 1 for line in lines)


def spend(stages: Iterable[Stage], room: int) -> None:
    """Raise parts level by level as long as there is room, stages and parts in the order given.

    A part that does not fit stays where it is for good; smaller ones after it may still rise.
    """
    for parts, level in stages:
        for part in parts:
            wanted = min(level, len(part.levels) - 1)
            if part.level != wanted - 1:
                continue
            cost = size(part.levels[wanted]) - size(part.lines)
            if cost <= room:
                part.level, room = wanted, room - cost
