"""`shopform dump --update`: write the values of the shop into the files of the project."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from shopform.config import Project
from shopform.config.compile.declarations import Declarations
from shopform.config.format.formatter import format_alike
from shopform.config.read.project import BOM
from shopform.config.write.field_patches import patch
from shopform.config.write.project_edits import (
    BelongsInTable,
    apply_change,
    container_file,
    with_resources,
)
from shopform.describe.from_live import declare
from shopform.describe.out_of_sync import Differences, find_differences
from shopform.diagnostics import Collector, Diagnostic, warning
from shopform.files import write_over
from shopform.kit.text import backquoted
from shopform.model.declared import Declared
from shopform.model.references import depends_on
from shopform.model.values import Address
from shopform.workflow.read_shop import WholeShop
from shopform.workflow.workspace import Workspace


@dataclass(frozen=True, slots=True)
class FileUpdate:
    """The written files, each with its numbers of fields and new resources, and warnings.

    `deleted` are declared but not in the shop, `unmanaged` are in the shop but not declared.
    """

    files: Mapping[str, tuple[int, int]]
    warnings: tuple[Diagnostic, ...]
    deleted: Sequence[Address]
    unmanaged: Sequence[Address]


def update_files(workspace: Workspace, found: WholeShop, *, new: bool) -> FileUpdate:
    """Write differing fields, and with `new` unmanaged objects; all files or none."""
    project = workspace.loaded.project
    written = find_differences(workspace.desired, found.prior, found.live)
    shop = workspace.shop
    made = patch(project, shop.name, written.fields, "is not written", wire=shop.wire)
    files = {
        name: format_alike(*versions, name, project.catalogue)
        if name in project.contents
        else versions[1]
        for name, versions in made.files.items()
    }
    undeclared, declared = _undeclared(workspace, project, found, written)
    not_written = list(made.left)
    added: Counter[str] = Counter()
    if new:
        patched = {name: text.removeprefix(BOM) for name, text in files.items()}
        now = {name: patched.get(name, text) for name, text in project.contents.items()}
        more, added, refused = _with_new(replace(project, contents=now), declared, undeclared)
        files |= {name: project.boms.get(name, "") + text for name, text in more.items()}
        not_written += refused
    write_over(workspace.directory, files)
    counts = {name: (made.counts.get(name, 0), added[name]) for name in sorted(files)}
    warnings = (*written.problems, *not_written)
    return FileUpdate(counts, warnings, written.deleted, () if new else undeclared)


def _undeclared(
    workspace: Workspace, project: Project, found: WholeShop, written: Differences
) -> tuple[list[Address], Declared]:
    """Return the addresses of undeclared objects, and declarations of all objects."""
    declarations = Declarations(project, workspace.shop.name, Collector())
    taken = {declaration.address for declaration in declarations.all()}
    known = {at: address for at, address in found.prior.owners.items() if address not in taken}
    # Keys that are declared, for other shops or for missing objects, are not used again.
    waiting = taken.difference(written.known.values())
    known |= {("", number): address for number, address in enumerate(sorted(waiting))}
    declared = declare(found.live, found.prior, known=known | written.known)
    mine = set(written.known.values())
    return [address for address in declared.resources if address not in mine], declared


def _with_new(
    project: Project, declared: Declared, addresses: Sequence[Address]
) -> tuple[dict[str, str], Counter[str], list[Diagnostic]]:
    """Return changed files, the number of new resources in each, and what cannot be added."""
    skipped: dict[Address, Diagnostic] = {}
    for address in addresses:
        if address in declared.duplicates:
            hint = "declare both by hand, each with its id under `imports:`"
            names = declared.catalogue[address.kind].identity
            why = f"another object has the same {backquoted(names, ' and ')}"
            skipped[address] = _not_added(declared, address, why, hint)
    while True:
        _add_dependents(declared, addresses, skipped)
        kept = {a: r for a, r in declared.resources.items() if a not in skipped}
        files, counts, refused = _added(project, replace(declared, resources=kept), addresses)
        if not refused:
            return files, counts, [skipped[each] for each in addresses if each in skipped]
        for address, (why, hint) in refused.items():
            skipped[address] = _not_added(declared, address, why, hint)


def _add_dependents(
    declared: Declared, addresses: Sequence[Address], skipped: dict[Address, Diagnostic]
) -> None:
    """Add the children and dependents of skipped addresses to them."""
    before = -1
    while before != len(skipped):
        before = len(skipped)
        for address in addresses:
            needed = skipped.keys() & set(depends_on(declared.resources[address]))
            if needed and address not in skipped:
                skipped[address] = _not_added(declared, address, f"it needs `{min(needed)}`", "")


def _not_added(declared: Declared, address: Address, why: str, hint: str) -> Diagnostic:
    summary = f"`{address}` (id {declared.ids[address]}) is not added: {why}"
    return warning("not-added", summary, hint=hint, address=address)


def _added(
    project: Project, declared: Declared, addresses: Sequence[Address]
) -> tuple[dict[str, str], Counter[str], dict[Address, tuple[str, str]]]:
    """Return changed files, the number of new resources in each, and refusals with hints."""
    files: dict[str, str] = {}
    counts: Counter[str] = Counter()
    refused: dict[Address, tuple[str, str]] = {}
    fresh = set(addresses)
    new = [a for a in addresses if a in declared.resources]
    new = [a for a in new if declared.resources[a].parent not in fresh]
    groups: dict[tuple[str, str], list[Address]] = {}
    for address in new:
        groups.setdefault((address.kind, container_file(project, address)), []).append(address)
    for group in groups.values():
        change, lost = with_resources(project, declared, group)
        for address, problem in lost.items():
            tabled = isinstance(problem, BelongsInTable)
            why = "its section is in a table" if tabled else "the layout of its file is unsupported"
            refused[address] = why, problem.diagnostics[0].hint
        if change:
            project = apply_change(project, change)
            files[change.name] = change.text
            counts[change.name] += len(group) - len(lost)
    return files, counts, refused
