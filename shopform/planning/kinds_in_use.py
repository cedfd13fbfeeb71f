"""Which kinds a plan may change, and which lists it needs. Pure."""

from collections.abc import Callable

from shopform.diagnostics import Collector
from shopform.errors import UsageError
from shopform.kinds import Kind
from shopform.model.desired import Desired
from shopform.model.live import Live, LiveObject
from shopform.model.prior import Prior
from shopform.model.values import Address
from shopform.planning.matching.match import relevant_parents
from shopform.planning.matching.moved_addresses import apply_moves
from shopform.planning.matching.result import Matching
from shopform.planning.scope import Known, Options, scope


def lists_to_read(
    options: Options, desired: Desired, prior: Prior
) -> tuple[list[str], Callable[[Kind, LiveObject], bool]]:
    """Return the kinds to read, and a function that selects the parents whose children matter.

    The kinds are declared and owned ones, or those that targets may affect. Raises UsageError for
    unknown targets, and for targets outside of the run.
    """
    known, only = _in_scope(options, desired, prior)
    catalogue = desired.catalogue
    needed = known.kinds
    needed |= {intent.kind for intent in prior.pending}
    # The children of deleted objects are read even if none are owned.
    full = {address.kind for address in known.destroyed}
    if only is not None:
        paths = {k.name for k in catalogue.kinds if k.path or k.route} & needed
        needed &= {address.kind for address in only}
        full = set(needed)
        if needed & paths and not options.refresh_only:
            needed |= paths  # the checks of paths need all pages and redirects
    for kind in catalogue.kinds:
        if kind.nesting and kind.nesting.kind in full:
            needed.add(kind.name)
            full.add(kind.name)
    kinds = [kind.name for kind in catalogue.kinds if kind.name in needed]
    return kinds, relevant_parents(_declared(options, desired), prior)


def kinds_in_scope(options: Options, desired: Desired, prior: Prior) -> set[str]:
    """Return the kinds of the objects that a plan may change. Raises as `lists_to_read` does."""
    known, only = _in_scope(options, desired, prior)
    return known.kinds if only is None else {address.kind for address in only}


def _in_scope(
    options: Options, desired: Desired, prior: Prior
) -> tuple[Known, frozenset[Address] | None]:
    """Return the known addresses, and those in scope; None for all of them."""
    moves, desired = desired.moved, _declared(options, desired)
    matching = Matching(Live(catalogue=desired.catalogue), entries=dict(prior.resources))
    apply_moves(desired, matching, Collector())
    known = Known(
        catalogue=desired.catalogue,
        resources=desired.resources,
        entries=matching.entries,
        moved=matching.moved,
        moves=moves,
        destroyed=matching.entries.keys() - desired.resources.keys(),
    )
    only = scope(options, known).only
    if not only and options.targets:
        raise UsageError(
            f"`{options.targets[0]}` is not part of this run", hint="remove `--target`"
        )
    return known, only


def _declared(options: Options, desired: Desired) -> Desired:
    """Return the declarations that matter: none if all is destroyed, or only looked at."""
    if options.destroy or options.refresh_only:
        return Desired(catalogue=desired.catalogue)
    return desired
