"""Set the `wire` names of a shop in the project file, and leave everything else as written."""

from collections.abc import Iterator
from collections.abc import Mapping as Map

from shopform.config.compile.app_shops import is_of_app
from shopform.config.format.formatter import equivalent, format_alike
from shopform.config.format.scalars import STEP, indented, inline_scalar
from shopform.config.read.document import Document
from shopform.config.read.project import FROM_APP, Project
from shopform.config.read.yaml_nodes import Mapping, Node, Scalar, child
from shopform.config.write.edits import (
    Edit,
    NotEditable,
    add_entries,
    add_inside,
    apply_edits,
    parsed,
    root_of,
    set_scalar,
)
from shopform.config.write.project_edits import ChangedFile
from shopform.config.write.scalar_lines import flow, flow_entries
from shopform.errors import UsageError

Tree = Map[str, "str | Tree"]


def with_wire(project: Project, shop: str, wire: Tree) -> ChangedFile | None:
    """Set the names of a shop, by kind, as in the file; names that are not given stay as they are.

    Returns None if they are set already. Raises UsageError, with the lines to add, if the form of
    the file does not allow that.
    """
    if not wire:
        return None
    entry: str = shop
    settings: Tree = {"wire": wire}
    if is_of_app(project, shop):
        # The shops of an app have the same API, and no entries of their own in the file.
        entry, settings = FROM_APP, {"defaults": settings}
    changes: Tree = {"shops": {entry: settings}}
    try:
        document = parsed(project.contents[project.main], project.main)
        root = root_of(document)
        if root is None or not isinstance(child(root, "shops", entry), Mapping):
            raise NotEditable
        text = apply_edits(document, _edits(document, root, changes))
        if not _differs(root, root_of(parsed(text, project.main)), changes):
            raise NotEditable
    except NotEditable:
        raise UsageError(
            f"cannot set `wire` of shop `{shop}` in `{project.main}` in its present form",
            hint=f"add it yourself: `wire: {flow(wire)}`",
        ) from None
    if text == document.text:
        return None
    laid_out = format_alike(document.text, text, project.main, project.catalogue)
    return ChangedFile(project.main, laid_out)


def _edits(document: Document, parent: Mapping, changes: Tree) -> Iterator[Edit]:
    new: dict[str, str | Tree] = {}
    for name, change in changes.items():
        entry = parent.entries.get(name)
        if entry is None:
            new[name] = change
        elif isinstance(change, str):
            key, node = entry
            if not isinstance(node, Scalar):
                raise NotEditable
            if node.text != change:
                yield set_scalar(document, key, node, change, bracketed=document.flow(parent))
        elif isinstance(entry[1], Mapping) and entry[1].entries:
            yield from _edits(document, entry[1], change)
        else:
            yield add_inside(document, parent, name, _lines(change), flow_entries(change))
    if new:
        yield add_entries(document, parent, _lines(new), flow_entries(new))


def _lines(tree: Tree) -> list[str]:
    lines: list[str] = []
    for name, change in tree.items():
        if isinstance(change, str):
            lines.append(f"{name}: {inline_scalar(change, '', bracketed=False)}")
        else:
            lines += [f"{name}:", *indented(_lines(change), STEP)]
    return lines


def _differs(old: Node | None, new: Node | None, change: str | Tree) -> bool:
    """Whether a node is the old one with exactly these changes."""
    if isinstance(change, str):
        return isinstance(new, Scalar) and new.text == change
    if isinstance(old, Scalar) and not old.null:
        return False
    before = old.entries if isinstance(old, Mapping) else {}
    if not isinstance(new, Mapping) or new.entries.keys() != before.keys() | change.keys():
        return False
    return all(
        _differs(before[name][1] if name in before else None, node, change[name])
        if name in change
        else equivalent(before[name][1], node)
        for name, (_, node) in new.entries.items()
    )
