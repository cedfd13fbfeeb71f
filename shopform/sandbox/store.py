"""The shop's data: rows in memory, and a file that survives a crash at any time.

The file is JSON lines: a header, then one line per commit with a list of [table, id, row]. A
commit is one write, so it is complete or absent; an incomplete last line is ignored. Opening a
file rewrites it with one line per row.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from shopform.errors import UsageError

Row = dict[str, Any]
Body = Mapping[str, Any]
Change = tuple[str, int, Row]
HEADER = '{"sandbox": 1}\n'


class RowStore:
    """Rows by table and id. Rows are replaced, never changed in place."""

    def __init__(self, file: Path | None, first_ids: Mapping[str, int]) -> None:
        self._first_ids = first_ids
        self._file = file
        self._out: TextIO | None = None
        self._reset()
        if file is not None and file.exists():
            self._load(file)
        self._open()

    @property
    def empty(self) -> bool:
        return not any(self._tables.values())

    def rows(self, table: str) -> Iterable[Row]:
        return self._tables[table].values()

    def get(self, table: str, number: int) -> Row | None:
        return self._tables[table].get(number)

    def find(self, table: str, column: str, wanted: object) -> list[Row]:
        """Return the rows of a table with this value in a column, in order of id."""
        if (table, column) not in self._indexes:
            index: dict[object, set[int]] = {}
            for number, row in self._tables[table].items():
                index.setdefault(row.get(column), set()).add(number)
            self._indexes[table, column] = index
        numbers = self._indexes[table, column].get(wanted, ())
        return [self._tables[table][number] for number in sorted(numbers)]

    def next_id(self, table: str) -> int:
        return self._next[table]

    def commit(self, changes: list[Change]) -> None:
        """Store these rows, all or none."""
        if self._out is not None:
            self._out.write(json.dumps(changes) + "\n")
            self._out.flush()
        self._apply(changes)

    def clear(self) -> None:
        self.close()
        self._reset()
        self._open()

    def close(self) -> None:
        if self._out is not None:
            self._out.close()
            self._out = None

    def _reset(self) -> None:
        self._tables: dict[str, dict[int, Row]] = {table: {} for table in self._first_ids}
        self._indexes: dict[tuple[str, str], dict[object, set[int]]] = {}
        self._next = dict(self._first_ids)
        self.commits = 0

    def _apply(self, changes: Iterable[Change]) -> None:
        self.commits += 1
        for table, number, row in changes:
            before = self._tables[table].get(number, {})
            self._tables[table][number] = row
            self._next[table] = max(self._next[table], number + 1)
            for (indexed, column), index in self._indexes.items():
                if indexed == table:
                    index.get(before.get(column), set()).discard(number)
                    index.setdefault(row.get(column), set()).add(number)

    def _load(self, file: Path) -> None:
        header, *lines = file.read_text(encoding="utf-8", errors="replace").splitlines(True) or [""]
        try:
            if header != HEADER:
                raise ValueError
            for line in lines:
                if line.endswith("\n"):
                    self._apply((table, number, row) for table, number, row in json.loads(line))
        except (ValueError, KeyError, TypeError, RecursionError):
            hint = "name another file, or delete it"
            raise UsageError(f"`{file}` is not a sandbox's data file", hint=hint) from None

    def _open(self) -> None:
        if self._file is None:
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        new = self._file.with_name(self._file.name + ".new")
        with new.open("w", encoding="utf-8") as out:
            out.write(HEADER)
            for table, rows in self._tables.items():
                out.writelines(json.dumps([[table, n, row]]) + "\n" for n, row in rows.items())
        new.replace(self._file)
        self._out = self._file.open("a", encoding="utf-8")


@dataclass(frozen=True, slots=True)
class PendingRow:
    """A row to be stored, the previous one if any, and the request's body."""

    row: Row
    before: Row | None
    body: Body
