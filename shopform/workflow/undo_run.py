"""Plans the inverse of a recorded run."""

import hashlib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from shopform import files
from shopform.errors import StateError
from shopform.model.desired import Desired
from shopform.model.live import Live
from shopform.model.plan import Plan
from shopform.model.prior import Prior
from shopform.model.values import Address
from shopform.terminal.console import Console

if TYPE_CHECKING:
    from shopform.planning.scope import Options
    from shopform.workflow.refresh import Connection
    from shopform.workflow.requests import ProjectRequest


PICTURES = frozenset({".avif", ".gif", ".jpeg", ".jpg", ".png", ".svg", ".webp"})


class Undoing:
    """Plans the inverse of a run."""

    saved = False

    def __init__(
        self, console: Console, run: str | None, request: "ProjectRequest", options: "Options"
    ) -> None:
        from shopform.workflow.open_workspace import open_settings
        from shopform.workflow.run_history import find_record

        self.workspace = open_settings(console, request, with_token=True)
        self.run = find_record(self.workspace, run)
        self.workspace.source = self.run.plan.basis.source
        self.options = replace(options, by_name=True, source=self.workspace.source)
        self.console = console
        if not console.quiet:
            console.note(f"Undoing {self.run.name}, `{self.run.verb}`.")

    def plan(self, connection: "Connection", prior: Prior) -> Plan:
        from shopform.undo.inverse import Inverse, invert
        from shopform.undo.previous_addresses import near
        from shopform.workflow.refresh import read_then_declare

        run, found = self.run, list[Inverse]()
        if prior.lineage != run.lineage:
            raise StateError(
                f"the run `{run.name}` belongs to another state than the one of"
                f" `{self.workspace.shop.name}`",
                hint="put back the state it was made with, or undo it by hand",
            )
        pictures = _pictures(self.workspace.directory) if run.has_pictures else {}

        def declare(live: Live) -> tuple[Desired, frozenset[Address]]:
            losing = self.options.allow_delete.keys()
            found.append(invert(run, prior, live, pictures, losing))
            return found[0].desired, found[0].only

        desired, within = near(run, prior)
        made = read_then_declare(
            self.workspace,
            connection,
            prior,
            declare,
            near=desired,
            within=within,
            options=self.options,
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
