"""Read a shop: every list that is needed, once, with a check that it is complete."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

from shopform.errors import Absent, AccessRefused, ShopError, ShopformError
from shopform.kinds import Kind
from shopform.model.live import Live, LiveKind, LiveObject, parent_ids, with_parents
from shopform.model.shop import Names, Shop
from shopform.shop.client import Client
from shopform.shop.codec import discover, names_of, reader, with_columns
from shopform.shop.list_reader import Listing, read_lists, run_all
from shopform.shop.pages import parse_page


def fetch(
    client: Client,
    kinds: Collection[str],
    *,
    wanted: Callable[[Kind, LiveObject], bool] = lambda _kind, _object: True,
    unread: dict[str, ShopformError] | None = None,
) -> Live:
    """Read all objects of the named kinds and of their parents' kinds.

    Children are listed only for parents that `wanted` selects and that can hold any. A list that
    is short or inconsistent is read once more; if it still is, the kind's `problem` says why.
    Objects are in order of id.

    Errors: those of `Client`; `ShopError` for a kind that the shop does not have; `Nonsense` for
    responses that are not lists, or whose keys match no field. With `unread`, such a kind, or one
    that the key may not read, is left out with its children, and its error is put into `unread`;
    the error of a key that may read nothing is raised.
    """
    shop, needed = client.shop, with_parents(client.shop.catalogue, kinds)
    found: dict[str, LiveKind] = {}
    with ThreadPoolExecutor(client.parallelism) as pool:
        level = [kind for kind in needed if not kind.nesting]
        while level:
            groups = {kind: _listings(shop, kind, found, wanted) for kind in level}
            lists = [one for group in groups.values() for one in group]
            for one in lists:
                one.tolerant = unread is not None
            read_lists(client, pool, lists)
            if not found and all(one.refused for one in lists):
                raise lists[0].refused or ShopError("the shop cannot be read")
            for kind, group in groups.items():
                _enter(found, shop, kind, group, unread)
            parents = found.keys() & {kind.name for kind in level}
            level = [k for k in needed if k.nesting and k.nesting.kind in parents]
    ordered = {kind.name: found[kind.name] for kind in needed if kind.name in found}
    return Live(catalogue=shop.catalogue, kinds=ordered, hosts=shop.hosts, calls=client.calls)


def _enter(
    found: dict[str, LiveKind],
    shop: Shop,
    kind: Kind,
    lists: Sequence[Listing],
    unread: dict[str, ShopformError] | None,
) -> None:
    """Add a kind to what was found, or its error to `unread`."""
    refused = next((one.refused for one in lists if one.refused), None)
    try:
        if refused:
            raise refused
        found[kind.name] = _live(shop, kind, lists, names_of(shop, kind))
    except (AccessRefused, ShopError) as problem:
        if unread is None:
            raise
        unread[kind.name] = problem


def list_one(
    client: Client,
    kind: Kind,
    names: Mapping[str, str] | None = None,
    *,
    parent_id: int | None = None,
) -> LiveKind:
    """Read one kind, or the children of one parent.

    `names` are wire names already in use; without them they are found as by `fetch`.
    """
    known = names_of(client.shop, kind)
    if names:
        known = replace(known, fields=names, fixed=frozenset(names))
    one = Listing(kind, known, parent_id)
    with ThreadPoolExecutor(client.parallelism) as pool:
        read_lists(client, pool, [one])
    return _live(client.shop, kind, [one], known)


def with_counts(client: Client, live: Live, wanted: Iterable[tuple[str, int]]) -> Live:
    """Return the shop with the number of dependents of each (kind, id), one call each.

    A kind whose dependents cannot be counted is left out. The number is `None` if the key may not
    read them or the shop does not report it.
    """
    asked = sorted({one for one in wanted if live.catalogue[one[0]].counted})
    tasks = [partial(count_dependents, client, kind, number) for kind, number in asked]
    with ThreadPoolExecutor(client.parallelism) as pool:
        totals = run_all(pool, tasks)
    counts = {**live.counts, **dict(zip(asked, totals, strict=True))}
    return replace(live, counts=counts, calls=client.calls)


def with_lookups(client: Client, live: Live, kinds: Collection[str]) -> Live:
    """Return the shop with the lists of these kinds that are only looked up, a call each."""
    wanted = [kind for kind in live.catalogue.lookups if kind.name in kinds]
    if not wanted:
        return live
    found = {kind.name: list_one(client, kind) for kind in wanted}
    return replace(live, lookups=found, calls=client.calls)


def count_dependents(client: Client, kind: str, number: int) -> int | None:
    """Return the number of objects that refer to one and can be counted; one call."""
    counted = client.shop.catalogue[kind].counted
    if counted is None:
        return 0
    names = names_of(client.shop, client.shop.catalogue[counted[0]])
    try:
        body = client.get(names.endpoint, {counted[1]: number, "limit": 1}, fatal=False)
    except Absent:
        # A shop without a list of them has none to lose.
        return 0
    except AccessRefused:
        return None
    answer = parse_page(names, body)
    return 0 if answer.total is None and not answer.items else answer.total


def _listings(
    shop: Shop,
    kind: Kind,
    found: Mapping[str, LiveKind],
    wanted: Callable[[Kind, LiveObject], bool],
) -> list[Listing]:
    """The list of a kind, or one for every selected parent that can hold objects of it."""
    names = names_of(shop, kind)
    parents = parent_ids(shop.catalogue, kind, lambda above: found[above].objects, wanted)
    return [Listing(kind, names, parent) for parent in parents]


def _live(shop: Shop, kind: Kind, lists: Sequence[Listing], names: Names) -> LiveKind:
    assumed, items = kind.tentative - names.fixed, list[dict[str, Any]]()
    if assumed or shop.columns is None:
        items = [item for one in lists for item in one.items]
    if assumed and items:
        names, assumed = discover(kind, names, items), frozenset()
    if shop.columns is None:
        names = with_columns(kind, names, items)
    del items
    read = reader(kind, names)
    objects: list[LiveObject] = []
    for one in lists:
        for page in one.pages:
            found = (read(item, one.parent_id) for item in page.items)
            objects += [thing for thing in found if thing is not None]
            page.items.clear()  # they take as much memory as what is made of them
    objects.sort(key=lambda thing: thing.id)
    nested = kind.nesting is not None
    troubled = next((one for one in lists if one.problem), None)
    trouble = troubled.problem if troubled else ""
    return LiveKind(
        objects={thing.id: thing for thing in objects},
        problem=f"{trouble} of `{troubled.label}`" if troubled and nested else trouble,
        names=dict(names.fields),
        unused=names.unused,
        assumed=assumed,
        paged=any(not p.bare or len(one.pages) > 1 for one in lists for p in one.pages),
    )
