"""Runs that are remembered as the records of `apply` are, and undone."""

import hashlib
import json
from typing import Any

from declarations import PICTURES
from line import Line, errors

from shopform.apply import apply
from shopform.kinds.standard import STANDARD
from shopform.kit.documents import read, write
from shopform.model.desired import Desired
from shopform.model.live import Live
from shopform.model.plan import Outcome, Plan
from shopform.model.prior import Entry, Prior
from shopform.model.values import Address
from shopform.planning.checks.saved_plan import mismatches
from shopform.planning.scope import Options
from shopform.render.json.plan_document import document
from shopform.render.json.plan_reader import read_document
from shopform.undo.inverse import Inverse, invert
from shopform.undo.previous_addresses import RecordedRun, required_reads
from shopform.workflow.plan.refresh import read_and_plan, read_then_declare
from shopform.workflow.records.run_history import touched

FILES = {hashlib.sha256(name.encode()).hexdigest(): name for name in PICTURES}


def recorded(one: Line, **asked: Any) -> tuple[RecordedRun, Plan]:
    """An apply, and what its record holds."""
    with one.open() as (workspace, connection), workspace.store().open("apply") as session:
        made = read_and_plan(workspace, connection, session.prior, Options(**asked))
        assert not made.refused, errors(made)
        prior, lineage = session.prior, session.lineage
        outcome = apply(made, connection.client, session, directory=one.directory)
    assert not outcome.failed
    return _run(made, prior, lineage), made


def _run(made: Plan, prior: Prior, lineage: str) -> RecordedRun:
    """As it is written down and read again."""
    before = write(dict[Address, Entry], touched(made, prior))
    saved = json.loads(json.dumps({"plan": document(made), "before": before}))
    plan, held = read_document(saved["plan"], STANDARD), read(dict[Address, Entry], saved["before"])
    return RecordedRun(name="r", verb="apply", lineage=lineage, plan=plan, before=held)


def undone(one: Line, run: RecordedRun, **asked: Any) -> tuple[RecordedRun, Plan, Outcome]:
    """The run is undone; what that did can be undone too."""
    with one.open() as (workspace, connection), workspace.store().open("undo") as session:
        found: list[Inverse] = []

        def declare(live: Live) -> tuple[Desired, frozenset[Address]]:
            found.append(invert(run, session.prior, live, FILES))
            return found[0].desired, found[0].only

        desired, within = required_reads(run, session.prior)
        made = read_then_declare(
            workspace,
            connection,
            session.prior,
            declare,
            near=desired,
            within=within,
            options=Options(**asked),
        )
        made = found[0].report.annotated(made, run.name)
        assert not made.refused, errors(made)
        prior = session.prior
        saved = read_document(document(made), STANDARD)
        assert [*mismatches(saved, prior, found[0].desired, workspace.shop)] == []
        outcome = apply(made, connection.client, session, directory=one.directory)
    assert not outcome.failed, [f.diagnostic.summary for f in outcome.failed]
    return _run(made, prior, run.lineage), made, outcome
