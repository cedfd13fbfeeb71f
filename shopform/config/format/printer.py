"""Print the tree of a file in the canonical layout."""

import re
from collections.abc import Sequence as Seq
from typing import Final

from shopform.config.format.comments import BLOCK_STYLES, Comment, CommentQueue, blank
from shopform.config.format.key_order import Rule
from shopform.config.format.layout import (
    Item,
    comment_lines,
    flow_lines,
    joined,
    lay_below,
    lay_flow,
    lay_leaf,
    trailing,
)
from shopform.config.format.leaves import Flow, Leaf, leaf_of
from shopform.config.format.scalars import STEP
from shopform.config.read.document import Document, Occurrence
from shopform.config.read.yaml_nodes import Mapping, Scalar, Sequence
from shopform.errors import ConfigError

MODELINE: Final = "# yaml-language-server:"
_COLON: Final = re.compile(r"[ \t]*:")
_BRACKET: Final = re.compile(r"\s*[\[{]")
_PROPERTIES: Final = re.compile(r"(?:[&!]\S*\s+)*[&!]\S*")
_BREAKS: Final = re.compile("[\r\x85\u2028\u2029]")
_END_MARK: Final = re.compile(r"^\.\.\.(?:\s|$)", re.MULTILINE)
_MARK: Final = re.compile(r"---(?:\s|$)|%")


class Unformattable(ConfigError):
    """A file in a form for which there is no canonical layout."""

    code = "fmt-left"


def lay_out(document: Document, rule: Rule, *, ordered: bool) -> str:
    """Return a file in the canonical layout; `ordered`: with keys sorted by the rule.

    Raises Unformattable.
    """
    if _BREAKS.search(document.text):
        raise Unformattable("it has line endings other than line feeds")
    return _Layout(document, ordered=ordered).file(rule)


class _Layout:
    """Walks the tree, and takes comments from the queue at the nodes to which they belong."""

    def __init__(self, document: Document, *, ordered: bool) -> None:
        self.document = document
        self.comments = CommentQueue(document)
        self.ordered = ordered

    def file(self, rule: Rule) -> str:
        document, comments, root = self.document, self.comments, self.document.root
        lines, keeps = self._head(), False
        if isinstance(root, Scalar) and document.source(root):
            raise Unformattable("it has no sections")
        if isinstance(root, Mapping | Sequence):
            used = document.locate(root, 0)
            if document.flow(root):
                lines += comment_lines(comments.own(document.line_of(used.start)), 0)
                lines += flow_lines(self._flow(used, rule))
            else:
                items, foot = self._items(used, 0, rule)
                opening, (head, gap) = items[0], _detached(items[0])
                items = self._arranged(items, rule)
                lines += comment_lines(head, 0)
                lines += [""] if head and (gap or items[0] is not opening) else []
                lines += joined(items, foot, rule)
                keeps = items[-1].keeps and not foot
        lines += comment_lines(comments.own(), 0)
        if _END_MARK.search(document.text):
            raise Unformattable("it ends with `...`")
        if comments.queue:
            line = comments.queue[0].line + 1
            raise Unformattable(f"the comment in line {line} cannot be kept in its place")
        text = "\n".join(lines)
        text = text if keeps else text.rstrip("\n")
        return text + "\n" if text else ""

    def _head(self) -> list[str]:
        """Return the `---` of a file, if it has one, with the comments above it."""
        for number in range(len(self.document.starts)):
            line = self.document.line(number)
            if _MARK.match(line):
                if line.rstrip() != "---":
                    raise Unformattable("it has a directive, or content after its `---`")
                self.comments.line = number
                return [*comment_lines(self.comments.own(number), 0), "---"]
            if line.strip() and line.lstrip()[0] != "#":
                break
        return []

    def _arranged(self, items: list[Item], rule: Rule) -> list[Item]:
        return rule.arranged(items, lambda item: item.name) if self.ordered else items

    def _items(self, used: Occurrence, indent: int, rule: Rule) -> tuple[list[Item], list[Comment]]:
        """Return the items of a block in the order of the text, and the comments below the last."""
        document, comments = self.document, self.comments
        items: list[Item] = []
        marked, column = self._properties(used), 0
        for key, value in document.children(used):
            line, column = document.place(key.start if key else used.start)
            if key is None and (items or marked):
                comments.line = max(comments.line, line if marked else 0)
                line = comments.next_line()
                column = document.indent(line)
            gap, lead = blank(document, line - 1), comments.own(line)
            item = Item(indent, " " * indent + "-", "", line, column, gap, lead)
            if key:
                leaf, plain = self._key(key)
                if not plain or len(leaf.source) > 1:
                    raise Unformattable(f"the key in line {line + 1} is written with `?`")
                item.name, item.head = leaf.text, f"{' ' * indent}{leaf.bracketed}:"
            comments.line = line
            self._fill(item, value, rule.of(item.name).at(value.node))
            items.append(item)
        return items, comments.foot(column)

    def _key(self, key: Occurrence) -> tuple[Leaf, bool]:
        """Return a key, and whether its colon follows it."""
        if key.alias:
            line = self.document.line_of(key.start)
            raise Unformattable(f"line {line + 1} has an alias as a key")
        colon = _COLON.match(self.document.text, key.end)
        return leaf_of(self.document, key), colon is not None

    def _properties(self, used: Occurrence) -> str:
        """Return the anchor and the tag of a collection, as written."""
        first = used.node
        if isinstance(first, Mapping) and not self.document.flow(first):
            # A block mapping starts at its first key: then they belong to the key.
            ((key, _),) = (*first.entries.values(),)[:1]
            if key.start == first.start:
                return ""
        match = _PROPERTIES.match(self.document.text, used.start)
        return match[0] if match else ""

    def _fill(self, item: Item, value: Occurrence, rule: Rule) -> None:
        """Lay out the value of an item, with the comments around it."""
        document, comments, node = self.document, self.comments, value.node
        if value.start == value.end:
            item.after = comments.trailing(item.line)
            item.between = comments.foot(item.column + 1)
            above = item.head + trailing(item.after)
            item.body = [above, *comment_lines(item.between, item.indent + STEP)]
            return
        line = document.line_of(value.start)
        holds = not value.alias and not isinstance(node, Scalar)
        block = holds and not document.flow(node)
        if line > item.line or (block and self._properties(value)):
            item.tail = comments.trailing(item.line)
            item.between = () if block else comments.own(line)
        if block:
            items, foot = self._items(value, item.indent + STEP, rule)
            lay_below(item, self._properties(value), self._arranged(items, rule), foot, rule)
        elif holds:
            flow = self._flow(value, rule)
            item.after = comments.trailing(comments.line)
            lay_flow(item, flow)
        else:
            leaf = leaf_of(document, value)
            comments.line = leaf.last
            item.after = comments.trailing(line if leaf.style in BLOCK_STYLES else comments.line)
            lay_leaf(item, leaf)

    def _flow(self, used: Occurrence, rule: Rule) -> Flow:
        """Read a flow collection. One with comments in it is `fixed`."""
        document, node = self.document, used.node
        flow = Flow(
            leaf_of(document, used),
            self._properties(used),
            isinstance(node, Sequence),
            rule,
        )
        flow.fixed = not _BRACKET.match(document.text, used.start + len(flow.properties))
        for key, value in document.children(used):
            name = head = ""
            if key:
                leaf, plain = self._key(key)
                name, head = leaf.text, f"{leaf.bracketed}:"
                flow.fixed |= not plain
            flow.fixed |= value.start == value.end
            held: Leaf | Flow
            if value.alias or isinstance(value.node, Scalar):
                held = leaf_of(document, value)
            else:
                held = self._flow(value, rule.of(name).at(value.node))
                flow.fixed |= held.fixed
                flow.moved |= held.moved
            flow.parts.append((name, head, held))
        flow.fixed |= self.comments.drop(used.end)
        self.comments.line = document.line_of(used.end)
        if self.ordered:
            before, flow.parts = flow.parts, rule.arranged(flow.parts, lambda part: part[0])
            flow.moved |= flow.parts != before
        return flow


def _detached(opening: Item) -> tuple[Seq[Comment], bool]:
    """Take the comments about the file from its first item; return whether a blank line follows."""
    lead = opening.lead
    gaps = [*(each.gap for each in lead[1:]), opening.gap] if lead else []
    count = max((number for number, gap in enumerate(gaps, 1) if gap), default=0)
    if not count and lead and lead[0].text.startswith(MODELINE):
        count = 1
    head, opening.lead = lead[:count], lead[count:]
    return head, bool(count and gaps[count - 1])
