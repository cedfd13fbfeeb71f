"""The graph of redirects between paths of the shop, and its problems. Pure.

Paths are compared as returned by `folded`, and shown as written.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from shopform.diagnostics import Span
from shopform.kinds import Kind
from shopform.kinds.field_types import PATH
from shopform.kit.graphs import find_cycles
from shopform.kit.url_paths import folded, loosely, slashed
from shopform.model.values import Address, Secret

T = TypeVar("T")
_SHOWN = 6  # hops of a cycle in a message; in longer ones the middle is counted
CHANGE = "change its source or its target"


@dataclass(frozen=True, slots=True)
class Hop:
    """A redirect; unmanaged ones have no `address`. `start` and `end` are its compared paths.

    `fresh`: this plan creates it or changes its target.
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


class Page(NamedTuple):
    """A page at a path. `label` is its address, or its kind and id if it is unmanaged.

    `fresh`: this plan puts it there. `guessed`: the shop probably derives this path.
    """

    path: str
    label: str
    span: Span | None = None
    fresh: bool = False
    guessed: bool = False


FRONT = Page("", "the front page")


class RouteProblem(NamedTuple):
    """A problem of some `hops`, reported for the first of them, which is declared.

    `closed`: they are a cycle, which is an error even if others are unmanaged.
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
    """Return the redirect of an object; None without a source, which shops allow, and with a secret
    path, since messages show paths."""
    route = kind.route
    if route is None:
        return None
    source, target = fields.get(route.source), fields.get(route.target)
    if not source or isinstance(source, Secret) or isinstance(target, Secret):
        return None
    ends = str(PATH.canonical(source, hosts)), str(PATH.canonical(target, hosts))
    return Hop(*ends, address, span, fresh)


def rooted(kind: Kind, name: str, value: T) -> T | str:
    """Return a value as written: the paths of a redirect begin with a slash.

    Without it, a shop that stores paths as sent (redirect_path, dossier 4.7) would redirect to the
    wrong place; and the path of the front page would be invisible.
    """
    route = kind.route
    ends = (route.source, route.target) if route else ()
    return slashed(value) if name in ends and isinstance(value, str) else value


def by_source(hops: Iterable[Hop]) -> dict[str, Hop]:
    """Return the effective redirect of each path: the first if there are several."""
    table: dict[str, Hop] = {}
    for hop in hops:
        table.setdefault(hop.start, hop)
    return table


def faults(hops: Sequence[Hop], table: Mapping[str, Hop]) -> Iterator[RouteProblem]:
    """Yield duplicate sources, cycles and chains, in linear time."""
    ends, cycles = _followed(table)
    for hop in hops:
        first = table[hop.start]
        if first is not hop:
            pair = (hop, first) if hop.address else (first, hop)
            if pair[0].address:
                yield RouteProblem(
                    "route-duplicate", pair, f"has the source of {who(pair[1])}", "remove one"
                )
    inside = {hop.start for cycle in cycles for hop in cycle}
    for cycle in cycles:
        if any(hop.address for hop in cycle):
            yield _cycle(cycle)
    leads = leading(table)
    for hop in hops:
        following = table.get(hop.end)
        in_cycle = hop.start in inside and table[hop.start] is hop
        if hop.address and following and not in_cycle:
            end = ends[hop.end]
            hint = "break the cycle it leads into"
            if end is not None:
                hint = CHANGE if leads(hop.start, end) else f"point it at `{slashed(end)}`"
            says = f"leads on to {who(following)}"
            yield RouteProblem("route-chain", (hop, following), says, hint)


def hiding(hop: Hop, page: Page) -> RouteProblem:
    """Return the problem of a redirect at the path of a page, which becomes unreachable."""
    says = f"hides `{page.label}`, a page of that path" if page.path else "hides the front page"
    if page.guessed:
        says = f"is likely to hide `{page.label}`: the shop makes its path, `{slashed(page.path)}`"
    return RouteProblem("route-hides", (hop,), says, CHANGE)


def leading(table: Mapping[str, Hop]) -> Callable[[str, str], bool]:
    """Return a function that reports whether a redirect would be a loop or a chain.

    It treats similar paths as the same, as some shops do.
    """
    starts: set[str] = set()

    def leads(start: str, target: str) -> bool:
        if not starts:  # few plans ask
            starts.update(map(loosely, table))
        return loosely(target) in starts or loosely(target) == loosely(start)

    return leads


def _followed(table: Mapping[str, Hop]) -> tuple[dict[str, str | None], list[list[Hop]]]:
    """Return the final target of each path, None in a cycle; and the cycles."""

    def following(start: str) -> str | None:
        end = table[start].end
        return end if end in table else None

    cycles = [[table[each] for each in found] for found in find_cycles(table, following)]
    ends: dict[str, str | None] = {hop.start: None for cycle in cycles for hop in cycle}
    for source in table:
        path: list[str] = []
        at, shown = source, ""
        while at in table and at not in ends:
            path.append(at)
            at, shown = table[at].end, table[at].target
        ends.update(dict.fromkeys(path, ends.get(at, shown)))
    return ends, cycles


def _cycle(hops: list[Hop]) -> RouteProblem:
    """Return the problem of a cycle, from its first declared hop, with their places."""
    first = min(
        (hop for hop in hops if hop.address),
        key=lambda hop: (hop.span or Span("", 0, 0), str(hop.address)),
    )
    start = hops.index(first)
    ordered = (*hops[start:], *hops[:start])
    unmanaged = [f"{_leads(hop)}, which is unmanaged" for hop in ordered if not hop.address]
    return RouteProblem(
        "route-loop",
        ordered,
        f"leads back to itself: {cycle_of(slashed(hop.source) for hop in ordered)}",
        CHANGE,
        detail="\n".join(unmanaged),
        related=tuple((_leads(hop), hop.span) for hop in ordered[1:] if hop.address and hop.span),
        closed=True,
    )


def cycle_of(names: Iterable[str]) -> str:
    """Format a cycle, from its first name back to it; in a long one the middle is counted."""
    shown = [f"`{name}`" for name in names]
    if len(shown) > _SHOWN:
        shown[3:-1] = [f"{len(shown) - 4:,} more"]
    return " -> ".join([*shown, shown[0]])


def _leads(hop: Hop) -> str:
    return f"`{slashed(hop.source)}` leads to `{slashed(hop.target)}`"


def who(hop: Hop) -> str:
    return f"`{hop.address}`" if hop.address else f"an unmanaged one from `{slashed(hop.source)}`"
