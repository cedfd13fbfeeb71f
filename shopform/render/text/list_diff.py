"""Render lists: one line for each added, removed or changed element."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

from shopform.kinds.field_types.images import Image
from shopform.render.text.inline import arrow, record, show
from shopform.render.text.multiline import INDENT, INNER, Detail, Line, hidden

# The key that identifies a record of a list: the first of these that it has.
_NAMES = ("file", "sha256", "id")


def list_block(symbol: str, head: str, sides: Sequence[object], detail: Detail) -> Iterator[Line]:
    """Render one list, or the differences of two, in brackets."""
    before, after = elements(sides[0]), elements(sides[-1])
    compared = len(sides) > 1 and sides[-1] is not None
    rows = list(_list_diff(before, after)) if compared else [(symbol, show(e)) for e in before]
    yield Line(INDENT, symbol, f"{head}[")
    yield from (Line(INNER, sign, f"{text},") for sign, text in rows)
    if compared and detail is Detail.ALL:
        old, new = by_name(before), by_name(after)
        stays = (show(e) for name, e in new.items() if name in old and old[name] == e)
        known = {text for sign, text in rows if sign == "+"}
        yield from (Line(INNER, " ", f"{text},") for text in stays if text not in known)
    elif compared:
        yield from hidden(len(before) - sum(sign != "+" for sign, _ in rows), "element")
    yield Line(INDENT, " ", "] -> null" if sides[-1] is None else "]")


def elements(side: object) -> list[object]:
    listed = side if isinstance(side, list | tuple) else ()
    return [asdict(e) if isinstance(e, Image) else e for e in listed]


def _list_diff(before: list[object], after: list[object]) -> Iterator[tuple[str, str]]:
    """Return what changed between two lists, ignoring order; all of both if only that changed."""
    old, new = by_name(before), by_name(after)
    changed = _explained(old, new)
    if not changed:
        yield from (("-", show(e)) for e in before)
        yield from (("+", show(e)) for e in after)
    for name in sorted(changed):
        if parts := changed[name]:
            yield "~", record(title(new[name]) | parts)
            continue
        if name in old:
            yield "-", show(old[name])
        if name in new:
            yield "+", show(new[name])


def _explained(old: dict[str, object], new: dict[str, object]) -> dict[str, dict[str, str]]:
    """Return the names of differing elements, each with its differing parts, if it has any."""
    # Imported late: it takes 92 ms, and few plans change a list.
    from deepdiff import DeepDiff

    changed: dict[str, dict[str, str]] = {}
    found = DeepDiff(
        old, new, view="tree", threshold_to_diff_deeper=0, ignore_private_variables=False
    )
    for levels in found.values():
        for level in levels:
            name, *inner = level.path(output_format="list")
            parts = changed.setdefault(name, {})
            one, other = old.get(name), new.get(name)
            if inner and isinstance(one, Mapping) and isinstance(other, Mapping):
                parts[str(inner[0])] = arrow(one.get(inner[0]), other.get(inner[0]))
    return {name: dict(sorted(parts.items())) for name, parts in changed.items()}


def by_name(elements: list[object]) -> dict[str, object]:
    """Return the elements by position-independent names; equal names are numbered."""
    met: Counter[str] = Counter()
    named: dict[str, object] = {}
    for element in elements:
        name = next(iter(title(element).values()), show(element))
        met[name] += 1
        named[name if met[name] == 1 else f"{name} {met[name]}"] = element
    return named


def title(element: object) -> dict[str, str]:
    own = element if isinstance(element, Mapping) else {}
    return next(({n: show(own[n])} for n in _NAMES if n in own), {})
