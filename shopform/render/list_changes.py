"""Explain the differences of two lists, for every output format."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from shopform.kinds.field_types.images import Image
from shopform.render.text.inline import show

Parts = Mapping[str, tuple[object, object]]
Row = tuple[str, str]
# The key that identifies a record of a list: the first of these that it has.
_NAMES = ("file", "sha256", "title", "id")


@dataclass(frozen=True, slots=True)
class ListChange:
    """The elements of both sides by name, and how one side becomes the other.

    `rows` has the name of every element in order, with its sign: `-` and `+` if it is in one side
    only or moved, `~` if it differs, and a space. `changed` has the differing keys of a record with
    both values; none for an element that one side lacks, or that differs as a whole.
    """

    before: Mapping[str, object]
    after: Mapping[str, object]
    changed: Mapping[str, Parts]
    rows: tuple[Row, ...]

    @property
    def moved(self) -> frozenset[str]:
        """The records that both sides have, in another order."""
        sides = ({n for sign, n in self.rows if sign == each} for each in "-+")
        return frozenset.intersection(*map(frozenset, sides))


def list_change(before: object, after: object) -> ListChange:
    """Compare two lists; a value that is not a list counts as an empty one."""
    sides = elements(before), elements(after)
    sets = [sorted(side, key=show) for side in sides if not any(map(_is_record, side))]
    if len(sets) == len(sides) and sets[0] != sets[1]:
        sides = sets[0], sets[1]  # strings are sets, whose order says nothing
    old, new = map(_by_name, sides)
    changed = _changed(old, new)
    return ListChange(old, new, changed, tuple(_rows([*old], [*new], changed)))


def _rows(old: list[str], new: list[str], changed: Mapping[str, Parts]) -> Iterator[Row]:
    from difflib import SequenceMatcher

    for word, i, to_i, j, to_j in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if word == "equal":
            yield from (("~" if name in changed else " ", name) for name in new[j:to_j])
        else:
            yield from (("-", name) for name in old[i:to_i])
            yield from (("+", name) for name in new[j:to_j])


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
    own = {n: v for n, v in element.items() if n not in inner}
    path = above
    if name := next((n for n in _NAMES if isinstance(own.get(n), str)), ""):
        own[name] = path = f"{above}{_step(own[name])}"
    yield own
    for each in inner.values():
        for part in each:
            yield from _flat(part, f"{path} > ")


def _step(name: str) -> str:
    """Return a name as a step of a path, quoted where it could be read as several."""
    return show(name) if ">" in name or name.startswith('"') else name


def _has_records(value: object) -> bool:
    return isinstance(value, list | tuple) and any(map(_is_record, value))


def _is_record(value: object) -> bool:
    return isinstance(value, Mapping)


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
