"""Compare what an OpenAPI document says with the tables of the kinds."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, NamedTuple

from shopform.kinds import Catalogue, Fact, Field, Grade, Kind
from shopform.kinds.field_types import Seed
from shopform.model.shop import WireNames
from shopform.openapi.endpoints import OPERATIONS, DocumentedColumn, DocumentedEndpoint, Reading

_NO_NAMES: Final = WireNames()


class Verdict(StrEnum):
    """What a document says of a fact; UNKNOWN: nothing."""

    CONFIRMED = "confirmed"
    CONTRADICTED = "contradicted"
    UNKNOWN = "unknown"


class ComparedFact(NamedTuple):
    """A fact of a kind, compared. `fact` is `endpoint`, `id`, `list_key`, `parent`, the name of an
    operation, or `fields.NAME`; `place` is a JSON pointer."""

    verdict: Verdict
    kind: str
    fact: str
    ours: str
    theirs: str
    place: str
    grade: Grade
    source: str


@dataclass(frozen=True, slots=True)
class DocumentComparison:
    """The findings, and what the document has beyond them.

    `columns` are those that are not modelled, by kind. `wire` are the names to set for the shop,
    by kind: those that differ, and those that no other source documents.
    """

    reading: Reading
    findings: tuple[ComparedFact, ...]
    columns: Mapping[str, tuple[DocumentedColumn, ...]]
    unmanaged: tuple[DocumentedEndpoint, ...]
    wire: Mapping[str, WireNames]


def compare(
    reading: Reading, catalogue: Catalogue, wire: Mapping[str, WireNames] | None = None
) -> DocumentComparison:
    """Return how a document differs from the kinds, with the `wire` names of a shop."""
    found = [
        _Comparer(kind, (wire or {}).get(kind.name, _NO_NAMES), reading) for kind in catalogue.kinds
    ]
    for each in found:
        each.compare()
    managed = {each.endpoint.name for each in found if each.endpoint}
    managed.update(name for each in found for name in each.also)
    managed.update(kind.wire.endpoint.value for kind in catalogue.lookups)
    return DocumentComparison(
        reading,
        tuple(finding for each in found for finding in each.findings),
        {each.kind.name: more for each in found if (more := tuple(each.unmodelled()))},
        tuple(each for name, each in reading.endpoints.items() if name not in managed),
        {each.kind.name: each.learned for each in found if each.learned != _NO_NAMES},
    )


@dataclass(slots=True)
class _Comparer:
    kind: Kind
    own: WireNames
    reading: Reading
    findings: list[ComparedFact] = field(default_factory=list)
    learned: WireNames = _NO_NAMES
    endpoint: DocumentedEndpoint | None = None
    used: set[str] = field(default_factory=set)
    also: set[str] = field(default_factory=set)  # other endpoints

    def compare(self) -> None:
        wire = self.kind.wire
        ours = self.own.endpoint or wire.endpoint.value
        theirs = ours if ours in self.reading.endpoints else _similar(ours, self.reading.endpoints)
        self.endpoint = self.reading.endpoints.get(theirs)
        place = self.endpoint.place if self.endpoint else ""
        self._name("endpoint", wire.endpoint, ours, theirs, place)
        if theirs not in ("", ours):
            self.learned = replace(self.learned, endpoint=theirs)
        self._operations()
        self._id()
        if self.endpoint and self.endpoint.list_key:
            ours = self.own.list_key or wire.list_key.value
            self._name("list_key", wire.list_key, ours, self.endpoint.list_key, place)
            if ours != self.endpoint.list_key:
                self.learned = replace(self.learned, list_key=self.endpoint.list_key)
        self._parent()
        for row in self.kind.rows:
            if isinstance(row.type, Seed):
                self._seed(row, row.type)
            else:
                self._field(row)

    def unmodelled(self) -> Iterator[DocumentedColumn]:
        """Yield the columns that are not facts of the kind and that the shop does not compute."""
        kind, wire = self.kind, self.kind.wire
        known = {*wire.id.value, self.own.id, kind.fixed, kind.anchor, *self.used}
        known |= wire.computed.value
        known |= {wire.parent.value} if wire.parent else set()
        known.update(name for row in kind.rows for name in (row.wire, *row.aliases))
        columns = self.endpoint.columns if self.endpoint else {}
        yield from (column for name, column in columns.items() if name not in known)

    def _operations(self) -> None:
        wire, done = self.kind.wire, self.endpoint.operations if self.endpoint else {}
        for word, method, single in OPERATIONS:
            fact = wire.update if word == "update" else wire.endpoint
            if word == "update" and method != wire.update.value:
                continue
            others = [m for m in ("PUT", "PATCH", "POST") if word == "update" and (m, True) in done]
            theirs = method if (method, single) in done else next(iter(others), "")
            at = done.get((theirs, single))
            self._name(word, fact, method, theirs, at.place if at else "")

    def _id(self) -> None:
        fact = self.kind.wire.id
        names = (self.own.id,) if self.own.id else fact.value
        there = self.endpoint.columns if self.endpoint else {}
        number = self.endpoint.number if self.endpoint else ""
        theirs = next((name for name in (*names, number) if name in there), "")
        self._name("id", fact, names[0], theirs, there[theirs].place if theirs else "")
        self.used.add(theirs)
        if theirs not in ("", names[0]):
            self.learned = replace(self.learned, id=theirs)

    def _parent(self) -> None:
        fact = self.kind.wire.parent
        if fact is None:
            return
        asked = self.endpoint.operations.get(("GET", False)) if self.endpoint else None
        others = sorted(asked.required) if asked else []
        theirs = others[0] if len(others) == 1 else ""
        if asked and fact.value in asked.arguments:
            theirs = fact.value
        self._name("parent", fact, fact.value, theirs, asked.place if asked else "")

    def _field(self, row: Field) -> None:
        ours = self.own.fields.get(row.name, row.wire)
        column = self._column(row, ours)
        if column is None:
            self._add(Verdict.UNKNOWN, row, ours)
            return
        self.used.add(column.name)
        guessed = row.tentative and row.grade is not Grade.OBSERVED
        confirms = guessed and column.sent is not None and row.name not in self.own.fields
        if column.name != ours or confirms:
            fields = {**self.learned.fields, row.name: column.name}
            self.learned = replace(self.learned, fields=fields)
        against = [f"its name is {column.name}"] if column.name != ours else []
        against += _against(row, column, self.endpoint is not None and self.endpoint.has_requests)
        for theirs in against:
            self._add(Verdict.CONTRADICTED, row, ours, theirs, column.place)
        if not against:
            self._add(Verdict.CONFIRMED, row, ours, ours, column.place)

    def _seed(self, row: Field, kind: Seed) -> None:
        """Compare a field with an endpoint of its own."""
        endpoint = self.reading.endpoints.get(kind.endpoint)
        posted = endpoint is not None and ("POST", False) in endpoint.operations
        if endpoint is None or not (posted and endpoint.has_requests):
            self._add(Verdict.UNKNOWN, row, kind.endpoint)
            return
        self.also.add(kind.endpoint)
        missing = sorted({kind.key, kind.value} - endpoint.columns.keys())
        verdict = Verdict.CONTRADICTED if missing else Verdict.CONFIRMED
        theirs = f"its items have no {' and '.join(missing)}" if missing else kind.endpoint
        self._add(verdict, row, kind.endpoint, theirs, endpoint.place)

    def _column(self, row: Field, ours: str) -> DocumentedColumn | None:
        """Return the column of a field: one that requests have, if any request is described."""
        if self.endpoint is None:
            return None
        there = self.endpoint.columns
        names = [ours, *(name for name in row.aliases if row.name not in self.own.fields)]
        found = [there[name] for name in names if name in there]
        return next(
            (column for column in found if column.sent is not None), next(iter(found), None)
        )

    def _add(
        self, verdict: Verdict, row: Field, ours: str, theirs: str = "", place: str = ""
    ) -> None:
        fact = f"fields.{row.name}"
        self.findings.append(
            ComparedFact(verdict, self.kind.name, fact, ours, theirs, place, row.grade, row.source)
        )

    def _name(
        self, what: str, fact: Fact[str] | Fact[tuple[str, ...]], ours: str, theirs: str, place: str
    ) -> None:
        verdict = Verdict.CONFIRMED if theirs == ours else Verdict.CONTRADICTED
        if not theirs:
            verdict, place = Verdict.UNKNOWN, ""
        found = (verdict, self.kind.name, what, ours, theirs, place, fact.grade, fact.source)
        self.findings.append(ComparedFact(*found))


def _against(row: Field, column: DocumentedColumn, requests: bool) -> Iterator[str]:
    """Yield how a column differs from the field; `requests`: the document describes requests."""
    kind = row.type
    for given, allowed, said in (
        (column.sent, kind.sent_as, "it is sent as"),
        (column.shown, kind.shown_as, "it is returned as"),
    ):
        types = sorted((given or set()) - {"null"})
        if types and not set(types) & set(allowed):
            yield f"{said} {' or '.join(types)}, not {' or '.join(allowed)}"
    if not row.generated and (column.read_only or (requests and column.sent is None)):
        yield "it cannot be sent"
    if column.required and not row.required:
        yield "it is required"
    known = set(kind.allowed or row.known)
    theirs = {*(column.items.allowed if column.items else column.allowed)}
    if known and theirs and known != theirs:
        more, fewer = _listed(theirs - known), _listed(known - theirs)
        yield "; ".join(
            part
            for part in (more and f"it may also be {more}", fewer and f"it cannot be {fewer}")
            if part
        )


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sorted(words))


def _similar(name: str, names: Iterable[str]) -> str:
    """Return the one name that differs in its letters' case, its separators or its number."""
    found = [each for each in names if _folded(each) == _folded(name)]
    return found[0] if len(found) == 1 else ""


def _folded(name: str) -> str:
    plain = name.casefold().replace("-", "").replace("_", "")
    return f"{plain[:-3]}y" if plain.endswith("ies") else plain.removesuffix("s")
