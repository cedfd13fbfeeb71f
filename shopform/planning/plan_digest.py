"""The digest of a plan that a reviewer approves: all that it shows and does. Pure."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from operator import attrgetter
from typing import Any

from shopform.model.canonical import DIGEST
from shopform.model.plan import Action, Change, Plan, Step
from shopform.model.values import Address, Ref, Secret
from shopform.planning.checks.changed_kinds import definitions_used

# `kind` is in the address. `confirm` and `hides` add a read, and depend on other objects.
# `unclaimed` are undeclared fields, which staff may edit before the apply. `made` is a serial.
_OMITTED = frozenset({"kind", "confirm", "hides", "unclaimed", "made"})
# The JSON of a digest of a secret; only the first quote of a string has no backslash before it.
_KEYED = re.compile(rf'(?<!\\)"{DIGEST}(?:[^"\\]|\\.)*"(?!:)')


def digest_of(plan: Plan) -> str:
    """Return a digest over shop, changes and steps, equal on every machine and at any time.

    It covers the template of a secret and not its value, so it may be published, and a reviewer
    needs no secrets. Numbers of calls, serials and unmanaged objects are not part of it.
    """
    return digest_over(parts_of(plan))


def digest_over(parts: Mapping[str, str]) -> str:
    return _hash(parts)


def parts_of(plan: Plan) -> dict[str, str]:
    """Return the digest of each address, and under "" that of what they share."""
    basis = plan.basis
    where = (basis.shop, basis.url, basis.state, basis.source)
    common: tuple[object, ...] = (where, basis.wire, plan.names, plan.destroy, plan.absent)
    if plan.catalogue.definitions:
        common = (*common, definitions_used(plan))
    parts: dict[Address, list[object]] = {}
    for change in plan.changes:
        parts.setdefault(change.address, []).append(_change(change))
    confirming = {step.key: step.kind for step in plan.steps if step.read_back}
    for step in sorted(plan.steps, key=attrgetter("key")):
        parts.setdefault(step.address, []).append(_step(step, confirming))
    return {"": _hash(common), **{str(a): _hash(part) for a, part in parts.items()}}


def _change(change: Change) -> object:
    action = change.action if change.action is not Action.NO_OP else "state"
    return [action, change.id, change.importing, change.previous, change.fields]


def _step(step: Step, confirming: Mapping[str, str]) -> object:
    data = _object(step)
    data["after"] = [key for key in step.after if confirming.get(key) != step.kind]
    return data


def _data(value: object) -> object:
    """Return a value as JSON data: a dataclass as its fields, a secret as its template."""
    if isinstance(value, Ref):
        return {"$ref": value.address}
    if isinstance(value, Secret):
        return {"$secret": value.source}
    if is_dataclass(value):
        return _object(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Iterable):
        return list(value)
    raise TypeError(f"a {type(value).__name__} has no digest")


def _object(value: Any) -> dict[str, object]:
    names, parts = _names(value.__class__)
    return dict(zip(names, parts(value), strict=True))


@cache
def _names(of: Any) -> tuple[list[str], Callable[[object], tuple[object, ...]]]:
    names = [field.name for field in fields(of) if field.name not in _OMITTED]
    return names, attrgetter(*names)


_ENCODER = json.JSONEncoder(sort_keys=True, check_circular=False, default=_data)


def _hash(data: object) -> str:
    """Return the digest of a value as JSON, where a digest of a secret is a constant."""
    text = _ENCODER.encode(data)
    if DIGEST in text:
        text = _KEYED.sub('"$secret"', text)
    return hashlib.sha256(text.encode()).hexdigest()
