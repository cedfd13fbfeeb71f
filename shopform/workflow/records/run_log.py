"""The log of a shop: its recorded runs, with what each changed and how that ended."""

from collections.abc import Collection, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime

from shopform.diagnostics import Diagnostic, Severity, with_severity
from shopform.errors import ShopformError, StateError, StoreError
from shopform.kinds import Catalogue
from shopform.model.addresses import within
from shopform.model.plan import Change, Plan
from shopform.model.provenance import Provenance
from shopform.model.run_log import Ending, LoggedChange, LoggedRun
from shopform.model.values import Address
from shopform.render.labels import entry_label, labels
from shopform.undo.previous_addresses import PreviousAddresses
from shopform.workflow.records.run_history import READERS, RunRecord, records
from shopform.workflow.records.run_outcome import RunOutcome, outcome_of
from shopform.workflow.workspace import Workspace


def run_log(
    workspace: Workspace, address: Address | None = None, since: datetime | None = None
) -> tuple[list[LoggedRun], list[Diagnostic]]:
    """Return the runs of a shop, the last one first, and warnings of damaged records.

    With an address, they are those that changed it or what it contains, also under its previous
    addresses. Raises StoreError.
    """
    recorded, problems = records(workspace, since)
    catalogue, found = workspace.shop.catalogue, list[LoggedRun]()
    for record, ended in zip(recorded, _outcomes(workspace, recorded), strict=True):
        outcome, plan = None, None
        try:
            plan = _plan(record, catalogue)
            outcome = ended.result()
        except StoreError:
            raise
        except StateError as problem:
            problems += with_severity(problem.diagnostics, Severity.WARNING)
        changes = _changes(plan, outcome) if plan else ()
        kinds = plan.catalogue if plan else catalogue
        if address:
            changes = tuple(each for each in changes if _concerns(kinds, each.change, address))
            address = _previous(kinds, changes, address)
        if changes or not address:
            found.append(_logged(record, plan, outcome, changes, kinds))
    return found, problems


def _outcomes(
    workspace: Workspace, recorded: Iterable[RunRecord]
) -> list[Future[RunOutcome | None]]:
    """Read the outcomes of runs in parallel; each is a request where they are in a store."""
    shelf = workspace.shelf("runs")
    with ThreadPoolExecutor(READERS) as pool:
        return [pool.submit(outcome_of, shelf, record.run) for record in recorded]


def _plan(record: RunRecord, catalogue: Catalogue) -> Plan:
    """Return the plan of a run. Raises StateError if this version cannot read it."""
    from shopform.render.json.plan_reader import read_document

    try:
        return read_document(record.plan, catalogue)
    except ShopformError as problem:
        raise StateError(
            f"the changes of the run `{record.run}` cannot be read: {problem}"
        ) from None


def _logged(
    record: RunRecord,
    plan: Plan | None,
    outcome: RunOutcome | None,
    changes: tuple[LoggedChange, ...],
    catalogue: Catalogue,
) -> LoggedRun:
    ending = _ending([step.key for step in plan.steps] if plan else (), outcome)
    stopped = outcome.stopped if outcome else ""
    before = {
        address: entry_label(catalogue[address.kind], entry)
        for address, entry in record.before.items()
        if address.kind in catalogue
    }
    named = {Address(a): name for a, name in labels(plan).items()} if plan else {}
    return LoggedRun(
        name=record.run,
        verb=record.verb,
        time=record.time,
        catalogue=catalogue,
        counts=record.counts,
        ending=Ending.PARTIAL if stopped and ending is Ending.COMPLETE else ending,
        ended=outcome.time if outcome else "",
        who=record.who,
        origin=record.ci or Provenance(),
        digest=plan.digest if plan else "",
        allowed=record.allowed,
        stopped=stopped,
        changes=changes,
        names={**before, **record.names, **named},
    )


def _changes(plan: Plan, outcome: RunOutcome | None) -> tuple[LoggedChange, ...]:
    keys: dict[Address, list[str]] = {}
    for step in plan.steps:
        keys.setdefault(step.address, []).append(step.key)
    failed = outcome.failed if outcome else {}
    return tuple(
        LoggedChange(
            change=change,
            ending=_ending(mine, outcome),
            error=next((failed[key] for key in mine if key in failed), "").removeprefix(
                f"`{change.address}`: "
            ),
        )
        for change in plan.changes
        for mine in [keys.get(change.address, [])]
    )


def _ending(keys: Collection[str], outcome: RunOutcome | None) -> Ending:
    """Return how steps ended together."""
    if outcome is None:
        return Ending.UNKNOWN
    missed = sum(key in outcome.failed or key in outcome.not_run for key in keys)
    if not missed:
        return Ending.COMPLETE
    return Ending.FAILED if missed == len(keys) else Ending.PARTIAL


def _concerns(catalogue: Catalogue, change: Change, address: Address) -> bool:
    names = (change.address, *([change.previous] if change.previous else []))
    return any(within(catalogue, name, {address}) for name in names)


def _previous(catalogue: Catalogue, changes: tuple[LoggedChange, ...], address: Address) -> Address:
    """Return the address that an object had before a run."""
    moves = {
        each.change.address: each.change.previous
        for each in changes
        if each.change.previous and each.ending is not Ending.FAILED
    }
    return PreviousAddresses(catalogue, names=moves).of(address)
