"""Refuse plans by `--fail-on` and `--expect-no-changes`. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from shopform.diagnostics import Diagnostic, error, plural
from shopform.kit.text import join_first
from shopform.model.plan import Plan
from shopform.model.values import CHANGE_WORDS, Address
from shopform.planning.scope import Options

DRIFT = "drift"
WORDS = (*CHANGE_WORDS, DRIFT)
NAMED = 10


def check_gates(plan: Plan, options: Options) -> Plan:
    """Return the plan, refused if it has changes that these options forbid."""
    found = [*_forbidden(plan, options.fail_on), *_unexpected(plan, options.expect_no_changes)]
    return replace(plan, diagnostics=(*plan.diagnostics, *found)) if found else plan


def _forbidden(plan: Plan, words: Iterable[str]) -> Iterable[Diagnostic]:
    for word in dict.fromkeys(words):
        changes = plan.drift if word == DRIFT else plan.changes
        found = [c.address for c in changes if word == DRIFT or word in c.words]
        if found:
            yield error(
                "gate-refused",
                f"`--fail-on {word}` refuses {listed(found)}",
                hint=f"if this is intended, plan without `--fail-on {word}`",
            )


def _unexpected(plan: Plan, expected: bool) -> Iterable[Diagnostic]:
    if expected and plan.differs:
        changes = plan.drift if plan.refresh_only else [c for c in plan.changes if c.words]
        what = listed([c.address for c in changes]) if changes else "edits of the state"
        yield error(
            "gate-refused",
            f"`--expect-no-changes` found {what}",
            hint="apply what is shown first, or plan without `--expect-no-changes`",
        )


def listed(addresses: list[Address]) -> str:
    names = [f"`{address}`" for address in addresses]
    return f"{plural(len(addresses), 'object')}: {join_first(names, NAMED)}"
