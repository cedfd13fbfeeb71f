"""Import one object of the shop by its id."""

from dataclasses import dataclass

from shopform.config import compile_project
from shopform.config.compile.declarations import Declarations
from shopform.config.write.project_edits import apply_change, with_resource, write_change
from shopform.describe.single_object import FetchedObject, adopt, declare_object
from shopform.diagnostics import Collector, Diagnostic, did_you_mean, warning
from shopform.errors import ShopError, StateError, UsageError
from shopform.kinds import Catalogue
from shopform.model.addresses import container_of
from shopform.model.columns import columns_of
from shopform.model.desired import Desired
from shopform.model.prior import Prior
from shopform.model.references import parent_links
from shopform.model.values import Address
from shopform.shop.client import Client
from shopform.shop.read_one import read_one
from shopform.workflow.plan.refresh import connected
from shopform.workflow.requests import ImportRequest, ReadLimits
from shopform.workflow.shop_identity import record_shop, require_same_shop
from shopform.workflow.workspace import Workspace


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The number of fields that differ from the files, None if the object was imported already.

    `written` is the file with the new block, `warnings` are about fields it omits.
    """

    differing: int | None
    written: str = ""
    warnings: tuple[Diagnostic, ...] = ()


def import_object(workspace: Workspace, request: ImportRequest, limits: ReadLimits) -> ImportResult:
    """Record an object in the state. Raises ShopformError with nothing recorded."""
    wanted, number = request.address, request.number
    missing = wanted not in workspace.desired.resources
    if missing:
        _undeclared(workspace, wanted, generate=request.generate)
    with workspace.store().open("import", request.lock_timeout) as session:
        prior = session.prior
        if _owned(wanted, number, prior):
            return ImportResult(None)
        parent_id = _parent_id(workspace.shop.catalogue, wanted, prior)
        with connected(workspace, limits) as connection:
            require_same_shop(connection.client, prior)
            declared = columns_of(workspace.desired, prior)
            connection.client.read_columns(None if missing else declared)
            found = _read(connection.client, wanted, number, parent_id)
            record_shop(session, workspace.shop, None)
        block = _Block(workspace.desired)
        if missing:
            block = _generate(workspace, wanted, prior, found, request.into)
        entry, differing = adopt(wanted, block.desired, prior, found)
        session.edit({wanted: entry})
    return ImportResult(differing, block.file, block.warnings)


def _undeclared(workspace: Workspace, wanted: Address, *, generate: bool) -> None:
    """Raise UsageError unless a block can be written for it."""
    project, shop = workspace.loaded.project, workspace.shop.name
    declarations = Declarations(project, shop, Collector()).all()
    if any(declaration.address == wanted for declaration in declarations):
        raise UsageError(
            f"`{wanted}` is declared, but not for the shop `{shop}`",
            hint=f"add `{shop}` to `shops` of its `lifecycle`",
        )
    declared = workspace.desired.resources
    if not generate:
        near = did_you_mean(wanted, declared)
        write = f"`shopform import --generate {wanted} ID` writes its block"
        hint = f"{near} If not, {write}" if near else f"{write}; or declare it first"
        raise UsageError(f"`{wanted}` is not declared", hint=hint)
    above = container_of(workspace.shop.catalogue, wanted)
    if above and above not in declared:
        raise UsageError(
            f"`{above}`, the parent of `{wanted}`, is not declared",
            hint=f"`shopform import --generate {above} ID` imports it first",
        )


def _owned(wanted: Address, number: int, prior: Prior) -> bool:
    """Return whether it is imported already. Raises StateError if the address or id is taken."""
    entry = prior.resources.get(wanted)
    if entry and entry.id == number:
        return True
    if entry:
        raise StateError(
            f"`{wanted}` is in the state already, as {entry.id}",
            hint=f"`shopform state rm {wanted}` removes that first",
        )
    if owner := prior.owners.get((wanted.kind, number)):
        raise StateError(
            f"the object {number} belongs to `{owner}`",
            hint=f"`shopform state mv {owner} {wanted}` gives it the other address",
        )
    return False


def _parent_id(catalogue: Catalogue, wanted: Address, prior: Prior) -> int | None:
    """Return the id of the parent. Raises StateError if the parent is not in the state."""
    above = container_of(catalogue, wanted)
    if above is None:
        return None
    if above not in prior.resources:
        raise StateError(
            f"`{above}`, the parent of `{wanted}`, is not in the state",
            hint=f"`shopform import {above} ID` imports it first",
        )
    return prior.resources[above].id


def _read(client: Client, wanted: Address, number: int, parent_id: int | None) -> FetchedObject:
    kind = client.shop.catalogue[wanted.kind]
    read = read_one(client, kind, number, parent_id)
    if number in read.objects:
        return FetchedObject(
            read.objects[number], read.names, client.shop.hosts, client.shop.catalogue
        )
    if read.problem:
        raise ShopError(
            f"the shop's list of {kind.section} is not complete: {read.problem}", hint="run again"
        )
    where = f"`{container_of(client.shop.catalogue, wanted)}`" if parent_id else "the shop"
    raise UsageError(f"{where} has no {kind.name} {number}", hint="check the id")


def _above(wanted: Address, prior: Prior, found: FetchedObject) -> str:
    """Return a hint for an object whose parent is not in the state."""
    owned = prior.owners
    kind = found.catalogue[wanted.kind]
    for above, number in parent_links(kind, found.object).values():
        if (above, number) not in owned:
            return f"`shopform import --generate {above}.KEY {number}` imports its parent first"
    return "" if found.object.fixed else "declare it by hand, and import without `--generate`"


@dataclass(frozen=True, slots=True)
class _Block:
    """The declarations with a written block, its file, and warnings of omitted fields."""

    desired: Desired
    file: str = ""
    warnings: tuple[Diagnostic, ...] = ()


def _generate(
    workspace: Workspace, wanted: Address, prior: Prior, found: FetchedObject, into: str | None
) -> _Block:
    """Write the block of an object.

    It is on disk before the state is: after an interruption in between, the next plan imports it.
    Raises ConfigError and UsageError with nothing written.
    """
    loaded = workspace.loaded
    declared = declare_object(wanted, prior, found)
    if wanted not in declared.resources:
        why = next(each.why for each in declared.omissions if not each.field)
        raise UsageError(
            f"the object {found.object.id} cannot be declared: {why}",
            hint=_above(wanted, prior, found),
        )
    change = with_resource(loaded.project, declared, wanted, into)
    project = apply_change(loaded.project, change)
    loaded.observer.loaded(project.sources, workspace.shop.name)
    _, desired, _ = compile_project(project, workspace.shop.name, **loaded.given)
    write_change(project, change)
    left_out = tuple(
        warning("import-left", f"`{left.field}` of `{wanted}` is left out: {left.why}")
        for left in declared.omissions
        if left.field
    )
    return _Block(desired, change.name, left_out)
