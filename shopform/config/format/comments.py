"""The comments of a file, and a queue from which the layout takes them."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from shopform.config.read.document import Document

BLOCK_STYLES: Final = ("|", ">")
BLOCK_HEADER: Final = re.compile(r"(?:[&!]\S*\s+)*[|>][-+0-9]*")
_COMMENT: Final = re.compile(r"(?:(?<=\s)|^)#[^\n]*", re.MULTILINE)


@dataclass(slots=True)
class Comment:
    """A comment. `own`: it is alone on its line; `gap`: a blank line precedes that line.

    `space` is the number of spaces before it on its line.
    """

    text: str
    line: int
    column: int
    own: bool
    gap: bool
    space: int


def comments(document: Document) -> Iterator[Comment]:
    """Yield every comment, in order: what begins with `#` between the scalars."""
    at = 0
    for scalar in document.scalars():
        yield from _between(document, at, scalar.start)
        header = BLOCK_HEADER.match(document.text, scalar.start)
        if header:
            line = document.line_of(scalar.start)
            yield from _between(document, header.end(), document.ends[line])
        at = max(at, scalar.end)
    yield from _between(document, at, len(document.text))


def _between(document: Document, start: int, end: int) -> Iterator[Comment]:
    for match in _COMMENT.finditer(document.text, start, end):
        line = document.line_of(match.start())
        column = match.start() - document.starts[line]
        before = document.line(line)[:column]
        own = not before.strip()
        space = len(before) - len(before.rstrip())
        gap = own and blank(document, line - 1)
        yield Comment(match[0].rstrip(), line, column, own, gap, space)


def blank(document: Document, line: int) -> bool:
    return line >= 0 and not document.line(line).strip()


class CommentQueue:
    """Yields the comments in the order of the text, while the layout walks the tree.

    `line` is the last line that the walk has passed.
    """

    def __init__(self, document: Document) -> None:
        self.line = -1
        self.queue = deque(comments(document))
        self._document = document
        self._silent = {each.line for each in self.queue if each.own}

    def next_line(self) -> int:
        """Return the next line that is neither blank nor a comment."""
        line = self.line + 1
        count = len(self._document.starts)
        while line < count and (line in self._silent or blank(self._document, line)):
            line += 1
        return line

    def own(self, limit: int | None = None, column: int = 0) -> list[Comment]:
        """Take the full-line comments above a line, up to one left of a column."""
        found = []
        while self.queue and self.queue[0].own and (limit is None or self.queue[0].line < limit):
            if self.queue[0].column < column:
                break
            found.append(self.queue.popleft())
        return found

    def trailing(self, line: int) -> Comment | None:
        """Take the comment at the end of a line."""
        first = self.queue[0] if self.queue else None
        return self.queue.popleft() if first and not first.own and first.line == line else None

    def foot(self, column: int) -> list[Comment]:
        """Take the comments at or right of `column` that are deeper than the next line."""
        limit = self.next_line()
        return self.own(limit, max(column, self._document.indent(limit) + 1))

    def drop(self, end: int) -> bool:
        """Skip the comments before an offset; return whether there were any."""
        before, starts = len(self.queue), self._document.starts
        while self.queue and starts[self.queue[0].line] + self.queue[0].column < end:
            self.queue.popleft()
        return len(self.queue) < before
