"""Objects made from the rows of their kind, for kinds of which no test writes one by hand."""

from collections.abc import Mapping
from typing import Any

from shopform.kinds import Field, Kind
from shopform.kinds.standard import STANDARD

PICTURE = "pictures/men.png"
BY_TYPE: dict[str, Any] = {
    "decimal": "{1}.5",
    "text": "{0} {1}\nå & b",
    "html": "<p>{0} {1}</p>\n<p>to</p>",
    "path": "{0}/{1}",
}


def written(row: Field, number: int, sections: Mapping[str, Any]) -> Any:
    """A value of a field as files have it; another number gives another value."""
    if row.type.name == "tree":
        return [{"title": f"Title {number}", "url": f"{row.name}/{number}"}]
    if row.type.targets:
        of_itself = (None, "b")  # the bare one of `with_samples`
        (target,) = row.type.targets
        held = sections.get(STANDARD[target].section)
        keys = list(held) if held else of_itself
        key = keys[number % len(keys)]
        return [key] if row.type.listed else key
    if row.type.name == "set":
        return [f"{row.name}_{number}"]
    if row.type.unreadable:
        return [{"file": PICTURE, "description": f"{number}"}]
    if row.type.allowed:
        return row.type.allowed[number % len(row.type.allowed)]
    if row.type.name == "flag":
        return number % 2 == 1
    text = BY_TYPE.get(row.type.name)
    return text.format(row.name, number) if text else number


def sample(
    kind: Kind, number: int, sections: Mapping[str, Any], *, bare: bool = False
) -> dict[str, Any]:
    """All fields of an object, or only the required ones; what identifies it is on one line."""
    others = {name: held for name, held in sections.items() if name != kind.section}
    found = {
        name: written(row, number, others)
        for name, row in kind.declarable.items()
        if row.required or not bare
    }
    if kind.path in found:
        found[kind.path] = f"{kind.name}/{number}"  # all pages share the paths of the shop
    label = kind.identity[-1]
    return found | {label: str(found[label]).replace("\n", " ")}


def with_samples(sections: Mapping[str, Any]) -> dict[str, Any]:
    """These sections, and two objects of each kind that has none: a whole and a bare one."""
    found = dict(sections)
    for kind in STANDARD.kinds:
        if kind.nesting is None and kind.section not in found:
            both = sample(kind, 1, found), sample(kind, 2, found, bare=True)
            found[kind.section] = dict(zip("ab", both, strict=True))
    return found
