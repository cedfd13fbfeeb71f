"""Plan the inverse of a recorded run."""

import hashlib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from shopform import files
from shopform.errors import StateError
from shopform.model.desired import Desired
from shopform.model.live import Live
from shopform.model.plan import Plan
from shopform.model.prior import Prior
from shopform.model.values import Address
from shopform.planning.scope import Options
from shopform.undo.inverse import Inverse, invert
from shopform.undo.previous_addresses import required_reads
from shopform.workflow.open_project import open_settings
from shopform.workflow.plan.refresh import Connection, read_then_declare
from shopform.workflow.records.run_history import find_record
from shopform.workflow.workspace import LoadedProject

IMAGES = frozenset({".avif", ".gif", ".jpeg", ".jpg", ".png", ".svg", ".webp"})


class UndoSource:
    """Plans the inverse of a run."""

    saved = False

    def __init__(self, loaded: LoadedProject, run: str | None, options: Options) -> None:
        self.workspace = open_settings(loaded, with_token=True)
        self.run = find_record(self.workspace, run)
        self.workspace.source = self.run.plan.basis.source
        # What was deleted is restored as far as the shop takes it.
        source = self.workspace.source
        self.options = replace(options, by_name=True, allow_loss=True, source=source)

    def plan(self, connection: Connection, prior: Prior) -> Plan:
        run, found = self.run, list[Inverse]()
        if prior.lineage != run.lineage:
            raise StateError(
                f"the run `{run.name}` was made with another state than that of"
                f" `{self.workspace.shop.name}`",
                hint="restore that state, or revert the run by hand",
            )
        images = _images(self.workspace.directory) if run.has_images else {}

        def declare(live: Live) -> tuple[Desired, frozenset[Address]]:
            found.append(invert(run, prior, live, images, self.options.allow_delete.keys()))
            return found[0].desired, found[0].only

        desired, within = required_reads(run, prior)
        made = read_then_declare(
            self.workspace,
            connection,
            prior,
            declare,
            near=desired,
            within=within,
            options=self.options,
        )
        return found[0].report.annotated(made, run.name)


def _images(directory: Path) -> dict[str, str]:
    """Return the project's readable image files by the SHA-256 of their bytes."""
    found: dict[str, str] = {}
    for path in sorted(directory.rglob("*")):
        if path.suffix.lower() in IMAGES and path.is_file():
            with suppress(OSError):
                name = path.relative_to(directory).as_posix()
                data = files.read(files.inside(directory, name))
                found[hashlib.sha256(data).hexdigest()] = name
    return found
