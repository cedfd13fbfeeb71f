"""Judge measurements by targets, and print them as a table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from measure import Series

Results = Mapping[tuple[str, int], Mapping[str, Series]]
EMPTY, ONE, FIRST, APPLY, IMPORT = (
    "plan, empty",
    "plan, one change",
    "plan, first",
    "apply",
    "apply, all imports",
)
START = "start, plan of"
SHEET = "validate, redirects"
LINEAR = 12  # ten times the objects, and a fifth for caches and for the noise of a difference


@dataclass(frozen=True, slots=True)
class Verdict:
    """One target: its name, the maximum or minimum, and the measured value."""

    asks: str
    limit: float
    measured: float
    least: bool = False

    @property
    def met(self) -> bool:
        return self.measured >= self.limit if self.least else self.measured <= self.limit

    def __str__(self) -> str:
        sign = ">=" if self.least else "<="
        word = "PASS" if self.met else "FAIL"
        return f"{word}  {self.asks:<64} {self.measured:8.2f}  {sign} {self.limit:g}"


def judge(results: Results, heavy: int) -> Iterator[Verdict]:
    """Yield a verdict for each measured target; `heavy` modules were imported by `version`."""
    start = results[START, 1]
    yield Verdict("heavy modules that `version` imports", 0, heavy)
    yield Verdict("`version`, in bare interpreters", 2.5, start["version"].over(start["python"]))
    yield Verdict(
        "plan of 1 object, in bare interpreters", 26, start["shopform"].over(start["python"])
    )
    begun = start["shopform"].cpu / start["floor"].cpu
    yield Verdict("processor time of a plan of 1 object, in floors", 1.1, begun)
    if (EMPTY, 10_000) in results:
        empty = results[EMPTY, 10_000]
        yield Verdict("processor time of an empty plan of 10,000, in floors", 1.5, _work(empty))
        if "terraform" in empty:
            over = empty["terraform"].over(empty["shopform"])
            yield Verdict("Terraform's plan of 10,000, in shopform's", 14, over, least=True)
        yield Verdict("peak of an empty plan of 10,000, MiB", 150, empty["shopform"].peak)
    if (FIRST, 10_000) in results:
        first = _work(results[FIRST, 10_000])
        yield Verdict("processor time of a first plan of 10,000, in floors", 3, first)
    for scene, most in ((EMPTY, 300), (IMPORT, 450)):
        if (scene, 50_000) in results:
            peak = results[scene, 50_000]["shopform"].peak
            yield Verdict(f"peak of 50,000 in MiB: {scene}", most, peak)
    if (APPLY, 1_000) in results:
        apply = results[APPLY, 1_000]
        yield Verdict(
            "apply of 1,000 creates, in floors", 2.5, apply["shopform"].over(apply["floor"])
        )
    if {(APPLY, 1_000), (APPLY, 5_000)} <= results.keys():
        small, large = (results[APPLY, size]["shopform"] for size in (1_000, 5_000))
        yield Verdict("apply of 5,000, in applies of 1,000", 5.5, large.seconds / small.seconds)
    if {(EMPTY, 5_000), (EMPTY, 50_000)} <= results.keys():
        small, large = (results[EMPTY, size]["shopform"] for size in (5_000, 50_000))
        base = start["shopform"]
        grown = (large.cpu - base.cpu) / (small.cpu - base.cpu)
        yield Verdict("processor time of 50,000, in that of 5,000, start-up aside", LINEAR, grown)
        swollen = (large.peak - base.peak) / (small.peak - base.peak)
        yield Verdict("peak of 50,000, in that of 5,000, start-up aside", LINEAR, swollen)
    yield from _sheets(results)


def _work(programs: Mapping[str, Series]) -> float:
    """How many times the processor time of the floor."""
    return programs["shopform"].cpu / programs["floor"].cpu


def _sheets(results: Results) -> Iterator[Verdict]:
    """Compare a spreadsheet with YAML, invalid rows with valid ones, and many with few."""
    large = results.get((SHEET, 50_000))
    if large is None:
        return
    over = large["csv"].over(large["yaml"])
    yield Verdict("50,000 rows of a spreadsheet, in the same as YAML", 1, over)
    wrong = (series for name, series in large.items() if name not in ("csv", "yaml"))
    worst = max(series.over(large["csv"]) for series in wrong)
    yield Verdict("50,000 wrong rows, in as many right ones", 4, worst)
    small = results.get((SHEET, 5_000))
    if small is not None:
        start = results[START, 1]["python"].cpu
        grown = max((large[n].cpu - start) / (small[n].cpu - start) for n in large)
        yield Verdict("50,000 rows in 5,000, right or wrong, start-up aside", LINEAR, grown)


def table(results: Results) -> Iterator[str]:
    """Yield a line for each program in each scene, with the ratio to the unit of the scene.

    The unit is the floor; a bare interpreter for starts; YAML for spreadsheets.
    """
    yield f"{'':<26}{'times':>8}{'cpu x':>8}{'s':>9}{'cpu s':>8}{'MiB':>6}{'calls':>7}{'n':>4}"
    for (scene, size), programs in results.items():
        yield f"{scene}, {size:,}"
        base = next((programs[n] for n in ("python", "floor", "yaml") if n in programs), None)
        for name, series in programs.items():
            ratio = f"{series.over(base):.2f}" if base else ""
            work = f"{series.cpu / base.cpu:.2f}" if base else ""
            calls = "" if series.calls is None else f"{series.calls:,}"
            yield (
                f"    {name:<22}{ratio:>8}{work:>8}{series.seconds:>9.3f}{series.cpu:>8.2f}"
                f"{series.peak:>6.0f}{calls:>7}{len(series.samples):>4}"
            )
