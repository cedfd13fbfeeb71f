"""Count the calls of a key per day, across all processes, and machines that share a state."""

import hashlib
import re
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from threading import Lock
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shopform import files
from shopform.errors import BudgetSpent, StateError

KEPT_DAYS = 7
PUBLISHED_EACH = 100  # calls
NAME = re.compile(r"(\d{4}-\d\d-\d\d)-[0-9a-f]{12}")


class SharedCounts(Protocol):
    """The calls of this run and of others per `day`, which is the name of a day and a key."""

    def publish(self, day: str, calls: int) -> None:
        """Publish the calls of this run."""

    def others(self, day: str) -> int:
        """Return the published calls of the other runs."""


class CallCounter:
    """Counts the calls of one key per day, in a file that grows by a byte a call.

    An appended byte is neither lost when a process dies nor counted twice when two run. `-` gives
    back a call that could not be sent. The file's name has the start of the key's digest only.

    The day is Denmark's. When the shop starts a new day is unknown (dossier 3.5), so the count is
    an estimate that keeps runs below the limit; the shop's 429 decides. `clock` gives the time in
    seconds since the epoch. If the file cannot be written, StateError is raised; or, with
    `unwritable`, that is called with the error once, and the count is kept in memory.

    With `shared`, the calls of other machines count too. They are known when a run begins and after
    each `PUBLISHED_EACH` of its calls, when it publishes its own; it also does so in `close`.
    """

    def __init__(
        self,
        directory: Path,
        token: str,
        daily: int,
        *,
        clock: Callable[[], float] = time.time,
        unwritable: Callable[[StateError], None] | None = None,
        shared: SharedCounts | None = None,
    ) -> None:
        self.daily = daily
        self._directory = directory / "calls"
        self._unwritable = unwritable
        self._in_memory: int | None = None
        self._shared = shared
        self._day, self._own, self._others = "", 0, 0
        self._file = date.min, self._directory
        self._key = key_name(token)
        self._clock = clock
        self._zone = _denmark()
        self._lock = Lock()
        try:
            self._directory = files.inside(directory, "calls")
            files.make_directory(self._directory)
            self._remove_old(before=self._today() - timedelta(days=KEPT_DAYS))
        except OSError as exc:
            self._not_written(exc)

    @property
    def spent(self) -> int:
        """The calls of this key today."""
        self._begin_day()
        return max(self._here(), self._own + self._others)

    def _here(self) -> int:
        """Return the calls of all runs on this machine."""
        held = self._in_memory or 0
        try:
            marks = files.read(self._path())
        except OSError:
            return held
        return held + max(0, len(marks) - 2 * marks.count(b"-"))

    def _ample(self) -> bool:
        """Whether calls are left even if none was given back: then the file need not be read."""
        self._begin_day()
        try:
            marks = self._path().stat().st_size
        except OSError:
            marks = 0
        return max((self._in_memory or 0) + marks, self._own + self._others) < self.daily

    @property
    def left(self) -> int:
        return max(0, self.daily - self.spent)

    @property
    def next_day(self) -> str:
        """When the count begins from zero, with its time zone."""
        return f"{self._today() + timedelta(days=1):%a %Y-%m-%d} 00:00 ({self._zone})"

    def spend(self) -> None:
        """Count a call before it is sent. Raises `BudgetSpent` if none is left today.

        Concurrent processes may each exceed the limit by one call.
        """
        with self._lock:
            if not self._ample() and not self.left:
                raise BudgetSpent(
                    f"all {self.daily} calls of today are spent",
                    hint=f"continue after {self.next_day}, or raise the limit in the shop and"
                    " `daily_calls` here",
                )
            self._count(b".", 1)

    def give_back(self) -> None:
        """Return a call that was not sent to the budget."""
        with self._lock:
            self._count(b"-", -1)

    def close(self) -> None:
        """Publish the calls of this run."""
        if self._shared and self._own:
            self._shared.publish(self._day, self._own)

    def _begin_day(self) -> None:
        """Begin to count the calls of this run if the day is a new one."""
        if self._shared and (day := self._path().name) != self._day:
            self._day, self._own = day, 0
            self._others = self._shared.others(day)

    def _count(self, mark: bytes, number: int) -> None:
        if self._in_memory is None:
            try:
                self._append(mark)
            except OSError as exc:
                self._not_written(exc)
        if self._in_memory is not None:
            self._in_memory += number
        if self._shared:
            self._own += number
            if number > 0 and self._own % PUBLISHED_EACH == 0:
                self._shared.publish(self._day, self._own)
                self._others = self._shared.others(self._day)

    def _append(self, mark: bytes) -> None:
        files.append(self._path(), mark, mode=0o600)

    def _today(self) -> date:
        return datetime.fromtimestamp(self._clock(), self._zone).date()

    def _path(self) -> Path:
        today = self._today()
        if today != self._file[0]:
            self._file = today, self._directory / f"{today.isoformat()}-{self._key}"
        return self._file[1]

    def _remove_old(self, before: date) -> None:
        for path in files.own_files(self._directory, NAME):
            if path.name[:10] < before.isoformat():
                files.remove(path)

    def _not_written(self, exc: OSError) -> None:
        problem = StateError(
            f"cannot count calls in `{self._directory}`: {files.reason(exc)}",
            hint=files.hint(exc) or "make the directory writable",
        )
        if self._unwritable is None:
            raise problem from exc
        self._in_memory = 0
        self._unwritable(problem)


def key_name(token: str) -> str:
    """Return the name of a key in files: the start of its digest."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()[:12]


def _denmark() -> tzinfo:
    try:
        return ZoneInfo("Europe/Copenhagen")
    except ZoneInfoNotFoundError:
        return UTC
