"""Report changes of kinds that the key may not write, as the shop answered before. Pure."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from shopform.diagnostics import Diagnostic, error, plural, warning
from shopform.model.desired import Desired
from shopform.model.plan import WRITES, Plan
from shopform.planning.checks.ci_gates import listed
from shopform.planning.matching.match import span_of

CODE = "key-rights"  # also lifts it, after `--allow`


class Denial(NamedTuple):
    """Writes of a kind that the shop refused to this key: in how many runs, and the last time.

    `status` is that of the last answer, and `when` its time in UTC.
    """

    status: int
    when: str
    runs: int


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
        section = plan.catalogue[kind].section
        again = f", in {plural(denial.runs, 'run')} in a row" if denial.runs > 1 else ""
        report = error if denial.runs > 1 and not lifted else warning
        allow = f" and pass `--allow {CODE}`" if report is error else ""
        yield report(
            CODE,
            f"the key may not write {section}: the shop answered {denial.status} on"
            f" {denial.when}{again}",
            span=span_of(desired, held[0]),
            address=held[0],
            hint=f"use a key with that right, or give it to this one{allow};"
            f" `--exclude` leaves out {listed([*dict.fromkeys(held)])}",
        )
