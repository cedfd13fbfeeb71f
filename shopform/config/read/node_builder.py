"""Build nodes from YAML, within limits.

They are built from parser events, which cost a thirtieth of ruamel.yaml's round trip and have the
same places.
"""

from sys import intern
from typing import Any, Final, NoReturn

from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from shopform.config.read.yaml_nodes import NULLS, SHIFT, Mapping, Node, Scalar, Sequence
from shopform.config.read.yaml_parsers import PARSERS, Event, NextEvent, Parser, report_syntax_error
from shopform.diagnostics import Collector
from shopform.errors import ConfigError

MAX_DEPTH: Final = 50  # levels; a value of a profile is in the eighth
MAX_STRING: Final = 1_000_000  # characters
# Values that the aliases of one file may copy; a long string counts as several.
MAX_COPIED: Final = 200_000
_STR = "tag:yaml.org,2002:str"
_PLAIN_TAGS = frozenset({"tag:yaml.org,2002:map", "tag:yaml.org,2002:seq", _STR})


class Malformed(ConfigError):
    """A file that cannot be parsed; the reasons are in the collector."""


def parse(
    text: str, file: str, collector: Collector, parsers: tuple[Parser, ...] = PARSERS
) -> Node | None:
    """Return the root of the one document in `text`; None for an empty one.

    If a parser refuses the text, the next one is tried, which supports more of YAML. Raises
    Malformed, with an error collected, if all refuse it.
    """
    problem: YAMLError | None = None
    for parser in parsers:
        events = parser(text)
        found = Collector()
        try:
            root = _Builder(file, found).build(events) if events else None
        except YAMLError as refused:
            problem = refused
            continue
        except Malformed:
            collector.diagnostics += found.diagnostics
            raise
        if events:
            collector.diagnostics += found.diagnostics
            return root
    report_syntax_error(problem, text, file, collector)
    raise Malformed(diagnostics=collector.sorted())


class _Builder:
    """Builds nodes from the events of one file, with a stack of open containers."""

    def __init__(self, file: str, collector: Collector) -> None:
        self.file = file
        self.collector = collector
        self.anchors: dict[str, Node] = {}
        self.root: Node | None = None
        self.parent: Mapping | Sequence | None = None
        self.key: Scalar | None = None
        self.stack: list[tuple[Mapping | Sequence | None, Scalar | None, str | None]] = []
        self.documents = 0
        self.copied = 0
        self.weights: dict[int, int] = {}

    def build(self, next_event: NextEvent) -> Node | None:
        """Return the root node of the events; None for an empty document."""
        while True:
            event = next_event()
            # Most events are scalars, so they are handled without another call.
            node = self._scalar(event) if type(event) is ScalarEvent else self._other(event)
            parent, key = self.parent, self.key
            if node is None:
                if type(event) is StreamEndEvent:
                    return self.root
            elif parent is None:
                self.root = node
            elif isinstance(parent, Sequence):
                parent.items.append(node)
            elif key is None:
                self.key = self._key(node)
            else:
                entries, name = parent.entries, key.text
                if name in entries or (name == "<<" and key.plain):
                    self._refuse(entries, key)
                else:
                    entries[name] = (key, node)
                self.key = None

    def _other(self, event: Event) -> Node | None:
        """Handle an event other than a scalar, and return the node that it completes, if any."""
        kind = type(event)
        node = self.parent
        if kind is MappingStartEvent or kind is SequenceStartEvent:
            if len(self.stack) == MAX_DEPTH:
                summary = f"this is nested deeper than {MAX_DEPTH} levels"
                self._fail("yaml-deep", summary, "check the brackets and the indentation", event)
            self.stack.append((node, self.key, event.anchor))
            self.parent, self.key = self._open(event), None
        elif node is not None and (kind is MappingEndEvent or kind is SequenceEndEvent):
            node.length = _packed(event.end_mark) - node.start
            self.parent, self.key, anchor = self.stack.pop()
            if anchor:
                self.anchors[anchor] = node
            return node
        elif kind is AliasEvent:
            return self._alias(event)
        elif kind is DocumentStartEvent:
            self._count_document(event)
        return None

    def _scalar(self, event: Event) -> Scalar:
        file, key = self.file, self.key
        text: str = event.value
        plain = not event.style
        if len(text) > MAX_STRING:
            summary = f"a string of {len(text):,} characters; at most {MAX_STRING:,} are read"
            self._fail("yaml-long", summary, "check where its quotes end", event)
        if not text and plain and key is not None and event.tag is None and event.anchor is None:
            # The two parsers place an absent node differently: use the place after the colon.
            return Scalar(file, key.end + 1, key.end + 1, text, plain)
        start = event.start_mark
        end = event.end_mark
        node = Scalar(
            file, start.line << SHIFT | start.column, end.line << SHIFT | end.column, text, plain
        )
        if event.tag is not None:
            self._check_tag(event, node)
            node.plain = False
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return node

    def _open(self, event: Event) -> Mapping | Sequence:
        container = Mapping if type(event) is MappingStartEvent else Sequence
        node = container(self.file, _packed(event.start_mark))
        if event.tag is not None:
            self._check_tag(event, node)
        return node

    def _check_tag(self, event: Event, node: Node) -> None:
        if event.tag not in _PLAIN_TAGS:
            tag = str(event.tag).replace("tag:yaml.org,2002:", "!!")
            hint = "remove the tag; the field determines the type of its value"
            self.collector.error("yaml-tag", f"unknown tag `{tag}`", hint=hint, span=node.span)

    def _alias(self, event: Event) -> Node:
        found = self.anchors.get(event.anchor)
        if found is None:
            summary = f"no anchor `&{event.anchor}` is complete before this alias"
            self._fail("yaml-alias", summary, "define the anchor before it, not around it", event)
        self.copied += self._weight(found)
        if self.copied > MAX_COPIED:
            summary = f"with this alias, aliases copy more than {MAX_COPIED:,} values"
            self._fail(
                "yaml-aliases", summary, "avoid aliases of values that contain aliases", event
            )
        return found

    def _weight(self, node: Node) -> int:
        """Count the values of a node, including those copied by its aliases."""
        if isinstance(node, Scalar):
            return 1 + len(node.text) // 1000
        if id(node) not in self.weights:
            nodes = (
                node.items if isinstance(node, Sequence) else [n for _, n in node.entries.values()]
            )
            self.weights[id(node)] = 1 + sum(map(self._weight, nodes))
        return self.weights[id(node)]

    def _key(self, node: Node) -> Scalar:
        if type(node) is Scalar and not (node.plain and node.text in NULLS):
            node.text = intern(node.text)  # a few names are the keys of most mappings
            return node
        what = "an empty key" if type(node) is Scalar else "a list or mapping as a key"
        self.collector.error(
            "yaml-key",
            f"{what} is not supported",
            hint="write one string before the colon",
            span=node.span,
        )
        raise Malformed(diagnostics=self.collector.sorted())

    def _refuse(self, entries: dict[str, tuple[Scalar, Node]], key: Scalar) -> None:
        """Report a key that is a merge key, or is written twice."""
        text = key.text
        if text == "<<" and key.plain:
            hint = "YAML 1.2 has no merge keys; repeat the fields, or use anchors for whole values"
            self.collector.error("yaml-merge", "`<<` is not supported", hint=hint, span=key.span)
            return
        self.collector.error(
            "duplicate-key",
            f"`{text}` is written twice",
            hint="remove one of the two",
            span=key.span,
            related=(("first written", entries[text][0].span),),
        )

    def _count_document(self, event: Event) -> None:
        self.documents += 1
        if self.documents > 1:
            summary, hint = "a second document starts here", "move it to another file"
            self._fail("yaml-documents", summary, hint, event)

    def _fail(self, code: str, summary: str, hint: str, event: Event) -> NoReturn:
        start, end = _packed(event.start_mark), _packed(event.end_mark)
        span = Scalar(self.file, start, end, "", False).span
        self.collector.error(code, summary, hint=hint, span=span)
        raise Malformed(diagnostics=self.collector.sorted())


def _packed(mark: Any) -> int:
    return int(mark.line) << SHIFT | int(mark.column)
