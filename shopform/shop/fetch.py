"""Client to Live: every list that is needed, once, with a proof that it is whole."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar
from urllib.parse import urlsplit

from shopform.errors import Absent, AccessRefused, ShopError
from shopform.kinds import BY_NAME, KINDS, Kind
from shopform.model import Live, LiveKind, LiveObject, Shop
from shopform.shop.client import Client
from shopform.shop.codec import Item, Names, discover, identify, names_for, reader, required
from shopform.shop.lists import LIMIT, Page, more, page, problem, repeats

T = TypeVar("T")
SMALLEST = 5


@dataclass(slots=True)
class _List:
    """One list to read: of a kind, or of a kind inside one container."""

    kind: Kind
    names: Names
    parent_id: int | None = None
    pages: list[Page] = field(default_factory=list)
    problem: str = ""

    @property
    def label(self) -> str:
        argument = self.kind.wire.parent
        return self.names.endpoint + (f"?{argument.value}={self.parent_id}" if argument else "")

    @property
    def items(self) -> list[Item]:
        return [item for one in self.pages for item in one.items]


def fetch(
    client: Client,
    kinds: Collection[str],
    *,
    wanted: Callable[[Kind, LiveObject], bool] = lambda _kind, _object: True,
) -> Live:
    """Read all objects of the named kinds, and of the kinds that contain them.

    What is inside a container is listed only where `wanted` says so, and where it can contain
    anything. A list that is short, or does not add up, is read once more; if it still does not, the
    kind's `problem` says so. Objects are in order of id.

    Errors: those of `Client`; `ShopError` for a kind the shop does not have; `Nonsense` for answers
    that are no lists, or whose keys fit no field.
    """
    needed = _closure(kinds)
    found: dict[str, LiveKind] = {}
    with ThreadPoolExecutor(client.parallelism) as pool:
        top = [kind for kind in needed if not kind.policy.nesting]
        lists = [_List(kind, _names(client.shop, kind)) for kind in top]
        _read(client, pool, lists)
        found |= {one.kind.name: _live(one.kind, [one]) for one in lists}
        level = {kind.name for kind in top}
        while level:
            inner = [k for k in needed if k.policy.nesting and k.policy.nesting.kind in level]
            groups = {kind.name: _inside(client.shop, kind, found, wanted) for kind in inner}
            _read(client, pool, [one for group in groups.values() for one in group])
            found |= {k.name: _live(k, groups[k.name], _names(client.shop, k)) for k in inner}
            level = {kind.name for kind in inner}
    ordered = {kind.name: found[kind.name] for kind in needed}
    return Live(kinds=ordered, hosts=hosts(client.shop), calls=client.calls)


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
    one = _List(kind, known, parent_id)
    with ThreadPoolExecutor(client.parallelism) as pool:
        _read(client, pool, [one])
    return _live(kind, [one], known)


def count(client: Client, live: Live, wanted: Iterable[tuple[str, int]]) -> Live:
    """The same Live, with how many products hang on each (kind, id); one call each.

    A kind that products cannot be counted by is left out. `None` where the key may not read
    products, or the shop does not tell.
    """
    filters = {kind.name: kind.policy.counted_by for kind in KINDS}
    asked = sorted({one for one in wanted if filters.get(one[0])})
    tasks = [partial(_total, client, filters[kind], number) for kind, number in asked]
    with ThreadPoolExecutor(client.parallelism) as pool:
        totals = _gather(pool, tasks)
    counts = {**live.counts, **dict(zip(asked, totals, strict=True))}
    return replace(live, counts=counts, calls=client.calls)


def hosts(shop: Shop) -> frozenset[str]:
    """The names under which addresses of the shop are written, with the port where it has one."""
    address = urlsplit(shop.url)
    plain = (address.hostname or "").removeprefix("www.")
    names = {plain, f"www.{plain}"}
    return frozenset(names | ({f"{n}:{address.port}" for n in names} if address.port else set()))


def _total(client: Client, argument: str, number: int) -> int | None:
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
        if kind.name in needed and kind.policy.nesting:
            needed.add(kind.policy.nesting.kind)
    return [kind for kind in KINDS if kind.name in needed]


def _names(shop: Shop, kind: Kind) -> Names:
    return names_for(kind, shop.wire.get(kind.name))


def _inside(
    shop: Shop,
    kind: Kind,
    found: Mapping[str, LiveKind],
    wanted: Callable[[Kind, LiveObject], bool],
) -> list[_List]:
    """One list for every container that is wanted and can hold objects of this kind."""
    nesting = kind.policy.nesting
    if not nesting:
        return []
    container, only, names = BY_NAME[nesting.kind], nesting.only, _names(shop, kind)
    return [
        _List(kind, names, owner.id)
        for owner in found[nesting.kind].objects.values()
        if wanted(container, owner)
        and (not only or str(owner.fields.get(*only)).strip().lower() == only[1])
    ]


def _read(client: Client, pool: ThreadPoolExecutor, lists: Sequence[_List]) -> None:
    """Read lists to their end; those that do not add up once more, since a fault may pass."""
    _attempt(client, pool, lists)
    faulty = [one for one in lists if one.problem]
    # A first page that is short again is how large this shop's pages are.
    _attempt(client, pool, faulty, trusting=True)


def _attempt(
    client: Client, pool: ThreadPoolExecutor, lists: Sequence[_List], *, trusting: bool = False
) -> None:
    _gather(pool, [partial(_begin, client, one, trusting=trusting) for one in lists])
    rest = [(one, offset) for one in lists for offset in _offsets(one)]
    pages = _gather(pool, [partial(_page, client, one, offset) for one, offset in rest])
    for (one, _), got in zip(rest, pages, strict=True):
        one.pages.append(got)
    for one in lists:
        if one.pages:
            one.problem = one.problem or problem(one.names, one.pages)


def _begin(client: Client, one: _List, *, trusting: bool) -> None:
    """The first page, and the others too where only the page before tells whether there are any."""
    one.pages, one.problem = [], ""
    try:
        first = last = _page(client, one, 0)
    except Absent as exc:
        if one.parent_id is not None:
            one.problem = f"`{one.label}` is not there"
            return
        raise ShopError(
            f"the shop has no `/{one.names.endpoint}`",
            hint="check the `url` of this shop, or set `endpoint` under its `wire:`",
        ) from exc
    one.pages.append(first)
    if first.total is not None:
        if first.short and not trusting:
            one.problem = f"{len(first.items)} of {first.total} received"
        return
    seen, received = _ids(one.names, first), len(first.items)
    while more(last):
        last = _page(client, one, received)
        if repeats(one.names, first, last):
            return
        one.pages.append(last)
        new = _ids(one.names, last) - seen
        if not new:
            return
        seen |= new
        received += len(last.items)


def _ids(names: Names, one: Page) -> set[int]:
    return {identify(names, item) for item in one.items}


def _offsets(one: _List) -> range:
    """Where the pages after the first begin, when the first said how many objects there are."""
    if not one.pages or one.problem:
        return range(0)
    step = len(one.pages[0].items)
    # Fewer on a page than any shop's default (K-cap) is a fault, and would cost a call each.
    return range(step, one.pages[0].total or 0, step) if step >= SMALLEST else range(0)


def _page(client: Client, one: _List, offset: int) -> Page:
    parent = one.kind.wire.parent
    query: dict[str, str | int] = {"limit": LIMIT, "offset": offset}
    if parent and one.parent_id is not None:
        query = {parent.value: one.parent_id, **query}
    return page(one.names, client.get(one.names.endpoint, query))


def _live(kind: Kind, lists: Sequence[_List], names: Names | None = None) -> LiveKind:
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
    nested = kind.policy.nesting is not None
    troubled = next((one for one in lists if one.problem), None)
    trouble = troubled.problem if troubled else ""
    return LiveKind(
        objects={thing.id: thing for thing in objects},
        problem=f"{trouble} of `{troubled.label}`" if troubled and nested else trouble,
        names=dict(names.fields),
        assumed=assumed,
        paged=any(not p.bare or len(one.pages) > 1 for one in lists for p in one.pages),
    )


def _gather(pool: ThreadPoolExecutor, tasks: Sequence[Callable[[], T]]) -> list[T]:
    """Results in the order of the tasks. After a failure nothing more begins, and the failed task
    that stands first is the one whose error is raised."""
    if len(tasks) == 1:
        return [tasks[0]()]
    futures: list[Future[T]] = [pool.submit(task) for task in tasks]
    try:
        wait(futures, return_when=FIRST_EXCEPTION)
    finally:
        for future in futures:
            future.cancel()
    wait(futures)
    for future in futures:
        if not future.cancelled() and (error := future.exception()):
            raise error
    return [future.result() for future in futures]
