"""Values that are ids of the shop's own objects, declared by name: `${lookup.country.Danmark}`.

They travel as strings or numbers with the name until a plan is made, when the shop was read.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from shopform.diagnostics import Collector, Span, did_you_mean
from shopform.kit.text import backquoted
from shopform.model.desired import Desired, Resource
from shopform.model.live import Live

LOOKUP: Final = re.compile(r"lookup\.([a-z-]+)\.(.+)", re.DOTALL)


class LookupText(str):
    """A string that will be an id."""

    kind = name = ""
    span: Span | None = None

    @classmethod
    def of(cls, kind: str, name: str, span: Span) -> "LookupText":
        """Return the value of a placeholder."""
        found = cls(f"${{lookup.{kind}.{name}}}")
        found.kind, found.name, found.span = kind, name, span
        return found

    @property
    def number(self) -> "LookupNumber":
        """The same for a field with a number."""
        found = LookupNumber()
        found.kind, found.name, found.span = self.kind, self.name, self.span
        return found


class LookupNumber(int):
    """A number that will be an id."""

    kind = name = ""
    span: Span | None = None


Lookup = LookupText | LookupNumber


def lookups_in(value: object) -> Iterator[Lookup]:
    """Yield the look-ups of a value."""
    if isinstance(value, Lookup):
        yield value
    elif isinstance(value, tuple | Mapping):
        for part in value.values() if isinstance(value, Mapping) else value:
            yield from lookups_in(part)


def looked_up(desired: Desired) -> frozenset[str]:
    """Return the kinds whose lists are needed."""
    return frozenset(
        one.kind
        for resource in desired.resources.values()
        for value in resource.fields.values()
        for one in lookups_in(value)
    )


def resolved(desired: Desired, live: Live, out: Collector) -> Desired:
    """Return the declarations with ids; names that are missing or ambiguous are errors."""
    if not looked_up(desired):
        return desired
    resources = {a: _resolved(resource, live, out) for a, resource in desired.resources.items()}
    return replace(desired, resources=resources)


def _resolved(resource: Resource, live: Live, out: Collector) -> Resource:
    notes: list[str] = []

    def change(field: str, value: Any) -> Any:
        if isinstance(value, Lookup):
            number = _id(value, live, out, resource)
            notes.append(f"`{field}` is {number}, the id of the {value.kind} `{value.name}`")
            return number if isinstance(value, LookupNumber) else str(number)
        if isinstance(value, tuple):
            return tuple([change(field, part) for part in value])
        if isinstance(value, Mapping):
            return {name: change(field, part) for name, part in value.items()}
        return value

    fields = {name: change(name, value) for name, value in resource.fields.items()}
    return replace(resource, fields=fields, notes=tuple(notes)) if notes else resource


def _id(value: Lookup, live: Live, out: Collector, resource: Resource) -> int:
    """Return the id of a name, or 0 with an error. Names are compared without case."""
    kind = next(kind for kind in live.catalogue.lookups if kind.name == value.kind)
    read, (by,) = live.lookups.get(kind.name), kind.identity
    if read is None or read.problem:
        why = read.problem if read else "plan without a snapshot"
        _refuse(out, value, resource, f"the {kind.section} were not read", why)
        return 0
    names = {number: str(item.fields.get(by)) for number, item in read.objects.items()}
    found = [n for n, name in names.items() if name == value.name]
    if not found:
        found = [n for n, name in names.items() if name.casefold() == value.name.casefold()]
    if len(found) == 1:
        return found[0]
    if found:
        hint = f"the ids are {backquoted(map(str, found))}: declare the id"
        _refuse(out, value, resource, f"several {kind.section} are called `{value.name}`", hint)
    else:
        hint = did_you_mean(value.name, names.values(), f"there are {len(names)} in the shop")
        _refuse(out, value, resource, f"the shop has no {kind.name} `{value.name}`", hint)
    return 0


def _refuse(out: Collector, value: Lookup, resource: Resource, summary: str, hint: str) -> None:
    out.error("lookup", summary, hint=hint, span=value.span, address=resource.address)
