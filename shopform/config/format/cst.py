"""How a file is written: a tree that loses nothing, for `shopform fmt`.

`nodes` holds what a file means; this holds its comments, blank lines, quotes and styles.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from shopform.errors import ConfigError

HEADER: Final = re.compile(r"(?:[&!]\S*\s+)*[|>][-+0-9]*")
FOLDED: Final = ("|", ">")


class Odd(ConfigError):
    """A file that is written in a way the tree cannot hold."""

    code = "fmt-left"


@dataclass(slots=True)
class Comment:
    """`own`: alone in its line, and then `gap` tells of a blank line before it.

    `space` is the number of blanks between it and the text before it.
    """

    text: str
    line: int
    column: int
    own: bool
    gap: bool
    space: int


@dataclass(slots=True)
class Leaf:
    """A scalar or an alias. `source` are its lines as written, the first from where it begins.

    `style` is empty for a plain one, a quote, `|` or `>`. `bare`: without anchor and tag.
    """

    source: list[str]
    text: str
    style: str
    bare: bool
    line: int
    column: int

    @property
    def keeps(self) -> bool:
        """Whether the blank lines behind it belong to its text."""
        return self.style in FOLDED and "+" in self.source[0].split()[-1]

    @property
    def indent(self) -> int | None:
        """Where the lines of a `|` or `>` text begin; None where it has none but blank ones."""
        written = next((each for each in self.source[1:] if each.strip()), None)
        meant = next((each for each in self.text.split("\n") if each.strip()), "")
        if written is None:
            return None
        return (len(written) - len(written.lstrip(" "))) - (len(meant) - len(meant.lstrip(" ")))


@dataclass(slots=True)
class Block:
    """A mapping or a list. `written` is the source of one between brackets, else None.

    `fixed`: it holds something between its brackets that can only be kept as written. `moved`:
    its items no longer stand as written. `foot` are the comments behind its last item.
    """

    sequence: bool
    properties: str
    items: list["Item"] = field(default_factory=list)
    foot: list[Comment] = field(default_factory=list)
    written: Leaf | None = None
    fixed: bool = False
    moved: bool = False


@dataclass(slots=True)
class Item:
    """An entry of a mapping, or an item of a list, which has no key.

    `lead` are the comments above it, `tail` the one behind its colon or dash, `between` those on
    their own lines in front of what it holds, `after` the one behind that. `gap`: a blank line
    stands right above its first line. `line` and `column` are those of its key or dash.
    """

    key: Leaf | None
    line: int
    column: int
    gap: bool
    lead: list[Comment]
    node: Leaf | Block = field(default_factory=lambda: Leaf([""], "", "", True, 0, 0))
    tail: Comment | None = None
    between: list[Comment] = field(default_factory=list)
    after: Comment | None = None

    @property
    def name(self) -> str:
        return self.key.text if self.key else ""

    @property
    def apart(self) -> bool:
        """Whether a blank line stands above it and its comments."""
        return self.lead[0].gap if self.lead else self.gap


@dataclass(slots=True)
class Tree:
    """A whole file. `head` are the comments above its `---`, where it has one (`marked`)."""

    root: Block | None
    head: list[Comment]
    marked: bool
    foot: list[Comment]
