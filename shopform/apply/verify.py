"""After the last write each touched list is read once: what the shop stored is remembered."""

from collections.abc import Iterator, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from shopform.apply.step_context import StepContext
from shopform.diagnostics import Diagnostic, alike, escaped, warning
from shopform.kinds import BY_NAME, Kind
from shopform.kinds.field_types import Unreadable
from shopform.kit.url_paths import page_address
from shopform.model.canonical import canonical, digest, is_digest
from shopform.model.live import LiveKind, LiveObject
from shopform.model.plan import WRITES, Op, Plan, Step
from shopform.model.prior import Entry
from shopform.model.slugs import appended, wanted
from shopform.model.values import Address
from shopform.planning.checks.created_paths import conflicts
from shopform.shop import fetch

VERIFY = "verify"


SHOWN = 56


def verify(plan: Plan, applied: Sequence[Step], calls: StepContext) -> list[Diagnostic]:
    """Read what was written, remember what the shop made of it, and report what did not take."""
    lists = _lists(applied, calls)
    with ThreadPoolExecutor(calls.client.parallelism) as pool:
        reads = dict(zip(lists, pool.map(lambda one: _read(plan, calls, *one), lists), strict=True))
    keys = {one: _keys(read) for one, read in reads.items()}
    paths = {kind: _paths(BY_NAME[kind], read, calls) for (kind, _), read in reads.items()}
    warnings: list[Diagnostic] = []
    learned: dict[Address, Entry] = {}
    for step in applied:
        if step.op not in (Op.CREATE, Op.UPDATE) or step.temporary:
            continue
        if step.address not in calls.entries:  # forgotten when it was as declared
            continue
        kind = BY_NAME[step.kind]
        entry = learned.get(step.address, calls.entries[step.address])
        read = reads[kind.name, _container(step, calls)]
        item = read.objects.get(entry.id)
        if read.problem or item is None:
            warnings.append(_unseen(step, read))
            continue
        held = paths.get(kind.name, frozenset())
        seen = _seen(kind, step, entry, item, calls, warnings, held)
        learned[step.address] = _nameable(kind, seen, keys[kind.name, _container(step, calls)])
    learned = {a: entry for a, entry in learned.items() if entry != calls.entries[a]}
    if learned:
        calls.session.result(VERIFY, learned)
        calls.entries.update(learned)
    return [*warnings, *_misled(applied, reads, calls)]


def _misled(
    applied: Sequence[Step], reads: Mapping[tuple[str, int | None], LiveKind], calls: StepContext
) -> Iterator[Diagnostic]:
    """What the paths that the shop made are in conflict with."""
    made: dict[Address, tuple[str, str]] = {}
    held: set[str] = set()
    for (name, _), read in reads.items():
        kind = BY_NAME[name]
        held |= {page_address(str(path)) for path in _paths(kind, read, calls)}
        for step in (s for s in applied if s.kind == name and kind.path):
            entry = calls.entries.get(step.address)
            item = read.objects.get(entry.id) if entry else None
            if item is None or step.temporary or kind.path in calls.secrets(step):
                continue
            form, path = kind.type(kind.path), kind.path
            sent = step.fields.get(path, "" if step.op is Op.UPDATE else wanted(kind, step.fields))
            before, after = (
                str(canonical(form, value, calls.hosts)) for value in (sent, item.fields.get(path))
            )
            if before and (path not in step.fields or page_address(before) != page_address(after)):
                made[step.address] = before, after
    yield from conflicts(made, held, calls.entries)


def _lists(applied: Sequence[Step], calls: StepContext) -> list[tuple[str, int | None]]:
    found = dict.fromkeys(
        (step.kind, _container(step, calls))
        for step in applied
        if step.op in WRITES and (step.parent is None or step.parent.address in calls.entries)
    )
    return list(found)


def _container(step: Step, calls: StepContext) -> int | None:
    return calls.ids[step.parent.address] if step.parent else None


def _read(plan: Plan, calls: StepContext, kind: str, parent_id: int | None) -> LiveKind:
    names = plan.names.get(kind)
    return fetch.list_one(calls.client, BY_NAME[kind], names, parent_id=parent_id)


def _unseen(step: Step, read: LiveKind) -> Diagnostic:
    why = read.problem or "the shop does not list it"
    return warning(
        "not-verified",
        f"`{step.address}` was written and could not be verified: {why}",
        address=step.address,
        hint="plan again to see how it is",
    )


def _seen(
    kind: Kind,
    step: Step,
    entry: Entry,
    item: LiveObject,
    calls: StepContext,
    warnings: list[Diagnostic],
    held: Set[object],
) -> Entry:
    """The entry with what the shop stored of every field that was sent; `held` are the paths of
    all objects of the kind."""
    sent, stored = dict(entry.sent), dict(entry.stored)
    for name in step.fields:
        type_ = kind.type(name)
        if name not in item.fields or name not in sent:
            stored.pop(name, None)
        elif isinstance(type_, Unreadable):
            sent[name] = type_.learn(sent[name], item.fields[name])
        else:
            live = canonical(type_, item.fields[name], calls.hosts)
            if name in calls.secrets(step) and live != sent[name]:
                live = digest(step.address.kind, name, live)
            if live == sent[name]:
                stored.pop(name, None)
                continue
            warnings.append(_differs(step, name, {"sent": sent[name], "stored": live}))
            stored[name] = live
            if name == kind.path and appended(kind, sent[name], live) and sent[name] in held:
                del stored[name]  # not settled: a plan sends it again once the path is free
    return replace(entry, sent=sent, stored=stored)


def _paths(kind: Kind, read: LiveKind, calls: StepContext) -> frozenset[object]:
    name = kind.path
    every = read.objects.values() if name else ()
    return frozenset(canonical(kind.type(name), i.fields.get(name), calls.hosts) for i in every)


def _keys(read: LiveKind) -> set[str]:
    return {name for item in read.objects.values() for name in item.fields}


def _nameable(kind: Kind, entry: Entry, keys: set[str]) -> Entry:
    """The entry without fields that this shop turned out to have no key for.

    The next plan reads the same, leaves them out, and says so.
    """
    if not kind.wire.discover:
        return entry
    return replace(entry, sent={name: sent for name, sent in entry.sent.items() if name in keys})


def _differs(step: Step, name: str, held: Mapping[str, object]) -> Diagnostic:
    secret = is_digest(held["sent"]) or is_digest(held["stored"])
    told = "" if secret else ": sent {}, stored {}".format(*_short(held["sent"], held["stored"]))
    return warning(
        "stored-otherwise",
        f"the shop stores `{name}` of `{step.address}` differently{told}",
        address=step.address,
        hint="later plans report it, and send the path again once it is free"
        if name == BY_NAME[step.kind].path
        else "recorded in the state; the next plan shows no change",
    )


def _short(sent: object, stored: object) -> Iterator[str]:
    """Both values from where they differ, with escapes for what cannot be seen."""
    one, other = str(sent), str(stored)
    show = escaped if alike(one, other) else str
    pairs = enumerate(zip(one, other, strict=False))
    common = next((n for n, (a, b) in pairs if a != b), 0)
    start = max(0, common - 20) if max(len(one), len(other)) > SHOWN else 0
    for text in (one, other):
        part = show(text[start : start + SHOWN])
        end = "..." if len(text) > start + SHOWN else ""
        yield f"`{'...' if start else ''}{part}{end}`"
