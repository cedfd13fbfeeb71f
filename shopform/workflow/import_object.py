"""Imports one object of the shop by its id."""

from typing import TYPE_CHECKING

from shopform.errors import ShopError, StateError, UsageError
from shopform.model.desired import Desired
from shopform.model.prior import Prior
from shopform.model.values import Address, host_of

if TYPE_CHECKING:
    from shopform.describe.single_object import FetchedObject
    from shopform.shop.client import Client
    from shopform.workflow.requests import ProjectRequest, ReadLimits
    from shopform.workflow.workspace import Workspace


def import_object(
    workspace: "Workspace",
    wanted: Address,
    number: int,
    request: "ProjectRequest",
    limits: "ReadLimits",
    *,
    lock_timeout: float,
    generate: bool,
    into: str | None,
) -> int | None:
    """Remember the object `number` as `wanted`, and return how many of its fields differ.

    None where the state has it so already. Raises ShopformError with nothing remembered.
    """
    from shopform.describe.single_object import taken
    from shopform.workflow.refresh import connected
    from shopform.workflow.shop_identity import key_digest, same_shop

    missing = wanted not in workspace.desired.resources
    if missing:
        _undeclared(workspace, wanted, generate=generate)
    with workspace.store().open("import", lock_timeout) as session:
        prior = session.prior
        if _owned(wanted, number, prior):
            return None
        within = _container(wanted, prior)
        with connected(workspace, limits) as connection:
            same_shop(connection.client, prior)
            found = _read(connection.client, wanted, number, within)
            key = key_digest(workspace.shop.token.text, session.lineage)
            session.recognise(host_of(workspace.shop.url), None, key)
        desired = workspace.desired
        if missing:
            desired = _generate(workspace, wanted, prior, found, into, request)
        entry, differ = taken(wanted, desired, prior, found)
        session.edit({wanted: entry})
    return differ


def _undeclared(workspace: "Workspace", wanted: Address, *, generate: bool) -> None:
    """Raise UsageError unless a block can be written for it."""
    from shopform.config import load_project, shop_names
    from shopform.config.compile.declarations import Drafts
    from shopform.diagnostics import Collector, did_you_mean
    from shopform.model.addresses import container_of

    project, shop = load_project(workspace.directory), workspace.shop.name
    drafts = Drafts(project, shop, shop_names(project), Collector()).all()
    if any(draft.address == wanted for draft in drafts):
        raise UsageError(
            f"`{wanted}` is declared, and not for the shop `{shop}`",
            hint=f"add `{shop}` to `shops` of its `lifecycle`",
        )
    declared = workspace.desired.resources
    if not generate:
        near = did_you_mean(wanted, declared)
        write = f"`shopform import --generate {wanted} ID` writes its block"
        hint = f"{near} If not, {write}" if near else f"{write}; or declare it first"
        raise UsageError(f"`{wanted}` is not declared", hint=hint)
    above = container_of(wanted)
    if above and above not in declared:
        raise UsageError(
            f"`{above}`, which `{wanted}` lies in, is not declared",
            hint=f"`shopform import --generate {above} ID` takes it over first",
        )


def _owned(wanted: Address, number: int, prior: Prior) -> bool:
    """Whether it is so already. Raises StateError where the one or the other is taken."""
    entry = prior.resources.get(wanted)
    if entry and entry.id == number:
        return True
    if entry:
        raise StateError(
            f"`{wanted}` is in the state already, as {entry.id}",
            hint=f"`shopform state rm {wanted}` forgets that first",
        )
    for address, other in prior.resources.items():
        if address.kind == wanted.kind and other.id == number:
            raise StateError(
                f"the object {number} belongs to `{address}`",
                hint=f"`shopform state mv {address} {wanted}` gives it the other address",
            )
    return False


def _container(wanted: Address, prior: Prior) -> int | None:
    """The id of what it lies in. Raises StateError where the state does not have that."""
    from shopform.model.addresses import container_of

    above = container_of(wanted)
    if above is None:
        return None
    if above not in prior.resources:
        raise StateError(
            f"`{above}`, which `{wanted}` lies in, is not in the state",
            hint=f"`shopform import {above} ID` takes it over first",
        )
    return prior.resources[above].id


def _read(client: "Client", wanted: Address, number: int, within: int | None) -> "FetchedObject":
    from shopform.describe.single_object import FetchedObject
    from shopform.kinds import BY_NAME
    from shopform.model.addresses import container_of
    from shopform.shop.read_one import read_one

    kind = BY_NAME[wanted.kind]
    read = read_one(client, kind, number, within)
    if number in read.objects:
        return FetchedObject(read.objects[number], read.names, client.shop.hosts)
    if read.problem:
        raise ShopError(
            f"the shop's list of {kind.section} is not complete: {read.problem}", hint="run again"
        )
    where = f"`{container_of(wanted)}`" if within else "the shop"
    raise UsageError(f"{where} has no {kind.name} {number}", hint="check the id")


def _above(wanted: Address, prior: Prior, found: "FetchedObject") -> str:
    """What to do for an object that lies in one that nobody owns yet."""
    from shopform.kinds import BY_NAME
    from shopform.model.references import links

    owned = {(address.kind, entry.id) for address, entry in prior.resources.items()}
    kind = BY_NAME[wanted.kind]
    for name, (above, number) in links(kind, found.object).items():
        if name in kind.identity and (above, number) not in owned:
            return f"`shopform import --generate {above}.KEY {number}` takes that over first"
    return "" if found.object.fixed else "declare it by hand, and leave `--generate` out"


def _generate(
    workspace: "Workspace",
    wanted: Address,
    prior: Prior,
    found: "FetchedObject",
    into: str | None,
    request: "ProjectRequest",
) -> Desired:
    """Write the block of an object; returns what is declared then.

    It is on disk before the state knows of it: a run that is stopped between the two leaves a
    block that the next plan imports. Raises ConfigError and UsageError with nothing written.
    """
    from shopform.config import compile_project, load_project
    from shopform.config.write.project_edits import amended, with_resource
    from shopform.describe.single_object import described
    from shopform.diagnostics import warning
    from shopform.workflow.accept_renames import write
    from shopform.workflow.open_workspace import variables_of

    console = workspace.console
    declared = described(wanted, prior, found)
    if wanted not in declared.resources:
        why = next((left.why for left in declared.left if not left.field), "nobody could say how")
        raise UsageError(
            f"the object {found.object.id} cannot be declared: {why}",
            hint=_above(wanted, prior, found),
        )
    project = load_project(workspace.directory)
    change = with_resource(project, declared, wanted, into)
    project = amended(project, change)
    console.sources = lambda: project.sources
    _, desired, _ = compile_project(
        project,
        workspace.shop.name,
        variables=variables_of(console, project, request),
        environment=console.environment,
    )
    write(workspace.directory, change)
    console.result(f"Wrote {wanted} to {change.name}.")
    console.diagnostics(
        warning("import-left", f"`{left.field}` of `{wanted}` is left out: {left.why}")
        for left in declared.left
        if left.field
    )
    return desired
