"""Parse pages of lists, and check that a list is complete."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from shopform.errors import Nonsense
from shopform.kinds.field_types.number import count_in
from shopform.kit.text import backquoted
from shopform.model.json_values import is_removed, with_gaps
from shopform.model.shop import Names
from shopform.shop.codec import Item, identify
from shopform.shop.responses import Json

LIMIT = 100
GENERIC = frozenset(("data", "items", "results"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """One page. `total`, `limit` and `count` are those of the response, if it has them."""

    items: list[Item]
    bare: bool
    total: int | None = None
    limit: int | None = None
    count: int | None = None

    @property
    def short(self) -> bool:
        """Whether it has fewer objects than fit, though there are more."""
        return self.total is not None and len(self.items) < min(self.limit or LIMIT, self.total)


def parse_page(names: Names, body: Json) -> ListPage:
    """Parse a response: a bare array, or an envelope with `paging` and one array.

    Raises `Nonsense` for anything else, so that only an empty list is read as one.
    """
    if isinstance(body, list):
        return ListPage(items=_objects(names, body), bare=True)
    if gapped := with_gaps(body):
        return ListPage(items=gapped, bare=True)
    given = body.get("paging")
    paging = given if isinstance(given, dict) else {}
    total = count_in(paging.get("total"))
    rest = {key: inner for key, inner in body.items() if key != "paging"}
    return ListPage(
        items=_objects(names, _array(names, rest, total, enveloped=bool(paging))),
        bare=False,
        total=total,
        limit=count_in(paging.get("limit")) or None,
        count=count_in(paging.get("count")),
    )


def _array(
    names: Names, rest: dict[str, Any], total: int | None, *, enveloped: bool
) -> Iterable[object]:
    expected = rest.get(names.list_key)
    if isinstance(expected, dict):
        expected = list(expected.values())
    if isinstance(expected, list):
        return expected
    arrays: list[Iterable[object]] = [v for v in rest.values() if isinstance(v, list)]
    if not arrays:
        arrays = [
            list(v.values())
            for v in rest.values()
            if isinstance(v, dict) and v and all(isinstance(w, dict) for w in v.values())
        ]
    # An empty array under an unknown key may be anything, such as a list of errors.
    if len(arrays) == 1 and (arrays[0] or enveloped or GENERIC & set(rest)):
        return arrays[0]
    if not arrays and total == 0:
        return []
    seen = backquoted(rest) or "none"
    raise Nonsense(
        f"no list in the answer of `/{names.endpoint}`; its keys are {seen}",
        hint="name the key of the list as `list_key` under `wire:` of this shop",
    )


def _objects(names: Names, array: Iterable[object]) -> list[Item]:
    items = [item for item in array if isinstance(item, dict)]
    wrong = [type(item).__name__ for item in array if not isinstance(item, dict)]
    if wrong:
        raise Nonsense(
            f"the list of `/{names.endpoint}` contains a {wrong[0]} instead of an object"
        )
    return items


def may_have_more(last: ListPage) -> bool:
    """Return whether another page may follow, if no total was reported.

    Whether the shop honours `limit` on bare arrays is unknown (dossier 2.3): a length that is a
    multiple of it may be a full page.
    """
    got = len(last.items)
    if last.bare:
        return got > 0 and got % LIMIT == 0
    if last.limit is not None:
        return got >= last.limit
    # Without a limit in the response, a round number may be the shop's own smaller limit.
    return got > 0 and got % 10 == 0


def repeats_first(names: Names, first: ListPage, last: ListPage) -> bool:
    """Return whether the shop ignored the offset and sent the same list again."""
    return bool(last.items) and identify(names, last.items[0]) == identify(names, first.items[0])


def completeness_problem(names: Names, pages: Sequence[ListPage]) -> str:
    """Return why these pages may not be the whole list, or an empty string."""
    for one in pages:
        if one.count is not None and one.count != len(one.items):
            return f"a page with {one.count} objects held {len(one.items)}"
    items = [item for one in pages for item in one.items]
    ids = [identify(names, item) for item in items]
    unique = len(set(ids))
    totals = {one.total for one in pages if one.total is not None}
    if len(totals) > 1:
        return "the total changed while it was read"
    for total in totals:
        if unique != total and unique - sum(map(is_removed, items)) != total:
            return f"{unique} of {total} received"
    if not totals and unique != len(ids):
        twice = next(number for number, times in Counter(ids).items() if times > 1)
        return f"the id {twice} came twice"
    return ""
