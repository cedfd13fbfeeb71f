"""How many calls a key has spent today, over all processes on this machine."""

import hashlib
import os
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from threading import Lock
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shopform.errors import BudgetSpent, StateError

KEPT_DAYS = 7


class Ledger:
    """Counts the calls of one key on one day, in one file that grows by a byte a call.

    An appended byte is neither lost when a process dies nor doubled when two run. `-` gives back a
    call that could not be sent. The key itself is not in the file's name, only the start of its
    digest.

    The day is Denmark's. When the shop really starts a new day is not known (dossier 3.5), so the
    count is an estimate that keeps a run from walking into the limit; the shop's 429 decides.
    `clock` gives the time in seconds since the epoch.
    """

    def __init__(
        self, directory: Path, token: str, daily: int, *, clock: Callable[[], float] = time.time
    ) -> None:
        self.daily = daily
        self._directory = directory / "calls"
        self._key = hashlib.sha256(token.encode(errors="replace")).hexdigest()[:12]
        self._clock = clock
        self._zone = _denmark()
        self._lock = Lock()
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            self._forget(before=self._today() - timedelta(days=KEPT_DAYS))
        except OSError as exc:
            raise self._unwritable(exc) from exc

    @property
    def spent(self) -> int:
        """Calls of this key today."""
        try:
            marks = self._path().read_bytes()
        except FileNotFoundError:
            return 0
        return max(0, len(marks) - 2 * marks.count(b"-"))

    @property
    def left(self) -> int:
        return max(0, self.daily - self.spent)

    def spend(self) -> None:
        """Count one call that is about to be sent; `BudgetSpent` when none is left today.

        Processes that run at the same time may each overshoot by one call.
        """
        with self._lock:
            if not self.left:
                raise BudgetSpent(
                    f"all {self.daily} calls of today are spent",
                    hint="go on tomorrow, or raise the limit in the shop and `daily_calls` here",
                )
            self._append(b".")

    def give_back(self) -> None:
        """Count one call less: it was not sent."""
        with self._lock:
            self._append(b"-")

    def _append(self, mark: bytes) -> None:
        try:
            file = os.open(self._path(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(file, mark)
            finally:
                os.close(file)
        except OSError as exc:
            raise self._unwritable(exc) from exc

    def _today(self) -> date:
        return datetime.fromtimestamp(self._clock(), self._zone).date()

    def _path(self) -> Path:
        return self._directory / f"{self._today().isoformat()}-{self._key}"

    def _forget(self, before: date) -> None:
        for path in self._directory.iterdir():
            try:
                day = date.fromisoformat(path.name[:10])
            except ValueError:
                continue
            if day < before:
                path.unlink(missing_ok=True)

    def _unwritable(self, exc: OSError) -> StateError:
        return StateError(
            f"cannot count calls in `{self._directory}`: {exc.strerror}",
            hint="make the directory writable",
        )


def _denmark() -> tzinfo:
    try:
        return ZoneInfo("Europe/Copenhagen")
    except ZoneInfoNotFoundError:
        return UTC
