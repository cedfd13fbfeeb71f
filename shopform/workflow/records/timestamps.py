"""Times in documents: UTC, to the second, such as 2026-11-30T08:00:00Z."""

from datetime import UTC, datetime
from typing import Final

_FORM: Final = "%Y-%m-%dT%H:%M:%SZ"


def timestamp(seconds: float) -> str:
    """Return the timestamp of a time in seconds since the epoch."""
    return datetime.fromtimestamp(seconds, UTC).strftime(_FORM)


def seconds_of(stamp: str) -> int:
    """Return the seconds since the epoch of a timestamp. Raises ValueError."""
    return int(datetime.strptime(stamp, _FORM).replace(tzinfo=UTC).timestamp())
