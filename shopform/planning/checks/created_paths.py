"""Check redirects against the paths that the shop gave to pages. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Set

from shopform.diagnostics import Diagnostic, warning
from shopform.kinds import Catalogue
from shopform.kit.url_paths import page_address, slashed
from shopform.model.prior import Entry
from shopform.model.redirect_graph import CHANGE, Hop, hop_of
from shopform.model.values import Address


def conflicts(
    catalogue: Catalogue,
    made: Mapping[Address, tuple[str, str]],
    held: Set[str],
    entries: Mapping[Address, Entry],
) -> Iterator[Diagnostic]:
    """Warn of redirects in the state that conflict with a path that the shop chose.

    `made` holds the intended and the actual path of pages where these may differ; `held` the
    normalized paths of all pages that were read.
    """
    hops = list(_hops(catalogue, entries))
    starts, ends = _by(hops, "start"), _by(hops, "end")
    for address, (wanted, got) in made.items():
        for hop in starts.get(page_address(got), ()):
            problem = f"hides `{address}`, to which the shop gave the path `{slashed(got)}`"
            yield _conflict("route-hides", hop, problem)
        if page_address(wanted) in held:
            continue
        for hop in ends.get(page_address(wanted), ()):
            problem = f"leads to `{slashed(wanted)}`, but `{address}` is at `{slashed(got)}`"
            yield _conflict("route-dead", hop, problem)


def _conflict(code: str, hop: Hop, problem: str) -> Diagnostic:
    return warning(code, f"`{hop.address}` {problem}", address=hop.address or "", hint=CHANGE)


def _by(hops: Iterable[Hop], name: str) -> dict[str, list[Hop]]:
    found: dict[str, list[Hop]] = {}
    for hop in hops:
        found.setdefault(getattr(hop, name), []).append(hop)
    return found


def _hops(catalogue: Catalogue, entries: Mapping[Address, Entry]) -> Iterator[Hop]:
    for address, entry in entries.items():
        route = catalogue[address.kind].route
        names = (route.source, route.target) if route else ()
        fields = {name: entry.stored.get(name, entry.sent.get(name)) for name in names}
        # The digest of a secret value is not a path, and gives no hop.
        if hop := hop_of(catalogue[address.kind], fields, frozenset(), address, None):
            yield hop
