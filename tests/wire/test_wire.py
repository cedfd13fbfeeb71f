"""Whatever the shop answers to the open questions: one apply settles it, and all is recognised."""

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from covering import covering
from samples import PICTURE, with_samples
from support import Prepared, Run, copy_project, environment_of, memory, run_here, sampled

from shopform.kinds.standard import STANDARD
from shopform.sandbox import Sandbox
from shopform.sandbox.behaviour.tables import Endpoints

SWITCHES = Endpoints.of(STANDARD).switches

PROJECT = Path(__file__).with_name("project")
DEFAULTS = {switch.name: switch.default for switch in SWITCHES}
WORDS = {switch.name: switch.words for switch in SWITCHES}
REWRITTEN = WORDS["identity"]
# Two keys of each section of the project, for what refers to them.
BY_HAND: dict[str, tuple[str, ...]] = {
    "suppliers": ("full", "bare"),
    "profiles": ("shoes", "empty"),
    "brands": ("ours",),
    "categories": ("full", "plain"),
    "redirects": (),
    "webhooks": (),
}
BY_ROWS = [kind for kind in STANDARD.kinds if kind.nesting is None and kind.section not in BY_HAND]
DECLARED = {"supplier": 2, "profile": 2, "attribute": 4, "value": 3, "brand": 1} | {
    "category": 4,
    "redirect": 3,
    "webhook": 2,
    **{kind.name: 2 for kind in BY_ROWS},
}
# A page of a hundred is what the API documents (A3). A shop that answers a smaller page is served;
# one that refuses to answer at all is not the shop that is documented.
REFUSES = frozenset([("page_max", "50"), ("limit_over", "refuse")])
ROWS = covering(WORDS, frozenset([REFUSES]), 58)  # the seed of a hundred with the fewest rows
IMPORT = re.compile(r"`shopform import (\S+) (\d+)`")


class Life:
    """A project and a shop that answers in its own way."""

    def __init__(
        self, directory: Path, sandbox: Sandbox, runner: Callable[..., Run] = run_here
    ) -> None:
        self.runner = runner
        self.directory = directory
        self.sandbox = sandbox
        self.before = {kind: len(sandbox.data(kind)) for kind in DECLARED}

    def run(self, *arguments: str, code: int = 0) -> str:
        run = self.runner(self.directory, *arguments, environment=environment_of())
        assert run.exit == code, run.text
        return run.out

    def apply(self, told: str = "") -> int:
        """The number of writes that it took. `told` is a part of the plan that it shows."""
        self.sandbox.reset_log()
        shown = self.run("apply", "--auto-approve")
        assert told in shown, shown
        return sum(call.method != "GET" for call in self.sandbox.calls)

    def settled(self) -> None:
        assert self.apply("No changes") == 0
        held = {kind: len(self.sandbox.data(kind)) - self.before[kind] for kind in DECLARED}
        assert held == DECLARED


def laid_out(folder: str, sandbox: Sandbox) -> Path:
    """The project, with objects of the kinds that it does not name."""
    directory = copy_project(PROJECT, Path(folder) / "project", sandbox)
    sections = with_samples({section: dict.fromkeys(keys) for section, keys in BY_HAND.items()})
    made = {kind.section: sections[kind.section] for kind in BY_ROWS}
    for name in STANDARD["product"].tentative:  # a shop without these columns refuses them
        made["products"]["a"].pop(name, None)
    (directory / "samples.yaml").write_text(json.dumps(made), "utf-8")
    (directory / PICTURE).write_bytes(b"picture")
    return directory


@contextmanager
def life(row: Mapping[str, str], runner: Callable[..., Run] = run_here) -> Iterator[Life]:
    # Nobody knows the names of a redirect's fields: they are learned from one that exists.
    source, target, *_ = row["redirect_names"].split(",")
    seed = {"redirect": [{source: "findes", target: "sko"}]}
    with TemporaryDirectory(dir=memory()) as folder, Sandbox(switches=row, seed=seed) as sandbox:
        directory = laid_out(folder, sandbox)
        yield Life(directory, sandbox, runner)


def answered(one: Life) -> int:
    """Say of everything the plan asks about that it is ours; the objects asked about."""
    settings, asked = one.directory / "shopform.yaml", 0
    files = settings.read_text("utf-8")
    found: dict[str, str] = {}
    for _ in range(5):  # what is inside something is asked about when that is known
        run = one.runner(one.directory, "plan", environment=environment_of())
        if run.exit == 0:
            return asked
        assert run.exit == 11, run.text
        assert "identity-near" in run.out
        found |= dict(IMPORT.findall(" ".join((run.out + run.err).split())))
        assert len(found) > asked, run.text
        asked = len(found)
        wishes = [{"address": address, "id": int(number)} for address, number in found.items()]
        settings.write_text(f"{files}imports: {json.dumps(wishes)}\n", "utf-8")
    raise AssertionError("it asks for ever")


def lived(row: Mapping[str, str], runner: Callable[..., Run] = run_here) -> None:
    """The whole life of a project: made, settled, found again without a state, destroyed."""
    total = sum(DECLARED.values())
    # Only the state knows that this shop writes tags its own way: without it they are set again.
    reset = 1 if row["html"] == "clean" else 0
    with life(row, runner) as one:
        assert one.apply() >= total
        one.settled()
        shutil.rmtree(one.directory / "state")
        # What is there under a rewritten name is asked about, and never made again.
        asked = row["identity"] != "keep"
        assert not asked or answered(one)
        told = f"Plan: {total} to import, 0 to add, {reset} to change, 0 to destroy"
        assert one.apply("" if asked else told) == reset or asked
        one.settled()
        # Without a total of products, none are counted.
        counted = [f"{name}=9" for name, kind in STANDARD.items() if kind.counted]
        unknown = counted if "none" in row["total"] or "bare" in row["shape.product"] else []
        allowed = [word for each in unknown for word in ("--allow-delete", each)]
        one.run("destroy", "--auto-approve", *allowed)
        assert {kind: len(one.sandbox.data(kind)) for kind in DECLARED} == one.before


@pytest.mark.parametrize("number", sampled(range(len(ROWS)), 5))
def test_every_two_answers_of_a_shop_go_together(number: int) -> None:
    lived(ROWS[number])


def test_processes_of_their_own_come_to_the_same(prepared: Prepared) -> None:
    lived(ROWS[-1], prepared.run)


@pytest.mark.wide
@pytest.mark.parametrize("seed", range(1, 21))
def test_other_combinations_of_answers_go_together(seed: int) -> None:
    rows = covering(WORDS, frozenset([REFUSES]), seed)
    for row in rows:
        lived(row)
    print(f"{len(rows)} shops tried, {len(rows)} survived")


@pytest.mark.parametrize("names", WORDS["redirect_names"])
def test_a_shop_that_has_none_of_a_kind_is_told_the_names(names: str) -> None:
    """Nothing is there to learn the names from: the files of the project give them."""
    ours = dict(zip(("source", "target", "status"), names.split(","), strict=False))
    with (
        TemporaryDirectory(dir=memory()) as folder,
        Sandbox(switches={"redirect_names": names}) as sandbox,
    ):
        one = Life(laid_out(folder, sandbox), sandbox)
        settings = one.directory / "shopform.yaml"
        wire = f"    wire: {{redirect: {{fields: {json.dumps(ours)}}}}}\n"
        settings.write_text(settings.read_text("utf-8") + wire, "utf-8")
        if "status" not in ours:  # it is sent once, and the object that was made has no such key
            assert "did not keep `status`" in one.run("apply", "--auto-approve", code=14)
        one.apply()
        one.settled()


@pytest.mark.parametrize("word", REWRITTEN)
def test_a_rewritten_value_is_no_wrong_name(word: str) -> None:
    """The first redirect of a shop is sent on assumed names, and tells whether they are right."""
    with (
        TemporaryDirectory(dir=memory()) as folder,
        Sandbox(switches={"identity": word}) as sandbox,
    ):
        one = Life(laid_out(folder, sandbox), sandbox)
        one.apply()
        one.settled()


def test_wrong_names_stop_after_the_one_create_that_tries_them() -> None:
    switches = {"redirect_names": "from_url,to_url,code"}
    with TemporaryDirectory(dir=memory()) as folder, Sandbox(switches=switches) as sandbox:
        one = Life(laid_out(folder, sandbox), sandbox)
        told = one.run("apply", "--auto-approve", code=14)
        assert "set `wire:" in told
        sent = [call for call in sandbox.calls if call.method == "POST"]
        assert sum(call.path == "/redirect" for call in sent) == 1
        assert sandbox.data("redirect") == []


def test_a_shop_that_refuses_documented_pages_is_not_written_to() -> None:
    with life({**DEFAULTS, **dict(REFUSES), "shape.supplier": "envelope"}) as one:
        one.run("apply", "--auto-approve", code=1)
        assert {call.method for call in one.sandbox.calls} == {"GET"}


@pytest.mark.parametrize("word", REWRITTEN)
def test_no_lost_answer_makes_a_second_object_in_such_a_shop(word: str) -> None:
    """Every answer to a create is lost, in a run with eight threads."""
    with life({**DEFAULTS, "identity": word}) as one:
        one.sandbox.set_fault("POST:1+:lose")
        run = one.runner(
            one.directory,
            *("apply", "--auto-approve", "--parallelism", "8"),
            environment=environment_of(),
        )
        assert run.exit in (0, 14), run.text
        one.sandbox.clear_faults()
        answered(one)
        one.run("apply", "--auto-approve")
        one.settled()
