"""Choose the writes that are read back before others of their kind are sent. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Final

from shopform.diagnostics import plural
from shopform.kinds import Field, Kind
from shopform.kinds.base import UNKNOWN
from shopform.kit.graphs import reachable
from shopform.kit.text import join_first
from shopform.model.live import LiveKind
from shopform.model.plan import Op, Step
from shopform.model.values import Address
from shopform.planning.matching.result import Matching
from shopform.planning.ordering.step_graph import Graph
from shopform.planning.plan_builder import PlanDraft

HIDDEN_LOST: Final = "hidden-lost"
NAMED: Final = 10


def confirm_names(draft: PlanDraft) -> None:
    """Confirm assumed field names by one create, read back before all others that send such names.

    It is one without dependencies if possible, so that no other failure can block the kind, and
    one that waits for no other of them, which waits for it.
    """
    graph = draft.graph
    assumed = {name: read.assumed for name, read in draft.live.kinds.items() if read.assumed}
    sending: dict[str, list[Step]] = {name: [] for name in assumed}
    for step in graph.steps.values() if assumed else ():
        if assumed.get(step.kind, frozenset()) & step.fields.keys():
            sending[step.kind].append(step)
    for writes in sending.values():
        creates = [step for step in writes if step.op is Op.CREATE]
        if creates:
            probe = _before_others(graph, creates, writes)
            graph.steps[probe.key] = replace(probe, confirm=True)


def confirm_hidden(draft: PlanDraft) -> None:
    """Confirm by one write that the shop hides an object, before another is created hidden.

    It is an update if there is one, and sends as many fields that hide as one can. Refuses the
    plan if the shop has no key for the field, or showed before that it does not hide by it.
    """
    graph, hiding = draft.graph, dict[tuple[str, str], list[str]]()
    kinds = [] if draft.options.allow_loss else draft.catalogue.kinds
    rows = {kind.name: found for kind in kinds if (found := [*hiding_rows(kind)])}
    if not draft.options.source:  # copies say it otherwise (clone/visibility.py)
        _refuse_unsent(draft, rows)
    for step in graph.steps.values() if rows else ():
        for name in hidden_by(rows.get(step.kind, ()), step.fields):
            hiding.setdefault((step.kind, name), []).append(step.key)
    shows = Counter(key for keys in hiding.values() for key in keys)
    for (kind, name), keys in sorted(hiding.items()):
        writes = [graph.steps[key] for key in keys]
        created = [step.address for step in writes if step.op is Op.CREATE]
        row = draft.catalogue[kind].fields[name]
        seen = None if draft.options.source else not_kept(draft.matching, row, kind)
        if created and seen:
            hint = f"hide `{seen}` in the shop, or delete it; or do not declare `{name}`"
            _refuse(draft, name, created, f"the shop did not keep it of `{seen}`", hint)
        elif created:
            probe = _before_others(graph, writes, writes, shows)
            graph.steps[probe.key] = replace(probe, hides=(*probe.hides, name))


def hiding_rows(kind: Kind) -> Iterator[Field]:
    """Yield the rows of a kind that can hide an object from visitors."""
    return (row for row in kind.rows if row.hides is not UNKNOWN)


def hidden_by(rows: Iterable[Field], fields: Mapping[str, object]) -> Iterator[str]:
    """Yield which of the fields hide their object from visitors."""
    for row in rows:
        if row.name in fields:
            value = row.type.canonical(fields[row.name])
            if value == row.type.canonical(row.hides):
                yield row.name


def not_kept(matching: Matching, row: Field, kind: str) -> Address | None:
    """Return an object that visitors see although this field was sent to hide it, if there is one.

    The state records that the shop stored another value, so it was not an edit in the shop. One
    that a complete list lacks was deleted.
    """
    read = matching.live.kinds.get(kind, LiveKind(problem="not read"))
    for address, entry in matching.entries.items():
        if address.kind == kind and row.name in entry.stored and any(hidden_by([row], entry.sent)):
            item = read.objects.get(entry.id)
            seen = not any(hidden_by([row], item.fields)) if item else bool(read.problem)
            if seen:
                return address
    return None


def _refuse_unsent(draft: PlanDraft, rows: Mapping[str, Sequence[Field]]) -> None:
    """Refuse creates that declare a field that hides, for which the shop has no key."""
    lost: dict[tuple[str, str], list[Address]] = {}
    for step in draft.graph.steps.values():
        resource = draft.desired.resources.get(step.address)
        names = draft.live.kind(step.kind).names
        if resource and names and step.op is Op.CREATE:
            for name in hidden_by(rows.get(step.kind, ()), resource.fields):
                if name in resource.kind.tentative - names.keys():
                    lost.setdefault((step.kind, name), []).append(step.address)
    for (kind, name), created in sorted(lost.items()):
        why = f"the shop's {draft.catalogue[kind].section} have no key for it"
        hint = f"set the key under `wire: {kind}: fields:` of this shop, or do not declare `{name}`"
        _refuse(draft, name, created, why, hint)


def _refuse(draft: PlanDraft, name: str, created: Sequence[Address], why: str, hint: str) -> None:
    draft.out.error(
        HIDDEN_LOST,
        f"visitors could see {plural(len(created), 'object')} of kind `{created[0].kind}` that"
        f" `{name}` hides: {why}",
        detail=join_first([str(each) for each in created], NAMED, "\n"),
        hint=hint,
    )


def _before_others(
    graph: Graph,
    eligible: Sequence[Step],
    writes: Sequence[Step],
    shows: Mapping[str, int] = MappingProxyType({}),
) -> Step:
    """Return one of the eligible writes that waits for no other of them, which wait for it.

    `shows` is how much each would confirm, by key. If they wait for each other by edges that can be
    dropped, the others decide.
    """
    probe = min(eligible, key=partial(_reluctance, graph, shows))
    for after in (graph.after, graph.required()):
        left = {step.key: step for step in eligible if step is not probe}
        while earlier := left.keys() & reachable(after[probe.key], after):
            probe = left.pop(min(earlier))
    for step in writes:
        graph.edge(step.key, probe.key)
    return probe


def _reluctance(graph: Graph, shows: Mapping[str, int], step: Step) -> tuple[object, ...]:
    new, waits = step.op is Op.CREATE, bool(graph.after[step.key])
    return not step.read_back, new, -shows.get(step.key, 0), waits, step.key
