"""Lay out entries of blocks, with their comments, as lines."""

from collections.abc import Sequence as Seq
from dataclasses import dataclass, field

from shopform.config.format.comments import BLOCK_STYLES, Comment
from shopform.config.format.key_order import Rule
from shopform.config.format.leaves import Flow, Leaf
from shopform.config.format.scalars import STEP, WIDTH


@dataclass(slots=True)
class Item:
    """An entry of a mapping, or an item of a list, which has no name.

    `head` is its key with the colon, or its dash, at `line` and `column`. Comments: `lead` above
    it, `tail` after its colon or dash, `between` on lines before its value, `after` behind that.
    `gap`: a blank line is directly above it. `body` are its lines in the layout: `multiline` if
    they are a block, `keeps` if blank lines below would become part of its value.
    """

    indent: int
    head: str
    name: str = ""
    line: int = 0
    column: int = 0
    gap: bool = False
    lead: Seq[Comment] = ()
    tail: Comment | None = None
    between: Seq[Comment] = ()
    after: Comment | None = None
    body: list[str] = field(default_factory=list)
    multiline: bool = False
    keeps: bool = False

    @property
    def apart(self) -> bool:
        """Whether a blank line is above it and its comments."""
        return self.lead[0].gap if self.lead else self.gap


def comment_lines(found: Seq[Comment], indent: int) -> list[str]:
    """Return full-line comments; several blank lines between them become one."""
    lines: list[str] = []
    for each in found:
        lines += [""] if lines and each.gap else []
        lines.append(" " * indent + each.text)
    return lines


def trailing(comment: Comment | None) -> str:
    return " " * max(comment.space, 1) + comment.text if comment else ""


def joined(items: list[Item], foot: Seq[Comment], rule: Rule) -> list[str]:
    """Return the lines of a block, with blank lines by the rule or as written."""
    lines: list[str] = []
    long = keeps = False
    for number, item in enumerate(items):
        apart = rule.apart or (rule.blocks and (item.multiline or long)) or item.apart
        if number and apart and not keeps:
            lines.append("")
        lines += comment_lines(item.lead, item.indent)
        lines += [""] if item.lead and item.gap else []
        lines += item.body
        long, keeps = item.multiline, item.keeps
    lines += [""] if foot and foot[0].gap and not keeps else []
    return lines + comment_lines(foot, items[0].indent)


def lay_below(
    item: Item, properties: str, items: list[Item], foot: Seq[Comment], rule: Rule
) -> None:
    """Put a block below its key or dash; after a dash it starts on the same line."""
    inner = joined(items, foot, rule)
    opening = item.head + (f" {properties}" if properties else "") + trailing(item.tail)
    if opening.strip() == "-" and not items[0].lead:
        inner[0], opening = f"{opening} {inner[0].lstrip()}", ""
    item.body = [opening, *inner] if opening else inner
    item.multiline, item.keeps = True, items[-1].keeps and not foot


def lay_leaf(item: Item, leaf: Leaf) -> None:
    """Put a scalar after its key or dash, or below it."""
    pad = " " * (item.indent + STEP)
    first, *more = leaf.lines(item.indent)
    folded = leaf.style in BLOCK_STYLES
    wide = len(f"{item.head} {first}") > WIDTH or (bool(more) and not folded)
    if item.tail or item.between or (wide and leaf.line > item.line):
        between = comment_lines(item.between, item.indent + STEP)
        item.body = [item.head + trailing(item.tail), *between, pad + first, *more]
    else:
        item.body = [f"{item.head} {first}", *more]
    item.body[-1 - len(more) if folded else -1] += trailing(item.after)
    item.keeps = leaf.keeps


def lay_flow(item: Item, flow: Flow) -> None:
    """Put a flow collection after its key or dash, else below it, else convert it to a block.

    One of several lines is kept as written.
    """
    text = flow.lines
    below = bool(item.tail or item.between) or (len(text) > 1 and flow.written.line > item.line)
    for under in (below,) if below or len(text) > 1 else (False, True):
        column = item.indent + STEP if under else item.indent
        shift = column - (flow.written.column if under else item.column)
        first = " " * column + text[0] if under else f"{item.head} {text[0]}"
        lines = [first, *(_shifted(each, shift) for each in text[1:])]
        if _fits(flow, lines):
            above = [item.head + trailing(item.tail), *comment_lines(item.between, column)]
            item.body = [*above, *lines] if under else lines
            item.body[-1] += trailing(item.after)
            return
    foot = [item.after] if item.after and item.tail else []
    item.tail = item.tail or item.after
    items = _unbracketed(flow, item.indent + STEP)
    items[0].lead = item.between
    lay_below(item, flow.properties, items, foot, flow.rule)
    item.keeps = False


def _fits(flow: Flow, lines: list[str]) -> bool:
    return flow.fixed or not flow.parts or all(len(each) <= WIDTH for each in lines)


def _shifted(line: str, shift: int) -> str:
    depth = len(line) - len(line.lstrip())
    return " " * max(depth + shift, 0) + line.lstrip() if line.strip() else ""


def _unbracketed(flow: Flow, indent: int) -> list[Item]:
    """Return the parts of a flow collection as the items of a block."""
    items = []
    for name, head, held in flow.parts:
        item = Item(indent, " " * indent + (head or "-"), name)
        if isinstance(held, Leaf):
            lay_leaf(item, held)
        else:
            lay_flow(item, held)
        items.append(item)
    return items


def flow_lines(flow: Flow) -> list[str]:
    """Return the lines of a file that is one flow collection."""
    lines = flow.lines
    return lines if _fits(flow, lines) else joined(_unbracketed(flow, 0), (), flow.rule)
