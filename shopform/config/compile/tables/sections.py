"""Sections in CSV files, with a resource in each row, converted to the nodes YAML would give."""

import re
from collections import Counter
from collections.abc import Iterable
from collections.abc import Mapping as Map
from collections.abc import Sequence as Seq
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from shopform.config.compile.coercion import validated
from shopform.config.compile.interpolation import SOURCES
from shopform.config.compile.kind_models import model_of
from shopform.config.compile.settings_spec import TableSpec
from shopform.config.compile.shapes import shape_of
from shopform.config.read.files import Files
from shopform.config.read.suspect_values import (
    SuspectRows,
    SuspectValue,
    about,
    suspect_cell,
    unused_row,
)
from shopform.config.read.yaml_nodes import Mapping, Node, Scalar, Sequence, is_table, place
from shopform.diagnostics import Collector, Span
from shopform.kinds import Catalogue, Kind
from shopform.model.canonical import canonical
from shopform.model.keys import key_from, row_key

if TYPE_CHECKING:
    from shopform.config.compile.tables.columns import Headers
    from shopform.config.read.csv_cells import Sheet

_BETWEEN: Final = re.compile(r"[\s,]+")
_SECRET: Final = re.compile(rf"(?<!\$)\$\{{({SOURCES}):")


class Tables:
    """Reads tables into `sheets`, by name, and their suspect rows into `suspect`."""

    def __init__(
        self,
        catalogue: Catalogue,
        directory: Path,
        sheets: dict[str, "Sheet"],
        suspect: SuspectRows,
        collector: Collector,
    ) -> None:
        self._catalogue = catalogue
        self._files = Files(directory, collector)
        self._sheets = sheets
        self._suspect = suspect
        self._collector = collector

    def expand(self, kind: Kind, node: Node) -> Node | None:
        """Replace tables in a section, and in the sections of children, by mappings of resources.

        Returns None, with errors collected, if a table cannot be read.
        """
        if is_table(node) and isinstance(node, Mapping):
            return self._section(kind, node)
        nested = self._catalogue.children[kind.name]
        complete = True
        for _, resource in node.entries.values() if nested and isinstance(node, Mapping) else ():
            entries = resource.entries if isinstance(resource, Mapping) else {}
            for inner in nested:
                if inner.section in entries:
                    key, below = entries[inner.section]
                    found = self.expand(inner, below)
                    complete = complete and found is not None
                    entries[inner.section] = (key, found or below)
        return node if complete else None

    def _section(self, kind: Kind, node: Mapping) -> Mapping | None:
        # Most projects have no table.
        from shopform.config.compile.tables.columns import Headers
        from shopform.config.read.csv_cells import rows, trim

        before = len(self._collector.diagnostics)
        section = Mapping(node.file, node.start)
        section.length = node.length
        spec = validated(TableSpec, node, self._collector)
        read = self._read(kind, node.entries["table"][1], spec) if spec else None
        if spec and read:
            file, sheet = read
            found = rows(sheet, file, self._collector)
            row = spec.header_row
            names = list(map(trim, next(islice(found, sheet.header - 1, None), [])))
            if any(names):
                headers = Headers(
                    self._catalogue, kind, node, spec, file, sheet.header, names, self._collector
                )
                if len(self._collector.diagnostics) == before:
                    table = _Table(kind, file, headers, self._suspect, self._collector)
                    table.fill(section.entries, enumerate(found, sheet.header + 1))
            elif len(self._collector.diagnostics) == before:
                self._collector.error(
                    "table-empty",
                    f"`{file}` has no headers" + (f" in row {row}" if row else ""),
                    hint="write the names of the fields into its first row"
                    if row is None
                    else "correct or remove `header_row`",
                    span=Span(file, sheet.header, 1),
                )
        return section if len(self._collector.diagnostics) == before else None

    def _read(self, kind: Kind, named: Node, spec: TableSpec) -> tuple[str, "Sheet"] | None:
        """Return the path of the table in the project, and its sheet."""
        path = named.text if isinstance(named, Scalar) else ""
        data = self._files.read(path, named.file, named.span)
        file = self._files.relative(path, named.file, named.span) if data is not None else None
        if data is None or file is None:
            return None
        from shopform.config.read.csv_cells import decode, detect_layout, trim

        text = decode(data)
        if isinstance(text, int):
            self._collector.error(
                "table-encoding",
                f"the table `{path}` is not UTF-8 (line {text})",
                hint="save it from the spreadsheet as file type `CSV UTF-8`",
                span=named.span,
            )
            return None
        wanted = {
            *(spec.columns.values() or shape_of(model_of(self._catalogue, kind)).fields),
            spec.key,
            *spec.where,
        }
        self._sheets[file] = detect_layout(
            text, set(map(trim, wanted)), spec.header_row or 0, spec.separator or ""
        )
        return file, self._sheets[file]


class _Table:
    """Converts the rows of one table to resources."""

    def __init__(
        self, kind: Kind, file: str, headers: "Headers", suspect: SuspectRows, collector: Collector
    ) -> None:
        self._kind = kind
        self._file = file
        self._columns = headers.columns
        self._width = len(headers.names)
        self._where = headers.where
        self._suspect = suspect
        read = {headers.key, *headers.where, *(column.index for column in headers.columns)}
        self._unread = [(i, text) for i, text in enumerate(headers.names) if i not in read]
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
        from shopform.config.read.csv_cells import trim

        for number, cells in found:
            row = list(map(trim, cells))
            row += [""] * (self._width - len(row))
            if not any(row) or any(row[i] not in values for i, values in self._where.items()):
                continue
            if any(row[self._width :]):
                self._uneven(number, len(row))
                continue
            suspects = self._suspects(number, row)
            key = self._suspect_key(row, entries) if suspects else self._key(number, row, entries)
            if suspects:
                self._suspect[self._file, place(number, 1)] = suspects
            if key:
                at = place(number, self._at + 1)
                resource = self._resource(number, row)
                entries[key] = (Scalar(self._file, at, at, key, False), resource)

    def _suspects(self, number: int, row: Seq[str]) -> tuple[SuspectValue, ...]:
        """Return the suspect values of a row, the first of each code."""
        kind = self._kind
        named = [(i, header, unused_row(kind, header, row[i])) for i, header in self._unread]
        fields = [(c.index, c.name.text) for c in self._columns]
        named += [(i, field, suspect_cell(kind, field, row[i])) for i, field in fields]
        found: dict[str, SuspectValue] = {}
        for index, name, code in named:
            at = Span(self._file, number, index + 1)
            if code:
                found.setdefault(code, SuspectValue(code, row[index], about(kind, code, name), at))
        return tuple(found.values())

    def _is_suspect(self, entry: tuple[Scalar, Node]) -> bool:
        return (self._file, entry[1].start) in self._suspect

    def _suspect_key(self, row: Seq[str], entries: Map[str, tuple[Scalar, Node]]) -> str:
        """Return the key of a suspect row, which the state may contain; empty if it is taken."""
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
                node = Scalar(file, at, at, text, not column.string)
            column.enter(resource, node)
        return resource

    def _key(
        self, number: int, row: Seq[str], entries: dict[str, tuple[Scalar, Node]]
    ) -> str | None:
        """Return the key of a row; None, with an error collected, if it has none."""
        if self._named is None:
            return self._hashed(row)
        text = row[self._named]
        key = key_from(text)
        span = Span(self._file, number, self._named + 1)
        if not key:
            self._collector.error(
                "table-key-empty",
                f"row {number} has no value for its key" if not text else f"`{text}` gives no key",
                hint="remove `key`, so that keys are derived from the identity",
                span=span,
            )
            return None
        first = entries.get(key)
        if first and not self._is_suspect(first):
            other = first[0].span
            self._collector.error(
                "table-key-twice",
                f"rows {other.line} and {number} both give the key `{key}`",
                hint="remove one; or remove `key`, so that keys are derived from the identity",
                span=span,
                related=((f"row {other.line}", other),),
            )
            return None
        return key

    def _hashed(self, row: Seq[str]) -> str:
        """Derive a key from the identity, so that it does not depend on the position of the row.

        Rows with the same identity get different keys: the conflict is reported later.
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
        """Report a secret: tables often come from others, who could send any secret to the shop."""
        self._collector.error(
            "table-secret",
            "secrets are not allowed in tables",
            hint="declare this one in YAML, or use `${var.NAME}`",
            span=Span(self._file, number, index + 1),
        )

    def _uneven(self, number: int, count: int) -> None:
        self._collector.error(
            "table-uneven",
            f"row {number} has {count} cells where the header has {self._width}",
            hint="put cells that contain the separator in quotes",
            span=Span(self._file, number, 1),
        )
