"""Explain the differences of two lists, for every output format."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from shopform.kinds.field_types.images import Image
from shopform.render.text.inline import show

Parts = Mapping[str, tuple[object, object]]
# The key that identifies a record of a list: the first of these that it has.
_NAMES = ("file", "sha256", "title", "id")


@dataclass(frozen=True, slots=True)
class ListChange:
    """The elements of both sides by name, and the names of those that differ.

    `changed` has the differing keys of a record with both values; none for an element that one
    side lacks, or that differs as a whole. `moved`: shared elements are in another order.
    """

    before: Mapping[str, object]
    after: Mapping[str, object]
    changed: Mapping[str, Parts]
    moved: bool


def list_change(before: object, after: object) -> ListChange:
    """Compare two lists; a value that is not a list counts as an empty one."""
    old, new = _by_name(elements(before)), _by_name(elements(after))
    shared = [[n for n in side if n in old and n in new] for side in (old, new)]
    return ListChange(old, new, _changed(old, new), shared[0] != shared[1])


def elements(side: object) -> list[object]:
    """Return the elements of a list, and after each record those of the lists of records in it."""
    listed = side if isinstance(side, list | tuple) else ()
    return [part for e in listed for part in _flat(asdict(e) if isinstance(e, Image) else e)]


def _flat(element: object, above: str = "") -> Iterator[object]:
    """Yield an element, and those in its lists of records, which are named by their path."""
    if not isinstance(element, Mapping):
        yield element
        return
    inner = {name: value for name, value in element.items() if _has_records(value)}
    name = next((n for n in _NAMES if n in element), "")
    path = f"{above} / {element[name]}" if above and name else element.get(name)
    own = {n: v for n, v in element.items() if n not in inner}
    yield {**own, name: path} if above and name else own
    for each in inner.values():
        for part in each:
            yield from _flat(part, str(path))


def _has_records(value: object) -> bool:
    return isinstance(value, list | tuple) and any(isinstance(each, Mapping) for each in value)


def title(element: object) -> dict[str, str]:
    """Return the key that identifies a record, with its value as shown; empty if it has none."""
    own = element if isinstance(element, Mapping) else {}
    return next(({n: show(own[n])} for n in _NAMES if n in own), {})


def _changed(old: dict[str, object], new: dict[str, object]) -> dict[str, Parts]:
    # Imported late: it takes 92 ms, and few plans change a list.
    from deepdiff import DeepDiff

    changed: dict[str, dict[str, tuple[object, object]]] = {}
    found = DeepDiff(
        old, new, view="tree", threshold_to_diff_deeper=0, ignore_private_variables=False
    )
    for levels in found.values():
        for level in levels:
            name, *inner = level.path(output_format="list")
            parts = changed.setdefault(name, {})
            one, other = old.get(name), new.get(name)
            if inner and isinstance(one, Mapping) and isinstance(other, Mapping):
                parts[str(inner[0])] = one.get(inner[0]), other.get(inner[0])
    return {name: dict(sorted(parts.items())) for name, parts in sorted(changed.items())}


def _by_name(elements: Sequence[object]) -> dict[str, object]:
    """Return the elements by position-independent names; equal names are numbered."""
    met: Counter[str] = Counter()
    named: dict[str, object] = {}
    for element in elements:
        name = next(iter(title(element).values()), show(element))
        met[name] += 1
        named[name if met[name] == 1 else f"{name} {met[name]}"] = element
    return named
