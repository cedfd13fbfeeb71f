"""The clock of leases: of this machine, and compared with no other."""

import time
from typing import Final

CLOCK: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # counts sleep on Linux


def now() -> float:
    """Return seconds that only ever grow."""
    return time.clock_gettime(CLOCK)
