"""Which column of a table holds what: its headers, and what the YAML says of them."""

from collections.abc import Collection, Iterator
from collections.abc import Sequence as Seq
from dataclasses import dataclass
from typing import Final

from shopform.config.compile.field_types import Takes, shape_of
from shopform.config.compile.kind_models import model_of
from shopform.config.compile.settings_spec import TableSpec
from shopform.config.read.csv_cells import trimmed
from shopform.config.read.files import one_of
from shopform.config.read.yaml_nodes import Mapping, Node, Scalar, child, place
from shopform.diagnostics import Collector, Span, did_you_mean
from shopform.kinds import Kind

_TEXTS: Final = frozenset({Takes.TEXT, Takes.WORD})
_ONE_CELL: Final = _TEXTS | {Takes.FLAG, Takes.NUMBER, Takes.FRACTION}
_NAMED: Final = "name the columns that are used under `columns`, as `FIELD: HEADER`"


@dataclass(frozen=True, slots=True)
class CsvColumn:
    """A column that holds a field; `name` is the field's, placed at the header.

    `word`: its cells are texts, and `null` is one like others. `listed`: they hold lists.
    """

    index: int
    name: Scalar
    word: bool
    listed: bool


class Headers:
    """The headers of a table, read with what `node` says of it; mistakes go to the collector.

    `texts` stand in the row `number`. `where` are the columns that choose rows, with their texts.
    """

    def __init__(
        self,
        kind: Kind,
        node: Mapping,
        spec: TableSpec,
        file: str,
        number: int,
        texts: Seq[str],
        collector: Collector,
    ) -> None:
        self.texts = texts
        self._kind = kind
        self._shapes = shape_of(model_of(kind)).fields
        self._node = node
        self._file = file
        self._number = number
        self._collector = collector
        self._told: set[str] = set()
        named = self._named(spec) if spec.columns else self._plain({spec.key, *spec.where})
        self.columns = [self._column(*each) for each in named]
        self.key = self._key(spec.key) if spec.key else None
        self.where = dict(self._where(spec))

    def index_of(self, field: str) -> int | None:
        """The column of a field."""
        return next((c.index for c in self.columns if c.name.text == field), None)

    def _column(self, index: int, field: str) -> CsvColumn:
        at = place(self._number, index + 1)
        takes = self._shapes[field].takes
        listed = takes not in _ONE_CELL
        return CsvColumn(index, Scalar(self._file, at, at, field, False), takes in _TEXTS, listed)

    def _named(self, spec: TableSpec) -> Iterator[tuple[int, str]]:
        """The columns that `columns` names."""
        written = child(self._node, "columns")
        entries = written.entries if isinstance(written, Mapping) else {}
        for field, (key, value) in entries.items():
            header = trimmed(spec.columns[field])
            if not self._fits(field, key.span, ""):
                continue
            if header in self.texts:
                yield self._once(header), field
            else:
                self._missing(value, f"the table has no column `{header}`")

    def _where(self, spec: TableSpec) -> Iterator[tuple[int, frozenset[str]]]:
        written = child(self._node, "where")
        entries = written.entries if isinstance(written, Mapping) else {}
        for header, (key, _) in entries.items():
            texts = spec.where[header]
            if trimmed(header) in self.texts:
                listed = [texts] if isinstance(texts, str) else texts
                yield self._once(trimmed(header)), frozenset(map(trimmed, listed))
            else:
                self._missing(key, f"the table has no column `{header}`")

    def _plain(self, aside: Collection[str]) -> Iterator[tuple[int, str]]:
        """Every column, by a header that is the name of a field; but for those `aside`."""
        for index, header in enumerate(self.texts):
            first = self._once(header) if header else index
            other = header in aside and header not in self._shapes
            wanted = header and first == index and not other
            if wanted and self._fits(header, Span(self._file, self._number, index + 1), _NAMED):
                yield index, header

    def _fits(self, field: str, span: Span, hint: str) -> bool:
        """Whether a cell can hold the field."""
        shape = self._shapes.get(field)
        if shape is None:
            near = did_you_mean(field, self._shapes)
            some = hint or f"fields are {one_of(self._shapes)}"
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

    def _once(self, header: str) -> int:
        """Where a header stands first; told, once, where it stands twice."""
        first = self.texts.index(header)
        for index in range(first + 1, len(self.texts)):
            if self.texts[index] == header and header not in self._told:
                self._told.add(header)
                self._collector.error(
                    "table-header-twice",
                    f"two columns have the header `{header}`",
                    hint="give each a header of its own",
                    span=Span(self._file, self._number, index + 1),
                )
        return first

    def _key(self, word: str) -> int | None:
        """The column that makes the keys."""
        index = self.index_of(word)
        if index is None and word in self.texts:
            return self._once(word)
        if index is None:
            self._missing(child(self._node, "key"), f"the table has no column for `{word}`")
        return index

    def _missing(self, node: Node | None, summary: str) -> None:
        words = [text for text in self.texts if text]
        given = node.text if isinstance(node, Scalar) else ""
        self._collector.error(
            "table-column",
            summary,
            hint=did_you_mean(given, words, f"its columns are {one_of(words)}"),
            span=(node or self._node).span,
            related=(("its headers", Span(self._file, self._number, 1)),),
        )
