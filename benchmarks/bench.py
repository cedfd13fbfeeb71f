"""Measure shopform against a floor, the least a program can take, and against Terraform.

    python benchmarks/bench.py [--sizes N,N] [--quick] [--json OUT] [--no-terraform]

Makes shops of each size in a sandbox, and runs the programs in turn, round by round. Prints
medians, ratios and verdicts; exits with 1 if a target is not met.
"""

import argparse
import compileall
import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

import corpus
import sheets
from measure import Program, Sample, Series, paired, run
from report import APPLY, EMPTY, FIRST, IMPORT, ONE, SHEET, START, judge, table
from shop import HERE, PYTHON, SETTLED, SHOPFORM, Shop, opened
from terraform import NO_CHANGES

SIZES = (1_000, 5_000, 10_000, 50_000)
LARGEST_APPLY = 5_000
LARGEST_TERRAFORM = 10_000
LARGE, LARGE_ROUNDS = 5_000, 3


@dataclass(slots=True)
class Bench:
    """Runs the scenes, and collects the series of each program by scene and size."""

    folder: Path
    terraform: str | None
    rounds: int
    results: dict[tuple[str, int], dict[str, Series]] = field(default_factory=dict)

    def start(self) -> None:
        """Measure the start: `version`, and a plan of one object."""
        here = self.folder / "one"
        with opened(1, here, seeded=True) as shop:
            _adopt(shop)
            programs: dict[str, Program] = {
                "python": lambda: run([PYTHON, "-c", "pass"], here),
                "version": lambda: run([SHOPFORM, "version"], here, expect=b"shopform "),
                "shopform": lambda: shop.shopform("plan"),
                "floor": shop.floor,
            }
            self._take(START, 1, programs, 3 * self.rounds)

    def settled(self, size: int) -> None:
        """Measure plans without changes, and with one changed field."""
        here = self.folder / f"settled-{size}"
        with opened(size, here, seeded=True) as shop:
            self.results[IMPORT, size] = {"shopform": Series([_adopt(shop)])}
            programs: dict[str, Program] = {
                "shopform": lambda: shop.shopform("plan"),
                "floor": shop.floor,
            }
            if self.terraform and size <= LARGEST_TERRAFORM:
                blocks = self.folder / f"terraform-{size}"
                make = HERE / "terraform.py"
                run([PYTHON, make, str(size), blocks, self.terraform], self.folder)
                plan = [self.terraform, "plan", "-no-color"]
                environment = {"CHECKPOINT_DISABLE": "1"}
                programs["terraform"] = lambda: run(
                    plan, blocks, expect=NO_CHANGES, environment=environment
                )
            self._take(EMPTY, size, programs, self.rounds)
            corpus.change_one(here)
            programs = {
                "shopform": lambda: shop.shopform("plan", expect=b"0 to add, 1 to change"),
                "floor": lambda: shop.floor(expect=b"1 to change"),
            }
            self._take(ONE, size, programs, self.rounds)

    def new(self, size: int) -> None:
        """Measure the first plan of an empty shop, and the apply that creates everything."""
        added = f"{size} to add, 0 to change".encode()
        with opened(size, self.folder / f"new-{size}", seeded=False) as shop:
            programs: dict[str, Program] = {
                "shopform": lambda: shop.shopform("plan", expect=added),
                "floor": lambda: shop.floor(expect=b" to change"),
            }
            self._take(FIRST, size, programs, self.rounds)
            if size > LARGEST_APPLY:
                return

            def apply() -> Sample:
                shop.empty()
                made = f"{size} added".encode()
                return shop.shopform("apply", "--auto-approve", expect=made)

            def floor() -> Sample:
                shop.empty()
                return shop.floor("journal", expect=f"{size} to change".encode())

            self._take(APPLY, size, {"floor": floor, "shopform": apply}, self.rounds)
            shop.shopform("plan", expect=SETTLED)

    def sheet(self, size: int) -> None:
        """Measure `validate` of redirects in a spreadsheet, valid and invalid, and in YAML."""
        programs: dict[str, Program] = {}
        for number, form in enumerate(sheets.FORMS):
            here = self.folder / f"sheet-{size}-{number}"
            # Made in another process: the peak memory of a child begins at that of its parent.
            run([PYTHON, HERE / "sheets.py", form, str(size), here], self.folder)
            programs[form] = partial(run, [SHOPFORM, "validate"], here, expect=b"Success!")
        self._take(SHEET, size, programs, self.rounds)

    def _take(self, scene: str, size: int, programs: dict[str, Program], rounds: int) -> None:
        print(f"  {scene}, {size:,}", file=sys.stderr)
        few = min(rounds, LARGE_ROUNDS) if size >= LARGE else rounds
        self.results[scene, size] = paired(programs, few)


def _adopt(shop: Shop) -> Sample:
    """Measure an apply of imports only, without a write to the shop."""
    return shop.shopform("apply", "--auto-approve", expect=b" 0 added, 0 changed, 0 destroyed.")


def _heavy() -> int:
    """Return how many forbidden modules `shopform version` imports."""
    command: list[str | Path] = [PYTHON, "-X", "importtime", SHOPFORM, "version"]
    report = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    modules = {line.rpartition("|")[2].strip() for line in report.splitlines()}
    return len(modules & {"httpx", "pydantic", "deepdiff", "rich"})


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure shopform, its floor, and Terraform.")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="objects, with commas")
    parser.add_argument("--quick", action="store_true", help="1,000 objects, fewer rounds")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write every sample to a file")
    parser.add_argument("--no-terraform", action="store_true", help="leave Terraform out")
    return parser.parse_args()


def main() -> int:
    given = _arguments()
    sizes = [1_000] if given.quick else [int(word) for word in given.sizes.split(",")]
    terraform = None if given.no_terraform else shutil.which("terraform")
    # An installed package has its bytecode; that of a checkout may be missing, or of another day.
    compileall.compile_dir(HERE.parent / "shopform", quiet=1)
    with tempfile.TemporaryDirectory(prefix="shopform-bench-") as name:
        bench = Bench(Path(name), terraform, 3 if given.quick else 5)
        bench.start()
        for size in sizes:
            bench.settled(size)
            bench.new(size)
            bench.sheet(size)
    verdicts = list(judge(bench.results, _heavy()))
    print("\n".join([*table(bench.results), "", *map(str, verdicts)]))
    if given.json:
        figures = [
            {"scene": scene, "size": size, "program": name, **asdict(sample)}
            for (scene, size), programs in bench.results.items()
            for name, series in programs.items()
            for sample in series.samples
        ]
        given.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 0 if all(verdict.met for verdict in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
