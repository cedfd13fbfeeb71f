"""Read the object of a step back, before the steps that wait for it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from shopform.apply.step_context import StepContext
from shopform.errors import ShopformError
from shopform.kinds import Kind
from shopform.kit.text import backquoted
from shopform.model.canonical import canonical
from shopform.model.plan import Step
from shopform.shop import write

Fields = Mapping[str, object]


def read_back(context: StepContext, step: Step, kind: Kind, number: int, fields: Fields) -> None:
    """Check that the shop stored what the step must confirm; `fields` were sent.

    Raises ShopformError if it did not.
    """
    if not step.read_back:
        return
    found = write.read(context.client, kind, context.names(kind), number)
    held = found.object.fields if found.object else {}
    assumed = context.assumed(kind) if step.confirm else frozenset()
    if step.confirm:
        context.shown[kind.name] = frozenset(held)
    lost = [n for n in step.hides if n not in assumed or n in held]
    if lost := [n for n in lost if not _equal(context, kind, n, fields, held)]:
        _record(context, step, kind, lost, held)
        copied = bool(context.plan.basis.source)
        raise ShopformError(
            f"visitors can see it (id {number}): the shop did not keep {backquoted(lost)}, which"
            " hides it",
            hint="hide or delete it in the shop; "
            + ("`--allow-loss` copies the others visibly" if copied else "or do not declare this"),
        )
    if wrong := [n for n in fields if n in assumed and not _kept(context, kind, n, fields, held)]:
        raise ShopformError(
            f"the shop did not keep {backquoted(wrong)}: it may use other names; the object"
            f" has the keys {backquoted(found.keys)}",
            hint=f"check the object in the shop, and set `wire: {kind.name}: fields:` of this shop",
        )


def _record(
    context: StepContext, step: Step, kind: Kind, lost: Sequence[str], held: Fields
) -> None:
    """Record what the shop stored, so that the next plan knows that it does not hide objects."""
    entry = context.entries[step.address]
    seen = {name: canonical(kind.type(name), held.get(name), context.hosts) for name in lost}
    context.keep(step.key, step.address, replace(entry, stored={**entry.stored, **seen}))


def _equal(context: StepContext, kind: Kind, name: str, sent: Fields, held: Fields) -> bool:
    type_, hosts = kind.type(name), context.hosts
    return name in held and canonical(type_, sent[name], hosts) == canonical(
        type_, held[name], hosts
    )


def _kept(context: StepContext, kind: Kind, name: str, sent: Fields, held: Fields) -> bool:
    """Return whether the shop stored a field of this name, perhaps rewritten."""
    if name not in held:
        return False
    if kind.type(name).unreadable:
        return bool(held[name]) or not sent[name]
    now = canonical(kind.type(name), held[name], context.hosts)
    return _equal(context, kind, name, sent, held) or (isinstance(now, str) and now != "")
