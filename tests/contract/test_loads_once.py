"""A command reads each file of the project once, and compiles each shop once."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support import Run
from two_shops import BETWEEN, TwoShops, two_shops

from shopform import files
from shopform.cli.main import COMMANDS
from shopform.config.compile import compiler
from shopform.config.compile.checks.cross_checks import check

CATALOGUE = "suppliers:\n  fjord:\n    name: Fjord\nbrands:\n  nord: {name: Nordisk}\n"
SAVED = ("plan", "--shop", "new", "--out", "p.json")
OLD, ALL = ("--shop", "old"), ("--shop", "all")
# With how many shops each compiles; what needs only settings compiles none.
RUNS: list[tuple[int, tuple[str, ...]]] = [
    (0, ("init",)),
    (2, ("validate",)),
    (1, ("plan", *OLD)),
    (1, ("ci", "plan", *OLD)),
    (1, ("ci", "apply", *OLD, "shopform-ci/old.plan.json")),
    (1, ("ci", "drift", *OLD)),
    (2, ("plan", *ALL)),
    (1, SAVED),
    (0, ("show", "p.json")),
    (0, ("apply", "p.json")),
    (1, ("apply", *OLD, "--auto-approve")),
    (2, ("apply", *ALL, "--auto-approve")),
    (0, ("show", *OLD)),
    (1, ("drift", *OLD)),
    (1, ("drift", *OLD, "--write", "d.patch")),
    (2, ("drift", *ALL)),
    (0, ("dump", *OLD)),
    (0, ("dump", *OLD, "--out", "dumped")),
    (1, ("dump", *OLD, "--update")),
    (1, ("dump", *OLD, "--update", "--new")),
    (1, ("snapshot", *OLD, "--out", "shop.json")),
    (1, ("plan", *OLD, "--snapshot", "shop.json")),
    (1, ("graph", *OLD)),
    (0, ("graph", "--plan", "p.json")),
    (0, ("clone", *BETWEEN)),
    (0, ("clone", *BETWEEN, "--write", "copy")),
    (0, ("clone", *BETWEEN, "--auto-approve")),
    (0, ("promote", *BETWEEN)),
    (1, ("import", *OLD, "supplier.fjord", "6")),
    (0, ("state", "list", *OLD)),
    (0, ("state", "list", "--shop", "new", "--from", "old")),
    (0, ("state", "show", *OLD, "supplier.fjord")),
    (0, ("state", "pull", *OLD)),
    (0, ("state", "push", *OLD, "state/old.json")),
    (0, ("state", "unlock-info", *OLD)),
    (0, ("state", "protect", *OLD, "supplier.fjord")),
    (0, ("state", "unprotect", *OLD, "supplier.fjord")),
    (0, ("state", "mv", *OLD, "supplier.fjord", "supplier.sound")),
    (0, ("state", "rm", *OLD, "supplier.sound")),
    (0, ("state", "rehome", *OLD, "--auto-approve")),
    (0, ("undo", *OLD, "--list")),
    (0, ("log", *OLD)),
    (0, ("doctor", *OLD)),
    (0, ("undo", *OLD)),
    (0, ("force-unlock", *OLD, "00000000-0000-0000-0000-000000000000")),
    (0, ("schema",)),
    (0, ("completion", "bash")),
    (0, ("version",)),
    (1, ("destroy", *OLD, "--auto-approve")),
]


@pytest.fixture
def shops(tmp_path: Path) -> Iterator[TwoShops]:
    with two_shops(tmp_path / "project") as found:
        (found.directory / "catalogue.yaml").write_text(CATALOGUE, "utf-8")
        yield found


class Counted:
    """How often each file of the project was read, and how often a shop was compiled."""

    def __init__(self, shops: TwoShops, monkeypatch: pytest.MonkeyPatch) -> None:
        self.shops = shops
        self.reads: Counter[str] = Counter()
        self.compiled = 0
        monkeypatch.setattr(files, "read", self._reading(files.read))
        monkeypatch.setattr(compiler, "check", self._checking(check))

    def _reading(self, read: Callable[..., bytes]) -> Callable[..., bytes]:
        def counted(path: Path, **how: Any) -> bytes:
            if path.suffix == ".yaml" and path.parent.samefile(self.shops.directory):
                self.reads[path.name] += 1
            return read(path, **how)

        return counted

    def _checking(self, check: Callable[..., None]) -> Callable[..., None]:
        def counted(*given: Any) -> None:
            self.compiled += 1
            check(*given)

        return counted

    def run(self, *arguments: str) -> Run:
        self.reads.clear()
        self.compiled = 0
        return self.shops.run(*arguments)


@pytest.fixture
def counted(shops: TwoShops, monkeypatch: pytest.MonkeyPatch) -> Counted:
    return Counted(shops, monkeypatch)


def test_a_command_loads_the_project_once(counted: Counted) -> None:
    assert {arguments[0] for _, arguments in RUNS} | {
        "fmt",
        "sandbox",
        "webhook",
        "login",
    } == COMMANDS.keys()
    read = 0
    for compiled, arguments in RUNS:
        done = counted.run(*arguments)
        about = arguments, done.text
        assert "defect" not in done.err, about
        assert done.exit in (0, 2) or arguments[0] in ("undo", "force-unlock"), about
        assert max(counted.reads.values(), default=0) <= 1, (counted.reads, *about)
        assert counted.compiled == compiled, about
        read += bool(counted.reads)
    assert read > 30


def test_what_writes_a_declaration_reads_or_compiles_what_it_wrote(counted: Counted) -> None:
    """What a command has just written is looked at again before it goes on: the one exception."""
    made = counted.run("import", *OLD, "supplier.nordlys", "5", "--generate")
    assert (made.exit, counted.compiled, max(counted.reads.values())) == (0, 2, 1), made.text
    catalogue = counted.shops.directory / "catalogue.yaml"
    catalogue.write_text(catalogue.read_text("utf-8").replace("  nordlys:", "  north:"), "utf-8")
    rename = ("--accept-rename", "supplier.nordlys=supplier.north")
    moved = counted.run("plan", *OLD, *rename)
    assert (moved.exit, counted.compiled, counted.reads["catalogue.yaml"]) == (0, 2, 2), moved.text
    again = counted.run("plan", *OLD, *rename)
    assert (again.exit, counted.compiled, max(counted.reads.values())) == (0, 1, 1), again.text
    # The first reading says which files there are, the second is of what is formatted.
    formatted = counted.run("fmt")
    assert (formatted.exit, max(counted.reads.values())) == (0, 2), formatted.text
