"""The windows of `policy`, checked against the known kinds, shops, zones and countries."""

from collections.abc import Collection, Iterable
from contextlib import suppress
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shopform.config.compile.checks.policy_rules import EntryReader, named_entries
from shopform.config.compile.settings_spec import WindowSpec
from shopform.config.read.project import Project
from shopform.config.read.yaml_nodes import Node
from shopform.diagnostics import Collector
from shopform.model.freeze_windows import Bound, FreezeWindow, parse_bound

FORMS = 'write `"18:00"`, `fri 15:00`, `12-20` or `2026-11-23`'


def windows_of(
    project: Project,
    written: Iterable[Any],
    node: Node | None,
    rules: Collection[str],
    collector: Collector,
) -> tuple[FreezeWindow, ...]:
    """Return the valid windows; their errors go to the collector. `rules` are names in use."""
    found: list[FreezeWindow] = []
    for place, data in named_entries(written, node):
        reader = _WindowReader(project, data, place, collector)
        window = reader.window([*rules, *(each.name for each in found)])
        found += [window] if window else []
    return tuple(found)


class _WindowReader(EntryReader):
    """Reads and checks one window."""

    def window(self, before: Collection[str]) -> FreezeWindow | None:
        data = self._data
        self.check_common(before, kinds="except")
        bounds = [self._bound(name) for name in ("from", "to")]
        zone = data.get("zone", WindowSpec.model_fields["zone"].default)
        if not (self._zone_known(zone) and self._times_fit(bounds)):
            return None
        return FreezeWindow(
            name=data["name"],
            zone=zone,
            start=bounds[0],
            end=bounds[1],
            holidays=data.get("holidays", ""),
            shops=frozenset(self._listed("shops")),
            exempt=frozenset(self._kinds("except")),
            message=data.get("message", ""),
            span=self._node.span,
        )

    def _bound(self, name: str) -> Bound | None:
        text = self._data.get(name)
        if text is None:
            return None
        try:
            return parse_bound(text)
        except ValueError:
            self._report("invalid-time", name, 0, "is not a time of a window", FORMS)
            return None

    def _times_fit(self, bounds: list[Bound | None]) -> bool:
        """Whether the window has two bounds of one form, or else the holidays of a country."""
        data = self._data
        if data.get("holidays"):
            if "from" in data or "to" in data:
                self._unclear("has both times and holidays", "make two windows of it")
            return self._country_known(data["holidays"])
        start, end = bounds
        if start is None or end is None:
            if not data.get("from") or not data.get("to"):
                self._unclear("has no `from` and `to`", f"{FORMS} for both, or add `holidays`")
            return False
        if start.form != end.form:
            self._unclear("begins and ends in two forms", f"{FORMS}, the same form for both")
        elif start == end and start.clock:
            self._unclear("ends when it begins", "correct one of its times")
        elif start.form == "once" and _when(end) < _when(start):
            self._unclear("ends before it begins", "correct one of its dates")
        else:
            return True
        return False

    def _unclear(self, problem: str, hint: str) -> None:
        self._collector.error(
            "window-unclear",
            f"the window `{self._data['name']}` {problem}",
            hint=hint,
            span=self._node.span,
        )

    def _zone_known(self, zone: str) -> bool:
        with suppress(ValueError, OSError, ZoneInfoNotFoundError):
            ZoneInfo(zone)
            return True
        self._report("unknown-zone", "zone", 0, "is not a time zone", "such as `Europe/Copenhagen`")
        return False

    def _country_known(self, code: str) -> bool:
        from holidays import list_supported_countries

        country, _, part = code.partition("-")
        parts = list_supported_countries().get(country)
        if parts is not None and (not part or part in parts):
            return True
        hint = "write its code, such as `DK`, or with a part of it, such as `DE-BY`"
        self._report("unknown-country", "holidays", 0, "is not a known country", hint)
        return False


def _when(bound: Bound) -> tuple[int, ...]:
    clock = bound.clock
    return (
        bound.year or 0,
        bound.month or 0,
        bound.day or 0,
        clock.hour * 60 + clock.minute if clock else -1,
    )
