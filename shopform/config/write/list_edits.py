"""Edits of the lists in a YAML file, which leave items that stay as written."""

import re
from collections.abc import Mapping as Map
from collections.abc import Sequence as Seq
from itertools import pairwise
from typing import Final

from shopform.config.format.leaves import leaf_of
from shopform.config.format.scalars import STEP, inline_scalar
from shopform.config.read.document import Document
from shopform.config.read.yaml_nodes import Scalar, Sequence
from shopform.config.write.edits import Edit, NotEditable, insert_below, last_line
from shopform.config.write.scalar_lines import bracketed, record_lines

_DASH: Final = re.compile(r"[ \t]*-[ \t]+")


def set_items(document: Document, node: Sequence, values: tuple[str, ...]) -> list[Edit]:
    """Set a list of strings. Raises NotEditable."""
    wanted = set(values)
    scalars = [item for item in node.items if isinstance(item, Scalar)]
    kept = [item for item in scalars if item.text.strip() in wanted]
    had = {item.text.strip() for item in kept}
    new = [value for value in values if value not in had]
    if document.flow(node):
        return _set_parts(document, node, had, [inline_scalar(v, "", bracketed=True) for v in new])
    leaves = [leaf_of(document, document.locate(item, 0)) for item in scalars]
    heads = [document.line(leaf.line)[: leaf.column] for leaf in leaves]
    if not kept or not all(map(_DASH.fullmatch, heads)):
        raise NotEditable
    edits = []
    for item, leaf, head in zip(scalars, leaves, heads, strict=True):
        if item.text.strip() not in had:
            after = [*document.starts[leaf.last + 1 : leaf.last + 2], len(document.text)][0]
            edits.append(Edit(document.starts[leaf.line], after, ""))
        elif new and item is kept[-1]:
            lines = [head + inline_scalar(value, "", bracketed=False) for value in new]
            edits.append(insert_below(document, leaf.last, lines))
    return edits


def _set_parts(document: Document, node: Sequence, had: set[str], new: list[str]) -> list[Edit]:
    """Set a flow sequence of strings."""
    kept = [item for item in node.items if isinstance(item, Scalar) and item.text.strip() in had]
    if not kept:
        start = document.start(node.items[0]) if node.items else document.end(node) - 1
        end = document.end(node.items[-1]) if node.items else start
        return [Edit(start, end, ", ".join(new))]
    last = document.end(kept[-1])
    edits = [Edit(last, document.end(node.items[-1]), "".join(f", {each}" for each in new))]
    for item, following in pairwise(node.items):
        if item not in kept and document.start(item) < last:
            edits.append(Edit(document.start(item), document.start(following), ""))
    return edits


def set_records(
    document: Document, key: Scalar, node: Sequence, old: Seq[object], new: Seq[Map[str, object]]
) -> Edit:
    """Set a list of records to others. Raises NotEditable.

    `old` are the records as they are, comparable to the new ones. Those that stay are kept as
    written, with the comments above them.
    """
    items = [value for _, value in document.children(document.locate(node, 0))]
    if document.flow(node):
        sources = [document.text[item.start : item.end] for item in items]
        written = _kept(sources, old, [bracketed(record) for record in new], new)
        return Edit(document.start(node), document.end(node), f"[{', '.join(written)}]")
    lasts = [last_line(document, item) for item in items]
    places = [document.place(item.start) for item in items]
    dashes = [document.line(line)[:column] for line, column in places]
    if not all(map(_DASH.fullmatch, dashes)):
        raise NotEditable
    firsts = [places[0][0], *(last + 1 for last in lasts[:-1])]
    starts, ends = document.starts, document.ends
    sources = [document.text[starts[n] : ends[m]] for n, m in zip(firsts, lasts, strict=True)]
    depth = dashes[0].index("-")
    fresh = [document.line_end.join(record_lines([record], depth)) for record in new]
    written = _kept(sources, old, fresh, new) or [" " * (document.column(key) + STEP) + "[]"]
    return Edit(starts[firsts[0]], ends[lasts[-1]], document.line_end.join(written))


def _kept(sources: Seq[str], old: Seq[object], fresh: Seq[str], new: Seq[object]) -> list[str]:
    """Return the sources of new items: those of equal old ones, each once, or else fresh ones."""
    left = list(zip(old, sources, strict=True))
    found = []
    for record, line in zip(new, fresh, strict=True):
        same = next((each for each in left if each[0] == record), None)
        if same:
            left.remove(same)
        found.append(same[1] if same else line)
    return found
