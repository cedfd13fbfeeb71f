"""Values that are ids of the shop's own objects, declared by name: `${lookup.country.Danmark}`.

They travel as strings or numbers with the name until a plan is made, when the shop was read.
"""

import re
from dataclasses import replace
from functools import partial
from typing import Final

from shopform.diagnostics import Collector, Span, did_you_mean
from shopform.kit.text import backquoted
from shopform.model.desired import Desired, Resource
from shopform.model.live import Live
from shopform.model.values import PLAIN, parts_in, with_parts

LOOKUP: Final = re.compile(r"lookup\.([a-z-]+)\.(.+)", re.DOTALL)


class Lookup:
    """A value that will be an id."""

    kind = name = ""
    span: Span | None = None


class LookupText(Lookup, str):
    """A string that will be an id."""

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


class LookupNumber(Lookup, int):
    """A number that will be an id."""


def check_lookup(found: Lookup, kind: str | None, out: Collector, address: str = "") -> None:
    """Report a look-up where a value is the id of another kind; "" for any, None for none."""
    if kind in ("", found.kind):
        return
    code, summary = "lookup-misplaced", "a look-up is not allowed here"
    hint = "it is an id, for a string or a number"
    if kind:
        code, summary = "lookup-kind", f"the id of a {found.kind} is not allowed here"
        hint = f"declare the id of a {kind}"
    out.error(code, summary, hint=hint, span=found.span, address=address)


def looked_up(desired: Desired) -> frozenset[str]:
    """Return the kinds whose lists are needed."""
    return frozenset(
        one.kind
        for resource in desired.resources.values()
        if not PLAIN.issuperset(map(type, resource.fields.values()))
        for one in parts_in(resource.fields, Lookup)
    )


def resolved(desired: Desired, live: Live, out: Collector) -> Desired:
    """Return the declarations with ids; names that are missing or ambiguous are errors."""
    if not looked_up(desired):
        return desired
    resources = {a: _resolved(resource, live, out) for a, resource in desired.resources.items()}
    return replace(desired, resources=resources)


def _resolved(resource: Resource, live: Live, out: Collector) -> Resource:
    notes: list[str] = []

    def change(field: str, found: Lookup) -> object:
        number = _id(found, live, out, resource)
        if number:
            notes.append(f"`{field}` is {number}, the id of the {found.kind} `{found.name}`")
        return number if isinstance(found, LookupNumber) else str(number)

    fields = {
        name: with_parts(value, Lookup, partial(change, name))
        for name, value in resource.fields.items()
    }
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
        hint = did_you_mean(
            value.name, names.values(), f"there are {len(names) or 'none'} in the shop"
        )
        _refuse(out, value, resource, f"the shop has no {kind.name} `{value.name}`", hint)
    return 0


def _refuse(out: Collector, value: Lookup, resource: Resource, summary: str, hint: str) -> None:
    out.error("lookup", summary, hint=hint, span=value.span, address=resource.address)
