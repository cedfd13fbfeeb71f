"""Patch the files of a project so that they declare values of the shop."""

from collections import Counter
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Map
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from typing import Any

from shopform import files
from shopform.config.compile.coercion import Reader
from shopform.config.compile.declarations import NO_NAMES, Declaration, Declarations
from shopform.config.compile.field_values import free_text_fields
from shopform.config.compile.interpolation import as_literal
from shopform.config.compile.kind_models import model_of
from shopform.config.compile.shapes import Accepts, Shape, field_shape, shape_of
from shopform.config.format.scalars import Plain, inline_scalar
from shopform.config.read.document import Document
from shopform.config.read.files import Files
from shopform.config.read.project import BOM, Project
from shopform.config.read.yaml_nodes import Mapping, Node, Scalar, Sequence, child, nodes, scalars
from shopform.config.write.edits import (
    Edit,
    NotEditable,
    add_entries,
    apply_edits,
    set_scalar,
)
from shopform.config.write.list_edits import set_items, set_records
from shopform.config.write.scalar_lines import fitted, holds_placeholder, plain_field
from shopform.diagnostics import Collector, Diagnostic, warning
from shopform.errors import ConfigError
from shopform.kit.text_diff import file_diff
from shopform.model.declared import LiveField
from shopform.model.keys import key_from
from shopform.model.shop import WireNames
from shopform.model.values import Ref, quoted, with_parts

SHOWN = 60


@dataclass(frozen=True, slots=True)
class Patch:
    """The changed files before and after, the number of fields set in each, and a warning for each
    field that is not patched."""

    files: Map[str, tuple[str, str]]
    counts: Map[str, int]
    left: tuple[Diagnostic, ...]

    @property
    def count(self) -> int:
        return sum(self.counts.values())

    @property
    def text(self) -> str:
        """A unified diff."""
        return "".join(chain(*(file_diff(name, *both) for name, both in self.files.items())))


class _NotPatchable(Exception):
    """A field that cannot be patched, with the reason."""


def patch(
    project: Project,
    shop: str,
    held: Iterable[LiveField],
    left_out: str = "is not in the patch",
    *,
    wire: Map[str, WireNames] = NO_NAMES,
) -> Patch:
    """Return the patch that makes the files declare values of the shop, with these names.

    Comments, order, quotes and placeholders are kept. Strings in files of their own are patched
    there. `left_out` is the predicate of warnings about fields that are not patched.
    """
    patching = _Patching(project, shop, wire)
    left: list[Diagnostic] = []
    counts: Counter[str] = Counter()
    for one in held:
        try:
            counts[patching.take(one)] += 1
        except _NotPatchable as problem:
            left.append(patching.warning(one, left_out, str(problem)))
    return Patch(dict(patching.changed()), counts, tuple(left))


class _Patching:
    """Collects the edits of all files. `files` are files with one string, by path.

    `new` are added fields, by file and place, each with its rank among the fields of its kind.
    """

    def __init__(self, project: Project, shop: str, wire: Map[str, WireNames]) -> None:
        declarations = Declarations(project, shop, Collector(), wire)
        self.declarations = {declaration.address: declaration for declaration in declarations.all()}
        self.directory, self.boms = project.directory, project.boms
        self.contents, self.catalogue = project.contents, project.catalogue
        self.documents: dict[str, Document] = {}
        self.edits: dict[str, list[Edit]] = {}
        self.new: dict[tuple[str, int], list[tuple[int, str]]] = {}
        self.files: dict[str, tuple[str, str]] = {}
        self.reader = Files(project.directory, Collector())
        nodes = [n for d in self.declarations.values() for _, n in d.node.entries.values()]
        self.uses = Counter(map(id, nodes))
        self.file_uses = Counter(path for node in nodes if (path := self._path(node)))

    def take(self, one: LiveField) -> str:
        """Add the edits for one field, and return their file. Raises _NotPatchable."""
        declaration = self.declarations.get(one.address)
        if one.why or declaration is None:
            raise _NotPatchable(one.why or "it is not declared")
        if declaration.node.file not in self.contents:
            raise _NotPatchable("it is in a table")
        if (found := declaration.entry(one.field)) is None:
            self._insert(declaration, one)
            return declaration.node.file
        holder, (key, node) = found
        document = self._document(node.file)
        shared = self.uses[id(node)] > 1 or self.uses[id(holder)] > 1
        if shared or node.start < key.start or document.has_properties(node):
            raise _NotPatchable("an anchor shares the value")
        if isinstance(node, Scalar):
            self._scalar(document, declaration, one, holder, (key, node))
        elif isinstance(node, Sequence) and isinstance(one.value, tuple):
            self._items(document, declaration, (key, node), one)
        elif isinstance(node, Mapping) and one.field in free_text_fields(declaration.kind):
            return self._file(declaration, one, node)
        else:
            raise _NotPatchable("its value is in a form that cannot be patched")
        return node.file

    def warning(self, one: LiveField, left_out: str, problem: str) -> Diagnostic:
        declaration = self.declarations.get(one.address)
        found = declaration.entry(one.field) if declaration else None
        place = found[1][1] if found else declaration and declaration.key
        name = f"`{one.field}` of `{one.address}`" if one.field else f"`{one.address}`"
        return warning(
            "drift-left",
            f"{name} {left_out}: {problem}",
            hint="" if one.why or not one.field else f"the shop has {quoted(one.value, SHOWN)}",
            span=place.span if place else None,
            address=one.address,
        )

    def changed(self) -> Iterator[tuple[str, tuple[str, str]]]:
        """Yield the changed files, before and after, in order of name."""
        for (name, at), added in self.new.items():
            self._add(name, [Edit(at, at, "".join(text for _, text in sorted(added)))])
        changed = {name: self._with_bom(name, *both) for name, both in self.files.items()}
        for name, edits in self.edits.items():
            document = self._document(name)
            changed[name] = self._with_bom(name, document.text, apply_edits(document, edits))
        yield from ((name, both) for name, both in sorted(changed.items()) if both[0] != both[1])

    def _document(self, name: str) -> Document:
        if name not in self.documents:
            self.documents[name] = Document(self.contents[name])
        return self.documents[name]

    def _with_bom(self, name: str, before: str, after: str) -> tuple[str, str]:
        """Prepend the byte order mark of a file, if it has one, to both of its contents."""
        bom = self.boms.get(name, "")
        if name not in self.contents:
            with files.reporting(self.directory / name, ConfigError):
                data = files.read(files.inside(self.directory, name))
            bom = BOM if data.startswith(BOM.encode()) else ""
        return bom + before, bom + after

    def _insert(self, declaration: Declaration, one: LiveField) -> None:
        document = self._document(declaration.node.file)
        entries = [*declaration.node.entries.values()]
        if not entries or any(self.uses[id(node)] > 1 for _, node in entries):
            raise _NotPatchable("an anchor shares the value")
        if any(key is node for key, node in entries):
            raise _NotPatchable("it is a string in a list, which has no other fields")
        order = list(declaration.kind.fields)
        if one.field not in order:
            raise _NotPatchable("it is not under `extra` yet")
        rank = order.index(one.field)
        before = [entry for entry in entries if entry[0].text in order[:rank]]
        value, rich = self._plain(declaration, one, ""), declaration.kind.type(one.field).rich
        depth = document.column(entries[0][0])
        lines = [line[depth:] for line in plain_field(one.field, value, rich, depth)]
        inline = f"{one.field}: {inline_scalar(value, '', bracketed=True)}"
        for key, node in (*reversed(before), entries[0]):
            after = document.value(node, document.end(key))
            with suppress(NotEditable):
                edit = add_entries(document, declaration.node, lines, inline, after)
                place = self.new.setdefault((declaration.node.file, edit.start), [])
                place.append((rank, edit.text))
                return
        raise _NotPatchable("the files do not declare it yet, and there is no simple place for it")

    def _scalar(
        self,
        document: Document,
        declaration: Declaration,
        one: LiveField,
        holder: Mapping,
        entry: tuple[Scalar, Scalar],
    ) -> None:
        key, node = entry
        if holds_placeholder(node.text):
            raise _NotPatchable("it contains a placeholder")
        value = self._plain(declaration, one, node.text)
        short = key is node
        if short and key_from(str(value)) != key_from(node.text):
            raise _NotPatchable("its key is derived from the value")
        bracketed = short or document.flow(holder)
        self._add(node.file, [set_scalar(document, key, node, value, bracketed=bracketed)])

    def _items(
        self,
        document: Document,
        declaration: Declaration,
        entry: tuple[Scalar, Sequence],
        one: LiveField,
    ) -> None:
        (key, node), type_ = entry, declaration.kind.type(one.field)
        strings = [scalar.text for scalar in scalars(node)]
        values = one.value if isinstance(one.value, tuple) else ()
        if any(map(holds_placeholder, strings)):
            raise _NotPatchable("it contains a placeholder")
        if any(self.uses[id(part)] > 1 or document.has_properties(part) for part in nodes(node)):
            raise _NotPatchable("an anchor shares the value")
        old = "".join(strings[:1])
        try:
            if type_.in_cell:
                refers = type_.targets
                written = [str(self._key(v, old)) if refers else as_literal(str(v)) for v in values]
                edits = set_items(document, node, tuple(written))
            else:
                new = with_parts(values, Ref, lambda ref: self._key(ref, ""))
                data = Reader(Collector()).read(node, self._shape(declaration, one.field))
                before: Any = type_.canonical(type_.parse(data, lambda *_: None))
                edits = [set_records(document, key, node, before, new)]
        except NotEditable:
            raise _NotPatchable("its list is in a form that cannot be patched") from None
        self._add(node.file, edits)

    def _file(self, declaration: Declaration, one: LiveField, node: Mapping) -> str:
        name, path = self._path(node), child(node, "file")
        before = None
        if isinstance(path, Scalar) and name:
            before = self.reader.text(path.text, path.file, path.span)
        if name is None or before is None:
            raise _NotPatchable("the path of its file contains a placeholder")
        if self.file_uses[name] > 1 or name in self.files:
            raise _NotPatchable("its file is used in several places")
        after = fitted(declaration.kind.type(one.field), str(one.value), before)
        self.files[name] = (before, after)
        return name

    def _path(self, node: Node) -> str | None:
        """Return the file that a string comes from, relative to the project."""
        path = child(node, "file")
        if not isinstance(path, Scalar) or "${" in path.text:
            return None
        return self.reader.relative(path.text, path.file, path.span)

    def _plain(self, declaration: Declaration, one: LiveField, old: str) -> Plain:
        """Return the value as written in the files. Raises _NotPatchable."""
        if one.field in declaration.kind.refers:
            return self._key(one.value, old)
        value, shape = one.value, self._shape(declaration, one.field)
        if shape.accepts is Accepts.BOOLEAN and isinstance(value, bool):
            return value
        if shape.accepts is Accepts.INTEGER and isinstance(value, int):
            return value
        known = shape.accepts is Accepts.CHOICE and value in shape.choices
        string = shape.accepts in (Accepts.STRING, Accepts.SCALAR)
        if not isinstance(value, str) or not (known or string):
            raise _NotPatchable("the value in the shop cannot be written in the files")
        return fitted(declaration.kind.type(one.field), as_literal(value), old)

    def _shape(self, declaration: Declaration, field: str) -> Shape:
        fields = shape_of(model_of(self.catalogue, declaration.kind)).fields
        return field_shape(fields, field) or Shape(Accepts.ANY)

    def _key(self, value: object, old: str) -> str | None:
        if value is None:
            return None
        found = self.declarations.get(value.address) if isinstance(value, Ref) else None
        if found is None or not found.active:
            raise _NotPatchable("its reference is not declared")
        address = found.address
        return str(address) if old.startswith(f"{address.kind}.") else address.keys[-1]

    def _add(self, file: str, edits: Iterable[Edit]) -> None:
        self.edits.setdefault(file, []).extend(edits)
