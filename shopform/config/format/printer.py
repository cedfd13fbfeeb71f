"""From the tree of how a file is written to its text in the canonical layout."""

import re
from collections.abc import Sequence as Seq
from typing import Final

from shopform.config.format.cst import FOLDED, Block, Comment, Item, Leaf, Tree
from shopform.config.format.key_order import ANY, Rule
from shopform.config.write.quoting import may_be_plain

WIDTH: Final = 100
STEP: Final = 2
MODELINE: Final = "# yaml-language-server:"


def lay_out(tree: Tree, rule: Rule, opening: Item | None) -> str:
    """The text of a file. `opening` is the item it began with before its keys were put in order."""
    lines = _comments(tree.head, 0)
    root = tree.root
    if tree.marked:
        lines.append("---")
    if root is None:
        lines += _comments(tree.foot, 0)
    elif root.written is not None:
        lines += [*_bare(root, root.written), *_comments(tree.foot, 0)]
    else:
        first = root.items[0]
        head, gap = _detached(opening or first)
        lines += _comments(head, 0)
        lines += [""] if head and (gap or first is not opening) else []
        lines += _block(root, 0, rule)
    text = "\n".join(lines)
    if not (root and _keeps(root)):
        text = text.rstrip("\n")
    return text + "\n" if text else ""


def _detached(opening: Item) -> tuple[list[Comment], bool]:
    """Take off the comments that are about the file; whether a blank line stands below them."""
    lead = opening.lead
    gaps = [*(each.gap for each in lead[1:]), opening.gap] if lead else []
    count = max((number for number, gap in enumerate(gaps, 1) if gap), default=0)
    if not count and lead and lead[0].text.startswith(MODELINE):
        count = 1
    head, opening.lead = lead[:count], lead[count:]
    return head, bool(count and gaps[count - 1])


def _comments(found: Seq[Comment], indent: int) -> list[str]:
    """Comments in lines of their own; a blank line between two is kept."""
    lines: list[str] = []
    for each in found:
        lines += [""] if lines and each.gap else []
        lines.append(" " * indent + each.text)
    return lines


def _block(block: Block, indent: int, rule: Rule) -> list[str]:
    lines: list[str] = []
    long = keeps = False
    for number, item in enumerate(block.items):
        body, tall = _item(item, indent, rule.of(item.name).at(item.node))
        apart = rule.apart or (rule.blocks and (tall or long)) or item.apart
        if number and apart and not keeps:
            lines.append("")
        lines += _comments(item.lead, indent)
        lines += [""] if item.lead and item.gap else []
        lines += body
        long, keeps = tall, _keeps(item.node)
    lines += [""] if block.foot and block.foot[0].gap and not keeps else []
    return lines + _comments(block.foot, indent)


def _keeps(node: Leaf | Block) -> bool:
    """Whether blank lines behind it would become part of a text."""
    if isinstance(node, Leaf):
        return node.keeps
    if node.written is not None or node.foot or not node.items:
        return False
    return _keeps(node.items[-1].node)


def _item(item: Item, indent: int, rule: Rule) -> tuple[list[str], bool]:
    """The lines of an item, and whether it is a block of lines."""
    head = " " * indent + (_scalar(item.key, True) + ":" if item.key else "-")
    node = item.node
    if isinstance(node, Leaf):
        return _leaf(item, node, head, indent), False
    if node.written is not None:
        lines = _flow(item, node, node.written, head, indent)
        if lines:
            lines[-1] += _behind(item.after)
            return lines, False
        node.items[0].lead = item.between
        node.foot = [item.after] if item.after and item.tail else []
        item.tail = item.tail or item.after
    inner = _block(node, indent + STEP, rule)
    begun = head + (f" {node.properties}" if node.properties else "") + _behind(item.tail)
    if item.key is None and begun == head and not node.items[0].lead:
        return [f"{head} {inner[0].lstrip()}", *inner[1:]], True
    return [begun, *inner], True


def _leaf(item: Item, leaf: Leaf, head: str, indent: int) -> list[str]:
    first, *more = _source(leaf, indent)
    between = _comments(item.between, indent + STEP)
    if not first and not more:
        return [head + _behind(item.after), *between]
    joined = f"{head} {first}"
    below = leaf.line > item.line and (
        len(joined) > WIDTH or (bool(more) and leaf.style not in FOLDED)
    )
    if item.tail or between or below:
        lines = [head + _behind(item.tail), *between, " " * (indent + STEP) + first, *more]
    else:
        lines = [joined, *more]
    lines[-1 - len(more) if leaf.style in FOLDED else -1] += _behind(item.after)
    return lines


def _behind(comment: Comment | None) -> str:
    return " " * max(comment.space, 1) + comment.text if comment else ""


def _source(leaf: Leaf, indent: int) -> list[str]:
    """The lines of a scalar; all but the first are indented."""
    first, *more = leaf.source
    if leaf.style in FOLDED:
        return [first, *_folded(leaf, indent)]
    if not more:
        return [_scalar(leaf, False)]
    pad = " " * (indent + STEP)
    return [
        _stripped(first),
        *(pad + _stripped(each.lstrip()) if each.strip() else "" for each in more),
    ]


def _stripped(line: str) -> str:
    """Without the white space at its end, unless a backslash makes it part of the text."""
    bare = line.rstrip()
    return line if bare.endswith("\\") else bare


def _folded(leaf: Leaf, indent: int) -> list[str]:
    old = leaf.indent
    if old is None:
        return [""] * (len(leaf.source) - 1)
    told = re.search(r"[|>][-+]?([1-9])", leaf.source[0])
    pad = " " * (indent + (int(told[1]) if told else STEP))
    return [pad + each[old:] if each[old:] else "" for each in leaf.source[1:]]


def _scalar(leaf: Leaf, bracketed: bool) -> str:
    """One line of a scalar, without quotes where it needs none."""
    source = leaf.source[0]
    quoted = leaf.bare and leaf.style and source[1:-1] == leaf.text
    return leaf.text if quoted and may_be_plain(leaf.text, bracketed=bracketed) else source


def _flow(item: Item, block: Block, written: Leaf, head: str, indent: int) -> list[str]:
    """The lines of an item that holds something between brackets; none where it is too wide.

    Written in one line it stands behind the key, or else below it; in several lines it stays as
    it is written.
    """
    forced = item.tail is not None or bool(item.between)
    text = _text(block, written)
    below = forced or (len(text) > 1 and written.line > item.line)
    for under in (below,) if below or len(text) > 1 else (False, True):
        column = indent + STEP if under else indent
        shift = column - (written.column if under else item.column)
        first = " " * column + text[0] if under else f"{head} {text[0]}"
        lines = [first, *(_shifted(each, shift) for each in text[1:])]
        if block.fixed or not block.items or all(len(each) <= WIDTH for each in lines):
            above = [head + _behind(item.tail), *_comments(item.between, column)]
            return [*above, *lines] if under else lines
    return []


def _bare(root: Block, written: Leaf) -> list[str]:
    """The lines of a file that is between brackets as a whole."""
    text = _text(root, written)
    fits = root.fixed or not root.items or all(len(each) <= WIDTH for each in text)
    return text if fits else _block(root, 0, ANY)


def _text(block: Block, written: Leaf) -> list[str]:
    many = len(written.source) > 1 and not block.moved
    return (
        [_stripped(each) for each in written.source] if many or block.fixed else [_bracketed(block)]
    )


def _shifted(line: str, shift: int) -> str:
    depth = len(line) - len(line.lstrip())
    return " " * max(depth + shift, 0) + line.lstrip()


def _bracketed(block: Block) -> str:
    parts = []
    for item in block.items:
        node = item.node
        text = _scalar(node, True) if isinstance(node, Leaf) else _bracketed(node)
        parts.append(f"{_scalar(item.key, True)}: {text}" if item.key else text)
    inner = ", ".join(parts)
    text = f"[{inner}]" if block.sequence else "{" + inner + "}"
    return f"{block.properties} {text}".lstrip()
