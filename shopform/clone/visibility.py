"""Find what a copy would show to visitors that its source hides from them. Pure."""

from collections.abc import Collection, Iterator, Set

from shopform.diagnostics import Diagnostic, Severity, error, with_severity
from shopform.kinds import Kind
from shopform.kit.text import join_first
from shopform.model.desired import Desired, Resource
from shopform.model.live import Live, LiveObject
from shopform.model.values import Address
from shopform.planning.matching.result import Matching
from shopform.planning.ordering.probes import (
    HIDDEN_LOST,
    NAMED,
    hidden_by,
    hiding_rows,
    not_kept,
)


def hidden_lost(
    desired: Desired,
    only: Collection[Address],
    source: Live,
    matching: Matching,
    target: str,
    *,
    allowed: bool,
) -> list[Diagnostic]:
    """Return an error for each field that hides new objects and cannot be copied to `target`.

    With `allowed` they are warnings.
    """
    lost: dict[tuple[str, str], list[Address]] = {}
    lacking = {kind.name: _lacking(kind, matching) for kind in matching.catalogue.kinds}
    for address in sorted(desired.resources.keys() & set(only)):
        resource = desired.resources[address]
        model = source.object(address.kind, resource.origin)
        if model is not None and matching.object(address) is None:
            for name in _not_hidden(resource, model, lacking[address.kind]):
                lost.setdefault((address.kind, name), []).append(address)
    found = [_error(kind, name, lost[kind, name], target) for kind, name in sorted(lost)]
    return list(with_severity(found, Severity.WARNING)) if allowed else found


def _lacking(kind: Kind, matching: Matching) -> Set[str]:
    """Return the fields for which the target has no key, and those that hide and it did not keep.

    A shop without objects of the kind shows no keys.
    """
    names = matching.live.kind(kind.name).names
    lacking = kind.tentative - names.keys() if names else frozenset[str]()
    rows = hiding_rows(kind)
    return lacking | {row.name for row in rows if not_kept(matching, row, kind.name)}


def _not_hidden(resource: Resource, model: LiveObject, lacking: Set[str]) -> Iterator[str]:
    """Yield the fields that hide the original and that the copy cannot have."""
    rows = [*hiding_rows(resource.kind)]
    hidden = set(hidden_by(rows, resource.kind.defaults))  # where the field is not sent
    for name in hidden_by(rows, model.fields):
        if name in lacking or not (name in resource.fields or name in hidden):
            yield name


def _error(kind: str, name: str, found: list[Address], target: str) -> Diagnostic:
    number = len(found)
    objects = f"{number:,} {'objects' if number > 1 else 'object'} of kind `{kind}`"
    return error(
        HIDDEN_LOST,
        f"{objects} would be shown in `{target}`: `{name}`, which hides them, cannot be copied",
        detail=join_first([str(each) for each in found], NAMED, "\n"),
        hint="`--allow-loss` copies them visibly; `--exclude` leaves them out",
    )
