"""Symbols, headings and colours of actions, in Terraform's terms, which tools parse."""

import textwrap
from typing import NamedTuple

from shopform.diagnostics import alike as alike
from shopform.diagnostics import escaped as escaped
from shopform.diagnostics import printable as printable
from shopform.model.plan import Action, Change

BOLD, RED, GREEN, YELLOW, CYAN = "1", "31", "32", "33", "36"
COLOURS = {"+": GREEN, "-": RED, "~": YELLOW, ".": RED}


class ActionStyle(NamedTuple):
    """`heading` follows the address; `legend` explains the symbol."""

    symbol: str
    colour: str
    heading: str
    legend: str = ""


STYLES = {
    Action.CREATE: ActionStyle("+", GREEN, "will be created", "create"),
    Action.UPDATE: ActionStyle("~", YELLOW, "will be updated in-place", "update in-place"),
    Action.DELETE: ActionStyle("-", RED, "will be destroyed", "destroy"),
    Action.REPLACE: ActionStyle(
        "-/+", RED, "must be replaced", "destroy and then create replacement"
    ),
    Action.FORGET: ActionStyle(
        ".", RED, "will be removed from the shopform state but will not be destroyed", "forget"
    ),
    Action.NO_OP: ActionStyle("", CYAN, "will be updated in the state only"),
}
IMPORTED = ActionStyle("", CYAN, "will be imported")
MOVED = ActionStyle("", CYAN, "has moved to")
DRIFTED = {
    Action.UPDATE: ActionStyle("~", YELLOW, "has changed"),
    Action.DELETE: ActionStyle("-", RED, "has been deleted"),
}

REASONS = {
    "delete_because_no_resource_config": "because {address} is not in configuration",
    "delete_because_no_move_target": "because {address} was moved to an undeclared address",
    "delete_because_container": "because its parent is destroyed",
    "delete_because_shop": "because {address} is not declared for this shop",
    "replace_by_request": "because of `--replace`",
    "replace_because_cannot_update": "because the shop cannot update it in place",
}


def style_of(change: Change) -> ActionStyle:
    """Return the style of a planned change."""
    if change.action is Action.NO_OP and change.importing:
        return IMPORTED
    if change.action is Action.NO_OP and change.previous:
        return MOVED
    return STYLES[change.action]


class Ink(NamedTuple):
    """Colours text with ANSI escapes if `color` is set."""

    color: bool

    def paint(self, text: str, *codes: str) -> str:
        return f"\x1b[{';'.join(codes)}m{text}\x1b[0m" if self.color and text else text

    def bold(self, text: str) -> str:
        return self.paint(text, BOLD)

    def symbol(self, text: str) -> str:
        """Colour each character of a symbol."""
        if not self.color:
            return text
        return "".join(self.paint(c, COLOURS[c]) if c in COLOURS else c for c in text)


def wrap(text: str, width: int, first: str = "", rest: str | None = None) -> list[str]:
    """Wrap prose to `width` columns; words are never broken."""
    return textwrap.wrap(
        printable(" ".join(text.split())),
        max(width, 1),
        initial_indent=first,
        subsequent_indent=first if rest is None else rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
