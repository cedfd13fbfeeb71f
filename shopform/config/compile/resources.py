"""Build resources from declarations whose fields have been read."""

import shlex
from collections.abc import Iterable
from collections.abc import Mapping as Map
from functools import cache, partial
from typing import Any, Final

from shopform.config.compile.declarations import Declaration
from shopform.config.read.files import Files, Suggestions
from shopform.config.read.yaml_nodes import Node, Sequence, child, field_node, scalars
from shopform.diagnostics import Collector, Span, did_you_mean
from shopform.kinds import EXTRA, Catalogue, Field, Kind, is_extra
from shopform.kinds.field_types import FieldType
from shopform.kit.text import backquoted
from shopform.model.columns import known_columns
from shopform.model.desired import Delivery, Resource
from shopform.model.lookups import Lookup, check_lookup
from shopform.model.shop import Shop, WireNames
from shopform.model.values import PLAIN, Address, Ref, Value, parts_in

_NONE: Final[frozenset[str]] = frozenset()  # Python makes a new one each time


@cache
def _fields_as_read(kind: Kind) -> frozenset[str]:
    """Return the fields whose validated data are their values, as most are."""
    return frozenset(
        row.name
        for row in kind.rows
        if not (row.known or row.type.targets or type(row.type).parse is not FieldType.parse)
    )


class ResourceBuilder:
    """Builds resources. `known` are all declarations, to resolve references."""

    def __init__(
        self,
        catalogue: Catalogue,
        known: Map[Address, Declaration],
        shop: Shop,
        files: Files,
        collector: Collector,
    ) -> None:
        self._catalogue = catalogue
        self._columns = {
            name: known_columns(kind, shop.wire.get(name, WireNames()))
            for name, kind in catalogue.items()
        }
        self._known = known
        self._files = files
        self._collector = collector
        self._suggest = Suggestions()

    def resource(self, declaration: Declaration) -> Resource:
        """Return the resource of a declaration; its errors go to the collector."""
        kind, data = declaration.kind, declaration.data
        lifecycle: dict[str, Any] = data.get("lifecycle") or {}
        as_read = _fields_as_read(kind)
        if declaration.secrets:
            as_read -= declaration.secrets.keys()
        fields: dict[str, Value] = {
            name: data[name] if name in as_read else self._value(declaration, row, data[name])
            for name, row in kind.fields.items()
            if name in data
        }
        if data.get("extra"):
            fields |= self._extra(declaration, data["extra"])
        if not PLAIN.issuperset(map(type, data.values())):
            self._check_lookups(declaration, fields.keys())
        return Resource(
            address=declaration.address,
            kind=kind,
            fields=fields,
            parent=declaration.container.address if declaration.container else None,
            protect=lifecycle.get("protect", False),
            keep=lifecycle.get("on_delete") == "keep",
            ignore=self._ignored(declaration, lifecycle.get("ignore", ())),
            deliver=self._delivery(declaration) if kind.generated else None,
            span=declaration.key.span,
        )

    def _extra(self, declaration: Declaration, columns: Map[str, Value]) -> dict[str, Value]:
        """Return the fields of columns; those that are fields or cannot be set are refused."""
        known = self._columns[declaration.kind.name]
        for name in columns.keys() & known.keys():
            field, node = known[name], child(declaration.node, "extra", name)
            self._collector.error(
                "extra-field",
                f"`{name}` is the field `{field}`" if field else f"`{name}` cannot be set",
                hint=f"declare `{field}`, not under `extra`" if field else "remove it",
                span=(node or declaration.key).span,
                address=declaration.address,
            )
        return {f"{EXTRA}{name}": columns[name] for name in sorted(columns)}

    def _value(self, declaration: Declaration, row: Field, found: Any) -> Value:
        name = row.name
        if name in declaration.secrets:
            return declaration.secrets[name]
        if row.known and found is not None:
            self._check_known(declaration, row, found if row.type.listed else [found])
        node = field_node(declaration.node, name) or declaration.key
        for path, summary, hint in row.type.faults(found):
            place = (_at(node, path) or node).span
            self._collector.error("invalid-item", summary, hint=hint, span=place)
        parsed = row.type.parse(found, partial(self._load, declaration, name))
        linked: Value = row.type.with_links(parsed, partial(self._reference, declaration, node))
        return linked

    def _check_lookups(self, declaration: Declaration, names: Iterable[str]) -> None:
        """Report look-ups where a value cannot be such an id."""
        data, out = declaration.data, self._collector
        for name in names:
            row = declaration.kind.fields[name]
            written = data["extra"][row.wire] if is_extra(name) else data[name]
            if not parts_in(written, Lookup):
                continue
            named = self._catalogue.kind_of_ids(row.wire)
            for part, looks_up in row.type.looked_up(written):
                for each in parts_in(part, Lookup):
                    kind = named if looks_up == "" else looks_up
                    check_lookup(each, kind, out, declaration.address)

    def _reference(self, declaration: Declaration, node: Node, kind: str, text: str) -> Ref | None:
        """Return the reference that is written as `text` in the value at `node`."""
        if not text or isinstance(text, Lookup):
            return None
        target = Address(text) if text.startswith(f"{kind}.") else Address.of(kind, text)
        found = self._known.get(target)
        if found is not None and (found.active or not declaration.active):
            return Ref(target)
        node = next((each for each in scalars(node) if each.text == text), node)
        if found is None:
            addresses = (str(each) for each in self._known if each.kind == kind)
            near = self._suggest.hint(target, addresses).replace(f"`{kind}.", "`", 1)
            self._collector.error(
                "unknown-reference",
                f"`{target}` is not declared",
                hint=near or f"declare it under `{self._catalogue[kind].section}:`",
                span=node.span,
                address=declaration.address,
            )
            return None
        self._collector.error(
            "reference-excluded",
            f"`{target}` does not exist in this shop",
            hint="its `lifecycle.shops` excludes this shop; exclude both or neither",
            span=node.span,
            related=(("excluded here", found.key.span),),
            address=declaration.address,
        )
        return Ref(target)

    def _load(
        self, declaration: Declaration, name: str, number: int, file: str
    ) -> tuple[str, bytes] | None:
        """Return the path in the project and the content of a file that a list item names."""
        if isinstance(file, Lookup):
            return None
        node = field_node(declaration.node, name)
        item = node.items[number] if isinstance(node, Sequence) else declaration.key
        place = child(item, "file") or item
        content = self._files.read(file, place.file, place.span)
        path = self._files.relative(file, place.file, place.span) if content is not None else None
        return None if content is None or path is None else (path, content)

    def _check_known(self, declaration: Declaration, row: Field, values: list[str]) -> None:
        node = field_node(declaration.node, row.name)
        for number, value in enumerate(values):
            if value in row.known:
                continue
            place = node.items[number] if isinstance(node, Sequence) else node or declaration.key
            self._collector.warning(
                "undocumented-word",
                f"`{value}` is not a documented value of `{row.name}`",
                hint=did_you_mean(
                    value, row.known, f"documented are {backquoted(sorted(row.known))}"
                ),
                span=place.span,
                address=declaration.address,
            )

    def _ignored(self, declaration: Declaration, names: list[str]) -> frozenset[str]:
        if not names:
            return _NONE
        node, fields = child(declaration.node, "lifecycle", "ignore"), declaration.kind.fields
        for number, name in enumerate(names):
            if name not in fields and isinstance(node, Sequence):
                self._collector.error(
                    "unknown-field",
                    f"`lifecycle.ignore` names an unknown field `{name}`",
                    hint=did_you_mean(name, fields, f"fields are {backquoted(fields)}"),
                    span=node.items[number].span,
                    address=declaration.address,
                )
        columns = declaration.columns
        names = [columns.get(n.removeprefix(EXTRA), n) if is_extra(n) else n for n in names]
        return frozenset(names)

    def _delivery(self, declaration: Declaration) -> Delivery | None:
        written = declaration.data.get("secret_to")
        node = child(declaration.node, "secret_to")
        if not written or node is None:
            return None
        file, command = written.get("file"), written.get("command")
        arguments = self._arguments(command, node.span)
        if arguments is None:
            return None
        if bool(file) == bool(arguments):
            self._collector.error(
                "delivery-choice",
                "`secret_to` must have either `file` or `command`",
                hint="keep one of them",
                span=node.span,
                address=declaration.address,
            )
            return None
        if not file:
            return Delivery(command=arguments)
        place = child(node, "file") or node
        path = self._files.relative(file, place.file, place.span)
        return Delivery(file=path) if path else None

    def _arguments(self, command: str | list[str] | None, span: Span) -> tuple[str, ...] | None:
        if not isinstance(command, str):
            return tuple(command or ())
        try:
            return tuple(shlex.split(command))
        except ValueError as problem:
            self._collector.error(
                "invalid-command",
                f"the command cannot be split: {str(problem).lower()}",
                hint="close the quotation, or write the command as a list",
                span=span,
            )
            return None


def _at(node: Node | None, path: Iterable[str | int]) -> Node | None:
    """Return the node inside a value, by the keys of mappings and the numbers of items."""
    for step in path:
        if isinstance(step, str):
            node = child(node, step) if node else None
        else:
            node = node.items[step] if isinstance(node, Sequence) else None
    return node
