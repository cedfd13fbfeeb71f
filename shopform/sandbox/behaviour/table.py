"""The behaviour of all kinds: a table with list, create, update and delete."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any, ClassVar

from shopform.sandbox.behaviour.columns import Column, ColumnType, SetBy, number, show_unknown
from shopform.sandbox.behaviour.rewriting import rewrite_name, slug
from shopform.sandbox.behaviour.surface import Likeness, Surface
from shopform.sandbox.messages import Refusal
from shopform.sandbox.store import Body, Change, PendingRow, Row, RowStore
from shopform.sandbox.switches import Switches

_AS_IT_IS = Likeness()
START = datetime(2026, 1, 1)
PAGING = frozenset({"limit", "offset", "fields"})
REMOVED = frozenset({"is_removed", "removed_on"})


class View(Enum):
    LISTED = auto()
    SINGLE = auto()
    CREATED = auto()


@dataclass(slots=True)
class World:
    """The data of all tables. `origin` is the shop's URL without a path; `seeding`: rows are those
    of a seed, not of requests. `like` is the shop that this one is like, by endpoint."""

    store: RowStore
    switches: Switches
    origin: str = "http://127.0.0.1"
    tables: dict[str, "Table"] = field(default_factory=dict)
    seeding: bool = False
    like: Mapping[str, Likeness] = field(default_factory=dict)

    @property
    def set_by(self) -> SetBy:
        """The last of what may set columns now."""
        keeps = self.switches["unknown_columns"] == "keep"
        return SetBy.SEED if self.seeding else SetBy.UNDOCUMENTED if keeps else SetBy.REQUEST

    def now(self) -> str:
        """Return a time that advances by a second with each change, so that runs are comparable."""
        return str(START + timedelta(seconds=self.store.commits))


class Table:
    """One kind of object. Rows have numbers as ints, and documented names."""

    surface: ClassVar[Surface]
    first_id: ClassVar[int]
    columns: ClassVar[Mapping[str, Column]]
    id_column: ClassVar[Column] = Column(ColumnType.ID)
    label: ClassVar[str] = "name"
    required: ClassVar[tuple[str, ...]] = ("name",)
    contains: ClassVar[tuple[str, str]] = ("", "")  # the endpoint of children, and their column
    embeds: ClassVar[tuple[str, str, str]] = ("", "", "")  # children: their key, grade and source
    newest_first: ClassVar[bool] = False
    page: ClassVar[int] = 10  # D1's example
    read_only: ClassVar[bool] = False
    path: ClassVar[str] = ""  # the column of an object's path
    list_endpoint: ClassVar[str] = ""  # another endpoint, that takes a list for several objects
    list_columns: ClassVar[Mapping[str, Column]] = {}  # of an item of that list
    settled: ClassVar[tuple[str, ...]] = ()  # columns that `settle` takes from requests
    filters: ClassVar[tuple[str, ...]] = ()  # of lists
    evidence: ClassVar[tuple[str, str]] = ("ASSUMED", "by pattern")  # of columns without a row

    def __init__(self, world: World) -> None:
        self.world = world
        self.store = world.store
        self.switches = world.switches
        self._last: tuple[object, list[Row]] = (None, [])

    @property
    def endpoint(self) -> str:
        return self.surface.endpoint

    @property
    def like(self) -> Likeness:
        return self.world.like.get(self.endpoint, _AS_IT_IS)

    @property
    def typing(self) -> str:
        return self.switches[f"typing.{self.endpoint}"]

    def rows(self, query: Mapping[str, str]) -> list[Row]:
        """Return all rows of a list in order; cached, since sorting them for each page is slow."""
        words = tuple(self.switches[name] for name in ("order", "removed", "missing_filter"))
        filters = frozenset(item for item in query.items() if item[0] not in PAGING)
        asked = (self.store.commits, words, filters)
        if self._last[0] != asked:
            self._last = (asked, self.ordered(query))
        return self._last[1]

    def ordered(self, query: Mapping[str, str]) -> list[Row]:
        rows = [row for row in self.candidates(query) if self.listed(row)]
        if "search" in query:
            words = query["search"].lower()
            rows = [row for row in rows if words in str(row[self.label]).lower()]
        order = self.switches["order"]
        if order == "observed":
            order = "newest" if self.newest_first else "name"
        if order == "name":
            return sorted(rows, key=lambda row: (str(row[self.label]).casefold(), self.id(row)))
        return sorted(rows, key=self.id, reverse=order == "newest")

    def candidates(self, query: Mapping[str, str]) -> list[Row]:
        """Return all rows that a list may show, by parent if the endpoint requires one."""
        parent = self.surface.parent
        if not parent:
            return list(self.store.rows(self.endpoint))
        if query.get(parent, "") != "":
            return self.store.find(self.endpoint, parent, number(parent, query[parent]))
        word = self.switches["missing_filter"]
        if word == "refuse":
            raise Refusal(400, f"{parent} is missing")
        return list(self.store.rows(self.endpoint)) if word == "all" else []

    def listed(self, row: Row) -> bool:
        """Return whether a list has the row: removed ones only with the switch."""
        shown = self.switches["removed"] == "show" and "is_removed" in self.columns
        return shown or not row["_removed"]

    def one(self, wanted: int) -> Row:
        """Return one row. Raises Refusal: 410 if removed (L), 404 if it never existed."""
        row = self.store.get(self.endpoint, wanted)
        if row is None:
            raise Refusal(404)
        if row["_removed"]:
            raise Refusal(410)
        return row

    def read(self, wanted: int) -> Row:
        """Return one row to show; of a removed one as the switch says. Raises Refusal."""
        row, word = self.store.get(self.endpoint, wanted), self.switches["read_removed"]
        if row and row["_removed"] and word != "410":
            if word == "show" and "is_removed" in self.columns:
                return row
            raise Refusal(404)
        return self.one(wanted)

    def create(self, query: Mapping[str, str], body: Body, wanted: int = 0) -> Row:
        row = {name: column.default for name, column in self.columns.items()}
        row |= self.above(query) | self.taken_in(body)
        new = wanted or self.store.next_id(self.endpoint)
        row = {self.surface.id: new, **row, "_removed": 0}
        self.settle(PendingRow(row, None, body))
        self.keep(row)
        return row

    def update(self, wanted: int, body: Body) -> Row:
        """Merge the body into a row (L, M)."""
        before = self.one(wanted)
        row = before | self.taken_in(body)
        self.settle(PendingRow(row, before, body))
        self.keep(row)
        return row

    def delete(self, wanted: int) -> Row:
        row = self.one(wanted)
        self.store.commit(self.removal(row))
        return row

    def removal(self, row: Row) -> list[Change]:
        """Return the changes that delete a row with its children."""
        word = self.switches["delete_parent"]
        held = [] if word == "orphan" else self.held(row)
        if held and word == "refuse":
            raise Refusal(400, "it has children")
        changes = [change for table, each in held for change in table.removal(each)]
        return [*changes, (self.endpoint, self.id(row), row | {"_removed": 1})]

    def held(self, row: Row) -> list[tuple["Table", Row]]:
        endpoint, column = self.contains
        if not endpoint:
            return []
        rows = self.store.find(endpoint, column, self.id(row))
        return [(self.world.tables[endpoint], each) for each in rows if not each["_removed"]]

    def post_list(self, content: list[Any]) -> None:
        """Execute a request to the endpoint that takes a list. Raises Refusal."""

    def settle(self, draft: PendingRow) -> None:
        """Check a row to be stored, and rewrite it as the shop does. Raises Refusal."""

    def above(self, query: Mapping[str, str]) -> Row:
        parent = self.surface.parent
        if not parent:
            return {}
        if query.get(parent, "") == "":
            raise Refusal(400, f"{parent} is missing")
        return {parent: number(parent, query[parent])}

    def taken_in(self, body: Body) -> Row:
        """Return the columns that a body sets, with those that no source names if they are kept."""
        allowed = self.world.set_by
        taken = {
            name: column.read(name, body[self.asked(name)], self.switches)
            for name, column in self.columns.items()
            if column.set_by <= allowed and self.asked(name) in body
        }
        if allowed >= SetBy.UNDOCUMENTED:
            taken |= {name: given for name, given in body.items() if self._unknown(name)}
        if isinstance(taken.get(self.label), str):
            taken[self.label] = rewrite_name(str(taken[self.label]), self.switches["identity"])
        return taken

    def _unknown(self, name: str) -> bool:
        """Return whether no column, and no id, has this name in requests or responses."""
        if name in self.columns or name == self.surface.id or name.startswith("_"):
            return False
        shown = (each for own in (self.surface.id, *self.columns) for each in self.shown(own))
        return name not in (self.surface.parent, *REMOVED, *shown)

    def keep(self, row: Row) -> None:
        for name in self.required:
            if not str(row[name] or "").strip():
                raise Refusal(400, f"{self.asked(name)} is missing")
        if self.switches["unique_names"] == "refuse":
            same = self.store.find(self.endpoint, self.label, row[self.label])
            if any(self.id(other) != self.id(row) and self.conflicts(row, other) for other in same):
                raise Refusal(400, f"{self.asked(self.label)} is taken")
        if "last_modified" in self.columns:
            row["last_modified"] = self.world.now()
        self.store.commit([(self.endpoint, self.id(row), row)])

    def conflicts(self, row: Row, other: Row) -> bool:
        parent = self.surface.parent
        return not other["_removed"] and (not parent or row[parent] == other[parent])

    def asked(self, name: str) -> str:
        """Return the name of a column in requests."""
        return name

    def shown(self, name: str) -> tuple[str, ...]:
        """Return the names of a column in responses."""
        return (self.asked(name),)

    def answer(self, row: Row, view: View) -> dict[str, Any]:
        parent = self.surface.parent
        keys = {self.surface.id: self.id_column}
        if parent and (view is not View.LISTED or self.switches["parent_key"] == "show"):
            keys[parent] = self.id_column
        kept = row | {"is_removed": row["_removed"]}
        empty_text = self.switches["empty_text"]
        unknown = {n: show_unknown(row[n], self.typing) for n in row if self._unknown(n)}
        return {
            name: column.show(kept[key], empty_text, self.typing)
            for key, column in (keys | dict(self.columns)).items()
            for name in self.shown(key)
        } | unknown

    def respond(self, row: Row, view: View) -> dict[str, Any]:
        """Return an object as it is answered, with the names of the shop that this one is like."""
        found, own = self.answer(row, view), self.shown(self.surface.id)[0]
        once = found if view is View.CREATED else ()  # such as a secret
        new = filter(self._unknown, self.like.columns)
        return self.like.of(found, own, {own, self.surface.parent, *once}, new)

    def settle_path(self, draft: PendingRow) -> None:
        """Generate the path of a new object that was sent without one, and make it unique."""
        row = draft.row
        if draft.before is None and self.path not in draft.body:
            generate = self.switches["slug_missing"] == "generate"
            row[self.path] = slug(str(row[self.label])) if generate else ""
        row[self.path] = self.free_path(row[self.path], self.id(row))

    def free_path(self, wanted: str, number: int) -> str:
        """Return a path that no other object has: the shop silently appends "-x" to a path that
        is taken (OBS M-prod)."""
        wanted = wanted.strip("/")
        while wanted and self._is_taken(wanted, number):
            if self.switches["slugs"] == "refuse":
                raise Refusal(400, f"{self.path} is taken")
            wanted += "-x"
        return wanted

    def _is_taken(self, wanted: str, number: int) -> bool:
        reserved = self.switches["slug_removed"] == "reserved"
        return any(
            (table is not self or table.id(row) != number) and (reserved or not row["_removed"])
            for table in self.world.tables.values()
            if table.path
            for row in self.store.find(table.endpoint, table.path, wanted)
        )

    def id(self, row: Row) -> int:
        return int(row[self.surface.id])

    def live(self, wanted: object) -> Row | None:
        """Return a row that exists and was not removed."""
        row = self.store.get(self.endpoint, wanted) if isinstance(wanted, int) else None
        return row if row and not row["_removed"] else None
