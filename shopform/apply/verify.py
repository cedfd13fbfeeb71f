"""Read every changed list once after the last write, and record what the shop stored."""

import json
from collections.abc import Iterator, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from shopform.apply.child_checks import Lists
from shopform.apply.step_context import StepContext
from shopform.diagnostics import Diagnostic, alike, escaped, warning
from shopform.kinds import Kind, is_extra
from shopform.kinds.field_types import Unreadable
from shopform.kit.text import backquoted
from shopform.kit.url_paths import page_address
from shopform.model.canonical import canonical, digest, is_digest
from shopform.model.live import LiveKind, LiveObject
from shopform.model.plan import WRITES, Op, Step
from shopform.model.prior import Entry
from shopform.model.slugs import appended, moved, wanted
from shopform.model.values import Address
from shopform.planning.checks.created_paths import conflicts
from shopform.planning.preconditions import fingerprint
from shopform.shop import fetch

VERIFY = "verify"
SHOWN = 56


def verify(applied: Sequence[Step], context: StepContext) -> list[Diagnostic]:
    """Read what was written, record what the shop stored, and warn of differences."""
    lists = _lists(applied, context)
    with ThreadPoolExecutor(context.client.parallelism) as pool:
        found = pool.map(lambda one: _read(context, *one), lists)
        reads = context.reads = dict(zip(lists, found, strict=True))
    keys = {one: _keys(read) for one, read in reads.items()}
    held = frozenset[object]().union(
        *(_paths(context.catalogue[kind], read, context) for (kind, _), read in reads.items())
    )
    warnings: list[Diagnostic] = []
    learned: dict[Address, Entry] = {}
    for step in applied:
        if step.op not in (Op.CREATE, Op.UPDATE) or step.temporary:
            continue
        if step.address not in context.entries:  # removed from the state by a later step
            continue
        at = step.kind, context.parent_id(step)
        entry, read = learned.get(step.address, context.entries[step.address]), reads[at]
        item = read.objects.get(entry.id)
        if read.problem or item is None:
            warnings.append(_not_verified(step, read))
            continue
        seen, differences = _as_stored(step, entry, item, context, held)
        warnings += differences
        kind = context.catalogue[step.kind]
        learned[step.address] = _without_unknown_fields(kind, seen, keys[at])
    learned = {a: entry for a, entry in learned.items() if entry != context.entries[a]}
    if learned:
        context.session.result(VERIFY, learned)
        context.entries.update(learned)
    warnings += _changed_unsent(applied, reads, context)
    warnings += _still_listed(applied, reads, context)
    return [*warnings, *_path_conflicts(applied, reads, context)]


def _still_listed(
    applied: Sequence[Step], reads: Lists, context: StepContext
) -> Iterator[Diagnostic]:
    """Warn of deletions that the shop confirmed without deleting the object."""
    for step in applied:
        if step.op is not Op.DELETE or (step.parent and step.parent.address not in context.entries):
            continue
        if step.id in reads[step.kind, context.parent_id(step)].objects:
            yield warning(
                "not-deleted",
                f"`{step.address}` was deleted, but the shop still lists it: {step.kind} {step.id}",
                address=step.address,
                hint="it is no longer in the state: delete it in the shop",
            )


def _changed_unsent(
    applied: Sequence[Step], reads: Lists, context: StepContext
) -> Iterator[Diagnostic]:
    """Warn of declared fields that updates changed without sending them: those merge (L, M)."""
    updates: dict[Address, list[Step]] = {}
    there = context.entries.keys() - context.made
    for step in applied:
        if step.op is Op.UPDATE and step.address in there:
            updates.setdefault(step.address, []).append(step)
    for address, steps in updates.items():
        kind, entry = context.catalogue[steps[0].kind], context.entries[address]
        item = reads[kind.name, context.parent_id(steps[0])].objects.get(entry.id)
        before = context.plan.basis.fingerprints.get(address, {})
        after = fingerprint(kind, item, context.hosts) if item else {}
        unsent = (before.keys() & after.keys()).difference(*(step.fields for step in steps))
        if names := [name for name in sorted(unsent) if before[name] != after[name]]:
            yield warning(
                "changed-unsent",
                f"{backquoted(names, ' and ')} of `{address}` changed during its update, which sent"
                " other fields",
                address=address,
                hint="`shopform plan` shows what to restore; if every update does this, the shop"
                " replaces whole objects: `shopform doctor --probe` tests it",
            )


def _path_conflicts(
    applied: Sequence[Step], reads: Lists, context: StepContext
) -> Iterator[Diagnostic]:
    """Warn of redirects that conflict with paths that the shop chose."""
    made: dict[Address, tuple[str, str]] = {}
    held: set[str] = set()
    for (name, _), read in reads.items():
        kind = context.catalogue[name]
        held |= {page_address(str(path)) for path in _paths(kind, read, context)}
        for step in (s for s in applied if s.kind == name and kind.path):
            entry = context.entries.get(step.address)
            item = read.objects.get(entry.id) if entry else None
            if item is None or step.temporary or kind.path in context.secrets(step):
                continue
            type_, path = kind.type(kind.path), kind.path
            sent = step.fields.get(path, "" if step.op is Op.UPDATE else wanted(kind, step.fields))
            before, after = (
                str(canonical(type_, value, context.hosts))
                for value in (sent, item.fields.get(path))
            )
            if before and (path not in step.fields or page_address(before) != page_address(after)):
                made[step.address] = before, after
    yield from conflicts(context.catalogue, made, held, context.entries)


def _lists(applied: Sequence[Step], context: StepContext) -> list[tuple[str, int | None]]:
    found = dict.fromkeys(
        (step.kind, context.parent_id(step))
        for step in applied
        if step.op in WRITES and (step.parent is None or step.parent.address in context.entries)
    )
    return list(found)


def _read(context: StepContext, kind: str, parent_id: int | None) -> LiveKind:
    names = context.plan.names.get(kind)
    return fetch.list_one(context.client, context.catalogue[kind], names, parent_id=parent_id)


def _not_verified(step: Step, read: LiveKind) -> Diagnostic:
    why = read.problem or "the shop does not list it"
    return warning(
        "not-verified",
        f"`{step.address}` was written and could not be verified: {why}",
        address=step.address,
        hint="plan again to see its current state",
    )


def _as_stored(
    step: Step, entry: Entry, item: LiveObject, context: StepContext, held: Set[object]
) -> tuple[Entry, list[Diagnostic]]:
    """Return the entry with the values that the shop stored for the sent fields, and warnings of
    those that differ. `held` are the paths of all objects that were read.
    """
    kind, warnings = context.catalogue[step.kind], list[Diagnostic]()
    sent, stored, secrets = dict(entry.sent), dict(entry.stored), context.secrets(step)
    for name in step.fields:
        type_ = kind.type(name)
        if isinstance(type_, Unreadable) and name in sent:
            sent[name] = type_.learn(sent[name], item.fields.get(name), whole=True)
            if type_.untraced(sent[name], ()):
                warnings.append(_not_shown(step, name))
        elif name not in item.fields or name not in sent:
            stored.pop(name, None)
            if is_extra(name):
                warnings.append(_not_shown(step, name))
        else:
            live = canonical(type_, item.fields[name], context.hosts)
            if name in secrets and live != sent[name]:
                live = digest(kind, name, live)
            if live == sent[name]:
                stored.pop(name, None)
                continue
            warnings.append(_differs(kind, step, name, {"sent": sent[name], "stored": live}))
            stored[name] = live
            if name == kind.path and appended(kind, sent[name], live) and sent[name] in held:
                del stored[name]  # not settled: a plan sends it again once the path is free
    return replace(entry, sent=sent, stored=stored), warnings


def _not_shown(step: Step, name: str) -> Diagnostic:
    return warning(
        "not-kept",
        f"the shop does not show `{name}` of `{step.address}`, which was sent",
        address=step.address,
        hint="it may not keep this column: remove it from the files, or check it in the shop",
    )


def _paths(kind: Kind, read: LiveKind, context: StepContext) -> frozenset[object]:
    name = kind.path
    every = read.objects.values() if name else ()
    return frozenset(canonical(kind.type(name), i.fields.get(name), context.hosts) for i in every)


def _keys(read: LiveKind) -> set[str]:
    return {name for item in read.objects.values() for name in item.fields}


def _without_unknown_fields(kind: Kind, entry: Entry, keys: set[str]) -> Entry:
    """Remove fields for which the shop has no key; the next plan warns of them."""
    lost = kind.tentative & entry.sent.keys() - keys
    return replace(entry, sent={n: v for n, v in entry.sent.items() if n not in lost})


def _differs(kind: Kind, step: Step, name: str, held: Mapping[str, object]) -> Diagnostic:
    secret = is_digest(held["sent"]) or is_digest(held["stored"])
    values = "" if secret else ": sent {}, stored {}".format(*_short(held["sent"], held["stored"]))
    return warning(
        "stored-otherwise",
        f"the shop stores `{name}` of `{step.address}` differently{values}",
        address=step.address,
        hint="later plans report it, and send the path again once it is free"
        if name == kind.path and moved(str(held["sent"]), str(held["stored"]))
        else "recorded in the state; the next plan shows no change",
    )


def _text(value: object) -> str:
    """Return a string as it is, and any other value as JSON, as the files may have it."""
    if isinstance(value, str) and value:
        return value
    return json.dumps(value, ensure_ascii=False, default=str)


def _short(sent: object, stored: object) -> Iterator[str]:
    """Yield both values from where they differ, with escapes for invisible characters."""
    one, other = _text(sent), _text(stored)
    show = escaped if alike(one, other) else str
    pairs = enumerate(zip(one, other, strict=False))
    common = next((n for n, (a, b) in pairs if a != b), 0)
    start = max(0, common - 20) if max(len(one), len(other)) > SHOWN else 0
    for text in (one, other):
        part = show(text[start : start + SHOWN])
        end = "..." if len(text) > start + SHOWN else ""
        yield f"`{'...' if start else ''}{part}{end}`"
