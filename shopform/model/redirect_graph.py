"""Redirects, from one path of the shop to another, and what is wrong among them. Pure.

Paths are compared as `normalize.folded` makes them, and shown as they are written.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from shopform.diagnostics import Span
from shopform.kinds import Kind
from shopform.kinds.field_types import PATH
from shopform.kit.graphs import find_cycles
from shopform.kit.url_paths import folded, loosely, slashed
from shopform.model.canonical import canonical
from shopform.model.values import Address, Secret

T = TypeVar("T")
_SHOWN = 6  # hops of a circle that a sentence holds; of a longer one the first and the last
CHANGE = "change its source or its target"


@dataclass(frozen=True, slots=True)
class Hop:
    """One redirect; `address` is empty where it is unmanaged. `start` and `end` are compared.

    `fresh`: this plan makes it, or turns it.
    """

    source: str
    target: str
    address: Address | None
    span: Span | None = None
    fresh: bool = False
    start: str = field(init=False)
    end: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", folded(self.source))
        object.__setattr__(self, "end", folded(self.target))


@dataclass(frozen=True, slots=True)
class Page:
    """A page at a path, by its address, or its kind and id where it is unmanaged.

    `fresh`: this plan puts it there. `guessed`: the path is what the shop is likely to make.
    """

    path: str
    label: str
    span: Span | None = None
    fresh: bool = False
    guessed: bool = False


FRONT = Page("", "the front page")


@dataclass(frozen=True, slots=True)
class RouteProblem:
    """What goes wrong for visitors: `hops` make it, and it is told of the first, which is declared.

    `closed` are circles, which are wrong whoever made the rest of them.
    """

    code: str
    hops: tuple[Hop, ...]
    says: str
    hint: str
    detail: str = ""
    related: tuple[tuple[str, Span], ...] = ()
    closed: bool = False

    @property
    def summary(self) -> str:
        return f"`{self.hops[0].address}` {self.says}"


def hop_of(
    kind: Kind,
    fields: Mapping[str, object],
    hosts: frozenset[str],
    address: Address | None,
    span: Span | None,
    fresh: bool = False,
) -> Hop | None:
    """The redirect that fields declare; None where it begins nowhere, as a shop may hold one, and
    where a path is secret, since messages show paths."""
    route = kind.route
    found = [fields.get(name) for name in (route.source, route.target)] if route else []
    if not found or not found[0] or any(isinstance(each, Secret) for each in found):
        return None
    source, target = (str(canonical(PATH, each, hosts)) for each in found)
    return Hop(source, target, address, span, fresh)


def rooted(kind: Kind, name: str, value: T) -> T | str:
    """A value as people write and read it: an end of a redirect in this shop begins with a slash.

    A shop that keeps it as it is sent (redirect_path, dossier 4.7) would else lead astray; and
    the front page, label path is empty, could not be seen.
    """
    route = kind.route
    ends = (route.source, route.target) if route else ()
    return slashed(value) if name in ends and isinstance(value, str) else value


def by_source(hops: Iterable[Hop]) -> dict[str, Hop]:
    """The redirect that is taken from each path: the first, where there are several."""
    table: dict[str, Hop] = {}
    for hop in hops:
        table.setdefault(hop.start, hop)
    return table


def faults(hops: Sequence[Hop], table: Mapping[str, Hop]) -> Iterator[RouteProblem]:
    """Two of one source, circles, and redirects that lead to redirects; in time linear in them."""
    ends, circles = _followed(table)
    for hop in hops:
        first = table[hop.start]
        if first is not hop:
            pair = (hop, first) if hop.address else (first, hop)
            if pair[0].address:
                yield RouteProblem(
                    "route-duplicate", pair, f"has the source of {who(pair[1])}", "remove one"
                )
    inside = {hop.start for circle in circles for hop in circle}
    for circle in circles:
        if any(hop.address for hop in circle):
            yield _circle(circle)
    leads = leading(table)
    for hop in hops:
        following = table.get(hop.end)
        round_about = hop.start in inside and table[hop.start] is hop
        if hop.address and following and not round_about:
            end = ends[hop.end]
            hint = "break the circle it leads into"
            if end is not None:
                hint = CHANGE if leads(hop.start, end) else f"point it at `{slashed(end)}`"
            says = f"leads on to {who(following)}"
            yield RouteProblem("route-chain", (hop, following), says, hint)


def hiding(hop: Hop, page: Page) -> RouteProblem:
    """A redirect that begins where a page is, which nobody could reach any more."""
    says = f"hides `{page.label}`, a page of that path" if page.path else "hides the front page"
    if page.guessed:
        says = f"is likely to hide `{page.label}`: the shop makes its path, `{slashed(page.path)}`"
    return RouteProblem("route-hides", (hop,), says, CHANGE)


def leading(table: Mapping[str, Hop]) -> Callable[[str, str], bool]:
    """Tells of a path and a target whether sending visitors there would be a loop, or lead on to
    another redirect, for a shop that takes paths that are alike for the same."""
    starts = {loosely(start) for start in table}

    def leads(start: str, target: str) -> bool:
        return loosely(target) in starts or loosely(target) == loosely(start)

    return leads


def _followed(table: Mapping[str, Hop]) -> tuple[dict[str, str | None], list[list[Hop]]]:
    """Where the redirects from each path end, None for in a circle; and the circles."""

    def following(start: str) -> str | None:
        end = table[start].end
        return end if end in table else None

    circles = [[table[each] for each in found] for found in find_cycles(table, following)]
    ends: dict[str, str | None] = {hop.start: None for circle in circles for hop in circle}
    for source in table:
        path: list[str] = []
        at, shown = source, ""
        while at in table and at not in ends:
            path.append(at)
            at, shown = table[at].end, table[at].target
        ends.update(dict.fromkeys(path, ends.get(at, shown)))
    return ends, circles


def _circle(hops: list[Hop]) -> RouteProblem:
    """A circle, from its first declared hop on, with the place of each."""
    first = min(
        (hop for hop in hops if hop.address),
        key=lambda hop: (hop.span or Span("", 0, 0), str(hop.address)),
    )
    start = hops.index(first)
    turned = (*hops[start:], *hops[:start])
    strangers = [f"{_leads(hop)}, which is unmanaged" for hop in turned if not hop.address]
    return RouteProblem(
        "route-loop",
        turned,
        f"leads back to itself: {circle_of(slashed(hop.source) for hop in turned)}",
        CHANGE,
        detail="\n".join(strangers),
        related=tuple((_leads(hop), hop.span) for hop in turned[1:] if hop.address and hop.span),
        closed=True,
    )


def circle_of(names: Iterable[str]) -> str:
    """A circle in words, from its first name back to that; of a long one the middle is counted."""
    told = [f"`{name}`" for name in names]
    if len(told) > _SHOWN:
        told[3:-1] = [f"{len(told) - 4:,} more"]
    return " -> ".join([*told, told[0]])


def _leads(hop: Hop) -> str:
    return f"`{slashed(hop.source)}` leads to `{slashed(hop.target)}`"


def who(hop: Hop) -> str:
    return f"`{hop.address}`" if hop.address else f"an unmanaged one from `{slashed(hop.source)}`"
