"""Warn of different paths that a shop may treat as the same. Pure."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from shopform.kit.url_paths import loosely, slashed
from shopform.model.redirect_graph import CHANGE, Hop, Page, RouteProblem, who

CODE = "route-alike"


def alike(
    hops: Sequence[Hop],
    table: Mapping[str, Hop],
    pages: Mapping[str, Page],
    ceased: Iterable[str] = (),
) -> Iterator[RouteProblem]:
    """Yield the problems of redirects in a shop that ignores the last slash, the case, the query or
    the Unicode form of a path: loops, duplicate sources, hidden pages, chains, dead ends.

    Only if the plan changes one of them, and once for each two paths: known ones are not repeated.
    """
    ceased = tuple(ceased)
    if ceased or any(hop.fresh for hop in hops) or any(page.fresh for page in pages.values()):
        yield from _Pairs(hops, table, pages, ceased).found()


@dataclass(slots=True)
class _Pairs:
    """Compares paths, grouped by their common form."""

    hops: Sequence[Hop]
    table: Mapping[str, Hop]
    pages: Mapping[str, Page]
    ceased: Iterable[str]
    seen: set[frozenset[str]] = field(default_factory=set)

    def found(self) -> Iterator[RouteProblem]:
        starts = _grouped(self.table)
        pages, removed = _grouped(self.pages), _grouped(self.ceased)
        for hop in self.hops:
            if not hop.address:
                continue
            start, end = loosely(hop.start), loosely(hop.end)
            if start == end and hop.fresh and self._new(hop.start, hop.end):
                yield self._fault(hop, f"leads to `{slashed(hop.target)}`", "a loop", hop.end)
            yield from self._duplicates(hop, starts[start])
            yield from self._hidden(hop, pages.get(start, ()))
            if hop.end not in self.pages:
                yield from self._onward(hop, starts.get(end, ()), removed.get(end, ()))

    def _hidden(self, hop: Hop, paths: Iterable[str]) -> Iterator[RouteProblem]:
        """Pages with a path similar to the source of a redirect."""
        for path in paths:
            page = self.pages[path]
            if (hop.fresh or page.fresh) and self._new(hop.start, path):
                says = f"begins at `{slashed(hop.source)}`, and `{page.label}` is a page at"
                says += f" `{slashed(page.path)}`"
                yield self._fault(hop, says, "one hides the other", path, hop.start)

    def _onward(
        self, hop: Hop, starts: Iterable[str], removed: Iterable[str]
    ) -> Iterator[RouteProblem]:
        """Redirects from, and removed pages at, paths similar to the target of a redirect."""
        for path in starts:
            other = self.table[path]
            open_ = hop.end not in self.table and (hop.fresh or other.fresh)
            if open_ and self._new(hop.end, path):
                says = f"leads to `{slashed(hop.target)}`, and {who(other)} begins at"
                says += f" `{slashed(other.source)}`"
                yield self._fault(hop, says, "one leads to the other", path, hop.end)
        for path in removed:
            if self._new(hop.end, path):
                says = f"leads to `{slashed(hop.target)}`, and this plan removes"
                says += f" `{slashed(path)}`"
                yield self._fault(hop, says, "a dead end", path, hop.end)

    def _duplicates(self, hop: Hop, paths: Sequence[str]) -> Iterator[RouteProblem]:
        """Return one warning for all redirects with similar sources, at the first declared one."""
        others = [
            path for path in paths if path != hop.start and not _differ_by_query(hop.start, path)
        ]
        fresh = any(self.table[path].fresh for path in paths)
        if not others or not fresh or self.table[hop.start] is not hop or not self._new(*paths):
            return
        more = f" and {len(others) - 1:,} more begin" if len(others) > 1 else " begins"
        other = self.table[others[0]]
        says = f"begins at `{slashed(hop.source)}`, and {who(other)}{more} at"
        says += f" `{slashed(other.source)}`" + (" and the like" if len(others) > 1 else "")
        yield self._fault(hop, says, "two of one source", others[0], hop.start)

    def _new(self, *paths: str) -> bool:
        pair = frozenset(paths)
        if len(pair) < 2 or pair in self.seen or (len(pair) == 2 and _differ_by_query(*pair)):
            return False
        self.seen.add(pair)
        return True

    def _fault(self, hop: Hop, says: str, what: str, one: str, other: str = "") -> RouteProblem:
        differs = " and ".join(_differences(one, other or hop.start))
        says = f"{says}: {what} in a shop where {differs} does not count"
        return RouteProblem(CODE, (hop,), says, f"try it in the shop, or {CHANGE}")


def _differ_by_query(one: str, other: str) -> bool:
    """Whether paths differ by their queries: with redirects from `/p.php?id=1` and `/p.php?id=2`
    the shop must distinguish them."""
    queries = {path.partition("?")[2] for path in (one, other)}
    return len(queries) == 2 and "" not in queries


def _grouped(paths: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in paths:
        found.setdefault(loosely(path), []).append(path)
    return found


def _differences(one: str, other: str) -> Iterator[str]:
    """Yield the differences of similar paths."""
    (path, _, query), (path_, _, query_) = one.partition("?"), other.partition("?")
    if query != query_:
        yield "the query"
    if path.endswith("/") != path_.endswith("/"):
        yield "the last slash"
    path, path_ = path.rstrip("/"), path_.rstrip("/")
    if path != path_:
        same = unicodedata.normalize("NFC", path) == unicodedata.normalize("NFC", path_)
        yield "the Unicode form" if same else "the case"
