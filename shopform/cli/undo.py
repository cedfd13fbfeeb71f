"""`shopform undo`."""

import hashlib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shopform import files
from shopform.changes import Plan
from shopform.cli import options
from shopform.cli.console import Console
from shopform.errors import StateError, UsageError
from shopform.model import Address, Desired, Live, Prior

if TYPE_CHECKING:
    from shopform.cli.planner import Connection

OF_PROJECT = ("shop", "variables", "variable_files")
PICTURES = frozenset({".avif", ".gif", ".jpeg", ".jpg", ".png", ".svg", ".webp"})


@click.command("undo")
@options.project
@options.option("--list", "listing", is_flag=True, help="List the runs, the last one first.")
@options.chosen_part
@options.permissions
@options.reading
@options.locking
@options.option("--auto-approve", is_flag=True, help="Do not ask.")
@options.option(
    "--detailed-exitcode", is_flag=True, help="Exit with 2 when there are changes, 0 when not."
)
@options.format_
@options.json_stream
@options.json_into
@options.out("Save the plan, to apply it.")
@click.argument("run", required=False)
@click.pass_obj
def command(console: Console, /, run: str | None, listing: bool, **asked: Any) -> int:
    """Make the shop as it was before a run.

    RUN is the name of a run, or the beginning of one; without it the last run is undone. What is
    shown and done is an ordinary plan: what the run created is deleted, what it deleted is created
    again with a new id, what it changed is put back. It tells what cannot come back, and leaves
    alone what a later run changed again. Undoing is a run too: undoing that one does it again.
    """
    if listing:
        if run:
            raise UsageError("`--list` lists every run", hint=f"leave out `{run}`")
        return _list(console, *(asked[name] for name in OF_PROJECT))
    return _undo(console, run, **asked)


def _list(console: Console, *of_project: Any) -> int:
    from shopform.cli.project import open_settings
    from shopform.cli.runs import summaries

    runs, damaged = summaries(open_settings(console, *of_project))
    console.diagnostics(damaged)
    if console.form == "json":
        import json

        names = ("name", "verb", "time", "counts")
        found = [{name: getattr(run, name) for name in names} for run in runs]
        console.result(json.dumps(found, indent=2))
        return 0
    width = max((len(run.verb) for run in runs), default=0)
    for run in runs:
        counts = ", ".join(f"{run.counts.get(word, 0)} {said}" for word, said in COUNTED.items())
        time = run.time.replace("T", " ").removesuffix("Z")
        console.result(f"{run.name}  {time} UTC  {run.verb:<{width}}  {counts}")
    if not runs:
        console.note("No run was recorded here.")
    return 0


COUNTED = {
    "import": "imported",
    "add": "added",
    "change": "changed",
    "destroy": "destroyed",
    "forget": "forgotten",
}


def _undo(
    console: Console,
    run: str | None,
    *,
    out: Path | None,
    auto_approve: bool,
    detailed_exitcode: bool,
    parallelism: int,
    max_calls: int | None,
    lock_timeout: float,
    **asked: Any,
) -> int:
    from shopform.cli.applying import offer

    whole = out is not None or console.form != "text"
    source = Undoing(console, run, {**asked, "whole": whole})
    return offer(
        console,
        source,
        verb=f"undo {source.run.name}",
        parallelism=parallelism,
        max_calls=max_calls,
        lock_timeout=lock_timeout,
        auto_approve=auto_approve,
        out=out,
        detailed=detailed_exitcode,
    )


class Undoing:
    """Plans the inverse of a run."""

    saved = False

    def __init__(self, console: Console, run: str | None, asked: dict[str, Any]) -> None:
        from shopform.cli.project import open_settings
        from shopform.cli.runs import find_record

        of_project = [asked.pop(name) for name in OF_PROJECT]
        self.workspace = open_settings(console, *of_project, with_token=True)
        self.run = find_record(self.workspace, run)
        self.workspace.source = self.run.plan.basis.source
        self.asked = {**asked, "allow_delete": dict(asked["allow_delete"]), "by_name": True}
        self.console = console
        if not console.quiet:
            console.note(f"Undoing {self.run.name}, `{self.run.verb}`.")

    def plan(self, connection: "Connection", prior: Prior) -> Plan:
        from shopform.cli.planner import read_then_declare
        from shopform.planning.undoing.homes import near
        from shopform.planning.undoing.undo import Inverse, invert

        run, found = self.run, list[Inverse]()
        if prior.lineage != run.lineage:
            raise StateError(
                f"the run `{run.name}` belongs to another state than the one of"
                f" `{self.workspace.shop.name}`",
                hint="put back the state it was made with, or undo it by hand",
            )
        pictures = _pictures(self.workspace.directory) if run.has_pictures else {}

        def declare(live: Live) -> tuple[Desired, frozenset[Address]]:
            losing = self.asked["allow_delete"].keys()
            found.append(invert(run, prior, live, pictures, losing))
            return found[0].desired, found[0].only

        desired, within = near(run, prior)
        source = self.workspace.source
        made = read_then_declare(
            self.workspace,
            connection,
            prior,
            declare,
            near=desired,
            within=within,
            source=source,
            **self.asked,
        )
        if made.empty and not made.refused and not self.console.quiet:
            self.console.note("Nothing of it is left to undo.")
        return found[0].told.annotated(made, run.name)


def _pictures(directory: Path) -> dict[str, str]:
    """The project's pictures by the SHA-256 of their bytes; those that cannot be read are none."""
    found: dict[str, str] = {}
    for path in sorted(directory.rglob("*")):
        if path.suffix.lower() in PICTURES and path.is_file():
            with suppress(OSError):
                name = path.relative_to(directory).as_posix()
                data = files.read(files.inside(directory, name))
                found[hashlib.sha256(data).hexdigest()] = name
    return found
