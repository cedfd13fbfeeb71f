"""Answer the open questions about a shop."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from shopform import __version__
from shopform.config.write.project_edits import write_change
from shopform.config.write.wire_edits import with_wire
from shopform.diagnostics import warning
from shopform.doctor.questions import Answer, answers
from shopform.doctor.readings import Readings
from shopform.doctor.recording import recorded
from shopform.doctor.wire import Names, learned
from shopform.errors import BudgetSpent, ShopformError, StateError
from shopform.files import write_output
from shopform.kinds import Kind
from shopform.shop.client import Client
from shopform.state.shelf import Shelf
from shopform.workflow.doctor import examiner, prober
from shopform.workflow.doctor.examiner import Examiner
from shopform.workflow.doctor.probe_journal import (
    ProbeJournal,
    create_of,
    journal_of,
    remove_leftovers,
)
from shopform.workflow.doctor.prober import Prober
from shopform.workflow.plan.refresh import connected, reading
from shopform.workflow.requests import Approval, ReadLimits
from shopform.workflow.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Checked:
    """What is known of a shop. `wire` are the names that its project should set, by kind.

    `removed` is the number of objects of an earlier probe that were removed first. `approved` is
    false if a probe was not.
    """

    readings: Readings
    answers: tuple[Answer, ...]
    wire: Names
    calls: int
    removed: int = 0
    approved: bool = True

    @property
    def contradicts(self) -> bool:
        """Whether the shop contradicts what shopform assumes."""
        return any(each.contradicts for each in self.answers)


def check_shop(
    workspace: Workspace, limits: ReadLimits, approval: Approval, *, probe: bool
) -> Checked:
    """Read the shop in at most 20 calls; with `probe` also make temporary objects.

    What an earlier probe left is removed first. Raises AccessRefused, BudgetSpent, Locked,
    ShopError, StateError.
    """
    shelf = workspace.shelf("probe")
    left = journal_of(shelf)
    with ExitStack() as stack:
        session = None
        if probe or left:
            store = workspace.store()
            session = stack.enter_context(store.open("doctor", approval.lock_timeout))
            shelf = workspace.shelf("probe")  # what another machine wrote before the lock
            left = journal_of(shelf)
        connection = stack.enter_context(connected(workspace, limits, writing=probe))
        client, ledger = connection.client, connection.ledger
        client.before_write = session.require_lock if session else None
        removed = _remove(workspace, client, left) if left else 0
        before = client.calls
        usage = workspace.loaded.app_usage.get(workspace.shop.name)
        with reading(workspace, connection):
            asked = Examiner(client, None if usage is None else (usage, ledger.spent))
            asked.read()
        workspace.observer.was_read(
            workspace.shop.name, client.calls - before, ledger.left, ledger.daily
        )
        approved = probe and _probe(workspace, asked, shelf, approval)
        calls = client.calls
    seen = asked.readings
    return Checked(seen, tuple(answers(seen)), learned(seen), calls, removed, approved or not probe)


def write_names(workspace: Workspace, made: Checked) -> str:
    """Set the names in the files of the project, and return the changed file; empty without.

    Raises UsageError if the form of the file does not allow it.
    """
    project = workspace.loaded.project
    change = with_wire(project, workspace.shop.name, made.wire)
    if change is None:
        return ""
    write_change(project, change)
    return change.name


def write_recording(workspace: Workspace, made: Checked, out: Path) -> None:
    """Write how the shop behaves to a file that was claimed for it."""
    document = recorded(made.readings, made.answers, f"shopform {__version__}")
    write_output(workspace.directory, out, json.dumps(document, indent=1).encode())


def _probe(workspace: Workspace, asked: Examiner, shelf: Shelf, approval: Approval) -> bool:
    """Have a probe approved, and make it. What it made is removed, whatever happens."""
    client, journal = asked.client, ProbeJournal.begin(shelf)
    what = list(_announced(client, journal))
    if not workspace.observer.confirm(what, asks=not approval.auto_approve):
        return False
    _require_calls(client)
    try:
        Prober(asked, journal).run()
    finally:
        if journal.made:
            _remove(workspace, client, journal)
    return True


def _remove(workspace: Workspace, client: Client, journal: ProbeJournal) -> int:
    """Remove what a probe left, or warn of it.

    Raises the errors of `Client`, and StateError.
    """
    try:
        removed = remove_leftovers(client, journal)
    except ShopformError:
        text = f"objects of a probe are left in the shop: {journal.listed}"
        hint = "the next `shopform doctor` deletes them"
        workspace.observer.warn([warning("probe-left", text, hint=hint)])
        raise
    if journal.made:
        raise StateError(
            f"the shop refuses to delete what a probe made: {journal.listed}",
            hint="delete it in the shop",
        )
    return removed


def _announced(client: Client, journal: ProbeJournal) -> Iterator[str]:
    """Yield what a probe makes, a line for each kind."""
    yield f"At most {prober.MOST} calls, which make, change, read and delete:"
    for kind in client.shop.catalogue.kinds:
        if kind.probe:
            fields = create_of(kind, journal.name, client.shop.url)
            yield f"  {kind.name} `{fields[kind.identity[-1]]}`{_more(kind)}"
    yield "Other objects are not changed."


def _more(kind: Kind) -> str:
    parts = []
    if kind.probe and kind.probe.clear:
        parts.append("another with the same name")
    if kind.probe and kind.probe.below:
        parts.append(f"a {kind.name} below it, and another after its deletion")
    hidden = " (hidden, where the shop shows columns for that)" if kind.path else ""
    return f"{hidden}, and {', '.join(parts)}" if parts else ""


def _require_calls(client: Client) -> None:
    left = client.left
    if left is not None and left < prober.MOST + examiner.MOST:
        raise BudgetSpent(
            f"a probe takes up to {prober.MOST} calls and some to clean up, and {left} are left",
            hint="nothing was made; continue tomorrow, or allow more with `--max-calls`",
        )
