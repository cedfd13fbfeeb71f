"""How runs ended: a second document of each run, written when it is over."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import time
from typing import Annotated

from pydantic import Field

from shopform.errors import StateError, StoreError
from shopform.kit import documents
from shopform.kit.json_stream import encode
from shopform.model.plan import Outcome
from shopform.state.shelf import FolderShelf, Shelf
from shopform.workflow.records.timestamps import timestamp
from shopform.workflow.workspace import Workspace

FORMAT = "1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOutcome:
    """The end of a run at `time`, which is in UTC.

    `failed` has a message for the key of each failed step, `not_run` the keys of steps that did
    not begin. `stopped` is why the run ended early, if it did.
    """

    format_version: Annotated[str, Field(pattern=r"^1\.")]
    time: str
    failed: Mapping[str, str] = field(default_factory=dict)
    not_run: tuple[str, ...] = ()
    stopped: str = ""


def outcome_file(run: str) -> str:
    """Return the name of the document with the outcome of a run."""
    return f"{run}.outcome.json"


def keep_outcome(workspace: Workspace, run: str, outcome: Outcome) -> None:
    """Record how a run ended. Warns if that fails, since the run is over anyway.

    What a store refuses is kept on this machine.
    """
    found = RunOutcome(
        format_version=FORMAT,
        time=timestamp(time()),
        failed={each.step.key: each.diagnostic.summary for each in outcome.failed},
        not_run=tuple(step.key for step in outcome.not_run),
        stopped=str(outcome.stopped or ""),
    )
    name, data = outcome_file(run), b"".join(encode(documents.write(RunOutcome, found)))
    try:
        try:
            workspace.shelf("runs").write(name, data)
        except StoreError as problem:
            here = FolderShelf(workspace.own_folder(f"runs/{workspace.shop.name}"))
            here.write(name, data)
            hint = f"how the run ended is in `{here.place(name)}`, and missing in `shopform log`"
            raise StoreError(str(problem), hint=hint) from problem
    except StateError as problem:
        workspace.observer.warn(problem.diagnostics)


def outcome_of(shelf: Shelf, run: str) -> RunOutcome | None:
    """Return how a run ended; None if it was killed, still runs, or is of an older version.

    Raises StateError if the document is damaged.
    """
    data = shelf.read(outcome_file(run))
    if data is None:
        return None
    try:
        return documents.read(RunOutcome, documents.parse_object(data))
    except (ValueError, RecursionError) as problem:
        raise StateError(
            f"the outcome of the run `{run}` is damaged: {problem}",
            hint=f"remove `{shelf.place(outcome_file(run))}`",
        ) from None
