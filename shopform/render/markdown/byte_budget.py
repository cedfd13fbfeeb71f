"""Fit output into a number of bytes: details are added in order of importance."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from shopform.model.plan import Change


class Topic(StrEnum):
    """The topic of a part; `FIELDS_LOST` are the fields of an object that `DELETION` lists."""

    ERROR = "error"
    WARNING = "warning"
    DELETION = "deletion"
    FIELDS_LOST = "fields-lost"
    CREATE = "create"
    CHANGE = "change"
    DRIFT = "drift"


@dataclass(slots=True)
class Part:
    """A part of the output. `levels` are its lines at rising levels of detail, the first of which
    may be empty; `level` is the one that is shown."""

    topic: Topic
    levels: tuple[tuple[str, ...], ...]
    change: Change | None = None
    level: int = 0

    @property
    def lines(self) -> tuple[str, ...]:
        return self.levels[self.level]

    @property
    def full(self) -> bool:
        return self.lines == self.levels[-1]


def size(lines: Iterable[str]) -> int:
    """Return the bytes of UTF-8, line breaks included."""
    return sum(len(line.encode()) + 1 for line in lines)


def spend(parts: Sequence[Part], stages: Iterable[tuple[Topic, int]], room: int) -> None:
    """Raise the parts of each stage to its level while there is room, in the given order.

    A part that does not fit is raised no further; smaller ones after it may be.
    """
    for topic, level in stages:
        for part in parts:
            wanted = min(level, len(part.levels) - 1)
            if part.topic is not topic or part.level != wanted - 1:
                continue
            cost = size(part.levels[wanted]) - size(part.lines)
            if cost <= room:
                part.level, room = wanted, room - cost
