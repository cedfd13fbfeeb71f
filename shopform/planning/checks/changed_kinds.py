"""Whether the kinds of a project are those that a document was made with. Pure."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from shopform.kinds import Catalogue
from shopform.model.plan import Plan

_PROSE: Final = frozenset({"description", "fields"})
# What the meaning of a recorded value depends on.
_MEANING: Final = frozenset({"type", "to", "wire"})
_ROW: Final = "fields."


def kinds_used(plan: Plan) -> set[str]:
    """Return the kinds of a plan's changes and of their parents."""
    used = {each.kind for each in plan.changes} | {each.kind for each in plan.steps}
    return {kind.name for name in used for kind in plan.catalogue.lineage(name)}


def definitions_used(plan: Plan) -> dict[str, dict[str, object]]:
    """Return the definitions of those kinds, without descriptions."""
    kinds, definitions = kinds_used(plan), plan.catalogue.definitions
    return {name: _parts(made) for name, made in definitions.items() if name in kinds}


def changed_kind(
    made: Mapping[str, Mapping[str, Any]], now: Catalogue, used: Collection[str]
) -> str:
    """Return how the kinds of now differ from these definitions; empty if they do not.

    `used` are the kinds that matter, with definitions or without.
    """
    if replaced := now.definitions.keys() & used - made.keys():
        return f"the project declares the kind `{min(replaced)}` itself"
    for name, definition in made.items():
        if name not in now:
            return f"the kind `{name}` is not declared"
        before, after = _parts(definition), _parts(now[name].definition)
        for key in sorted({*before, *after}):
            if before.get(key) != after.get(key):
                return f"the definition of the kind `{name}` changed: `{key}`"
    return ""


def changed_meaning(made: Catalogue, now: Catalogue, kinds: Collection[str]) -> str:
    """Return why recorded values of some kinds cannot be declared now; empty if they can.

    New fields, defaults, and what is required make no difference to them.
    """
    for name in sorted(kinds):
        if name not in now:
            return f"the kind `{name}` is not declared"
        if name not in made.definitions:
            continue
        before, after = (_parts(each[name].definition, _MEANING) for each in (made, now))
        for key in sorted(key for key in {*before, *after} if key in before or _ROW not in key):
            if before.get(key) != after.get(key):
                return f"the definition of the kind `{name}` changed: `{key}`"
    return ""


def _parts(definition: Mapping[str, Any], keys: frozenset[str] | None = None) -> dict[str, object]:
    """Return the parts of a definition by name, without descriptions; of fields only `keys`."""
    rows = definition.get("fields", {})
    parts = {name: part for name, part in definition.items() if name not in _PROSE}
    for name, row in rows.items():
        kept = keys or row.keys() - _PROSE
        parts[_ROW + name] = {key: row.get(key) for key in kept}
    return parts
