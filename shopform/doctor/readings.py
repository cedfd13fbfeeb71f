"""The exchanges that were made with a shop, and how questions look at them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from shopform.kinds import Catalogue, Kind
from shopform.kinds.field_types.number import count_in, id_in
from shopform.kit.text import join_first
from shopform.model.json_values import REMOVED, with_gaps
from shopform.model.shop import Names, WireNames

Item = Mapping[str, Any]
PAGING = "paging"
# Names of headers that may be about usage (dossier 3.5: UNKNOWN).
_USAGE = re.compile(r"limit|quota|usage|remaining|retry-after", re.IGNORECASE)
# Keys of objects that are names, and not data such as an id or a title.
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,39}")
REFUSED = (401, 403)
OTHER_REASONS = (*REFUSED, 404, 405, 410)
SHOWN = 3  # failed requests in a message


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A request and its response.

    `step` is why it was made, `sent` the body of the request, `number` the id in its path. `body`
    is the JSON of the response, None without; `form` is `json`, `plain`, `html`, `empty`, or `cut`
    for a part of JSON. `usage` are the names of headers about usage.
    """

    step: str
    kind: str
    status: int
    method: str = "GET"
    body: object = None
    form: str = "json"
    usage: tuple[str, ...] = ()
    sent: Item = field(default_factory=dict)
    number: int = 0

    @property
    def accepted(self) -> bool:
        return 200 <= self.status < 300 and not self.failed

    @property
    def rejected(self) -> bool:
        """Whether the shop did not take what was sent, and not for a missing right or endpoint."""
        return 400 <= self.status < 500 and not self.failed and self.status not in OTHER_REASONS

    @property
    def failed(self) -> bool:
        """Whether the response is one after which the client sends a request again, or gives up:
        it may be another the next time, and shows nothing of the API."""
        if 200 <= self.status < 300:
            return self.form in ("html", "cut") or (self.method == "GET" and self.form != "json")
        return self.status < 400 or self.status == 429 or self.status >= 500

    def __str__(self) -> str:
        return f"{self.status}{'' if self.form == 'json' else f', {self.form}'}"


class ListAnswer(NamedTuple):
    """The objects of a list; `key` is that of an envelope, empty for a bare array."""

    items: Sequence[Item]
    key: str
    paging: Item


def listing_of(body: object, key: str) -> ListAnswer | None:
    """Return the list in a response, by its key or as the only array; None if there is none."""
    if (bare := _array(body)) is not None:
        return ListAnswer(_objects(bare), "", {})
    if not isinstance(body, dict):
        return None
    paging = body.get(PAGING)
    found = {name: _array(each) for name, each in body.items() if name != PAGING}
    if paging or key in found:  # PHP encodes an empty array as `{}` where it is an object elsewhere
        found |= {name: [] for name in found if body[name] == {}}
    arrays = {name: array for name, array in found.items() if array is not None}
    name = key if key in arrays else next(iter(arrays)) if len(arrays) == 1 else ""
    if not name:
        return None
    return ListAnswer(_objects(arrays[name]), name, paging if isinstance(paging, dict) else {})


def _array(given: object) -> list[Any] | None:
    return given if isinstance(given, list) else with_gaps(given)


def _objects(array: Iterable[object]) -> list[Item]:
    return [item for item in array if isinstance(item, dict)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """All exchanges with a shop, in order, and its names by kind, as far as they are known.

    `wire` are those that the project sets. Those that failed are not looked at, unless `trusting`.
    `app_usage` is the usage of the key in the list of an app, if that showed one, and the calls of
    the day that shopform had counted.
    """

    catalogue: Catalogue
    surfaces: Mapping[str, Names]
    wire: Mapping[str, WireNames] = field(default_factory=dict)
    exchanges: tuple[Recorded, ...] = ()
    hosts: frozenset[str] = frozenset()
    trusting: bool = False
    app_usage: tuple[int, int] | None = None

    @property
    def answered(self) -> Iterator[Recorded]:
        return (one for one in self.exchanges if self.trusting or not one.failed)

    @property
    def failures(self) -> str:
        """The requests that failed, for messages."""
        failed = (one for one in self.exchanges if one.failed)
        return join_first([f"`{one.method} {one.kind}` answered {one}" for one in failed], SHOWN)

    def of(self, *steps: str, kind: str = "") -> Iterator[Recorded]:
        for one in self.answered:
            if one.step in steps and kind in ("", one.kind):
                yield one

    def first(self, *steps: str, kind: str = "") -> Recorded | None:
        return next(self.of(*steps, kind=kind), None)

    @property
    def probed(self) -> bool:
        return any(one.method != "GET" for one in self.exchanges)

    def listing(self, kind: str, step: str = "list") -> ListAnswer | None:
        """Return the first list of a kind with objects, or else the first that was answered."""
        key, empty = self.surfaces[kind].list_key, None
        for one in self.of(step, kind=kind):
            found = listing_of(one.body, key) if one.accepted else None
            if found is not None and found.items:
                return found
            empty = empty or found
        return empty

    def listings(self) -> Iterator[tuple[Kind, ListAnswer]]:
        for kind in self.catalogue.kinds:
            if (found := self.listing(kind.name)) is not None:
                yield kind, found

    def items(self, kind: str) -> list[Item]:
        """Return the objects of a kind that were shown, those of lists first."""
        listed = self.listing(kind)
        found = list(listed.items) if listed else []
        single = (self.object(one) for one in self.of("created", "updated", "read", kind=kind))
        return [*found, *(item for item in single if item)]

    def object(self, exchange: Recorded) -> Item | None:
        """Return the object of a response, bare or under a key; None without one with an id."""
        body = exchange.body if exchange.accepted else None
        if isinstance(body, dict) and len(body) == 1:
            inner = next(iter(body.values()))
            body = inner if isinstance(inner, dict) else body
        return body if isinstance(body, dict) and self.id(exchange.kind, body) else None

    def id(self, kind: str, item: Item) -> int:
        return next((n for key in self.surfaces[kind].ids if (n := id_in(item.get(key)))), 0)

    def id_key(self, kind: str) -> str:
        """Return the key of the id in objects that were shown; empty if there are none."""
        keys = self.keys(kind)
        return next((key for key in self.surfaces[kind].ids if key in keys), "")

    def keys(self, kind: str) -> dict[str, None]:
        """Return the keys of all shown objects, in order."""
        return {key: None for item in self.items(kind) for key in item if _NAME.fullmatch(key)}

    def removal(self, kind: str) -> list[str]:
        """Return the shown keys that say whether an object is removed."""
        keys = self.keys(kind)
        return [key for key in REMOVED if key in keys]

    def label(self, kind: Kind) -> str:
        """Return the key of the name, or else of the last field of the identity."""
        fields = self.surfaces[kind.name].fields
        return fields.get("name") or fields.get(kind.identity[-1], "")


def is_whole(listed: ListAnswer) -> bool:
    """Whether a page, which was to have up to 100 objects, is surely the whole list."""
    got, whole = len(listed.items), count_in(listed.paging.get("total"))
    if whole is not None:
        return got >= whole
    limit = count_in(listed.paging.get("limit"))
    return got < limit if limit is not None else got % 50 != 0 or not got


def usage(headers: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({name.lower() for name in headers if _USAGE.search(name)}))


def is_name(key: object) -> bool:
    """Whether a key of a JSON object is the name of a column, and no data."""
    return isinstance(key, str) and _NAME.fullmatch(key) is not None
