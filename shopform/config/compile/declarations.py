"""Every resource in the files, with its address, before its fields are read."""

from collections.abc import Iterable
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from typing import Any, Final

from shopform.config.compile.shop_selection import check_shop_name
from shopform.config.read.project import Entry, Project
from shopform.config.read.yaml_nodes import Mapping, Node, Scalar, Sequence, child
from shopform.diagnostics import Collector
from shopform.kinds import EXTRA, Kind
from shopform.kit.text import backquoted
from shopform.model.columns import columns_of_fields
from shopform.model.keys import key_from
from shopform.model.shop import WireNames
from shopform.model.values import KEY, Address, Secret

NO_NAMES: Final[Map[str, WireNames]] = {}
Found = tuple[Mapping, Entry]


@dataclass(slots=True, eq=False)
class Declaration:
    """A resource as written. `active` is false if it is excluded from the selected shop.

    `data` and `secrets` hold the values of its fields once they are read, `wrong` the names of
    invalid ones whose errors are reported, `holds` the sections of its children. `columns` are
    those that are fields under `extra` too, and `moved` the fields that were read from there.
    """

    kind: Kind
    address: Address
    key: Scalar
    node: Mapping
    container: "Declaration | None"
    active: bool
    columns: Map[str, str]
    data: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, Secret] = field(default_factory=dict)
    wrong: frozenset[str] = frozenset()
    holds: list[tuple[Kind, Scalar]] = field(default_factory=list)
    moved: frozenset[str] = frozenset()

    def entry(self, field: str) -> Found | None:
        """Return the entry of a field, and the mapping with it: the resource, or its `extra`."""
        if field in self.node.entries:
            return self.node, self.node.entries[field]
        extra = child(self.node, "extra")
        if not isinstance(extra, Mapping):
            return None
        named = ((self.columns.get(name, f"{EXTRA}{name}"), name) for name in extra.entries)
        return next(((extra, extra.entries[name]) for each, name in named if each == field), None)


class Declarations:
    """All declarations of a project for one shop, by kind; `wire` are the names of that shop."""

    def __init__(
        self,
        project: Project,
        shop: str,
        collector: Collector,
        wire: Map[str, WireNames] = NO_NAMES,
    ) -> None:
        self.by_kind: dict[str, list[Declaration]] = {name: [] for name in project.catalogue}
        self._project = project
        self._catalogue = project.catalogue
        self._columns = {
            name: columns_of_fields(kind, wire.get(name, WireNames()))
            for name, kind in project.catalogue.items()
        }
        self._shop = shop
        self._collector = collector
        for section, kind in project.catalogue.sections.items():
            for key, node in project.sections.get(section, {}).values():
                self._add(kind, key, node, None)

    def all(self) -> Iterable[Declaration]:
        for declarations in self.by_kind.values():
            yield from declarations

    def _add(self, kind: Kind, key: Scalar, node: Node, container: Declaration | None) -> None:
        if not KEY.match(key.text):
            suggested = key_from(key.text)
            hint = f"write `{suggested}`" if suggested else "use `a-z`, `0-9`, `-` and `_`"
            self._collector.error(
                "invalid-key", f"`{key.text}` cannot be a key", hint=hint, span=key.span
            )
        if type(node) is Scalar and node.null:
            node = Mapping(node.file, node.start)
        if type(node) is not Mapping:
            self._collector.error(
                "wrong-type",
                f"`{key.text}` must be a mapping of fields",
                hint=_mapping_hint(kind),
                span=node.span,
            )
            node = Mapping(node.file, node.start)
            self._declare(kind, key, node, container).wrong = frozenset(kind.fields)
            return
        declaration = self._declare(kind, key, node, container)
        for inner in self._catalogue.children[kind.name]:
            entry = node.entries.get(inner.section)
            if entry is not None:
                self._nested(inner, entry, declaration)

    def _declare(
        self, kind: Kind, key: Scalar, node: Mapping, container: Declaration | None
    ) -> Declaration:
        keys = container.address.keys if container else ()
        declaration = Declaration(
            kind,
            Address.of(kind.name, *keys, key.text),
            key,
            node,
            container,
            self._active(node) and (container is None or container.active),
            self._columns[kind.name],
        )
        self.by_kind[kind.name].append(declaration)
        return declaration

    def _active(self, node: Mapping) -> bool:
        listed = child(node, "lifecycle", "shops") if "lifecycle" in node.entries else None
        if not isinstance(listed, Sequence):
            return True
        names = [each for each in listed.items if isinstance(each, Scalar)]
        for each in names:
            check_shop_name(self._project, each.text, each.span, self._collector)
        return any(each.text == self._shop for each in names)

    def _nested(self, kind: Kind, entry: Entry, container: Declaration) -> None:
        key, node = entry
        short = kind.nesting.short if kind.nesting else ""
        if isinstance(node, Scalar) and node.null:
            return
        before = len(self.by_kind[kind.name])
        if isinstance(node, Mapping):
            for name, inner in node.entries.values():
                self._add(kind, name, inner, container)
        elif isinstance(node, Sequence) and short:
            self._short(kind, short, node, container)
        else:
            self._collector.error(
                "wrong-type",
                f"`{key.text}` must be a mapping of keys"
                + (" or a list of strings" if short else ""),
                hint="write a key and a colon before each item",
                span=node.span,
            )
        if len(self.by_kind[kind.name]) > before:
            container.holds.append((kind, key))

    def _short(self, kind: Kind, short: str, node: Sequence, container: Declaration) -> None:
        """Add an object for each string of a list, with a key derived from the string."""
        seen: dict[str, Scalar] = {}
        for item in node.items:
            if not isinstance(item, Scalar) or item.null:
                self._collector.error(
                    "wrong-type",
                    "a short list can only contain strings",
                    hint=f"use the mapping form for fields other than `{short}`",
                    span=item.span,
                )
                continue
            key = key_from(item.text)
            if not key:
                self._collector.error(
                    "short-empty",
                    f"`{item.text}` gives no key",
                    hint=f"use the mapping form: a key, and `{short}:` below it",
                    span=item.span,
                )
            elif key in seen:
                self._collector.error(
                    "short-collision",
                    f"`{seen[key].text}` and `{item.text}` both give the key `{key}`",
                    hint="use the mapping form, with a different key for each",
                    span=item.span,
                    related=(("the other", seen[key].span),),
                )
            else:
                seen[key] = item
                written = Mapping(item.file, item.start)
                written.entries[short] = (item, item)
                derived = Scalar(item.file, item.start, item.end, key, False)
                self._declare(kind, derived, written, container)


def _mapping_hint(kind: Kind) -> str:
    """Say how the fields of a resource are written, or its short form where it has one."""
    written = backquoted(name for name in kind.fields if name not in kind.generated)
    hint = f"write its fields below it: {written}"
    short = kind.nesting.short if kind.nesting else ""
    return f"{hint}; or only each `{short}`, in a list: `{kind.section}: [...]`" if short else hint
