"""Render a run over several shops: a heading for each, one table for all."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from shopform.diagnostics import plural
from shopform.model.plan import Action, Outcome, Plan
from shopform.render.plan_summary import change_counts
from shopform.render.text.style import BOLD, GREEN, RED, YELLOW, Ink, printable

NO_CHANGES, CHANGES, NO_DRIFT, DRIFT = "no changes", "changes", "no drift", "drift"
REFUSED, INCOMPLETE, APPLIED = "refused", "read incomplete", "applied"
NOT_APPROVED, NOT_BEGUN = "not approved", "not begun"
# Names of error codes in the table; other codes are shown as they are.
_PROBLEMS = {
    "access-refused": "key refused",
    "stale-plan": "stale",
    "state": "state unusable",
    "config": "invalid configuration",
    "usage": "usage error",
}
# The counts of a plan, and their names in an outcome.
COUNTED = {
    "import": "imported",
    "add": "added",
    "change": "changed",
    "destroy": "destroyed",
    "forget": "forgotten",
}
_GOOD = {NO_CHANGES, NO_DRIFT, APPLIED}
_COLOURS = {**dict.fromkeys(_GOOD, GREEN), CHANGES: YELLOW, DRIFT: YELLOW, NOT_BEGUN: YELLOW}


@dataclass(frozen=True, slots=True)
class ShopRow:
    """One shop in the table: its verdict, and its numbers by heading."""

    shop: str
    verdict: str
    numbers: Mapping[str, int] = field(default_factory=dict)


def planned_row(shop: str, plan: Plan, *, incomplete: bool) -> ShopRow:
    """Return the row of a plan; `incomplete` if a list was."""
    if plan.refused:
        word = INCOMPLETE if incomplete else REFUSED
    elif plan.refresh_only:
        word = DRIFT if plan.differs else NO_DRIFT
    else:
        word = CHANGES if plan.differs else NO_CHANGES
    if plan.refresh_only:
        deleted = sum(change.action is Action.DELETE for change in plan.drift)
        numbers = {
            "changed": len(plan.drift) - deleted,
            "deleted": deleted,
            "reads": plan.calls.read,
        }
        return ShopRow(shop, word, numbers)
    counts = change_counts(plan.changes)
    numbers = {name: counts[name] for name in COUNTED}
    calls = {"reads": plan.calls.read, "writes": plan.calls.write}
    return ShopRow(shop, word, {**numbers, "drift": len(plan.drift), **calls})


def applied_row(shop: str, plan: Plan, outcome: Outcome, *, partly: bool) -> ShopRow:
    """Return the row of an outcome."""
    done = outcome.count()
    numbers = {word: done[name] for name, word in COUNTED.items()}
    word = NO_CHANGES if plan.empty else APPLIED
    if partly:
        word = "partly applied"
    elif outcome.stopped:
        word = problem_word(outcome.stopped.diagnostics[0].code)
    elif outcome.failed:
        word = problem_word(outcome.failed[0].diagnostic.code)
    return ShopRow(shop, word, {**numbers, "calls": plan.calls.read + outcome.calls})


def problem_word(code: str) -> str:
    """Return the name of an error code in the table."""
    return _PROBLEMS.get(code, code.replace("-", " "))


def heading(shop: str, url: str, *, color: bool) -> str:
    """Return a shop's heading, underlined so that it stands out without colours."""
    text = printable(f"{shop} ({url})")
    return f"{Ink(color).bold(text)}\n{'=' * len(text)}"


def render_table(rows: Sequence[ShopRow], *, color: bool) -> str:
    """Render the table, a line for each shop."""
    ink = Ink(color)
    columns = [*cells(rows)]
    widths = [max(map(len, column)) for column in columns]
    lines = []
    for number, line in enumerate(zip(*columns, strict=True)):
        name, *figures, word = line
        padded = [name.ljust(widths[0])]
        padded += [cell.rjust(w) for cell, w in zip(figures, widths[1:-1], strict=True)]
        if number == 0:
            lines.append(ink.bold("  ".join([*padded, word])))
        else:
            lines.append("  ".join([*padded, ink.paint(word, _COLOURS.get(word, RED), BOLD)]))
    return "\n".join(lines)


def cells(rows: Sequence[ShopRow]) -> Iterator[list[str]]:
    """Return the table by columns, each with its heading."""
    names = dict.fromkeys(name for row in rows for name in row.numbers)
    yield ["shop", *(row.shop for row in rows)]
    for name in names:
        yield [name, *(f"{row.numbers[name]:,}" if row.numbers else "-" for row in rows)]
    yield ["verdict", *(row.verdict for row in rows)]


def counted(rows: Iterable[ShopRow]) -> str:
    """Return how many shops have each verdict, in order of appearance."""
    words = Counter(row.verdict for row in rows)
    counts = ", ".join(f"{word} in {number:,}" for word, number in words.items())
    return f"{plural(sum(words.values()), 'shop')}: {counts}"
