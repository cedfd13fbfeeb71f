"""Format files in the canonical layout: order, indentation, blank lines and quotes."""

import re
from collections import Counter
from typing import Final

from shopform.config.format.comments import comments
from shopform.config.format.key_order import project_rule
from shopform.config.format.printer import Unformattable, lay_out
from shopform.config.format.scalars import is_reserved
from shopform.config.read.document import Document
from shopform.config.read.node_builder import Malformed, parse
from shopform.config.read.yaml_nodes import Mapping, Node, Scalar, Sequence
from shopform.diagnostics import Collector, Span
from shopform.errors import ShopformError
from shopform.kinds import Catalogue

_BREAK: Final = re.compile("\r\n?")


def format_text(text: str, file: str, collector: Collector, catalogue: Catalogue) -> str | None:
    """Return a file in the canonical layout, with the same values and comments.

    Returns None, with a warning, if its form is not supported. Raises Malformed, with errors
    collected, for invalid YAML, and ShopformError if the layout would change a value: a defect.
    """
    document = whole = _document(_BREAK.sub("\n", text), file, collector)
    if document.text.rpartition("\n")[2].strip():
        whole = _document(document.text + "\n", file, Collector(), cut=True)
    try:
        # Sorting the keys can move an alias before its anchor, or break a multi-line string in a
        # flow collection. Then the order is kept.
        for ordered in (True, False):
            found = lay_out(whole, project_rule(catalogue), ordered=ordered)
            if _same_text(found, file, document):
                return found
    except Unformattable as problem:
        collector.warning(
            "fmt-left",
            f"`{file}` is not formatted: {problem}",
            hint="write it in a simpler form",
            span=Span(file, 1, 1),
        )
        return None
    raise ShopformError(
        f"the layout would change a value in `{file}`, so it is not formatted",
        hint="this is a defect in shopform: report it with the file",
    )


def format_alike(before: str, after: str, file: str, catalogue: Catalogue) -> str:
    """Lay out the changed text of a file if the file was in the canonical layout before."""
    if format_text(before, file, Collector(), catalogue) != before:
        return after
    return format_text(after, file, Collector(), catalogue) or after


def equivalent(one: Node | None, other: Node | None) -> bool:
    """Whether two nodes have the same value; the order of keys may differ."""
    if isinstance(one, Scalar) and isinstance(other, Scalar):
        return one.text == other.text and (one.plain == other.plain or not is_reserved(one.text))
    if isinstance(one, Sequence) and isinstance(other, Sequence):
        pairs = zip(one.items, other.items, strict=False)
        return len(one.items) == len(other.items) and all(equivalent(a, b) for a, b in pairs)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.entries.keys() == other.entries.keys() and all(
            equivalent(node, other.entries[name][1]) for name, (_, node) in one.entries.items()
        )
    return one is other


def comment_counts(document: Document) -> Counter[str]:
    return Counter(each.text for each in comments(document))


def _document(text: str, file: str, collector: Collector, *, cut: bool = False) -> Document:
    """Parse a file. Raises Malformed, with errors collected, for any error in it."""
    found = Collector()
    try:
        root = parse(text, file, found)
    finally:
        collector.diagnostics += found.diagnostics
    if found.failed:
        raise Malformed(diagnostics=found.sorted())
    return Document(text, root, cut=cut)


def _same_text(found: str, file: str, before: Document) -> bool:
    try:
        after = _document(found, file, Collector())
    except Malformed:
        return False
    return equivalent(before.root, after.root) and comment_counts(before) == comment_counts(after)
