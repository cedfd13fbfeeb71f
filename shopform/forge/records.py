"""Read parts of JSON whose shape a server decides."""

from typing import Any


def part(record: Any, *names: str) -> str:
    """Return a string or number deep in nested objects, as a string; empty if there is none."""
    for name in names:
        record = record.get(name) if isinstance(record, dict) else None
    return "" if isinstance(record, bool) or not isinstance(record, str | int) else str(record)
