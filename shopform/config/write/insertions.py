"""Where new entries go in YAML text: behind the last of a mapping or list, in its own layout."""

from bisect import bisect_right
from collections.abc import Sequence as Seq

from shopform.config.format.printer import STEP
from shopform.config.read.yaml_nodes import Mapping, Node, Scalar, Sequence
from shopform.config.write.text_edits import Edit, Source


class Odd(Exception):
    """A layout that nothing can be added to."""


def item(source: Source, parent: Mapping | None, name: str, texts: Seq[str]) -> Edit:
    """The edit that adds items, each between brackets, to the list `name` of a mapping."""
    listed = ", ".join(texts)
    entry = parent.entries.get(name) if parent else None
    if entry is None:
        lines = [f"{name}:", *(" " * STEP + f"- {text}" for text in texts)]
        return entries(source, parent, lines, f"{name}: [{listed}]")
    key, node = entry
    if isinstance(node, Scalar) and node.null:
        pad = " " * (key.span.column - 1 + STEP)
        return _behind_key(source, key, node, [f"{pad}- {text}" for text in texts])
    if not isinstance(node, Sequence) or node.start < key.start:
        raise Odd
    if source.bracketed(node):
        return _bracketed(source, node, node.items, listed)
    line = source.line(node.items[-1].span.line - 1)[: node.items[-1].span.column - 1]
    if line.strip() != "-":
        raise Odd
    return _below(source, node, [line + text for text in texts])


def entries(source: Source, node: Mapping | None, lines: Seq[str], inline: str) -> Edit:
    """The edit that adds entries to a mapping: these lines at the depth of their first, or inline.

    Without a mapping the text holds nothing but comments.
    """
    if node is not None and source.bracketed(node):
        return _bracketed(source, node, [n for _, n in node.entries.values()], inline)
    if node is not None and node.entries:
        first = next(iter(node.entries.values()))[0]
        depth = first.span.column - 1
        return _below(source, node, indented(lines, depth))
    if node is not None:
        raise Odd
    end = len(source.text)
    gap = source.line_end if source.text.strip() else ""
    head = "" if source.text.endswith("\n") or not source.text else source.line_end
    return Edit(end, end, head + gap + source.line_end.join(lines) + source.line_end)


def inside(source: Source, parent: Mapping, name: str, lines: Seq[str], inline: str) -> Edit:
    """The edit that adds entries to the mapping `name` of a mapping that has it, or has it empty.

    `lines` stand at no depth.
    """
    key, node = parent.entries[name]
    if isinstance(node, Scalar) and node.null:
        if source.bracketed(parent):
            return Edit(source.start(node), source.end(node), f" {{{inline}}}")
        return _behind_key(source, key, node, indented(lines, key.span.column - 1 + STEP))
    if not isinstance(node, Mapping) or node.start < key.start:
        raise Odd
    return entries(source, node, lines, inline)


def indented(lines: Seq[str], depth: int) -> list[str]:
    return [" " * depth + line if line else "" for line in lines]


def _below(source: Source, node: Node, lines: Seq[str]) -> Edit:
    """Lines behind all that a node holds."""
    leaf = _last(source, node)
    written = source.written(leaf)
    if written[:1] in ("|", ">") and "+" in written.split("\n", 1)[0]:
        raise Odd
    end = source.end(leaf)
    while end and source.text[end - 1].isspace():
        end -= 1
    at = source.ends[bisect_right(source.starts, end) - 1]
    return Edit(at, at, source.line_end + source.line_end.join(lines))


def _last(source: Source, node: Node) -> Node:
    """What stands last in a node. Raises Odd for an alias, which stands for something above."""
    while not isinstance(node, Scalar) and not source.bracketed(node):
        if isinstance(node, Mapping):
            key, below = next(reversed(node.entries.values()))
            if below.start < key.start:
                raise Odd
            node = below
        else:
            node = node.items[-1]
    return node


def _behind_key(source: Source, key: Scalar, node: Scalar, lines: Seq[str]) -> Edit:
    """Lines below a key that has nothing behind it, or a null."""
    at = source.ends[key.span.line - 1]
    if node.text and source.end(node) > at:
        raise Odd
    rest = source.text[source.end(key) : at]
    kept = rest.replace(node.text, "", 1).rstrip() if node.text else rest
    return Edit(source.end(key), at, kept + source.line_end + source.line_end.join(lines))


def _bracketed(source: Source, node: Node, found: Seq[Node], inline: str) -> Edit:
    if not found:
        end = source.end(node) - 1
        return Edit(end, end, inline)
    if found[-1].start < node.start:
        raise Odd
    end = source.end(found[-1])
    return Edit(end, end, f", {inline}")
