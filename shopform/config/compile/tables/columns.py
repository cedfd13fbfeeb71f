"""The columns of a table: its headers, and the settings for them in YAML."""

from collections.abc import Collection, Iterator
from collections.abc import Sequence as Seq
from dataclasses import dataclass
from typing import Final

from shopform.config.compile.kind_models import model_of
from shopform.config.compile.settings_spec import TableSpec
from shopform.config.compile.shapes import Accepts, field_shape, shape_of
from shopform.config.read.csv_cells import trim
from shopform.config.read.yaml_nodes import Mapping, Node, Scalar, child, place
from shopform.diagnostics import Collector, Span, did_you_mean
from shopform.kinds import Catalogue, Kind
from shopform.kit.text import backquoted

_STRINGS: Final = frozenset({Accepts.STRING, Accepts.CHOICE, Accepts.SCALAR})
_ONE_CELL: Final = _STRINGS | {Accepts.BOOLEAN, Accepts.INTEGER, Accepts.NUMBER}
_NAMED: Final = "list the columns to read under `columns`, as `FIELD: HEADER`"


@dataclass(frozen=True, slots=True)
class CsvColumn:
    """A column with the values of a field; `name` is that of the field, placed at the header.

    `string`: its cells are strings, so `null` is not null. `listed`: they contain lists.
    """

    index: int
    name: Scalar
    string: bool
    listed: bool

    def enter(self, resource: Mapping, node: Node) -> None:
        """Add the field to a resource; one named `extra.COLUMN` to its mapping `extra`."""
        section, dot, inner = self.name.text.partition(".")
        name = self.name
        if dot:
            at = Scalar(name.file, name.start, name.start, section, False)
            _, held = resource.entries.setdefault(section, (at, Mapping(name.file, name.start)))
            resource = held if isinstance(held, Mapping) else resource
            name = Scalar(name.file, name.start, name.start, inner, False)
        resource.entries[name.text] = (name, node)


class Headers:
    """The headers of a table, read with the settings in `node`; errors go to the collector.

    `names` are the cells of the header row, which has the number `number`. `where` are the columns
    that select rows, with their values.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        kind: Kind,
        node: Mapping,
        spec: TableSpec,
        file: str,
        number: int,
        names: Seq[str],
        collector: Collector,
    ) -> None:
        self.names = names
        self._kind = kind
        self._shapes = shape_of(model_of(catalogue, kind)).fields
        self._node = node
        self._file = file
        self._number = number
        self._collector = collector
        self._reported: set[str] = set()
        named = self._named(spec) if spec.columns else self._by_header({spec.key, *spec.where})
        self.columns = [self._column(*each) for each in named]
        self.key = self._key(spec.key) if spec.key else None
        self.where = dict(self._where(spec))

    def index_of(self, field: str) -> int | None:
        """Return the column of a field."""
        return next((c.index for c in self.columns if c.name.text == field), None)

    def _column(self, index: int, field: str) -> CsvColumn:
        at = place(self._number, index + 1)
        shape = field_shape(self._shapes, field)
        accepts = shape.accepts if shape else Accepts.ANY
        listed = accepts not in _ONE_CELL
        return CsvColumn(
            index, Scalar(self._file, at, at, field, False), accepts in _STRINGS, listed
        )

    def _named(self, spec: TableSpec) -> Iterator[tuple[int, str]]:
        """Return the columns listed under `columns`."""
        written = child(self._node, "columns")
        entries = written.entries if isinstance(written, Mapping) else {}
        for field, (key, value) in entries.items():
            header = trim(spec.columns[field])
            if not self._fits(field, key.span, ""):
                continue
            if header in self.names:
                yield self._first(header), field
            else:
                self._missing(value, f"the table has no column `{header}`")

    def _where(self, spec: TableSpec) -> Iterator[tuple[int, frozenset[str]]]:
        written = child(self._node, "where")
        entries = written.entries if isinstance(written, Mapping) else {}
        for header, (key, _) in entries.items():
            values = spec.where[header]
            if trim(header) in self.names:
                listed = [values] if isinstance(values, str) else values
                yield self._first(trim(header)), frozenset(map(trim, listed))
            else:
                self._missing(key, f"the table has no column `{header}`")

    def _by_header(self, skipped: Collection[str]) -> Iterator[tuple[int, str]]:
        """Return the columns whose headers are names of fields, except those in `skipped`."""
        for index, header in enumerate(self.names):
            first = self._first(header) if header else index
            other = header in skipped and not field_shape(self._shapes, header)
            wanted = header and first == index and not other
            if wanted and self._fits(header, Span(self._file, self._number, index + 1), _NAMED):
                yield index, header

    def _fits(self, field: str, span: Span, hint: str) -> bool:
        """Whether cells can hold the field; if not, report it."""
        if field_shape(self._shapes, field) is None:
            near = did_you_mean(field, self._shapes)
            some = hint or f"fields are {backquoted(self._shapes)}"
            self._collector.error(
                "unknown-field",
                f"unknown field `{field}`",
                hint=f"{near} if not, {hint}" if near and hint else near or some,
                span=span,
            )
            return False
        row = self._kind.fields.get(field)
        if row and row.type.in_cell:
            return True
        self._collector.error(
            "table-field",
            f"`{field}` cannot be in a table",
            hint=f"declare resources with `{field}` in YAML",
            span=span,
        )
        return False

    def _first(self, header: str) -> int:
        """Return the first column with a header; report a second one, once."""
        first = self.names.index(header)
        for index in range(first + 1, len(self.names)):
            if self.names[index] == header and header not in self._reported:
                self._reported.add(header)
                self._collector.error(
                    "table-header-twice",
                    f"two columns have the header `{header}`",
                    hint="give each a different header",
                    span=Span(self._file, self._number, index + 1),
                )
        return first

    def _key(self, name: str) -> int | None:
        """Return the column from which keys are derived, of a field or by header."""
        index = self.index_of(name)
        if index is None and name in self.names:
            return self._first(name)
        if index is None:
            self._missing(child(self._node, "key"), f"the table has no column for `{name}`")
        return index

    def _missing(self, node: Node | None, summary: str) -> None:
        names = [each for each in self.names if each]
        given = node.text if isinstance(node, Scalar) else ""
        self._collector.error(
            "table-column",
            summary,
            hint=did_you_mean(given, names, f"its columns are {backquoted(names)}"),
            span=(node or self._node).span,
            related=(("its headers", Span(self._file, self._number, 1)),),
        )
