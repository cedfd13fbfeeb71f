"""Files in their canonical layout: order, indentation, blank lines and quotes."""

import re
from collections import Counter
from typing import Final

from shopform.config.format.cst import Odd
from shopform.config.format.cst_reader import comments, read_tree
from shopform.config.format.key_order import arrange, project_rule
from shopform.config.format.printer import lay_out
from shopform.config.read.node_builder import Malformed, parse
from shopform.config.read.yaml_nodes import Mapping, Node, Scalar, Sequence
from shopform.config.write.quoting import is_word
from shopform.diagnostics import Collector, Span
from shopform.errors import ShopformError

_BREAK: Final = re.compile("\r\n?")


def format_text(text: str, file: str, collector: Collector) -> str | None:
    """The text of a file in its canonical layout, which means the same and has every comment.

    None, with a warning, where it can only be kept as it is written. Raises Malformed, with
    messages collected, for one that is not right YAML, and ShopformError where the layout would
    change what it means, which is a defect.
    """
    text = _BREAK.sub("\n", text)
    meant = _parsed(text, file, collector)
    try:
        # An alias may only stand below its anchor: then everything stays in its order.
        for ordered in (True, False) if "*" in text else (True,):
            found = _formatted(text, ordered)
            if _same_text(found, file, meant, text):
                return found
    except Odd as odd:
        collector.warning(
            "fmt-left",
            f"`{file}` is left as it is: {odd}",
            hint="write it in a plainer way",
            span=Span(file, 1, 1),
        )
        return None
    raise ShopformError(
        f"the layout would change what `{file}` means, so it is left as it is",
        hint="this is a defect in shopform: report it with the file",
    )


def same(one: Node | None, other: Node | None) -> bool:
    """Whether two nodes mean the same; only the order of keys may differ."""
    if isinstance(one, Scalar) and isinstance(other, Scalar):
        return one.text == other.text and (one.plain == other.plain or not is_word(one.text))
    if isinstance(one, Sequence) and isinstance(other, Sequence):
        pairs = zip(one.items, other.items, strict=False)
        return len(one.items) == len(other.items) and all(same(a, b) for a, b in pairs)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.entries.keys() == other.entries.keys() and all(
            same(node, other.entries[name][1]) for name, (_, node) in one.entries.items()
        )
    return one is other


def _parsed(text: str, file: str, collector: Collector) -> Node | None:
    found = Collector()
    try:
        root = parse(text, file, found)
    except Malformed:
        collector.diagnostics += found.diagnostics
        raise
    collector.diagnostics += found.diagnostics
    if found.failed:
        raise Malformed(diagnostics=found.sorted())
    return root


def _formatted(text: str, ordered: bool) -> str:
    tree = read_tree(text)
    rule = project_rule()
    opening = None
    if tree.root:
        opening = tree.root.items[0] if tree.root.items else None
        if ordered:
            arrange(tree.root, rule)
    return lay_out(tree, rule, opening)


def _same_text(found: str, file: str, meant: Node | None, text: str) -> bool:
    try:
        now = _parsed(found, file, Collector())
    except Malformed:
        return False
    return same(meant, now) and Counter(comments(text)) == Counter(comments(found))
