"""Add declarations to the files of a project, and leave everything else as written."""

import posixpath
from collections import Counter
from collections.abc import Sequence as Seq
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from shopform.config.compile.tables.sections import Tables
from shopform.config.format.formatter import comment_counts, equivalent, format_alike
from shopform.config.format.scalars import STEP, indented, inline_scalar
from shopform.config.read.document import Document
from shopform.config.read.included_files import is_yaml
from shopform.config.read.project import Project
from shopform.config.read.yaml_nodes import Mapping, Node, Scalar, Sequence, child, is_table
from shopform.config.write.edits import (
    Edit,
    NotEditable,
    add_entries,
    add_inside,
    add_items,
    apply_edits,
    parsed,
    root_of,
)
from shopform.config.write.emitter import fragments
from shopform.diagnostics import Collector
from shopform.errors import UsageError
from shopform.files import write_over
from shopform.kinds import Kind
from shopform.kit.text import backquoted
from shopform.model.declared import Declared
from shopform.model.desired import Resource
from shopform.model.keys import key_from
from shopform.model.values import Address

MOVED: Final = "moved"
Place = tuple[tuple[str, ...], frozenset[str]]  # the path of a mapping, and the keys it gets
Written = dict[Address, tuple[list[str], str]]


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A file of the project, and its new text."""

    name: str
    text: str


class BelongsInTable(UsageError):
    """The section of the resource is a table, to which a row must be added."""


def with_moves(project: Project, moves: Seq[tuple[Address, Address]]) -> ChangedFile:
    """Append moves to the file with the last ones, or else to the main file.

    Raises UsageError if its form does not allow that.
    """
    items = [f"{{from: {before}, to: {after}}}" for before, after in moves]
    listed = project.refactorings.get(MOVED)
    name = listed[-1].file if listed else project.main
    try:
        document = parsed(project.contents[name], name)
        edit = add_items(document, root_of(document), MOVED, items)
        return _finished(project, name, document, {((MOVED,), frozenset()): edit})
    except NotEditable:
        raise UsageError(
            f"cannot add to `{MOVED}` in `{name}` in its present form",
            hint=f"add it yourself: {backquoted(items)}",
        ) from None


def with_resource(
    project: Project, declared: Declared, address: Address, into: str | None = None
) -> ChangedFile:
    """Add a resource to the file `into`, or else to that of its section or its parent.

    Raises UsageError for a file outside of the project, and if the form of the file does not allow
    it, with the lines to add; BelongsInTable if the section is a table.
    """
    change, refused = with_resources(project, declared, [address], into)
    if change is None:
        raise refused[address]
    return change


def with_resources(
    project: Project, declared: Declared, addresses: Seq[Address], into: str | None = None
) -> tuple[ChangedFile | None, dict[Address, UsageError]]:
    """Add several resources of one kind, whose outermost parents, if any, are in one file.

    Returns the file, None if nothing could be added, and the errors of those that could not be
    added. Raises UsageError for a file outside of the project.
    """
    kinds = project.catalogue.lineage(addresses[0].kind)
    name = _place(project, kinds, addresses[0], into)
    groups: dict[tuple[str, ...], list[Address]] = {}
    for each in addresses:
        groups.setdefault(_path(kinds, each)[:-1], []).append(each)
    written, edits = fragments(declared, addresses), dict[Place, Edit]()
    change, tabled = None, dict[Address, UsageError]()
    with suppress(NotEditable):
        document = parsed(project.contents.get(name, ""), name)
        root = root_of(document)
        for path, group in groups.items():
            try:
                edit = _edit(document, root, path, declared, group, written)
                edits[path, frozenset(each.keys[-1] for each in group)] = edit
            except BelongsInTable as problem:
                tabled |= dict.fromkeys(group, problem)
            except NotEditable:
                continue
        edits = _safe(name, document, edits)
        change = _finished(project, name, document, edits)
    done = {address for path, _ in edits for address in groups[path]} if change else set()
    return change, {
        address: tabled.get(address) or _refusal(name, address, written[address][1])
        for address in addresses
        if address not in done
    }


def _refusal(name: str, address: Address, line: str) -> UsageError:
    return UsageError(
        f"cannot add `{address}` to `{name}` in its present form",
        hint=f"add it yourself: `{line}`",
    )


def write_change(project: Project, change: ChangedFile) -> None:
    """Write a changed file of the project, with a byte order mark if it had one."""
    mark = project.boms.get(change.name, "")
    write_over(project.directory, {change.name: mark + change.text})


def apply_change(project: Project, change: ChangedFile) -> Project:
    """Return the project with a change that adds resources, as if it was written."""
    root = root_of(parsed(change.text, change.name))
    sections = dict(project.sections)
    for name, (_, node) in root.entries.items() if root else ():
        kind = project.catalogue.sections.get(name)
        if kind is None or is_table(node):
            continue
        whole = Tables(project.catalogue, project.directory, {}, {}, Collector()).expand(kind, node)
        if isinstance(whole, Mapping):
            sections[name] = {**sections.get(name, {}), **whole.entries}
    return replace(
        project, contents={**project.contents, change.name: change.text}, sections=sections
    )


def container_file(project: Project, address: Address) -> str:
    """Return the file of the outermost parent of an address; empty if it has no parent."""
    if len(address.keys) == 1:
        return ""
    section = project.catalogue.lineage(address.kind)[0].section
    return project.sections[section][address.keys[0]][1].file


def _path(kinds: list[Kind], address: Address) -> tuple[str, ...]:
    return tuple(
        step for kind, key in zip(kinds, address.keys, strict=True) for step in (kind.section, key)
    )


def _place(project: Project, kinds: list[Kind], address: Address, into: str | None) -> str:
    """Return the name of the file to add to."""
    section = project.sections.get(kinds[0].section, {})
    if len(kinds) > 1:
        file = container_file(project, address)
        if into and posixpath.normpath(into) != file:
            raise UsageError(
                f"the parent `{kinds[0].name}.{address.keys[0]}` is in `{file}`",
                hint="remove `--into`",
            )
        return file
    if into is None:
        counts = Counter(key.file for key, _ in section.values() if key.file in project.contents)
        return min(counts, key=lambda f: (-counts[f], f), default=f"{kinds[0].section}.yaml")
    name = posixpath.normpath(into)
    beside = "/" not in name and is_yaml(name) and not name.startswith(".")
    if name not in project.contents and not beside:
        raise UsageError(
            f"`{into}` is not a file of the project",
            hint="pass one of its files, or a new one beside `shopform.yaml` that ends in `.yaml`",
        )
    return name


def _edit(
    document: Document,
    root: Mapping | None,
    path: tuple[str, ...],
    declared: Declared,
    addresses: Seq[Address],
    written: Written,
) -> Edit:
    *above, section = path
    parent = root
    if above:
        found = child(root, *above)
        if not isinstance(found, Mapping) or not found.entries:
            raise NotEditable
        parent = found
    lines = [line for address in addresses for line in written[address][0]]
    brief = ", ".join(written[address][1] for address in addresses)
    entry = parent.entries.get(section) if parent else None
    if parent is None or entry is None:
        head = [f"{section}:", *indented(lines, STEP)]
        return add_entries(document, parent, head, f"{section}: {{{brief}}}")
    if is_table(entry[1]) and isinstance(named := child(entry[1], "table"), Scalar):
        raise BelongsInTable(
            f"`{addresses[0]}` belongs in the table `{named.text}`",
            hint="add a row to it",
        )
    if isinstance(entry[1], Sequence):
        items = [_short(declared.resources[address]) for address in addresses]
        return add_items(document, parent, section, items)
    return add_inside(document, parent, section, lines, brief)


def _short(resource: Resource) -> str:
    """Return a resource as an item of a list of strings. Raises NotEditable for other fields."""
    nesting, fields = resource.kind.nesting, resource.fields
    text = fields.get(nesting.short) if nesting else None
    if len(fields) > 1 or not isinstance(text, str) or key_from(text) != resource.address.keys[-1]:
        raise NotEditable
    return inline_scalar(text, "", bracketed=True)


def _safe(name: str, document: Document, edits: dict[Place, Edit]) -> dict[Place, Edit]:
    """Return the edits that change nothing else: one may edit a value that an anchor shares."""
    with suppress(NotEditable):
        after = parsed(apply_edits(document, edits.values()), name)
        kept = comment_counts(document) <= comment_counts(after)
        if not edits or (kept and _added(root_of(document), root_of(after), [*edits])):
            return edits
    if len(edits) < 2:
        return {}
    places, half = [*edits], len(edits) // 2
    halves = ({p: edits[p] for p in part} for part in (places[:half], places[half:]))
    return {p: edit for part in halves for p, edit in _safe(name, document, part).items()}


def _finished(
    project: Project, name: str, document: Document, edits: dict[Place, Edit]
) -> ChangedFile:
    """Return the file after its edits. Raises NotEditable if they change anything else."""
    if not edits or _safe(name, document, edits) != edits:
        raise NotEditable
    return ChangedFile(
        name,
        format_alike(document.text, apply_edits(document, edits.values()), name, project.catalogue),
    )


def _added(old: Node | None, new: Node | None, places: Seq[Place]) -> bool:
    """Whether a node only differs by new keys, or appended items, at the given paths."""
    old = None if isinstance(old, Scalar) and old.null else old
    if isinstance(new, Sequence) and not any(path for path, _ in places):
        items = old.items if isinstance(old, Sequence) else []
        pairs = zip(items, new.items, strict=False)
        kept = old is None or isinstance(old, Sequence)
        return kept and len(items) < len(new.items) and all(equivalent(a, b) for a, b in pairs)
    if not isinstance(new, Mapping) or not (old is None or isinstance(old, Mapping)):
        return False
    entries = old.entries if old else {}
    keys = frozenset(key for path, found in places if not path for key in found)
    below: dict[str, list[Place]] = {}
    for path, found in places:
        if path:
            below.setdefault(path[0], []).append((path[1:], found))
    fresh = keys | below.keys()
    if not fresh or new.entries.keys() != entries.keys() | fresh or entries.keys() & keys:
        return False
    if any(not equivalent(n, new.entries[k][1]) for k, (_, n) in entries.items() if k not in below):
        return False
    return all(_added(child(old, k), new.entries[k][1], inner) for k, inner in below.items())
