"""The digest of a plan that a reviewer approves: all that it shows and does. Pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from shopform.model.canonical import is_digest
from shopform.model.plan import Action, Change, Plan, Step
from shopform.model.values import Address, Ref, Secret

# `kind` is in the address. `confirm` adds a read and depends on the other objects of the shop.
# `unclaimed` are undeclared fields, which staff may edit before the apply. `made` is a serial.
_OMITTED = frozenset({"kind", "confirm", "unclaimed", "made"})


def digest_of(plan: Plan) -> str:
    """Return a digest over shop, changes and steps, equal on every machine and at any time.

    It covers the template of a secret and not its value, so it may be published, and a reviewer
    needs no secrets. Numbers of calls, serials and unmanaged objects are not part of it.
    """
    return _hash(parts_of(plan))


def parts_of(plan: Plan) -> dict[str, str]:
    """Return the digest of each address, and under "" that of what they share."""
    basis = plan.basis
    where = (basis.shop, basis.url, basis.state, basis.source)
    common = (where, basis.wire, plan.names, plan.destroy, plan.absent)
    parts: dict[Address, list[object]] = {}
    for change in plan.changes:
        parts.setdefault(change.address, []).append(_change(change))
    confirming = {step.key: step.kind for step in plan.steps if step.confirm}
    for step in sorted(plan.steps, key=lambda step: step.key):
        parts.setdefault(step.address, []).append(_step(step, confirming))
    return {"": _hash(_data(common)), **{str(a): _hash(part) for a, part in parts.items()}}


def _change(change: Change) -> object:
    action = change.action if change.action is not Action.NO_OP else "state"
    parts = (change.id, change.importing, change.previous, change.fields)
    return [action, *map(_data, parts)]


def _step(step: Step, confirming: Mapping[str, str]) -> object:
    data = _object(step)
    data["after"] = [key for key in step.after if confirming.get(key) != step.kind]
    return data


def _data(value: object) -> object:
    """Return a value as JSON data: a secret as its template, a digest of one as a constant."""
    if value is None or isinstance(value, str | int):
        return "$secret" if is_digest(value) else value
    if isinstance(value, Ref):
        return {"$ref": str(value.address)}
    if isinstance(value, Secret):
        return {"$secret": value.source}
    if is_dataclass(value):
        return _object(value)
    if isinstance(value, Mapping):
        return {str(name): _data(part) for name, part in value.items()}
    return [_data(part) for part in value] if isinstance(value, Iterable) else value


def _object(value: Any) -> dict[str, object]:
    return {name: _data(getattr(value, name)) for name in _names(value.__class__)}


@cache
def _names(of: Any) -> list[str]:
    return [field.name for field in fields(of) if field.name not in _OMITTED]


def _hash(data: object) -> str:
    text = json.dumps(data, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
