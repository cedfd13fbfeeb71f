"""Refuse to change a shop in a freeze window. Pure."""

from datetime import datetime
from zoneinfo import ZoneInfo

from shopform.diagnostics import Diagnostic, error
from shopform.model.freeze_windows import frozen_by
from shopform.model.plan import WRITES, Plan
from shopform.model.shop import Shop
from shopform.planning.checks.ci_gates import listed


def frozen(plan: Plan, shop: Shop, allow: tuple[str, ...], now: datetime) -> list[Diagnostic]:
    """Return an error if a window that is not lifted by `allow` forbids a change of the plan."""
    written = [step for step in plan.steps if step.op in WRITES]
    windows = [
        window
        for window in shop.rules.windows
        if window.name not in allow
        and (not window.shops or shop.name in window.shops)
        and any(step.kind not in window.exempt for step in written)
    ]
    window, opening = frozen_by(windows, now)
    if window is None:
        return []
    until = "for more than a year"
    if opening is not None:
        until = f"until {opening.astimezone(ZoneInfo(window.zone)):%a %Y-%m-%d %H:%M %Z}"
    held = dict.fromkeys(step.address for step in written if step.kind not in window.exempt)
    return [
        error(
            "frozen",
            f"the window `{window.name}` allows no change of `{shop.name}` {until}",
            detail=window.message,
            span=window.span,
            hint=f"apply then, or pass `--allow {window.name}` for {listed([*held])}",
        )
    ]
