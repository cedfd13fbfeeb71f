"""Records of runs: the plan of each, and the state entries before it."""

import re
import secrets
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field

from shopform.diagnostics import Diagnostic, Severity, with_severity
from shopform.errors import ShopformError, StateError, StoreError, UsageError
from shopform.forge.ci_run import ci_run
from shopform.kit import documents
from shopform.kit.json_stream import encode
from shopform.model.addresses import container_of
from shopform.model.plan import Plan
from shopform.model.prior import Entry, Prior
from shopform.model.provenance import Provenance
from shopform.model.secrecy import masked, secrets_of
from shopform.model.shop import Shop
from shopform.model.values import Address, refs_in
from shopform.planning.checks.changed_kinds import changed_meaning
from shopform.render.labels import entry_label
from shopform.render.plan_summary import change_counts
from shopform.shop.codec import names_for
from shopform.state.lock_info import user_at_host
from shopform.state.session import Session
from shopform.state.shelf import Shelf
from shopform.undo.previous_addresses import RecordedRun
from shopform.workflow.records.run_outcome import FORMAT, outcome_file
from shopform.workflow.records.timestamps import timestamp
from shopform.workflow.workspace import Workspace

KEPT = 50
KEPT_IN_STORE = 500  # of a team, whose log goes back further
READERS = 16
STAMP = "%Y%m%d-%H%M%S"
NAME = re.compile(r"(\d{8}-\d{6})-([0-9a-f]{4})")
FILE = re.compile(NAME.pattern + r"\.json")
LIST = "`shopform undo --list` shows the runs"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """The file of a run.

    `before` is made by `touched`; `plan` is the plan as a document. `allowed` are the rules and
    freeze windows that were lifted. `who` is USER@HOST, `ci` the run of CI, if it was one. `names`
    are those of unchanged objects that the changes refer to.
    """

    format_version: Annotated[str, Field(pattern=r"^1\.")]
    run: str
    verb: str
    time: str
    lineage: str
    counts: Mapping[str, documents.Number]
    before: Mapping[Address, Entry]
    plan: documents.Document
    allowed: tuple[str, ...] = ()
    who: str = ""
    ci: Provenance | None = None
    names: Mapping[Address, str] = field(default_factory=dict)


def keep_record(
    workspace: Workspace, plan: Plan, session: Session, verb: str, allowed: tuple[str, ...]
) -> str:
    """Record a run before its first step, remove old records, and return its name.

    `allowed` are the rules and windows that were lifted. Raises StateError if it cannot be
    written: the run must not start without it.
    """
    from shopform.render.json.plan_document import outline

    shelf = _shelf(workspace)
    now, earlier = datetime.now(UTC), _names(shelf)
    name = _name(now, earlier[-1:])
    run = ci_run(workspace.loaded.request.environment)
    record = RunRecord(
        format_version=FORMAT,
        run=name,
        verb=verb,
        time=timestamp(now.timestamp()),
        lineage=session.lineage,
        counts=change_counts(plan.changes),
        before=touched(plan, session.prior),
        plan={},
        allowed=allowed,
        who=user_at_host(),
        ci=run.provenance() if run.system else None,
        names=_referred(plan, session.prior),
    )
    data = documents.write(RunRecord, record) | {"plan": outline(replace(plan, settled={}))}
    shelf.write(f"{name}.json", encode(data))
    old = [*earlier, name][: -(KEPT_IN_STORE if workspace.shop.in_object_store else KEPT)]
    shelf.delete(file for each in old for file in (f"{each}.json", outcome_file(each)))
    return name


def run_of(workspace: Workspace, plan: Plan) -> RunRecord | None:
    """Return the run in which a saved plan was applied."""
    basis = plan.basis
    shelf = _shelf(workspace)
    for name in reversed(_names(shelf)[-KEPT:]):
        try:
            record = _read(shelf, name)
            made = record.plan
            held = (made["digest"], made["basis"]["lineage"], made["basis"]["serial"])
        except StoreError:
            raise
        except (StateError, KeyError, TypeError):
            continue
        if held == (plan.digest, basis.lineage, basis.serial):
            return record
    return None


def touched(plan: Plan, prior: Prior) -> dict[Address, Entry]:
    """Return the state entries of all addresses of a plan, by their addresses before it.

    Targets of references are included, since their ids remain valid when addresses change. Fields
    that become secret are digests, as in the new state.
    """
    about = {a for step in plan.steps for a in (step.address, step.previous)}
    about |= {a for change in plan.changes for a in (change.address, change.previous)}
    values = (field.before for change in plan.changes for field in change.fields)
    about |= {ref.address for held in values for ref in refs_in(held)}
    after = {step.previous or step.address: step.entry for step in plan.steps if step.entry}
    return {
        a: masked(plan.catalogue[a.kind], entry, secrets_of(after[a])) if a in after else entry
        for a, entry in sorted(prior.resources.items())
        if a in about
    }


def _referred(plan: Plan, prior: Prior) -> dict[Address, str]:
    """Return the names of parents and of referenced objects that the plan does not change."""
    about = {container_of(plan.catalogue, change.address) for change in plan.changes}
    for change in plan.changes:
        values = (value for each in change.fields for value in (each.before, each.after))
        about |= {ref.address for value in values for ref in refs_in(value)}
    about -= {change.address for change in plan.changes}
    found = {
        a: entry_label(plan.catalogue[a.kind], entry)
        for a, entry in sorted(prior.resources.items())
        if a in about
    }
    return {address: name for address, name in found.items() if name}


def _name(now: datetime, last: list[str]) -> str:
    """Return a name that sorts after all others, even if the clock was set back."""
    stamp, number = now.strftime(STAMP), secrets.randbelow(0x8000)
    found = NAME.fullmatch(last[0]) if last else None
    if found and found[1] >= stamp:
        stamp, number = found[1], int(found[2], 16) + 1
    return f"{stamp}-{number:04x}"


def records(
    workspace: Workspace, since: datetime | None = None
) -> tuple[list[RunRecord], list[Diagnostic]]:
    """Return the runs of this shop, the last one first, and warnings of damaged records."""
    found, damaged = [], list[Diagnostic]()
    shelf = _shelf(workspace)
    first = since.astimezone(UTC).strftime(STAMP) if since else ""

    def read(name: str) -> RunRecord | StateError:
        try:
            return _read(shelf, name)
        except StoreError:
            raise
        except StateError as problem:
            return problem

    with ThreadPoolExecutor(READERS) as pool:
        for each in pool.map(read, reversed([n for n in _names(shelf) if n >= first])):
            if isinstance(each, RunRecord):
                found.append(each)
            else:
                damaged += with_severity(each.diagnostics, Severity.WARNING)
    return found, damaged


def find_record(workspace: Workspace, wanted: str | None) -> RecordedRun:
    """Return the run with this name or prefix, or the last one without.

    Raises UsageError for none or several, StateError for a record of another shop.
    """
    from shopform.render.json.plan_reader import read_document

    shelf = _shelf(workspace)
    name = _chosen(workspace.shop.name, shelf, wanted)
    record, catalogue = _read(shelf, name), workspace.shop.catalogue
    try:
        run = RecordedRun(
            name=name,
            verb=record.verb,
            lineage=record.lineage,
            plan=read_document(record.plan, catalogue),
            before=record.before,
        )
    except (ValueError, ShopformError) as problem:
        raise _damaged(shelf, name, problem) from None
    _require_same(run, workspace.shop)
    return run


def _require_same(run: RecordedRun, shop: Shop) -> None:
    """Raise StateError if the ids or values of the run mean something else now."""
    plan = run.plan
    kinds = {address.kind for address in (*run.before, *(c.address for c in plan.changes))}
    if changed := changed_meaning(plan.catalogue, shop.catalogue, kinds):
        raise StateError(
            f"the run `{run.name}` cannot be undone: {changed}",
            hint="declare it under `kinds:` as it was then, or undo the run by hand",
        )
    if plan.basis.url != shop.url:
        raise StateError(
            f"the run `{run.name}` changed `{plan.basis.url}`, and `{shop.name}` is at"
            f" `{shop.url}`",
            hint="undo it by hand, or correct the shop's `url`",
        )
    for kind in sorted(kinds):
        was = names_for(plan.catalogue[kind], plan.basis.wire.get(kind)).endpoint
        now = names_for(shop.catalogue[kind], shop.wire.get(kind)).endpoint
        if was != now:
            raise StateError(
                f"the run `{run.name}` used `/{was}` for objects of `{kind}`, not `/{now}`: the"
                " same ids are others there",
                hint=f"set `endpoint` to `{was}` again, or undo the run by hand",
            )


def _chosen(shop: str, shelf: Shelf, wanted: str | None) -> str:
    """Return the one name of a run that begins with `wanted`, or the last name without."""
    if wanted == "":
        raise UsageError("the name of the run is empty", hint=f"omit it for the last one; {LIST}")
    names = _names(shelf)
    found = [name for name in names if name.startswith(wanted or "")]
    if not names:
        raise UsageError(
            f"no run of `{shop}` is recorded",
            hint=f"records are kept in `{shelf.place()}`",
        )
    if not found:
        raise UsageError(f"there is no run `{wanted}`", hint=LIST)
    if wanted and len(found) > 1:
        raise UsageError(f"{len(found)} runs begin with `{wanted}`", hint=LIST)
    return found[-1]


def _read(shelf: Shelf, name: str) -> RunRecord:
    try:
        data = documents.parse_object(shelf.read(f"{name}.json") or b"")
        return replace(documents.read(RunRecord, data), run=name)
    except (ValueError, RecursionError) as problem:
        raise _damaged(shelf, name, problem) from None


def _damaged(shelf: Shelf, name: str, problem: Exception) -> StateError:
    return StateError(
        f"the record of the run `{name}` is damaged: {problem}",
        hint=f"remove `{shelf.place(f'{name}.json')}`; that run cannot be undone",
    )


def _names(shelf: Shelf) -> list[str]:
    return [name.removesuffix(".json") for name in shelf.names() if FILE.fullmatch(name)]


def _shelf(workspace: Workspace) -> Shelf:
    return workspace.shelf("runs")
