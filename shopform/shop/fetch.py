"""Client to Live: every list that is needed, once, with a proof that it is whole."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

from shopform.errors import Absent, AccessRefused, ShopError, ShopformError
from shopform.kinds import BY_NAME, KINDS, Kind
from shopform.model.live import Live, LiveKind, LiveObject
from shopform.model.shop import Shop
from shopform.shop.client import Client
from shopform.shop.codec import Names, discover, names_for, reader, required
from shopform.shop.list_reader import Listing, gather, read_lists
from shopform.shop.pages import page


def fetch(
    client: Client,
    kinds: Collection[str],
    *,
    wanted: Callable[[Kind, LiveObject], bool] = lambda _kind, _object: True,
    unread: dict[str, ShopformError] | None = None,
) -> Live:
    """Read all objects of the named kinds, and of the kinds that contain them.

    What is inside a container is listed only where `wanted` says so, and where it can contain
    anything. A list that is short, or does not add up, is read once more; if it still does not, the
    kind's `problem` says so. Objects are in order of id.

    Errors: those of `Client`; `ShopError` for a kind the shop does not have; `Nonsense` for answers
    that are no lists, or whose keys fit no field. With `unread`, a kind that the key may not read,
    that the shop does not have, or whose keys fit no field, is left out with what lies in it, and
    `unread` gets its error; that of a key which may read nothing is raised all the same.
    """
    needed = _closure(kinds)
    found: dict[str, LiveKind] = {}
    tolerant = unread is not None
    missing: dict[str, ShopformError] = {} if unread is None else unread
    with ThreadPoolExecutor(client.parallelism) as pool:
        top = [kind for kind in needed if not kind.nesting]
        lists = [Listing(kind, _names(client.shop, kind), tolerant=tolerant) for kind in top]
        read_lists(client, pool, lists)
        if lists and all(one.refused for one in lists):
            raise lists[0].refused or ShopError("the shop cannot be read")
        for one in lists:
            _enter(found, one.kind, [one], one.names, missing)
        level = found.keys() & {kind.name for kind in top}
        while level:
            inner = [k for k in needed if k.nesting and k.nesting.kind in level]
            groups = {kind.name: _inside(client.shop, kind, found, wanted) for kind in inner}
            lists = [one for group in groups.values() for one in group]
            for one in lists:
                one.tolerant = tolerant
            read_lists(client, pool, lists)
            for kind in inner:
                _enter(found, kind, groups[kind.name], _names(client.shop, kind), missing)
            level = found.keys() & {kind.name for kind in inner}
    ordered = {kind.name: found[kind.name] for kind in needed if kind.name in found}
    return Live(kinds=ordered, hosts=client.shop.hosts, calls=client.calls)


def _enter(
    found: dict[str, LiveKind],
    kind: Kind,
    lists: Sequence[Listing],
    names: Names,
    unread: dict[str, ShopformError],
) -> None:
    """Put a kind with what was found, or with what could not be read."""
    refused = next((one.refused for one in lists if one.refused), None)
    try:
        if refused:
            raise refused
        found[kind.name] = _live(kind, lists, names)
    except (AccessRefused, ShopError) as problem:
        if not any(one.tolerant for one in lists):
            raise
        unread[kind.name] = problem


def list_one(
    client: Client,
    kind: Kind,
    names: Mapping[str, str] | None = None,
    *,
    parent_id: int | None = None,
) -> LiveKind:
    """The same for one kind, or for what one container holds of it.

    `names` are wire names already in use; without them they are found as `fetch` finds them.
    """
    known = _names(client.shop, kind)
    if names:
        known = replace(known, fields=names, fixed=frozenset(names))
    one = Listing(kind, known, parent_id)
    with ThreadPoolExecutor(client.parallelism) as pool:
        read_lists(client, pool, [one])
    return _live(kind, [one], known)


def count(client: Client, live: Live, wanted: Iterable[tuple[str, int]]) -> Live:
    """The same Live, with how many products hang on each (kind, id); one call each.

    A kind that products cannot be counted by is left out. `None` where the key may not read
    products, or the shop does not tell.
    """
    filters = {kind.name: kind.counted_by for kind in KINDS}
    asked = sorted({one for one in wanted if filters.get(one[0])})
    tasks = [partial(total, client, kind, number) for kind, number in asked]
    with ThreadPoolExecutor(client.parallelism) as pool:
        totals = gather(pool, tasks)
    counts = {**live.counts, **dict(zip(asked, totals, strict=True))}
    return replace(live, counts=counts, calls=client.calls)


def total(client: Client, kind: str, number: int) -> int | None:
    """How many products hang on one object of a kind that they can be counted by; one call."""
    argument = BY_NAME[kind].counted_by
    names = Names(endpoint="product", ids=("product_id",), list_key="products", fields={})
    try:
        body = client.get(names.endpoint, {argument: number, "limit": 1}, fatal=False)
    except Absent:
        # A shop that has no list of products has none to lose.
        return 0
    except AccessRefused:
        return None
    answer = page(names, body)
    return 0 if answer.total is None and not answer.items else answer.total


def _closure(kinds: Collection[str]) -> list[Kind]:
    needed = set(kinds)
    for kind in reversed(KINDS):
        if kind.name in needed and kind.nesting:
            needed.add(kind.nesting.kind)
    return [kind for kind in KINDS if kind.name in needed]


def _names(shop: Shop, kind: Kind) -> Names:
    return names_for(kind, shop.wire.get(kind.name))


def _inside(
    shop: Shop,
    kind: Kind,
    found: Mapping[str, LiveKind],
    wanted: Callable[[Kind, LiveObject], bool],
) -> list[Listing]:
    """One list for every container that is wanted and can hold objects of this kind."""
    nesting = kind.nesting
    if not nesting:
        return []
    container, only, names = BY_NAME[nesting.kind], nesting.only, _names(shop, kind)
    return [
        Listing(kind, names, owner.id)
        for owner in found[nesting.kind].objects.values()
        if wanted(container, owner)
        and (not only or str(owner.fields.get(*only)).strip().lower() == only[1])
    ]


def _live(kind: Kind, lists: Sequence[Listing], names: Names | None = None) -> LiveKind:
    names = names or lists[0].names
    assumed = False
    if kind.wire.discover:
        items = [item for one in lists for item in one.items]
        assumed = not items and not required(kind) <= names.fixed
        names = discover(kind, names, items) if items else names
    read = reader(kind, names)
    objects = [
        thing
        for one in lists
        for item in one.items
        if (thing := read(item, one.parent_id)) is not None
    ]
    objects.sort(key=lambda thing: thing.id)
    nested = kind.nesting is not None
    troubled = next((one for one in lists if one.problem), None)
    trouble = troubled.problem if troubled else ""
    return LiveKind(
        objects={thing.id: thing for thing in objects},
        problem=f"{trouble} of `{troubled.label}`" if troubled and nested else trouble,
        names=dict(names.fields),
        assumed=assumed,
        paged=any(not p.bare or len(one.pages) > 1 for one in lists for p in one.pages),
    )
