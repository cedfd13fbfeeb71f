"""Times in which a shop must not change, in the local time of a zone."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from shopform.diagnostics import Span

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST: Final = timedelta(days=400)
_BOUND: Final = re.compile(
    rf"(?:(?:(?P<year>\d{{4}})-)?(?P<month>\d\d)-(?P<day>\d\d)|(?P<weekday>{'|'.join(DAYS)}))?"
    r"(?:(?:^|(?<=.) )(?P<time>\d\d:\d\d))?"
)
_DAY: Final = timedelta(days=1)


class Bound(NamedTuple):
    """One end of a window: of a day, a week, a year, or at one date.

    `weekday` counts from Monday, 0. Without `clock` it is a whole day.
    """

    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    clock: time | None = None

    @property
    def form(self) -> str:
        if self.year is not None:
            return "once"
        if self.month is not None:
            return "yearly"
        return "daily" if self.weekday is None else "weekly"


class FreezeWindow(NamedTuple):
    """A window between two bounds of one form, or the public holidays of a country.

    `holidays` is a country, such as `DK`, or a part of one, such as `DE-BY`. Objects of the kinds
    in `exempt` may change; without `shops` the window holds for all.
    """

    name: str
    zone: str
    start: Bound | None = None
    end: Bound | None = None
    holidays: str = ""
    shops: frozenset[str] = frozenset()
    exempt: frozenset[str] = frozenset()
    message: str = ""
    span: Span | None = None


def parse_bound(text: str) -> Bound:
    """Read `18:00`, `fri 15:00`, `12-20` or `2026-11-23`, each date with or without a time.

    Raises ValueError for any other text, and for dates and times that do not exist.
    """
    found = _BOUND.fullmatch(text.strip().lower())
    if not found or not text.strip():
        raise ValueError(f"`{text}` is not a time, weekday or date")
    year, month, day, weekday, clock = found.group("year", "month", "day", "weekday", "time")
    if weekday and not clock:
        raise ValueError(f"`{text}` has no time")
    if month:
        date(int(year or 2000), int(month), int(day))  # 2000 has a 29th of February
    return Bound(
        year=int(year) if year else None,
        month=int(month) if month else None,
        day=int(day) if day else None,
        weekday=DAYS.index(weekday) if weekday else None,
        clock=time.fromisoformat(clock) if clock else None,
    )


def frozen_by(
    windows: Iterable[FreezeWindow], now: datetime
) -> tuple[FreezeWindow | None, datetime | None]:
    """Return the first window that `now` is in, and when all of them are over.

    The time is None if that is more than 400 days away.
    """
    windows = list(windows)
    first = next((window for window in windows if _end(window, now)), None)
    opening = now
    while opening - now < LONGEST:
        ends = [end for window in windows if (end := _end(window, opening))]
        if not ends:
            return first, opening
        opening = max(ends)
    return first, None


def _end(window: FreezeWindow, now: datetime) -> datetime | None:
    """Return when the window ends that `now` is in."""
    zone = ZoneInfo(window.zone)
    today = now.astimezone(zone).date()
    ends = [end for start, end in _closings(window, today, zone) if start <= now < end]
    return max(ends, default=None)


def _closings(
    window: FreezeWindow, today: date, zone: ZoneInfo
) -> Iterable[tuple[datetime, datetime]]:
    """Yield the starts and ends of the window that may enclose a time of `today`."""
    start, end = window.start, window.end
    if start is None or end is None:
        for day in _holidays(window.holidays, today):
            yield _at(day, None, zone), _at(day, None, zone, end=True)
    elif start.form == "yearly":
        for year in (today.year - 1, today.year):
            first, last = _date(start, year), _date(end, year)
            if (last, end.clock or time.max) <= (first, start.clock or time.min):
                last = _date(end, year + 1)
            yield _at(first, start.clock, zone), _at(last, end.clock, zone, end=True)
    elif start.form == "once":
        first, last = _date(start, start.year or 0), _date(end, end.year or 0)
        yield _at(first, start.clock, zone), _at(last, end.clock, zone, end=True)
    else:
        for back in range(8):
            first = today - back * _DAY
            if start.weekday in (None, first.weekday()):
                last = _after(first, start, end)
                yield _at(first, start.clock, zone), _at(last, end.clock, zone, end=True)


def _after(first: date, start: Bound, end: Bound) -> date:
    """Return the first day, from `first` on, on which a daily or weekly window ends."""
    days = 0 if end.weekday is None else (end.weekday - first.weekday()) % 7
    if days == 0 and (end.clock or time.max) <= (start.clock or time.min):
        days = 1 if end.weekday is None else 7
    return first + days * _DAY


def _date(bound: Bound, year: int) -> date:
    """Return the date in a year; the 28th of February where there is no 29th."""
    try:
        return date(year, bound.month or 1, bound.day or 1)
    except ValueError:
        return date(year, 2, 28)


def _at(day: date, clock: time | None, zone: ZoneInfo, *, end: bool = False) -> datetime:
    """Return a local time; an end that exists twice, or not at all, is the later of two times."""
    if clock is None and end:
        day += _DAY
    local = datetime.combine(day, clock or time.min, tzinfo=zone)
    times = [local.replace(fold=fold).astimezone(UTC) for fold in (0, 1)]
    return max(times) if end else times[0]


def _holidays(country: str, today: date) -> Iterable[date]:
    from holidays import country_holidays

    code, _, part = country.partition("-")
    return list(country_holidays(code, subdiv=part or None, years=today.year))
