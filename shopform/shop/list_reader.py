"""Read whole lists, several at a time."""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import TypeVar

from shopform.errors import Absent, AccessRefused, ListMissing, Nonsense, ShopformError
from shopform.kinds import Grade, Kind
from shopform.model.shop import Names
from shopform.shop.client import Client
from shopform.shop.codec import Item, identify, unwrap
from shopform.shop.pages import (
    LIMIT,
    ListPage,
    completeness_problem,
    may_have_more,
    parse_page,
    repeats_first,
)

T = TypeVar("T")
SMALLEST = 5
MANY = 200


@dataclass(slots=True)
class Listing:
    """One list to read: of a kind, or of a kind in one parent.

    If `tolerant`, the error of a list that is forbidden or missing is kept in `refused`.
    """

    kind: Kind
    names: Names
    parent_id: int | None = None
    tolerant: bool = False
    pages: list[ListPage] = field(default_factory=list)
    problem: str = ""
    refused: ShopformError | None = None

    @property
    def label(self) -> str:
        argument = self.kind.wire.parent
        return self.names.endpoint + (f"?{argument.value}={self.parent_id}" if argument else "")

    @property
    def items(self) -> list[Item]:
        return [item for one in self.pages for item in one.items]


def read_lists(client: Client, pool: ThreadPoolExecutor, lists: Sequence[Listing]) -> None:
    """Read whole lists; those that are inconsistent are read once more."""
    _attempt(client, pool, lists)
    faulty = [one for one in lists if one.problem]
    # A first page that is short again shows the size of this shop's pages.
    _attempt(client, pool, faulty, trusting=True)
    _complete(client, pool, [one for one in lists if one.kind.wire.single])


def _complete(client: Client, pool: ThreadPoolExecutor, lists: Sequence[Listing]) -> None:
    """Read each object of these lists by itself, without those that were deleted meanwhile."""
    pages = [(one, page) for one in lists for page in one.pages]
    tasks = [partial(_whole, client, one, item) for one, page in pages for item in page.items]
    found = iter(run_all(pool, tasks))
    for _, page in pages:
        page.items[:] = [whole for whole in islice(found, len(page.items)) if whole]


def _whole(client: Client, one: Listing, item: Item) -> Item | None:
    number = identify(one.names, item)
    if not number:
        return item
    try:
        answer = client.get(f"{one.names.endpoint}/{number}", fatal=not one.tolerant)
    except Absent:
        return None
    except AccessRefused as exc:
        one.refused = exc
        if not one.tolerant:
            raise
        return None
    whole = unwrap(one.kind, one.names, answer)
    if whole is None or identify(one.names, whole) != number:
        raise Nonsense(f"`GET {one.names.endpoint}/{number}` returned something else")
    return whole


def _attempt(
    client: Client, pool: ThreadPoolExecutor, lists: Sequence[Listing], *, trusting: bool = False
) -> None:
    run_all(pool, [partial(_begin, client, one, trusting=trusting) for one in lists])
    rest = [(one, offset) for one in lists for offset in _offsets(one)]
    pages = run_all(pool, [partial(_page, client, one, offset) for one, offset in rest])
    for (one, _), got in zip(rest, pages, strict=True):
        one.pages.append(got)
    for one in lists:
        if one.pages:
            one.problem = one.problem or completeness_problem(one.names, one.pages)


def _begin(client: Client, one: Listing, *, trusting: bool) -> None:
    """Read the first page, and all others unless the first has the total."""
    one.pages, one.problem = [], ""
    first = _first_page(client, one)
    if first is None:
        return
    one.pages.append(first)
    if first.total is None:
        _follow(client, one, first)
    elif first.short and not trusting:
        one.problem = f"{len(first.items)} of {first.total} received"


def _first_page(client: Client, one: Listing) -> ListPage | None:
    try:
        return _page(client, one, 0)
    except AccessRefused as exc:
        one.refused = exc
    except Absent:
        if one.parent_id is not None:
            one.problem = "nothing instead"
            return None
        one.refused = _missing(one)
    if not one.tolerant:
        raise one.refused
    return None


def _missing(one: Listing) -> ListMissing:
    known, given = one.kind.wire.endpoint, one.names.endpoint
    if known.grade is not Grade.ASSUMED or given != known.value:
        hint = "check the `url` of this shop, or set `endpoint` under its `wire:`"
        return ListMissing(f"the shop has no `/{given}`", hint=hint)
    found = ListMissing(
        f"the shop has no `/{given}`, the assumed path of {one.kind.section}",
        hint=f"remove its {one.kind.section} from the files, or set"
        f" `wire: {one.kind.name}: endpoint:` of this shop if the path is another",
    )
    found.assumed = True
    return found


def _follow(client: Client, one: Listing, first: ListPage) -> None:
    last, seen, received = first, _ids(one.names, first), len(first.items)
    while may_have_more(last):
        last = _page(client, one, received)
        if repeats_first(one.names, first, last):
            return
        one.pages.append(last)
        new = _ids(one.names, last) - seen
        if not new:
            return
        seen |= new
        received += len(last.items)


def _ids(names: Names, one: ListPage) -> set[int]:
    return {identify(names, item) for item in one.items}


def _offsets(one: Listing) -> range:
    """Return the offsets of the pages after the first, if the first has the total."""
    if not one.pages or one.problem:
        return range(0)
    first, step = one.pages[0], len(one.pages[0].items)
    rest = range(step, first.total or 0, step or 1)
    # Pages below any shop's default size (K-cap) are a fault and would cost a call each, unless
    # the shop itself reports that limit (dossier 2.3).
    reported = step == first.limit and len(rest) <= MANY
    return rest if step >= SMALLEST or reported else range(0)


def _page(client: Client, one: Listing, offset: int) -> ListPage:
    parent = one.kind.wire.parent
    query: dict[str, str | int] = {"limit": LIMIT, "offset": offset}
    if parent and one.parent_id is not None:
        query = {parent.value: one.parent_id, **query}
    return parse_page(one.names, client.get(one.names.endpoint, query, fatal=not one.tolerant))


def run_all(pool: ThreadPoolExecutor, tasks: Sequence[Callable[[], T]]) -> list[T]:
    """Return results in the order of the tasks.

    After a failure no more tasks begin, and the error of the first failed task is raised.
    """
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
