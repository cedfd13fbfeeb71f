"""Report changes of kinds that the key may not write, as the shop answered before. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from shopform.diagnostics import Diagnostic, error, plural, warning
from shopform.model.desired import Desired
from shopform.model.plan import WRITES, Plan
from shopform.planning.checks.ci_gates import listed
from shopform.planning.matching.match import span_of

CODE: Final = "key-rights"  # also lifts it, after `--allow`
HINT: Final = "use a key with that right, or give it to this one"


class Denial(NamedTuple):
    """Writes of a kind that the shop refused to this key: in how many runs, and the last time.

    `status` is that of the last answer, and `when` its time in UTC.
    """

    status: int
    when: str
    runs: int


def known_before(
    shop: str, kinds: Collection[str], denials: Mapping[str, Denial], desired: Desired
) -> Iterator[Diagnostic]:
    """Yield a warning for each of these kinds of which the shop refused the writes."""
    for name in (kind.name for kind in desired.catalogue.kinds if kind.name in kinds):
        if denial := denials.get(name):
            declared = (r.span for a, r in desired.resources.items() if a.kind == name)
            yield warning(
                CODE,
                _summary(shop, desired.catalogue[name].section, denial),
                span=next(declared, None),
                hint=f"{HINT}; `--exclude ADDRESS` leaves an object out",
            )


def unwritable(
    plan: Plan, denials: Mapping[str, Denial], desired: Desired, *, lifted: bool
) -> Iterable[Diagnostic]:
    """Yield a message for each kind of which the plan writes objects and the shop refused that.

    One refusal may have passed, so it is a warning. After the second run in a row it is an error,
    unless `lifted`.
    """
    for kind, denial in denials.items():
        held = [step.address for step in plan.steps if step.op in WRITES and step.kind == kind]
        if not held:
            continue
        report = error if denial.runs > 1 and not lifted else warning
        allow = f" and pass `--allow {CODE}`" if report is error else ""
        yield report(
            CODE,
            _summary(plan.basis.shop, plan.catalogue[kind].section, denial),
            span=span_of(desired, held[0]),
            address=held[0],
            hint=f"{HINT}{allow}; `--exclude` leaves out {listed([*dict.fromkeys(held)])}",
        )


def _summary(shop: str, section: str, denial: Denial) -> str:
    again = f", in {plural(denial.runs, 'run')} in a row" if denial.runs > 1 else ""
    return (
        f"the key of `{shop}` may not write {section}: the shop answered {denial.status} on"
        f" {denial.when}{again}"
    )
