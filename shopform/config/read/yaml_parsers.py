"""The two YAML parsers of ruamel.yaml as streams of events, and their errors."""

import importlib
import re
from collections.abc import Callable
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.events import ScalarEvent

from shopform.config.read.files import NUL
from shopform.diagnostics import Collector, Span

LINE_BREAK: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")

Event = Any
NextEvent = Callable[[], Event]
Parser = Callable[[str], NextEvent | None]

_MASKS: Final = {":": "\ue03a", "?": "\ue03f"}
_UNMASK: Final = {mask: char for char, mask in _MASKS.items()}
_MASKED: Final = re.compile("[\ue03a\ue03f]")
_HALVES: Final = re.compile("[\ud800-\udbff][\udc00-\udfff]")
# `:` and `?` inside plain scalars of YAML 1.2; after a quote or a bracket, a colon ends a key.
_MASKABLE: Final = re.compile(r"""(?<=[^\s\[\]{},"'])(?::(?=[^\s\[\]{},"'])|\?)""")


def fast_events(text: str) -> NextEvent | None:
    """Return the events of libyaml, or None if ruamel.yaml.clib is not installed."""
    try:
        parser = importlib.import_module("_ruamel_yaml").CParser(text)
    except ImportError:
        return None
    events: NextEvent = parser.get_event
    return events


def masked_events(text: str) -> NextEvent | None:
    """Return the events of libyaml for YAML with `:` or `?` in plain scalars in brackets.

    libyaml 0.1.7, which ruamel.yaml.clib 0.2.15 contains, refuses `{url: https://example.dk}`, as
    YAML 1.1 did. The two characters are replaced by others before parsing, so places stay.
    """
    if _MASKED.search(text):
        return None
    events = fast_events(_MASKABLE.sub(lambda match: _MASKS[match[0]], text))
    if events is None:
        return None

    def unmasked() -> Event:
        event = events()
        if type(event) is ScalarEvent and _MASKED.search(event.value):
            event.value = _MASKED.sub(lambda match: _UNMASK[match[0]], event.value)
        return event

    return unmasked


def plain_events(text: str) -> NextEvent:
    """Return the events of ruamel.yaml's own parser: the same nodes, thirty times slower."""
    parse: Any = YAML(typ="safe", pure=True).parse
    events: NextEvent = parse(text).__next__
    return lambda: _join_surrogates(events())


def _join_surrogates(event: Event) -> Event:
    """Join the surrogate pairs with which JSON escapes characters: `\\ud83d\\ude00`."""
    if type(event) is ScalarEvent and _HALVES.search(event.value):
        event.value = _HALVES.sub(
            lambda match: match[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le"),
            event.value,
        )
    return event


PARSERS: Final[tuple[Parser, ...]] = (fast_events, masked_events, plain_events)


def report_syntax_error(problem: Any, text: str, file: str, collector: Collector) -> None:
    """Report the exception of a parser, at its place."""
    position = getattr(problem, "position", None)
    if position is not None:
        before = text[:position].split("\n")
        summary, hint = f"{problem.reason} (U+{ord(text[position]):04X})", "remove the character"
        if text[position] == "\0":
            summary, hint = "this is a NUL character (U+0000)", NUL
        span = Span(file, len(before), len(before[-1]) + 1)
        collector.error("yaml-syntax", summary, hint=hint, span=span)
        return
    context: Any = problem.context_mark
    mark: Any = problem.problem_mark or context
    line, column = mark.line + 1, mark.column + 1
    related: tuple[tuple[str, Span], ...] = ()
    if problem.context and context and (context.line, context.column) != (mark.line, mark.column):
        place = Span(file, context.line + 1, context.column + 1)
        related = ((str(problem.context), place),)
    hint = "check the indentation, and quote strings that contain `: ` or ` #`"
    if "\t" in "".join(LINE_BREAK.split(text)[line - 1 : line])[:column]:
        hint = "indent with spaces: YAML allows no tabs there"
    summary = str(problem.problem or "not valid YAML")
    collector.error(
        "yaml-syntax", summary, hint=hint, span=Span(file, line, column), related=related
    )
