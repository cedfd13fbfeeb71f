"""Warn, in every plan, of pages that the shop gave another path than was sent. Pure."""

from collections.abc import Mapping

from shopform.diagnostics import Collector
from shopform.kinds import Kind
from shopform.kinds.field_types import PATH
from shopform.kit.url_paths import slashed
from shopform.model.canonical import canonical, is_digest
from shopform.model.desired import Desired
from shopform.model.plan import Op, Step
from shopform.model.slugs import appended, moved
from shopform.model.values import Secret
from shopform.planning.compare.compare import Comparer
from shopform.planning.matching.match import span_of
from shopform.planning.matching.result import Matching
from shopform.planning.scope import Scope


def check(
    matching: Matching, desired: Desired, scope: Scope, steps: Mapping[str, Step], out: Collector
) -> None:
    """Warn of each page with another path than was sent, naming the object that has that path."""
    compare = Comparer(matching)
    for address, entry in matching.entries.items():
        kind = matching.catalogue[address.kind]
        name = kind.path
        if not name:
            continue
        resource = desired.resources.get(address)
        item = (
            matching.live.kinds[kind.name].objects.get(entry.id)
            if kind.name in matching.live.kinds
            else None
        )
        step = steps.get(f"{address}:{Op.UPDATE}")
        value = resource.fields.get(name) if resource and name not in resource.ignore else None
        sent = entry.sent.get(name)
        if not item or not value or not scope.includes(address) or (step and name in step.fields):
            continue
        if isinstance(value, Secret) or not isinstance(sent, str) or is_digest(sent):
            continue
        held = str(canonical(PATH, item.fields.get(name), matching.hosts))
        made = entry.stored.get(name) == held or appended(kind, sent, held)
        if not made or not moved(sent, held):
            continue
        holder = compare.holder(kind, sent, item.id)
        who = _who(matching, *holder) if holder else ""
        out.warning(
            "path-not-settled",
            f"`{address}` should be at `{slashed(sent)}`, but the shop has it at `{slashed(held)}`",
            detail=f"{who} has that path" if holder else "no object that was read has that path",
            span=span_of(desired, address),
            address=address,
            hint="give one of them another path; once it is free, a plan sends it again"
            if holder
            else f"declare `{held}`, or find out in the shop what has the path",
        )


def _who(matching: Matching, kind: Kind, number: int) -> str:
    owner = matching.owners.get((kind.name, number))
    return f"`{owner}`" if owner else f"{kind.name} {number}, which is unmanaged,"
