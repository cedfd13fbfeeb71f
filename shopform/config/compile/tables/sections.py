"""Sections that stand in CSV files, a resource a row, made into the nodes YAML would give."""

import re
from collections import Counter
from collections.abc import Iterable
from collections.abc import Mapping as Map
from collections.abc import Sequence as Seq
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from shopform.config.compile.coercion import Reader, explain
from shopform.config.compile.field_types import shape_of
from shopform.config.compile.kind_models import model_of
from shopform.config.compile.settings_spec import TableSpec
from shopform.config.read.files import Files
from shopform.config.read.odd_values import Oddities, Oddity, about, not_in_use, odd_cell
from shopform.config.read.yaml_nodes import Mapping, Node, Scalar, Sequence, child, place
from shopform.diagnostics import Collector, Span
from shopform.kinds import KINDS, Kind
from shopform.model.canonical import canonical
from shopform.model.keys import key_from, row_key

if TYPE_CHECKING:
    from shopform.config.compile.tables.columns import Headers
    from shopform.config.read.csv_cells import Sheet

_BETWEEN: Final = re.compile(r"[\s,]+")
_SECRET: Final = re.compile(r"(?<!\$)\$\{(env|file):")


def is_table(node: Node) -> bool:
    """Whether a section is a table: one text behind `table`, where a resource has a mapping."""
    named = child(node, "table")
    return isinstance(named, Scalar) and not named.null


class Tables:
    """Reads the tables of a project. `sheets` gets each, by its name, and `odd` its odd rows."""

    def __init__(
        self, directory: Path, sheets: dict[str, "Sheet"], odd: Oddities, collector: Collector
    ) -> None:
        self._files = Files(directory, collector)
        self._sheets = sheets
        self._odd = odd
        self._collector = collector

    def unfolded(self, kind: Kind, node: Node) -> Node | None:
        """A section in which every table is a mapping of resources, in what is nested too.

        None, with messages collected, where a table cannot be read.
        """
        if is_table(node) and isinstance(node, Mapping):
            return self._section(kind, node)
        nested = [k for k in KINDS if k.nesting and k.nesting.kind == kind.name]
        whole = True
        for _, resource in node.entries.values() if nested and isinstance(node, Mapping) else ():
            entries = resource.entries if isinstance(resource, Mapping) else {}
            for inner in nested:
                if inner.section in entries:
                    key, below = entries[inner.section]
                    found = self.unfolded(inner, below)
                    whole = whole and found is not None
                    entries[inner.section] = (key, found or below)
        return node if whole else None

    def _section(self, kind: Kind, node: Mapping) -> Mapping | None:
        # Most projects have no table.
        from shopform.config.compile.tables.columns import Headers
        from shopform.config.read.csv_cells import rows, trimmed

        before = len(self._collector.diagnostics)
        made = Mapping(node.file, node.start)
        made.end = node.end
        spec = self._spec(node)
        read = self._read(kind, node.entries["table"][1], spec) if spec else None
        if spec and read:
            file, sheet = read
            found = rows(sheet, file, self._collector)
            row = spec.header_row
            texts = list(map(trimmed, next(islice(found, sheet.header - 1, None), [])))
            if any(texts):
                headers = Headers(kind, node, spec, file, sheet.header, texts, self._collector)
                if len(self._collector.diagnostics) == before:
                    table = _Table(kind, file, headers, self._odd, self._collector)
                    table.fill(made.entries, enumerate(found, sheet.header + 1))
            elif len(self._collector.diagnostics) == before:
                self._collector.error(
                    "table-empty",
                    f"`{file}` has no headers" + (f" in row {row}" if row else ""),
                    hint="write the names of the fields into its first row"
                    if row is None
                    else "correct `header_row`, or leave it out",
                    span=Span(file, sheet.header, 1),
                )
        return made if len(self._collector.diagnostics) == before else None

    def _spec(self, node: Mapping) -> TableSpec | None:
        data: Any = Reader(self._collector).read(node, shape_of(TableSpec))
        try:
            return TableSpec.model_validate(data)
        except ValidationError as refused:
            explain(refused, TableSpec, node, data, self._collector)
        return None

    def _read(self, kind: Kind, named: Node, spec: TableSpec) -> tuple[str, "Sheet"] | None:
        """The table's name in the project, and how it is laid out."""
        path = named.text if isinstance(named, Scalar) else ""
        data = self._files.read(path, named.file, named.span)
        file = self._files.relative(path, named.file, named.span) if data is not None else None
        if data is None or file is None:
            return None
        from shopform.config.read.csv_cells import decoded, laid_out, trimmed

        text = decoded(data)
        if isinstance(text, int):
            self._collector.error(
                "table-encoding",
                f"the table `{path}` is not UTF-8 (line {text})",
                hint="save it as `CSV UTF-8`, which is among the file types of a spreadsheet",
                span=named.span,
            )
            return None
        wanted = {
            *(spec.columns.values() or shape_of(model_of(kind)).fields),
            spec.key,
            *spec.where,
        }
        self._sheets[file] = laid_out(
            text, set(map(trimmed, wanted)), spec.header_row or 0, spec.separator or ""
        )
        return file, self._sheets[file]


class _Table:
    """Makes the rows of one table into resources."""

    def __init__(
        self, kind: Kind, file: str, headers: "Headers", odd: Oddities, collector: Collector
    ) -> None:
        self._kind = kind
        self._file = file
        self._columns = headers.columns
        self._width = len(headers.texts)
        self._where = headers.where
        self._odd = odd
        read = {headers.key, *headers.where, *(column.index for column in headers.columns)}
        self._unread = [(i, text) for i, text in enumerate(headers.texts) if i not in read]
        self._collector = collector
        identity = [(name, headers.index_of(name)) for name in kind.identity]
        self._identity = [
            (None if name in kind.refers else kind.type(name), index)
            for name, index in identity
            if index is not None
        ]
        self._named = headers.key
        self._at = next(
            (i for i in (headers.key, *(i for _, i in self._identity)) if i is not None), 0
        )
        self._same: Counter[str] = Counter()

    def fill(
        self, entries: dict[str, tuple[Scalar, Node]], found: Iterable[tuple[int, Seq[str]]]
    ) -> None:
        from shopform.config.read.csv_cells import trimmed

        for number, cells in found:
            row = list(map(trimmed, cells))
            row += [""] * (self._width - len(row))
            if not any(row) or any(row[i] not in texts for i, texts in self._where.items()):
                continue
            if any(row[self._width :]):
                self._uneven(number, len(row))
                continue
            odd = self._oddities(number, row)
            key = self._odd_key(row, entries) if odd else self._key(number, row, entries)
            if odd:
                self._odd[self._file, place(number, 1)] = odd
            if key:
                at = place(number, self._at + 1)
                made = self._resource(number, row)
                entries[key] = (Scalar(self._file, at, at, key, False), made)

    def _oddities(self, number: int, row: Seq[str]) -> tuple[Oddity, ...]:
        """What keeps a row from being a resource: the first cell of each sort."""
        kind = self._kind
        named = [(i, header, not_in_use(kind, header, row[i])) for i, header in self._unread]
        fields = [(c.index, c.name.text) for c in self._columns]
        named += [(i, field, odd_cell(kind, field, row[i])) for i, field in fields]
        found: dict[str, Oddity] = {}
        for index, name, code in named:
            at = Span(self._file, number, index + 1)
            if code:
                found.setdefault(code, Oddity(code, row[index], about(kind, code, name), at))
        return tuple(found.values())

    def _is_odd(self, entry: tuple[Scalar, Node]) -> bool:
        return (self._file, entry[1].start) in self._odd

    def _odd_key(self, row: Seq[str], entries: Map[str, tuple[Scalar, Node]]) -> str:
        """The key of an odd row, by which the state may have it; empty where another has it."""
        key = self._hash(row) if self._named is None else key_from(row[self._named])
        return "" if key in entries else key

    def _resource(self, number: int, row: Seq[str]) -> Mapping:
        file = self._file
        resource = Mapping(file, place(number, 1))
        for column in self._columns:
            text = row[column.index]
            if not text:
                continue
            at = place(number, column.index + 1)
            node: Node
            if _SECRET.search(text):
                self._secret(number, column.index)
                continue
            if column.listed:
                node = Sequence(file, at)
                node.items += [
                    Scalar(file, at, at, word, False) for word in _BETWEEN.split(text) if word
                ]
            else:
                node = Scalar(file, at, at, text, not column.word)
            resource.entries[column.name.text] = (column.name, node)
        return resource

    def _key(
        self, number: int, row: Seq[str], entries: dict[str, tuple[Scalar, Node]]
    ) -> str | None:
        """The key of a row; None, with a message, where it can have none."""
        if self._named is None:
            return self._hashed(row)
        text = row[self._named]
        key = key_from(text)
        span = Span(self._file, number, self._named + 1)
        if not key:
            self._collector.error(
                "table-key-empty",
                f"row {number} has no value for its key" if not text else f"`{text}` gives no key",
                hint="leave `key` out, so that keys are derived from the identity",
                span=span,
            )
            return None
        first = entries.get(key)
        if first and not self._is_odd(first):
            other = first[0].span
            self._collector.error(
                "table-key-twice",
                f"rows {other.line} and {number} both make the key `{key}`",
                hint="remove one; or leave `key` out, so that keys are derived from the identity",
                span=span,
                related=((f"row {other.line}", other),),
            )
            return None
        return key

    def _hashed(self, row: Seq[str]) -> str:
        """A key from what recognises the object; the same wherever the row stands.

        A second one of the same identity gets another key, since that is told of resources.
        """
        key = self._hash(row)
        self._same[key] += 1
        return key if self._same[key] == 1 else f"{key}-{self._same[key]}"

    def _hash(self, row: Seq[str]) -> str:
        return row_key(
            str(canonical(form, row[index])) if form else row[index]
            for form, index in self._identity
        )

    def _secret(self, number: int, index: int) -> None:
        """A sheet is often somebody else's, who could have any secret sent to the shop."""
        self._collector.error(
            "table-secret",
            "a table takes no secrets, which its writers could name at will",
            hint="declare this one in YAML, or use `${var.NAME}`",
            span=Span(self._file, number, index + 1),
        )

    def _uneven(self, number: int, count: int) -> None:
        self._collector.error(
            "table-uneven",
            f"row {number} has {count} cells where the header has {self._width}",
            hint="put a cell with the separator in it between quotes",
            span=Span(self._file, number, 1),
        )
