"""When a shop is frozen, over changes of clock, week and year."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shopform.model.freeze_windows import FreezeWindow, frozen_by, parse_bound

DK = "Europe/Copenhagen"


def window(start: str, end: str, zone: str = DK) -> FreezeWindow:
    return FreezeWindow(name="w", zone=zone, start=parse_bound(start), end=parse_bound(end))


def at(text: str, zone: str = DK, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


TABLE = [
    # start, end, now, opening ("" for open)
    ("18:00", "06:00", "2026-11-30 17:59", ""),
    ("18:00", "06:00", "2026-11-30 18:00", "2026-12-01 06:00"),
    ("18:00", "06:00", "2026-12-01 05:59", "2026-12-01 06:00"),
    ("18:00", "06:00", "2026-12-01 06:00", ""),
    ("18:00", "06:00", "2026-12-31 23:59", "2027-01-01 06:00"),
    ("09:00", "12:00", "2026-11-30 11:00", "2026-11-30 12:00"),
    ("09:00", "12:00", "2026-11-30 13:00", ""),
    ("fri 15:00", "mon 07:00", "2026-11-27 14:59", ""),
    ("fri 15:00", "mon 07:00", "2026-11-27 15:00", "2026-11-30 07:00"),
    ("fri 15:00", "mon 07:00", "2026-11-30 06:59", "2026-11-30 07:00"),
    ("fri 15:00", "mon 07:00", "2026-11-30 07:00", ""),
    ("mon 07:00", "mon 06:00", "2026-11-30 06:30", ""),
    ("mon 07:00", "mon 06:00", "2026-12-02 06:30", "2026-12-07 06:00"),
    ("12-20", "01-02", "2026-12-19 23:59", ""),
    ("12-20", "01-02", "2026-12-20 00:00", "2027-01-03 00:00"),
    ("12-20", "01-02", "2027-01-02 23:59", "2027-01-03 00:00"),
    ("12-20", "01-02", "2027-01-03 00:00", ""),
    ("12-20 12:00", "01-02 08:00", "2027-01-02 08:00", ""),
    ("12-24 18:00", "12-24 06:00", "2026-12-24 12:00", ""),
    ("12-24 18:00", "12-24 06:00", "2026-12-24 18:00", "2027-12-24 06:00"),
    ("02-29", "02-29", "2028-02-29 12:00", "2028-03-01 00:00"),
    ("02-29", "02-29", "2026-02-28 12:00", "2026-03-01 00:00"),
    ("02-29", "02-29", "2028-02-28 12:00", ""),
    ("2026-11-23", "2026-11-29", "2026-11-29 23:59", "2026-11-30 00:00"),
    ("2026-11-23", "2026-11-29", "2026-11-30 00:00", ""),
    ("2026-11-23 08:00", "2026-11-29 20:00", "2026-11-29 20:00", ""),
    # The clock goes from 02:00 to 03:00, and from 03:00 back to 02:00.
    ("01:00", "02:30", "2026-03-29 01:30", "2026-03-29 03:30"),
    ("22:00", "03:00", "2026-03-28 22:00", "2026-03-29 03:00"),
    ("22:00", "03:00", "2026-10-25 01:00", "2026-10-25 03:00"),
    ("sat 22:00", "sun 04:00", "2026-10-24 22:00", "2026-10-25 04:00"),
]


@pytest.mark.parametrize(("start", "end", "now", "opening"), TABLE)
def test_a_window_is_over_when_its_table_says(start: str, end: str, now: str, opening: str) -> None:
    found, until = frozen_by([window(start, end)], at(now))
    assert (found is not None) == bool(opening)
    assert until == at(opening or now)


def test_an_hour_that_comes_twice_is_frozen_both_times() -> None:
    twice = window("01:30", "02:30")
    for fold in (0, 1):
        found, until = frozen_by([twice], at("2026-10-25 02:15", fold=fold))
        assert found
        assert until == at("2026-10-25 02:30", fold=1)


def test_a_window_begins_when_its_hour_comes_first() -> None:
    found, until = frozen_by([window("02:30", "04:00")], at("2026-10-25 02:45", fold=0))
    assert found
    assert until == at("2026-10-25 04:00")


def test_windows_that_follow_each_other_open_after_the_last() -> None:
    windows = [window("18:00", "06:00"), window("fri 15:00", "mon 07:00"), window("12-24", "12-26")]
    found, until = frozen_by(windows, at("2026-12-23 19:00"))
    assert found == windows[0]
    assert until == at("2026-12-28 07:00")  # Christmas, the weekend, and the night before Monday


def test_windows_without_an_opening_say_so() -> None:
    found, until = frozen_by([window("06:00", "18:00"), window("18:00", "06:00")], at("2026-01-01"))
    assert found
    assert until is None


@pytest.mark.parametrize(
    ("code", "day", "frozen"),
    [
        ("DK", "2026-12-25", True),
        ("DK", "2027-01-01", True),
        ("DK", "2026-12-28", False),
        ("DE-BY", "2026-01-06", True),
        ("DE-BE", "2026-01-06", False),
    ],
)
def test_public_holidays(code: str, day: str, frozen: bool) -> None:
    holidays = FreezeWindow(name="h", zone=DK, holidays=code)
    found, until = frozen_by([holidays], at(f"{day} 00:00"))
    assert bool(found) == frozen
    assert until is not None
    assert (until > at(f"{day} 00:00")) == frozen


@pytest.mark.parametrize(
    "text", ["", "25:00", "fri", "friday 10:00", "13-01", "2026-02-29", "02-30", "18", "1:00", "x"]
)
def test_other_times_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_bound(text)


def test_a_time_is_read_however_it_is_written() -> None:
    assert parse_bound(" FRI 15:00 ") == parse_bound("fri 15:00")


CLOCKS = st.integers(0, 23).map(lambda hour: f"{hour:02}:00")
WEEKLY = st.tuples(st.sampled_from(["mon", "wed", "sun"]), CLOCKS).map(" ".join)


@given(
    ends=st.one_of(st.tuples(CLOCKS, CLOCKS), st.tuples(WEEKLY, WEEKLY)),
    zone=st.sampled_from([DK, "UTC", "America/New_York", "Australia/Lord_Howe"]),
    now=st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)),
)
def test_the_opening_is_the_first_open_minute(
    ends: tuple[str, str], zone: str, now: datetime
) -> None:
    assume(ends[0] != ends[1])
    held = window(*ends, zone=zone)
    now = now.replace(tzinfo=UTC)
    found, until = frozen_by([held], now)
    assert until is not None
    assert frozen_by([held], until)[0] is None
    if found:
        assert frozen_by([held], until - timedelta(minutes=1))[0]
