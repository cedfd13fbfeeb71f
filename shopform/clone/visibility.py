"""Find what a copy would show to visitors that its source hides from them. Pure."""

from collections.abc import Collection, Iterator

from shopform.diagnostics import Diagnostic, Severity, error, with_severity
from shopform.kit.text import join_first
from shopform.model.desired import Desired
from shopform.model.live import Live
from shopform.model.values import Address
from shopform.planning.matching.result import Matching
from shopform.planning.ordering.probes import HIDDEN_LOST, NAMED, hidden_by, hiding_rows


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
    for address in sorted(desired.resources.keys() & set(only)):
        if matching.object(address) is None:
            for name in _not_hidden(desired, address, source, matching.live):
                lost.setdefault((address.kind, name), []).append(address)
    found = [_error(kind, name, lost[kind, name], target) for kind, name in sorted(lost)]
    return list(with_severity(found, Severity.WARNING)) if allowed else found


def _not_hidden(desired: Desired, address: Address, source: Live, target: Live) -> Iterator[str]:
    """Yield the fields that hide the original and that the copy cannot have."""
    resource = desired.resources[address]
    kind, names = resource.kind, target.kind(address.kind).names
    model = source.object(address.kind, resource.origin)
    lacking = kind.tentative - names.keys() if names else frozenset()
    rows = [*hiding_rows(kind)]
    hidden = set(hidden_by(rows, kind.defaults))  # where the field is not sent
    for name in hidden_by(rows, model.fields) if model else ():
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
