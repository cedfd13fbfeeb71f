"""What a command adds to a project's files: all that is there stays as it is written."""

import posixpath
from collections import Counter
from collections.abc import Sequence as Seq
from dataclasses import dataclass, replace
from typing import Final

from shopform.config.compile.csv_sections import Tables, is_table
from shopform.config.format.formatter import format_text, same
from shopform.config.format.printer import STEP
from shopform.config.read.node_builder import Malformed, parse
from shopform.config.read.project import Project, is_yaml
from shopform.config.read.yaml_nodes import Mapping, Node, Scalar, Sequence, child
from shopform.config.write import insertions
from shopform.config.write.emitter import inline, pieces
from shopform.config.write.insertions import Odd
from shopform.config.write.text_edits import Edit, Source, word
from shopform.diagnostics import Collector
from shopform.errors import UsageError
from shopform.kinds import BY_NAME, KINDS, Kind
from shopform.model.declared import Declared
from shopform.model.keys import key_from
from shopform.model.values import Address

MOVED: Final = "moved"
Place = tuple[tuple[str, ...], frozenset[str]]  # the path of a mapping, and the keys it gets
Written = dict[Address, tuple[list[str], str]]


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A file of the project by its name, and the text it is to have."""

    name: str
    text: str


class Tabled(UsageError):
    """What is to be added belongs into a table, which takes rows."""


def with_moves(project: Project, moves: Seq[tuple[Address, Address]]) -> Rewritten:
    """The file that lists what has moved, with these behind the others; the main file for none.

    Raises UsageError where it is written in a way that nothing can be added to.
    """
    texts = [f"{{from: {before}, to: {after}}}" for before, after in moves]
    listed = project.refactorings.get(MOVED)
    name = listed[-1].file if listed else project.main
    source = Source(project.texts[name])
    try:
        edit = insertions.item(source, _root(source.text, name), MOVED, texts)
        return _finished(name, source, source.edited([edit]), [((MOVED,), frozenset())])
    except Odd:
        raise UsageError(
            f"nothing can be added to `{MOVED}` in `{name}`, as it is written",
            hint=f"write it yourself: {', '.join(f'`{text}`' for text in texts)}",
        ) from None


def with_resource(
    project: Project, declared: Declared, address: Address, into: str | None = None
) -> Rewritten:
    """A file with one more resource: `into`, else where its section is, else a file of its own.

    What is nested goes into its container. Raises UsageError for a file that is not the
    project's, and where nothing can be added, with the lines that are missing; Tabled for a table.
    """
    return with_resources(project, declared, [address], into)


def with_resources(
    project: Project, declared: Declared, addresses: Seq[Address], into: str | None = None
) -> Rewritten:
    """The same for several of one kind whose outermost containers, if any, are in one file."""
    address = addresses[0]
    kinds = _chain(BY_NAME[address.kind])
    name = _place(project, kinds, address, into)
    source = Source(project.texts.get(name, ""))
    groups: dict[tuple[str, ...], list[Address]] = {}
    for each in addresses:
        groups.setdefault(_path(kinds, each)[:-1], []).append(each)
    try:
        root, written = _root(source.text, name), pieces(declared, addresses)
        edits = [_edit(source, root, p, declared, group, written) for p, group in groups.items()]
        places = [(p, frozenset(a.keys[-1] for a in group)) for p, group in groups.items()]
        return _finished(name, source, source.edited(edits), places)
    except Odd:
        more = f" and {len(addresses) - 1} more" if len(addresses) > 1 else ""
        raise UsageError(
            f"`{address}`{more} cannot be added to `{name}`, as it is written",
            hint=f"write it yourself: `{inline(declared, address)}`",
        ) from None


def amended(project: Project, change: Rewritten) -> Project:
    """The project as it will be once the file is written: with what was added to it."""
    root = _root(change.text, change.name)
    sections = dict(project.sections)
    for name, (_, node) in root.entries.items() if root else ():
        kind = next((kind for kind in KINDS if kind.section == name), None)
        if kind is None or kind.nesting or is_table(node):
            continue
        whole = Tables(project.directory, {}, {}, Collector()).unfolded(kind, node)
        if isinstance(whole, Mapping):
            sections[name] = {**sections.get(name, {}), **whole.entries}
    return replace(project, texts={**project.texts, change.name: change.text}, sections=sections)


def home(project: Project, address: Address) -> str:
    """The file of the outermost resource it lies in; empty for one that lies in nothing."""
    if len(address.keys) == 1:
        return ""
    section = _chain(BY_NAME[address.kind])[0].section
    return project.sections[section][address.keys[0]][1].file


def _chain(kind: Kind) -> list[Kind]:
    """What it lies in, outermost first, and itself."""
    nesting = kind.nesting
    return [*(_chain(BY_NAME[nesting.kind]) if nesting else ()), kind]


def _path(kinds: list[Kind], address: Address) -> tuple[str, ...]:
    return tuple(
        step for kind, key in zip(kinds, address.keys, strict=True) for step in (kind.section, key)
    )


def _place(project: Project, kinds: list[Kind], address: Address, into: str | None) -> str:
    """The name of the file that gets it."""
    section = project.sections.get(kinds[0].section, {})
    if len(kinds) > 1:
        file = home(project, address)
        if into and posixpath.normpath(into) != file:
            raise UsageError(
                f"`{address}` lies in `{kinds[0].name}.{address.keys[0]}`, which is in `{file}`",
                hint="leave `--into` out",
            )
        return file
    if into is None:
        counts = Counter(key.file for key, _ in section.values() if key.file in project.texts)
        return min(counts, key=lambda f: (-counts[f], f), default=f"{kinds[0].section}.yaml")
    name = posixpath.normpath(into)
    beside = "/" not in name and is_yaml(name) and not name.startswith(".")
    if name not in project.texts and not beside:
        raise UsageError(
            f"`{into}` is no file of the project",
            hint="name one of its files, or a new one that ends in `.yaml` beside `shopform.yaml`",
        )
    return name


def _edit(
    source: Source,
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
            raise Odd
        parent = found
    lines = [line for address in addresses for line in written[address][0]]
    brief = ", ".join(written[address][1] for address in addresses)
    entry = parent.entries.get(section) if parent else None
    if parent is None or entry is None:
        head = [f"{section}:", *insertions.indented(lines, STEP)]
        return insertions.entries(source, parent, head, f"{section}: {{{brief}}}")
    if is_table(entry[1]) and isinstance(named := child(entry[1], "table"), Scalar):
        raise Tabled(
            f"`{addresses[0]}` belongs into the table `{named.text}`",
            hint="add a row to it",
        )
    if isinstance(entry[1], Sequence):
        return _short(source, parent, section, declared, addresses)
    return insertions.inside(source, parent, section, lines, brief)


def _short(
    source: Source, parent: Mapping, section: str, declared: Declared, addresses: Seq[Address]
) -> Edit:
    """More texts in a list of texts, where the text is all there is to say."""
    texts = []
    for address in addresses:
        nesting, fields = BY_NAME[address.kind].nesting, declared.resources[address].fields
        text = fields.get(nesting.short) if nesting else None
        if len(fields) > 1 or not isinstance(text, str) or key_from(text) != address.keys[-1]:
            raise Odd
        texts.append(word(text, "", bracketed=True))
    return insertions.item(source, parent, section, texts)


def _root(text: str, name: str) -> Mapping | None:
    """The mapping a file holds; None for a file without anything."""
    try:
        root = parse(text, name, Collector())
    except Malformed:
        raise Odd from None
    if root is None or (isinstance(root, Scalar) and root.null):
        return None
    if not isinstance(root, Mapping):
        raise Odd
    return root


def _finished(name: str, source: Source, text: str, places: Seq[Place]) -> Rewritten:
    """In the layout of `fmt` where the file was so before. Raises Odd if anything else changed."""
    if not _added(_root(source.text, name), _root(text, name), places):
        raise Odd
    if format_text(source.text, name, Collector()) == source.text:
        text = format_text(text, name, Collector()) or text
    return Rewritten(name, text)


def _added(old: Node | None, new: Node | None, places: Seq[Place]) -> bool:
    """Whether a node is another one with these keys, or items, more at the ends of these paths."""
    old = None if isinstance(old, Scalar) and old.null else old
    if isinstance(new, Sequence) and not any(path for path, _ in places):
        items = old.items if isinstance(old, Sequence) else []
        pairs = zip(items, new.items, strict=False)
        kept = old is None or isinstance(old, Sequence)
        return kept and len(items) < len(new.items) and all(same(a, b) for a, b in pairs)
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
    if any(not same(n, new.entries[k][1]) for k, (_, n) in entries.items() if k not in below):
        return False
    return all(_added(child(old, k), new.entries[k][1], inner) for k, inner in below.items())
