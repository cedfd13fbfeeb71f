"""The comments of a file, until what they belong to is met."""

import re
from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any, Final

from ruamel.yaml.events import ScalarEvent

from shopform.config.format.cst import FOLDED, HEADER, Comment
from shopform.config.read.yaml_parsers import Event

_COMMENT: Final = re.compile(r"(?:(?<=\s)|^)#[^\n]*", re.MULTILINE)


class Remarks:
    """A queue of comments in the order of a text, and questions about its lines.

    `line` is the last line that was read; what is asked for lies behind it.
    """

    def __init__(self, text: str, events: Iterable[Event]) -> None:
        self.text = text
        self.line = -1
        self._lines = text.split("\n")
        self._starts = [0]
        for each in self._lines:
            self._starts.append(self._starts[-1] + len(each) + 1)
        self.queue = deque(self._scan(events))
        self._silent = {each.line for each in self.queue if each.own}

    def offset(self, mark: Any) -> int:
        return self._starts[int(mark.line)] + int(mark.column)

    def gap(self, line: int) -> bool:
        return line > 0 and not self._lines[line - 1].strip()

    def row(self, line: int) -> str:
        return self._lines[line]

    def indent(self, line: int) -> int:
        """How deep a line begins; -1 behind the last."""
        if line >= len(self._lines):
            return -1
        return len(self._lines[line]) - len(self._lines[line].lstrip())

    def next_line(self) -> int:
        """The next line with more than a comment in it."""
        line = self.line + 1
        while line < len(self._lines) and (line in self._silent or not self._lines[line].strip()):
            line += 1
        return line

    def own(self, limit: int | None = None) -> list[Comment]:
        """Take the comments that stand alone in lines above `limit`."""
        limit = len(self._lines) if limit is None else limit
        found = []
        while self.queue and self.queue[0].own and self.queue[0].line < limit:
            found.append(self.queue.popleft())
        return found

    def trailing(self, line: int) -> Comment | None:
        """Take the comment at the end of a line."""
        first = self.queue[0] if self.queue else None
        return self.queue.popleft() if first and not first.own and first.line == line else None

    def foot(self, column: int) -> list[Comment]:
        """Take the comments that begin at `column` or right of it, and right of what follows."""
        limit = self.next_line()
        column = max(column, self.indent(limit) + 1)
        found = []
        while self.queue and self.queue[0].own and self.queue[0].line < limit:
            if self.queue[0].column < column:
                break
            found.append(self.queue.popleft())
        return found

    def drop(self, end: int) -> bool:
        """Pass the comments that begin before an offset; whether there were any."""
        before = len(self.queue)
        while self.queue and self._starts[self.queue[0].line] + self.queue[0].column < end:
            self.queue.popleft()
        return len(self.queue) < before

    def _scan(self, events: Iterable[Event]) -> Iterator[Comment]:
        """All comments: what begins with `#` between the scalars."""
        position = 0
        for event in events:
            if isinstance(event, ScalarEvent):
                start = self.offset(event.start_mark)
                yield from self._between(position, start)
                if event.style in FOLDED:
                    header = HEADER.match(self.text, start)
                    below = self._starts[event.start_mark.line + 1]
                    yield from self._between(header.end() if header else start, below)
                position = max(position, self.offset(event.end_mark))
        yield from self._between(position, len(self.text))

    def _between(self, start: int, end: int) -> Iterator[Comment]:
        for match in _COMMENT.finditer(self.text, start, end):
            line = bisect_right(self._starts, match.start()) - 1
            column = match.start() - self._starts[line]
            before = self._lines[line][:column]
            own = not before.strip()
            space = len(before) - len(before.rstrip())
            gap = own and self.gap(line)
            yield Comment(match[0].rstrip(), line, column, own, gap, space)
