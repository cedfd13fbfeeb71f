"""Make the calls that the questions about a shop need, and record them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from shopform.doctor.readings import REFUSED, Readings, Recorded, usage
from shopform.errors import AccessRefused, Nonsense, ShopError
from shopform.kinds import Grade, Kind
from shopform.model.live import LiveObject, parent_ids
from shopform.model.shop import Names
from shopform.shop.client import Client
from shopform.shop.codec import discover, names_for, reader
from shopform.shop.pages import LIMIT

MOST = 20  # calls of a reading
AFTER_LISTS = 9  # of them, after the lists of kinds without a parent
AFTER_CHILDREN = 5  # of those, for pages, an unknown id and objects
OVER = 1000
UNUSED = 999_999_999  # an id that no object has


@dataclass(slots=True)
class Examiner:
    """Makes calls to a shop one at a time, and records each with its response.

    `app_usage` is that of the readings.
    """

    client: Client
    app_usage: tuple[int, int] | None = None
    exchanges: list[Recorded] = field(default_factory=list)
    names: dict[str, Names] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shop = self.client.shop
        self.names = {k.name: names_for(k, shop.wire.get(k.name)) for k in shop.catalogue.kinds}

    @property
    def kinds(self) -> Sequence[Kind]:
        return self.client.shop.catalogue.kinds

    @property
    def readings(self) -> Readings:
        shop = self.client.shop
        return Readings(
            catalogue=shop.catalogue,
            surfaces=dict(self.names),
            wire=shop.wire,
            exchanges=tuple(self.exchanges),
            hosts=shop.hosts,
            app_usage=self.app_usage,
        )

    def call(
        self,
        step: str,
        kind: Kind,
        method: str = "GET",
        *,
        number: int = 0,
        query: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Recorded:
        """Make a call, and record it. Raises BudgetSpent and Unreachable."""
        endpoint = self.names[kind.name].endpoint
        path = f"{endpoint}/{number}" if number else endpoint
        answer = self.client.exchange(method, path, query, body)
        content, form = _content(answer.body)
        made = Recorded(
            step=step,
            kind=kind.name,
            method=method,
            status=answer.status,
            body=content,
            form=form,
            usage=usage(answer.headers),
            sent=body or {},
            number=number,
        )
        self.exchanges.append(made)
        return made

    def read(self) -> Readings:
        """Read the shop in at most MOST calls. Raises AccessRefused, ShopError."""
        listed = sorted((each for each in self.kinds if not each.nesting), key=self._rank)
        for kind in listed[: MOST - AFTER_LISTS]:
            self.list(kind)
        self._require_readable()
        for kind in self.kinds:
            if kind.nesting and kind.wire.parent:
                self._children(kind)
        self._pages()
        seen = self.readings
        for kind in self.kinds:
            if seen.listing(kind.name) is not None:
                self.call("absent", kind, number=UNUSED)
                break
        single = [kind for kind in self.kinds if kind.wire.single]
        widest = max(self.kinds, key=lambda kind: len(seen.keys(kind.name)))
        for kind in dict.fromkeys((*single, widest)):
            items = seen.items(kind.name)
            number = seen.id(kind.name, items[0]) if items else 0
            if number and self.left:
                self.call("read", kind, number=number)
                self.learn(kind)
        for kind in listed[MOST - AFTER_LISTS :][: self.left]:
            self.list(kind)
        return self.readings

    def _rank(self, kind: Kind) -> tuple[bool, ...]:
        """Return what sorts kinds by what is asked of them, then by how little is known."""
        asked = kind.probe is not None or self.client.shop.catalogue.children[kind.name]
        named = not any(row.required and row.tentative for row in kind.rows)
        return not asked, kind.wire.endpoint.grade is not Grade.ASSUMED, named

    @property
    def left(self) -> int:
        return MOST - len(self.exchanges)

    def list(self, kind: Kind, step: str = "list", parent: int | None = None) -> Recorded:
        """Read the first page of a list, and learn the names of its objects."""
        argument = kind.wire.parent
        query: dict[str, str | int] = {argument.value: parent} if argument and parent else {}
        made = self.call(step, kind, query={**query, "limit": LIMIT, "offset": 0})
        self.learn(kind)
        return made

    def learn(self, kind: Kind) -> None:
        """Find the names of the undocumented fields in the objects that were shown."""
        seen, own = self.readings, self.client.shop.wire.get(kind.name)
        items, keys = [dict(item) for item in seen.items(kind.name)], seen.keys(kind.name)
        if kind.tentative and items:
            if own and not keys.keys() >= set(own.fields.values()):
                own = replace(own, fields={})  # they are not the shop's
            known = names_for(kind, own)
            try:
                self.names[kind.name] = discover(kind, known, items)
            except Nonsense:
                self.names[kind.name] = known  # the question about columns reports it

    def _require_readable(self) -> None:
        lists = [one for one in self.exchanges if one.step == "list"]
        if any(one.accepted for one in lists):
            return
        if all(one.status in REFUSED for one in lists):
            raise AccessRefused(
                f"the shop refused the key for every list ({lists[0].status})",
                hint=f"check the `token` and `auth` of `{self.client.shop.name}`, and the rights of"
                " the key",
            )
        raise ShopError("no list can be read", hint="is `url` the address of the shop's API?")

    def _children(self, kind: Kind) -> None:
        """List a kind without its parent, once for all kinds, and in up to two parents."""
        if not any(one.step == "unfiltered" for one in self.exchanges):
            self.call("unfiltered", kind, query={"limit": LIMIT, "offset": 0})
        for number in self._parents(kind)[:2]:
            if self.left <= AFTER_CHILDREN:
                return
            self.list(kind, parent=number)
            if self.readings.items(kind.name):
                return

    def _parents(self, kind: Kind) -> Sequence[int | None]:
        """Return the ids of the shown objects that can have children of a kind."""
        catalogue, seen = self.client.shop.catalogue, self.readings

        def shown(above: str) -> Mapping[int, LiveObject]:
            read = reader(catalogue[above], self.names[above])
            items = [dict(item) for item in seen.items(above) if seen.id(above, item)]
            return {thing.id: thing for item in items if (thing := read(item, None))}

        return parent_ids(catalogue, kind, shown, lambda *_: True)

    def _pages(self) -> None:
        """Ask one bare list and one enveloped list for a page of one, and a list for too many."""
        seen, asked = self.readings, dict[bool, Kind]()
        for kind, listed in seen.listings():
            form = bool(listed.key)
            if form not in asked and len(listed.items) > 1 and not kind.nesting:
                asked[form] = kind
                self.call("small", kind, query={"limit": 1, "offset": 0})
        enveloped = [kind for kind, listed in seen.listings() if listed.key and not kind.nesting]
        for kind in [*enveloped, *asked.values()][:1]:
            self.call("over", kind, query={"limit": OVER, "offset": 0})


def _content(body: bytes) -> tuple[object, str]:
    """Return the JSON of a response, and its form."""
    if not body.strip():
        return None, "empty"
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        first = body.lstrip()[:1]
        return None, "html" if first == b"<" else "cut" if first in (b"{", b"[") else "plain"
    return (found, "json") if isinstance(found, dict | list) else (None, "plain")
