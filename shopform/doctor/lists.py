"""Questions about lists: their form, paging and order, and what is missing or refused."""

from collections.abc import Callable, Iterator
from itertools import pairwise

from shopform.diagnostics import plural
from shopform.doctor.findings import Finding, agreed, among, found, unknown
from shopform.doctor.readings import (
    REFUSED,
    ListAnswer,
    Readings,
    Recorded,
    is_whole,
)
from shopform.kinds import Kind
from shopform.kinds.field_types.number import count_in
from shopform.kit.text import backquoted
from shopform.model.json_values import is_removed

OVER = "1000"  # the limit of the page that is too large


def exists(kind: Kind, seen: Readings) -> Finding:
    """Whether the shop has a kind, and whether the key may read it."""
    one = seen.first("list", kind=kind.name)
    if one is None:
        return unknown(unread(kind, seen))
    if one.status in REFUSED:
        return found("refused", f"the list answers {one}")
    if one.status in (404, 410):
        return found("no", f"the list answers {one}")
    listed = seen.listing(kind.name)
    if listed is None:
        return unknown(f"the list answers {one}")
    return found("yes", f"{len(listed.items)} in the first page")


def unread(kind: Kind, seen: Readings) -> str:
    """Return why a kind was not listed."""
    above = kind.nesting.kind if kind.nesting else ""
    if above and not any(seen.id(above, item) for item in seen.items(above)):
        return f"no {above} was found to list it by"
    return "it was not read: the calls of a reading are limited"


def shape(kind: Kind, seen: Readings) -> Finding:
    listed = seen.listing(kind.name)
    if listed is None:
        one = seen.first("list", kind=kind.name)
        if one and one.accepted:
            return unknown("the answer has no list", contradicts=True)
        return unknown(f"the list answers {one}" if one else unread(kind, seen))
    if not listed.key:
        return found("bare", "an array")
    paging = backquoted(listed.paging) or "nothing"
    return found("envelope", f"`{listed.key}`, and `paging` with {paging}")


def envelopes(seen: Readings) -> list[ListAnswer]:
    return [listed for _, listed in seen.listings() if listed.key and listed.paging]


def total(seen: Readings) -> Finding:
    """The type of `paging.total`."""
    types = {bool: "none", int: "int", str: "string"}
    words = {types.get(type(one.paging.get("total")), "none") for one in envelopes(seen)}
    return agreed(words, "`paging.total`") if words else unknown("no list has an envelope")


def paging_count(seen: Readings) -> Finding:
    """Whether `paging.count` counts the page or the whole list."""
    known = [*envelopes(seen), *_small_pages(seen)]
    if not known:
        return unknown("no list has an envelope")
    if not any("count" in one.paging for one in known):
        return found("none", "`paging` has no `count`")
    page = [_same(one.paging.get("count"), len(one.items)) for one in known]
    whole = [_same(one.paging.get("count"), _whole(one, seen)) for one in known]
    fits = {"page": all(page), "total": all(whole)}
    return among(fits, "`paging.count` in pages that are not whole lists", "every page was whole")


def _small_pages(seen: Readings) -> list[ListAnswer]:
    pages = (seen.listing(one.kind, "small") for one in seen.of("small"))
    return [one for one in pages if one and one.key]


def _same(given: object, number: int) -> bool:
    return str(given) == str(number)


def _whole(one: ListAnswer, seen: Readings) -> int:
    """Return the number of objects of a whole list, of which a page may show a part."""
    given = count_in(one.paging.get("total"))
    if given is not None:
        return given
    lists = (len(listed.items) for listed in envelopes(seen) if listed.key == one.key)
    return max([len(one.items), *lists])


def page_max(seen: Readings) -> Finding:
    """The largest page, by the limit that lists report."""
    limits = {str(one.paging["limit"]) for one in envelopes(seen) if "limit" in one.paging}
    if _over(seen) == OVER:
        return found(OVER, "`paging.limit` of a page of 1,000")
    if limits:
        return agreed(limits, "`paging.limit` of a page of 100")
    if any(one.status == 400 for one in seen.of("list")):
        return unknown("a page of 100 is refused", contradicts=True)
    return unknown("no list reports its limit")


def limit_over(seen: Readings) -> Finding:
    """What a limit above the largest page does."""
    one = seen.first("over")
    if one is None or (one.accepted and not _limits(seen, one.kind)):
        return unknown("no list is known to honour a limit")
    if not one.accepted:
        refused = f"a page of 1,000 answers {one}"
        return found("refuse", refused) if one.rejected else unknown(refused)
    listed, limit = seen.listing(one.kind), _over(seen)
    if not limit:
        return unknown("the list does not report its limit", "clamp", "honour")
    usual = str(listed.paging.get("limit", "")) if listed else ""
    word = {OVER: "honour", usual: "clamp"}.get(limit, "other")
    return found(word, f"`paging.limit` of a page of 1,000 is {limit}")


def _over(seen: Readings) -> str:
    """Return the limit that the list reports of which too large a page was asked."""
    one = seen.first("over")
    listed = seen.listing(one.kind, "over") if one else None
    return str(listed.paging.get("limit", "")) if listed else ""


def _limits(seen: Readings, kind: str) -> bool:
    """Whether a list is known to honour a limit."""
    listed, small = seen.listing(kind), seen.listing(kind, "small")
    return bool(listed and listed.key) or bool(small and len(small.items) == 1)


def bare_limit(seen: Readings) -> Finding:
    """Whether bare lists honour `limit`."""
    words: set[str] = set()
    for one in seen.of("small"):
        listed, page = seen.listing(one.kind), seen.listing(one.kind, "small")
        if listed and page and not listed.key and len(listed.items) > 1:
            words.add("honour" if len(page.items) == 1 else "ignore")
    if not words:
        return unknown("no bare list has two objects")
    return agreed(words, "a page of 1 of a bare list")


def missing_filter(seen: Readings) -> Finding:
    """What a list of children without their parent answers."""
    one = seen.first("unfiltered")
    if one is None:
        return unknown("no kind has a parent")
    if not one.accepted:
        refused = f"it answers {one}"
        return found("refuse", refused) if one.rejected else unknown(refused)
    listed = seen.listing(one.kind, "unfiltered")
    if listed is None:
        return unknown("it answers no list")
    if listed.items:
        return found("all", f"it shows {len(listed.items)} objects")
    held = seen.listing(one.kind)
    some = bool(held and held.items)
    return among({"all": not some, "empty": True}, "it shows none", f"no {one.kind} exists")


def parent_key(seen: Readings) -> Finding:
    """Whether items of lists of children show their parent."""
    words = set()
    for kind, listed in seen.listings():
        if kind.wire.parent and listed.items:
            shown = all(kind.wire.parent.value in item for item in listed.items)
            words.add("show" if shown else "hide")
    return agreed(words, "items of lists by parent") if words else unknown("no children exist")


def list_objects(seen: Readings) -> Finding:
    """Whether objects in lists are as they are read alone."""
    words: dict[str, str] = {}
    contradicts = False
    for one in seen.of("read"):
        listed, alone = seen.listing(one.kind), seen.object(one)
        items = [i for i in listed.items if seen.id(one.kind, i) == one.number] if listed else []
        if alone and items:
            missing = alone.keys() - items[0].keys()
            words[one.kind] = "fewer keys" if missing else "whole"
            fields = missing & set(seen.surfaces[one.kind].fields.values())
            contradicts |= bool(fields) and not seen.catalogue[one.kind].wire.single
    if not words:
        return unknown("no object was read")
    word = "fewer keys" if "fewer keys" in words.values() else "whole"
    reads = (one for one in seen.exchanges if one.step in ("list", "read"))
    if word == "whole" and any(one.failed for one in reads):
        return unknown(f"requests failed: {seen.failures}")
    evidence = ", ".join(f"{kind}: {each}" for kind, each in words.items())
    return found(word, evidence, contradicts=contradicts)


def removed(seen: Readings) -> Finding:
    """Whether lists show removed objects."""
    for _, listed in seen.listings():
        if any(map(is_removed, listed.items)):
            return found("show", "a removed object is in a list")
    for one in seen.of("list_after"):
        listed_after = seen.listing(one.kind, "list_after")
        if listed_after and seen.removal(one.kind):
            ids = {seen.id(one.kind, item) for item in listed_after.items}
            deletes = seen.of("delete", "drop", "delete_parent", kind=one.kind)
            deleted = {made.number for made in deletes if made.accepted}
            if ids & deleted:
                return found("show", "the list after a delete")
            if deleted and is_whole(listed_after):
                return found("hide", "the list after a delete")
    return unknown("no list shows a removed object")


def denied(seen: Readings) -> Finding:
    """The status of a request for which the key lacks the right."""
    words = {str(one.status) for one in seen.answered if one.status in REFUSED}
    return agreed(words, "a refused request") if words else unknown("nothing was refused")


def rights(seen: Readings) -> Finding:
    """What the key may not do, as far as it was tried."""
    refused = {_right(one) for one in seen.answered if one.status in REFUSED}
    failed = {_right(one) for one in seen.exchanges} - {_right(one) for one in seen.answered}
    if failed:
        return unknown(f"requests failed: {seen.failures}")
    tried = "reads and writes" if seen.probed else "reads only"
    return found(",".join(sorted(refused)) or "nothing", f"{tried} were tried")


def _right(one: Recorded) -> str:
    return f"{one.kind}:{'read' if one.method == 'GET' else 'write'}"


def errors(seen: Readings) -> Finding:
    """The body of errors."""
    words = {one.form for one in seen.answered if one.status >= 400 and one.form != "empty"}
    return agreed(words, "bodies of errors") if words else unknown("no error has a body")


def absent(seen: Readings) -> Finding:
    one = seen.first("absent")
    return found(one.status, f"it answers {one}") if one else unknown("no list can be read")


def app_usage(seen: Readings) -> Finding:
    if seen.app_usage is None:
        return unknown("no list of an app shows the usage of the key")
    usage, counted = seen.app_usage
    return found(usage, f"shopform had counted {plural(counted, 'call')} of the day")


def usage_headers(seen: Readings) -> Finding:
    answered = list(seen.answered)
    names = sorted({name for one in answered for name in one.usage})
    return found(",".join(names) or "none", f"headers of {len(answered)} responses")


ORDERS: dict[str, Callable[[list[str], list[int]], bool]] = {
    "name": lambda labels, _: labels == sorted(labels),
    "id": lambda _, ids: ids == sorted(ids),
    "newest": lambda _, ids: ids == sorted(ids, reverse=True),
}


def order(seen: Readings) -> Finding:
    """The order of lists: one for all, or that of the two lists that were observed (2.2)."""
    fits, usual, compared = dict.fromkeys(ORDERS, True), True, 0
    for kind, labels, ids in _sequences(seen):
        here = {word: test(labels, ids) for word, test in ORDERS.items()}
        compared += 1
        fits = {word: fit and here[word] for word, fit in fits.items()}
        expected = kind.wire.order
        usual = usual and (expected is None or here[expected.value])
    if not compared:
        return unknown("no list has two objects")
    words = {**fits, "observed": usual}
    return among(words, f"{compared} lists of two or more", "the lists fit several")


def _sequences(seen: Readings) -> Iterator[tuple[Kind, list[str], list[int]]]:
    """Yield the names and ids of each list that has two different ones of them.

    Names with letters that sort by language are left out: the order of the shop's language is its
    own.
    """
    for kind, listed in seen.listings():
        key = seen.label(kind)
        items = [i for i in listed.items if str(i.get(key, "")).isascii() and key in i]
        labels = [str(item[key]).casefold() for item in items]
        ids = [seen.id(kind.name, item) for item in items]
        if any(a != b for a, b in pairwise(labels)) and len(set(ids)) > 1:
            yield kind, labels, ids
