"""`--accept-rename`: write confirmed renames into the project's `moved:`."""

from collections.abc import Iterable, Mapping
from functools import partial

from shopform.config import compile_shops, select_shop
from shopform.config.read.project import Project
from shopform.config.read.yaml_nodes import Scalar, child
from shopform.config.write.project_edits import MOVED, with_moves, write_change
from shopform.diagnostics import Collector, did_you_mean
from shopform.errors import UsageError
from shopform.model.addresses import container_of
from shopform.model.desired import Desired
from shopform.model.live import Live
from shopform.model.prior import Prior
from shopform.model.values import Address, host_of
from shopform.planning.matching.moved_addresses import apply_moves
from shopform.planning.matching.result import Matching
from shopform.state.open import open_store
from shopform.state.ownership import Expected
from shopform.workflow.open_project import check_address, open_project, several
from shopform.workflow.workspace import LoadedProject

Move = tuple[Address, Address]
DECLARED = "the new address must be declared, and not be in the state"


def accept(
    loaded: LoadedProject,
    pairs: Iterable[tuple[str, str]],
    one_only: Mapping[str, object],
) -> LoadedProject:
    """Add renames to the project's `moved:`, and return the project with them.

    Renames that are listed already are skipped. Raises UsageError, with nothing written, for an
    impossible one, and as `several` does.
    """
    project, request = loaded.project, loaded.request
    in_several = several(loaded, one_only)
    checked = partial(check_address, project.catalogue)
    moves = [(checked(old), checked(new)) for old, new in pairs]
    listed = _declared_moves(project)
    new = list(dict.fromkeys(move for move in moves if move not in listed))
    if not new:
        return loaded
    found, _ = compile_shops(
        project,
        request.shop if in_several else select_shop(project, request.shop),
        **loaded.given,
        resolve_token=False,
    )
    directory = request.directory
    shops = []
    for shop, desired in found.values():
        expected = Expected(shop=host_of(shop.url), catalogue=shop.catalogue)
        store = open_store(shop.state, directory, expected, loaded.remote(shop))
        shops.append((desired, store.read()))
    for move in new:
        _check(move, [*listed, *(m for m in new if m is not move)], shops)
    change = with_moves(project, new)
    write_change(project, change)
    loaded.observer.renamed(change.name, new)
    return open_project(request, loaded.observer)


def _declared_moves(project: Project) -> list[Move]:
    found = []
    for node in project.refactorings.get(MOVED, ()):
        before, after = child(node, "from"), child(node, "to")
        if isinstance(before, Scalar) and isinstance(after, Scalar):
            found.append((Address(before.text), Address(after.text)))
    return found


def _check(move: Move, others: list[Move], shops: list[tuple[Desired, Prior]]) -> None:
    before, after = move
    declared = {address: None for desired, _ in shops for address in desired.resources}
    owned = {address: None for desired, prior in shops for address in _owned(desired, prior)}
    undeclared = [address for address in owned if address not in declared]
    if before.kind != after.kind or before == after:
        _refuse(move, "they are not two addresses of one kind", "")
    catalogue = shops[0][0].catalogue
    parents = container_of(catalogue, before), container_of(catalogue, after)
    if parents[0] != parents[1] and parents not in others:
        _refuse(move, "they have different parents", "a child cannot change its parent")
    for other in others:
        if before == other[0]:
            _refuse(move, f"`{before}` became `{other[1]}` already", f"see `{MOVED}` in the files")
        if after == other[1]:
            _refuse(move, f"`{other[0]}` became `{after}` already", f"see `{MOVED}` in the files")
    if before not in owned:
        _refuse(move, f"`{before}` is not in the state", did_you_mean(before, undeclared, ""))
    if before in declared:
        _refuse(move, f"`{before}` is still declared", "remove its block from the files")
    if after not in declared:
        _refuse(move, f"`{after}` is not declared", did_you_mean(after, declared, DECLARED))
    if after in owned:
        _refuse(move, f"`{after}` is in the state already", DECLARED)


def _owned(desired: Desired, prior: Prior) -> Iterable[Address]:
    """Return the entries of the state by their addresses before and after the declared moves."""
    matching = Matching(Live(catalogue=desired.catalogue), entries=dict(prior.resources))
    apply_moves(desired, matching, Collector())
    return {**prior.resources, **matching.entries}


def _refuse(move: Move, why: str, hint: str) -> None:
    raise UsageError(f"`--accept-rename {move[0]}={move[1]}`: {why}", hint=hint)
