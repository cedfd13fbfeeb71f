"""Pages that have to fit: parts at rising levels of detail, bought in order of importance."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from shopform.model.plan import Change


class Topic(StrEnum):
    """What a part is about; `FIELDS_LOST` are those of an object that `DELETION` lists."""

    ERROR = "error"
    WARNING = "warning"
    DELETION = "deletion"
    FIELDS_LOST = "fields-lost"
    CREATE = "create"
    CHANGE = "change"
    DRIFT = "drift"


@dataclass(slots=True)
class Part:
    """Something to show. `levels` are its lines, from the least that may be shown of it (which
    may be nothing) to everything; `level` is the one that is shown."""

    topic: Topic
    levels: tuple[tuple[str, ...], ...]
    change: Change | None = None
    level: int = 0

    @property
    def lines(self) -> tuple[str, ...]:
        return self.levels[self.level]

    @property
    def full(self) -> bool:
        """Whether nothing is left out."""
        return self.lines == self.levels[-1]


def size(lines: Iterable[str]) -> int:
    """Bytes of UTF-8, line ends included."""
    return sum(len(line.encode()) + 1 for line in lines)


def spend(parts: Sequence[Part], stages: Iterable[tuple[Topic, int]], room: int) -> None:
    """Raise the parts of each stage to its level as long as there is room, in the order given.

    A part that does not fit stays where it is for good; smaller ones after it may still rise.
    """
    for topic, level in stages:
        for part in parts:
            wanted = min(level, len(part.levels) - 1)
            if part.topic is not topic or part.level != wanted - 1:
                continue
            cost = size(part.levels[wanted]) - size(part.lines)
            if cost <= room:
                part.level, room = wanted, room - cost
