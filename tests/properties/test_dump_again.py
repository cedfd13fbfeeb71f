"""A shop that is dumped and applied stays as it is, and dumps to the same bytes again."""

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from shops import CATALOGUE, KINDS, Edit, Seed, edits, laden, plain, shops, switches
from support import Run, environment_of, memory, run_here

from shopform.sandbox import Sandbox

gate = settings(
    max_examples=4,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    report_multiple_bugs=False,
    database=None,
    suppress_health_check=list(HealthCheck),
)
wide = settings(gate, max_examples=150, derandomize=False, phases=list(Phase))
INTO = ("files", ".", "all.yaml")


OTHER_SHOP = 1


@dataclass
class Project:
    """A project that declares nothing but its shop."""

    directory: Path
    sandbox: Sandbox

    def __post_init__(self) -> None:
        shop = {"url": self.sandbox.url, "token": "${env:SHOPFORM_TOKEN}"}
        self.configure(shops={"demo": shop}, kinds=KINDS)

    @property
    def settings(self) -> Path:
        return self.directory / "shopform.yaml"

    def run(self, *arguments: str) -> Run:
        done = run_here(self.directory, *arguments, environment=environment_of())
        assert done.exit == 0, done.text
        return done

    def put(self, path: str, fields: Mapping[str, object]) -> None:
        """What somebody does in the shop's administration; the shop may refuse it."""
        headers = {"authorization": "sandbox"}
        body = json.dumps(fields).encode()
        self.sandbox.app.handle("PUT", f"/REST/{path}", "", headers, body)

    def configure(self, **settings: object) -> None:
        self.settings.write_text(json.dumps(settings))
        self.run("fmt")

    def include(self, pattern: str) -> None:
        self.settings.write_text(f"{self.settings.read_text()}\ninclude: {pattern}\n")

    def imports_only(self) -> None:
        """What is planned, and done, is to recognise everything: nothing is written."""
        plan = json.loads(self.run("plan", "--json").out)
        assert {step["op"] for step in plan["steps"]} <= {"import"}, plan["steps"]
        assert all(c["change"]["importing"] for c in plan["resource_changes"])
        self.sandbox.reset_log()
        self.run("apply", "--auto-approve")
        assert [c for c in self.sandbox.calls if c.method != "GET"] == []
        assert self.run("plan", "--json", "--detailed-exitcode").exit == 0


@contextmanager
def project(seed: Seed, words: Mapping[str, str]) -> Iterator[Project]:
    with (
        tempfile.TemporaryDirectory(dir=memory()) as folder,
        Sandbox(seed=worded(seed, words), switches=words, catalogue=CATALOGUE) as sandbox,
    ):
        yield Project(Path(folder), sandbox)


def worded(seed: Seed, words: Mapping[str, str]) -> Seed:
    """The seed with what this shop calls its fields."""
    names = dict(zip(("source", "target"), words["redirect_names"].split(","), strict=False))
    redirects = [{names.get(n, n): text for n, text in row.items()} for row in seed["redirect"]]
    return {**seed, "redirect": redirects}


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in files(folder)}


def files(folder: Path) -> list[Path]:
    hidden = {".shopform", "state"}
    return [p for p in folder.rglob("*") if p.is_file() and not hidden & set(p.parts)]


def dumped_again(seed: Seed, words: Mapping[str, str], into: str) -> None:
    with project(seed, words) as here:
        before = here.sandbox.app.state()
        printed = here.run("dump").out
        here.run("dump", "--out", into)
        if into == "files" and (here.directory / into).exists():
            here.include("files/*.yaml")
        here.run("validate")
        written = bytes_of(here.directory)
        here.run("fmt", "--check")
        here.imports_only()
        assert here.run("dump").out == printed
        assert here.run("dump", "--out", into).exit == 0
        assert bytes_of(here.directory) == written
        shutil.rmtree(here.directory / "state", ignore_errors=True)
        assert here.run("dump").out == printed
        assert here.sandbox.app.state() == before


def updated(seed: Seed, words: Mapping[str, str], edits: list[Edit]) -> None:
    """What staff change goes into the files, or is told; then the plan is empty but for that."""
    with project(seed, words) as here:
        here.run("dump", "--out", ".")
        here.run("apply", "--auto-approve")
        written = bytes_of(here.directory)
        assert here.run("dump", "--update").out == ""
        assert bytes_of(here.directory) == written
        for kind, number, fields in edits:
            rows = here.sandbox.data(kind)
            row = rows[number % len(rows)] if rows else {}
            if row and not row.get("is_front"):
                wire = CATALOGUE[kind].wire
                here.put(f"{wire.endpoint.value}/{row[wire.id.value[0]]}", fields)
        if run_here(here.directory, "plan", environment=environment_of()).exit == OTHER_SHOP:
            # Most of what is owned has another name by now: that is said to be intended.
            here.run("state", "rehome", "--auto-approve")
        done = here.run("dump", "--update")
        here.run("validate")
        here.run("fmt", "--check")
        plan = json.loads(here.run("plan", "--json").out)
        assert {step["op"] for step in plan["steps"]} <= {"edit", "update"}, plan["steps"]
        told = " ".join(done.err.split())
        for change in plan["resource_changes"]:
            before, after = change["change"]["before"], change["change"]["after"]
            for name in before.keys() | after.keys():
                said = f"`{name}` of `{change['address']}`" in told
                assert said or before.get(name) == after.get(name), (change["address"], name)


@gate
@given(seed=shops(), words=switches, edits=edits)
def test_update_after_random_edits_leaves_nothing_to_plan(
    seed: Seed, words: Mapping[str, str], edits: list[Edit]
) -> None:
    updated(seed, words, edits)


@pytest.mark.wide
@wide
@given(seed=shops(), words=switches, edits=edits)
def test_update_after_many_random_edits(
    seed: Seed, words: Mapping[str, str], edits: list[Edit]
) -> None:
    updated(seed, words, edits)


@pytest.mark.parametrize("into", INTO)
def test_dump_of_a_laden_shop_changes_nothing_and_comes_back(into: str) -> None:
    dumped_again(laden(), plain, into)


@gate
@given(seed=shops(), words=switches, into=st.sampled_from(INTO))
def test_dump_of_a_random_shop_changes_nothing_and_comes_back(
    seed: Seed, words: Mapping[str, str], into: str
) -> None:
    dumped_again(seed, words, into)


@pytest.mark.wide
@wide
@given(seed=shops(), words=switches, into=st.sampled_from(INTO))
def test_dump_of_many_random_shops(seed: Seed, words: Mapping[str, str], into: str) -> None:
    dumped_again(seed, words, into)
