"""From the text of a file to the tree of how it is written.

Built from the same parser events as the nodes. ruamel.yaml's round trip would not do: it drops
comments between brackets, hangs a comment on what stood before it, so that it stays behind when
an entry moves, and fails on a comment between a key and its text.
"""

import re
from collections import deque
from typing import Final

from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from shopform.config.format.comments import Remarks
from shopform.config.format.cst import FOLDED, HEADER, Block, Item, Leaf, Odd, Tree
from shopform.config.read.yaml_parsers import PARSERS, Event

_PROPERTIES: Final = re.compile(r"(?:[&!]\S*\s+)*[&!]\S*")
_COLON: Final = re.compile(r"[ \t]*:")
_BRACKET: Final = re.compile(r"\s*[\[{]")
_ENDING: Final = re.compile(r"[|>][-+0-9]*$")
_NO_SIGN: Final = str.maketrans("", "", "-+")
_BREAKS: Final = re.compile("[\r\x85\u2028\u2029]")
_STARTS: Final = (MappingStartEvent, SequenceStartEvent)
_ENDS: Final = (MappingEndEvent, SequenceEndEvent)


def read_tree(text: str) -> Tree:
    """The tree of a text that `building.parse` reads. Raises Odd."""
    if _BREAKS.search(text):
        raise Odd("a line of it ends in another way than with a line feed")
    return _Reader(text).tree()


def comments(text: str) -> list[str]:
    """Every comment in a text, in order."""
    return [each.text for each in Remarks(text, _events(text)).queue]


def _events(text: str) -> list[Event]:
    for parser in PARSERS:
        next_event = parser(text)
        found: list[Event] = []
        try:
            while next_event and not (found and type(found[-1]) is StreamEndEvent):
                found.append(next_event())
        except YAMLError:
            continue
        if found:
            return found
    raise Odd("it cannot be read")


class _Reader:
    """Walks the events, and takes the comments as it meets what they belong to."""

    def __init__(self, text: str) -> None:
        # A text that the end of the file cuts off has no line feed at its end.
        self.cut = bool(text.rpartition("\n")[2].strip())
        self.text = text + "\n" if self.cut else text
        self.events = deque(_events(self.text))
        self.remarks = Remarks(self.text, self.events)

    def tree(self) -> Tree:
        tree = Tree(None, [], False, [])
        while self.events:
            event = self.events[0]
            if isinstance(event, _STARTS):
                if event.flow_style:
                    tree.head += self.remarks.own(event.start_mark.line)
                root = self._node()
                tree.root = root if isinstance(root, Block) else None
                continue
            if isinstance(event, DocumentStartEvent) and event.explicit:
                self._marker(event, tree)
            elif isinstance(event, DocumentEndEvent) and event.explicit:
                raise Odd("it ends with `...`")
            elif isinstance(event, ScalarEvent) and (event.value or event.style):
                raise Odd("it holds no sections")
            self.events.popleft()
        tree.foot = self.remarks.own()
        if self.remarks.queue:
            line = self.remarks.queue[0].line + 1
            raise Odd(f"the comment in line {line} stands where none can be kept")
        return tree

    def _marker(self, event: Event, tree: Tree) -> None:
        line = event.end_mark.line
        if event.version or event.tags or self.remarks.row(line).rstrip() != "---":
            raise Odd("it has a directive, or something behind its `---`")
        tree.head, tree.marked = self.remarks.own(line), True
        self.remarks.line = line

    def _node(self) -> Leaf | Block:
        event = self.events.popleft()
        if not isinstance(event, _STARTS):
            return self._leaf(event)
        return self._flow(event) if event.flow_style else self._block(event)

    def _leaf(self, event: Event) -> Leaf:
        start, end = event.start_mark, event.end_mark
        alias = isinstance(event, AliasEvent)
        style = "" if alias else event.style or ""
        source = self.text[self.remarks.offset(start) : self.remarks.offset(end)].split("\n")
        bare = not alias and event.anchor is None and event.tag is None
        leaf = Leaf(source, "" if alias else event.value, style, bare, start.line, start.column)
        if style in FOLDED:
            header = HEADER.match(source[0])
            first = header[0] if header else ""
            if self.cut and self.remarks.offset(end) == len(self.text):
                first = _ENDING.sub(lambda mark: mark[0].translate(_NO_SIGN) + "-", first)
            leaf.source = [first, *source[1:-1]]
            while not leaf.keeps and len(leaf.source) > 1 and _blank(leaf):
                leaf.source.pop()
        self.remarks.line = start.line + len(leaf.source) - 1
        return leaf

    def _properties(self, event: Event) -> str:
        """An anchor, a tag, or both, as written before a list or mapping."""
        match = _PROPERTIES.match(self.text, self.remarks.offset(event.start_mark))
        return match[0] if match and _has_properties(event) else ""

    def _block(self, event: Event) -> Block:
        remarks = self.remarks
        block = Block(isinstance(event, SequenceStartEvent), self._properties(event))
        column = 0
        while not isinstance(self.events[0], _ENDS):
            mark = event.start_mark if block.sequence else self.events[0].start_mark
            line, column = mark.line, mark.column
            if block.sequence and (block.items or block.properties):
                remarks.line = max(remarks.line, line if block.properties else 0)
                line = remarks.next_line()
                column = remarks.indent(line)
            item = Item(None, line, column, remarks.gap(line), remarks.own(line))
            if not block.sequence:
                item.key, plain = self._key()
                if not plain or len(item.key.source) > 1:
                    raise Odd(f"the key in line {line + 1} is written with `?`")
            remarks.line = line
            self._fill(item)
            block.items.append(item)
        self.events.popleft()
        block.foot = remarks.foot(column)
        return block

    def _key(self) -> tuple[Leaf, bool]:
        """A key, and whether its colon stands right behind it."""
        event = self.events.popleft()
        if not isinstance(event, ScalarEvent):
            raise Odd(f"line {event.start_mark.line + 1} has an alias as a key")
        colon = _COLON.match(self.text, self.remarks.offset(event.end_mark))
        return self._leaf(event), colon is not None

    def _fill(self, item: Item) -> None:
        """What an item holds, with the comments around it."""
        event, remarks = self.events[0], self.remarks
        line = event.start_mark.line
        if _empty(event):
            self.events.popleft()
            item.after = remarks.trailing(item.line)
            item.between = remarks.foot(item.column + 1)
            return
        block = isinstance(event, _STARTS) and not event.flow_style
        if line > item.line or (block and _has_properties(event)):
            item.tail = remarks.trailing(item.line)
            item.between = [] if block else remarks.own(line)
        item.node = self._node()
        if not block:
            folded = isinstance(item.node, Leaf) and item.node.style in FOLDED
            item.after = remarks.trailing(line if folded else remarks.line)

    def _flow(self, event: Event) -> Block:
        remarks = self.remarks
        block = Block(isinstance(event, SequenceStartEvent), self._properties(event))
        start = remarks.offset(event.start_mark)
        block.fixed = not _BRACKET.match(self.text, start + len(block.properties))
        while not isinstance(self.events[0], _ENDS):
            item = Item(None, 0, 0, False, [])
            if not block.sequence:
                item.key, plain = self._key()
                block.fixed |= not plain
            block.fixed |= _empty(self.events[0])
            item.node = self._node()
            block.fixed |= isinstance(item.node, Block) and item.node.fixed
            block.items.append(item)
        end = self.events.popleft().end_mark
        block.fixed |= remarks.drop(remarks.offset(end))
        source = self.text[start : remarks.offset(end)].split("\n")
        mark = event.start_mark
        block.written = Leaf(source, "", "", not block.properties, mark.line, mark.column)
        remarks.line = end.line
        return block


def _has_properties(event: Event) -> bool:
    return event.anchor is not None or getattr(event, "tag", None) is not None


def _empty(event: Event) -> bool:
    """A place where nothing is written, which means null."""
    nothing = isinstance(event, ScalarEvent) and not event.value and not event.style
    return nothing and not _has_properties(event)


def _blank(leaf: Leaf) -> bool:
    """Whether the last line of a `|` or `>` text is none of it."""
    last = leaf.source[-1]
    return not last.strip() and len(last) <= (leaf.indent or len(last))
