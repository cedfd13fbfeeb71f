"""Measure processes: wall clock, processor time, peak memory, calls."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

MIB = 1024


@dataclass(frozen=True, slots=True)
class Sample:
    """One run: seconds of wall clock and of processor time, peak MiB, calls to the shop."""

    seconds: float
    cpu: float
    peak: float
    calls: int | None = None


Program = Callable[[], Sample]


@dataclass(frozen=True, slots=True)
class Series:
    """Runs of one program in one scene."""

    samples: Sequence[Sample]

    @property
    def seconds(self) -> float:
        return median(s.seconds for s in self.samples)

    @property
    def cpu(self) -> float:
        return median(s.cpu for s in self.samples)

    @property
    def peak(self) -> float:
        return median(s.peak for s in self.samples)

    @property
    def calls(self) -> int | None:
        return self.samples[-1].calls

    def over(self, other: "Series") -> float:
        """Return the ratio to the other's time: the median over the rounds, each a pair of runs."""
        pairs = zip(self.samples, other.samples, strict=True)
        return median(a.seconds / b.seconds for a, b in pairs)


def run(
    command: Sequence[str | Path],
    folder: Path,
    *,
    expect: bytes = b"",
    environment: Mapping[str, str] | None = None,
    calls: Callable[[], int] | None = None,
) -> Sample:
    """Run a command and return the kernel's accounting of that process.

    `calls` is a counter read before and after. Exits where the command fails, or does not print
    what is expected of it: a fast failure is no result.
    """
    before = calls() if calls else 0
    with (folder / "output").open("w+b") as out, (folder / "errors").open("w+b") as err:
        start = time.perf_counter()
        child = subprocess.Popen(
            [str(word) for word in command],
            cwd=folder,
            stdout=out,
            stderr=err,
            env={**os.environ, **(environment or {})},
        )
        _, status, used = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(max(0, out.tell() - 4096))
        said = out.read()
    if child.returncode or expect not in said:
        words = (folder / "errors").read_text(encoding="utf-8", errors="replace")[-2000:]
        sys.exit(f"{command} ended with {child.returncode}:\n{said.decode()}\n{words}")
    return Sample(
        seconds=seconds,
        cpu=used.ru_utime + used.ru_stime,
        peak=used.ru_maxrss / MIB,
        calls=calls() - before if calls else None,
    )


def paired(programs: Mapping[str, Program], rounds: int) -> dict[str, Series]:
    """Run every program once per round, in turn, so that disturbances affect all of them."""
    taken: dict[str, list[Sample]] = {name: [] for name in programs}
    for _ in range(rounds):
        for name, program in programs.items():
            taken[name].append(program())
    return {name: Series(samples) for name, samples in taken.items()}
