"""Compare the OpenAPI document of a vendor with the kinds of a project."""

from dataclasses import asdict, dataclass
from typing import Any

from shopform.config.read.declared_kinds import KINDS
from shopform.config.write.kind_files import kind_file
from shopform.config.write.project_edits import write_change
from shopform.config.write.wire_edits import with_wire
from shopform.files import write_new
from shopform.model.shop import WireNames
from shopform.openapi.compare import DocumentComparison, Verdict, compare
from shopform.openapi.propose import Proposal, propose
from shopform.openapi.read import read
from shopform.workflow.doctor.vendor_document import open_document
from shopform.workflow.workspace import Workspace


@dataclass(frozen=True, slots=True)
class ComparedDocument:
    """A document, compared. `proposals` are of the endpoints without a kind."""

    name: str
    comparison: DocumentComparison
    proposals: tuple[Proposal, ...]

    @property
    def contradicts(self) -> bool:
        """Whether the document contradicts what shopform assumes."""
        return any(each.verdict is Verdict.CONTRADICTED for each in self.comparison.findings)

    @property
    def wire(self) -> dict[str, dict[str, Any]]:
        """The names that the project should set for the shop, by kind, as in its files."""
        return {kind: _set(names) for kind, names in self.comparison.wire.items()}


def compare_document(workspace: Workspace, source: str) -> ComparedDocument:
    """Compare the document of a file or an address with the kinds, and the names of the shop.

    No call to the shop is made. Raises UsageError, ConfigError and ShopError.
    """
    opened = open_document(workspace.directory, source)
    reading = read(opened.content)
    reading = reading._replace(problems={**opened.problems, **reading.problems})
    shop = workspace.shop
    found = compare(reading, shop.catalogue, shop.wire)
    proposals = tuple(propose(each, shop.catalogue) for each in found.unmanaged)
    return ComparedDocument(opened.name, found, proposals)


def write_learned(workspace: Workspace, made: ComparedDocument) -> tuple[str, list[str]]:
    """Set the names in the project file, and propose each new kind in a file of its own.

    Returns the changed file, empty without, and the new ones. Raises UsageError, and writes
    nothing, if the form of the project file does not allow it, or a file exists.
    """
    project = workspace.loaded.project
    change = with_wire(project, workspace.shop.name, made.wire)
    about = f"Proposed from {made.name}: check each key before you use the kind."
    new = {
        f"{KINDS}/{each.name}.yaml": kind_file(
            each.name, each.declaration, about, project.catalogue
        )
        for each in made.proposals
        if each.declaration
    }
    written = write_new(workspace.directory, new, hint="remove it, or declare its kind in it")
    if change:
        write_change(project, change)
    return change.name if change else "", written


def _set(names: WireNames) -> dict[str, Any]:
    return {key: part for key, part in asdict(names).items() if part}
