"""Render a plan as text, in Terraform's layout and terms.

Nothing here ends in a line break. Values are wrapped to the width of a terminal; without one, they
are on one line.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from shopform.diagnostics import Severity, plural
from shopform.model.plan import Action, Change, FieldChange, Plan
from shopform.render.plan_summary import (
    DESTROYED,
    change_counts,
    comments,
    coverage,
    drifted,
    own_counts,
    planned,
    render_calls,
    verdict,
    wire_names,
)
from shopform.render.text.style import (
    BOLD,
    CYAN,
    DRIFTED,
    MOVED,
    RED,
    STYLES,
    ActionStyle,
    Ink,
    printable,
    wrap,
)

if TYPE_CHECKING:
    from shopform.render.text.multiline import Line

PERFORMING = "shopform will perform the following actions:"
REFUSING = "shopform planned the following actions, but refuses to run them:"
PROSE = 100


def render_plan(
    plan: Plan,
    *,
    color: bool,
    width: int | None = None,
    summary: bool = False,
    full: bool = False,
) -> str:
    """Render the plan, drift and deletes first.

    `width` is that of the terminal, None without one. `summary`: one line for each object.
    `full`: the unchanged parts of changed values are shown too.
    """
    page = _PlanLayout(Ink(color), width, full)
    parts = _drift(plan, page, summary)
    styled = planned(plan)
    if styled:
        parts += [] if summary else [_introduction(plan, [style for _, style in styled], page)]
        parts.append(REFUSING if plan.refused else PERFORMING)
        parts += _blocks(styled, page, summary)
    parts.append("\n".join(_summary(plan, page.ink, page.prose)))
    return "\n\n".join(parts)


class _PlanLayout(NamedTuple):
    """The settings of the output."""

    ink: Ink
    width: int | None
    full: bool

    @property
    def prose(self) -> int:
        return self.width or PROSE

    def lines(self, fields: Sequence[FieldChange], action: Action) -> Iterator["Line"]:
        """Return the lines of a change's fields."""
        from shopform.render.text.field_lines import field_lines
        from shopform.render.text.multiline import Detail, folded

        detail = Detail.ALL if self.full else Detail.CHANGES if self.width else Detail.LINES
        lines = field_lines(fields, action, self.prose, detail)
        width = self.width
        return (part for line in lines for part in folded(line, width)) if width else lines


def _blocks(
    styled: Iterable[tuple[Change, ActionStyle]], page: _PlanLayout, summary: bool
) -> list[str]:
    if summary:
        return ["\n".join(_one_line(change, style, page.ink) for change, style in styled)]
    return ["\n".join(_change(change, style, page)) for change, style in styled]


def _one_line(change: Change, style: ActionStyle, ink: Ink) -> str:
    """Render a change on one line: action, reason and names of fields."""
    names = [] if change.action in (Action.CREATE, *DESTROYED) else [f.name for f in change.fields]
    more = "; ".join([*comments(change, style), *([", ".join(names)] if names else [])])
    sign = f"{' ' * (3 - len(style.symbol))}{ink.symbol(style.symbol)}"
    return f"{sign} {_heading(change, style, ink)}{f' ({printable(more)})' if more else ''}"


def _drift(plan: Plan, page: _PlanLayout, summary: bool) -> list[str]:
    if not plan.drift:
        return []
    note = page.ink.paint("Note: Objects have changed outside of shopform", BOLD, CYAN)
    return [
        note,
        "The shop differs from what was last applied:",
        *_blocks(drifted(plan), page, summary),
    ]


def _introduction(plan: Plan, styled: Sequence[ActionStyle], page: _PlanLayout) -> str:
    ink = page.ink
    shop = f" `{plan.basis.shop}`" if plan.basis.shop else ""
    url = f" ({plan.basis.url})" if plan.basis.url else ""
    legend = [style for style in STYLES.values() if style.symbol and style in styled]
    copy = f" It makes it like `{plan.basis.source}`." if plan.basis.source else ""
    source = "a snapshot of the shop" if plan.offline else "the live shop"
    lines = wrap(f"shopform used {source}{shop}{url} to make this plan.{copy}", page.prose)
    lines += ["Actions are shown with these symbols:"] if legend else []
    lines += [
        f"{' ' * (3 - len(style.symbol))}{ink.symbol(style.symbol)} {style.legend}"
        for style in legend
    ]
    return "\n".join(lines)


def _change(change: Change, style: ActionStyle, page: _PlanLayout) -> Iterator[str]:
    ink = page.ink
    yield f"  # {_heading(change, style, ink)}"
    for remark in comments(change, style):
        yield from wrap(f"({remark})", page.prose, "  # ")
    if not change.fields or style is DRIFTED[Action.DELETE]:
        return
    gap = " " * (3 - len(style.symbol))
    name = ".".join(change.address.keys)
    yield f'{gap}{ink.symbol(style.symbol)} resource "{change.kind}" "{name}" {{'
    shown = sorted(change.values.items()) if page.full else []
    kept = [FieldChange(name=n, before=v, after=v) for n, v in shown]
    lines = [*page.lines(change.fields, change.action)]
    lines += page.lines(kept, Action.UPDATE) if kept else []
    for indent, symbol, text in lines:
        yield f"{' ' * indent}{ink.symbol(symbol)} {text}".rstrip()
    if change.unchanged and style not in DRIFTED.values() and not kept:
        yield f"        # ({plural(change.unchanged, 'unchanged field')} hidden)"
    yield "    }"


def _heading(change: Change, style: ActionStyle, ink: Ink) -> str:
    if style is MOVED:
        return f"{ink.bold(str(change.previous))} {style.heading} {ink.bold(change.address)}"
    return f"{ink.bold(change.address)} {ink.paint(style.heading, style.colour)}"


def _summary(plan: Plan, ink: Ink, width: int) -> Iterator[str]:
    yield ink.bold(verdict(plan))
    if known := coverage(plan):
        yield from wrap(known, width)
    if plan.destroy and not plan.differs:
        yield "Nothing in this shop is owned by shopform, so there is nothing to destroy."
    counts = change_counts(plan.changes)
    yield from own_counts(counts["move"], plan.steps)
    if total := sum(plan.unmanaged.values()):
        kinds = ", ".join(f"{kind} {n:,}" for kind, n in sorted(plan.unmanaged.items()) if n)
        yield from wrap(f"Unmanaged: {plural(total, 'object')} ({kinds}).", width)
    yield from wrap(render_calls(plan.calls), width)
    for line in wire_names(plan):
        yield from wrap(line, width)
    if plan.digest and not plan.empty:
        yield f"Digest: {plan.digest}"
    if plan.refused:
        codes = [d.code for d in plan.diagnostics if d.severity is Severity.ERROR]
        why = f"{plural(len(codes), 'reason')} ({', '.join(dict.fromkeys(codes))})"
        sentence = f"This plan is refused and cannot be applied, for {why}."
        yield from (ink.paint(line, BOLD, RED) for line in wrap(sentence, width))
