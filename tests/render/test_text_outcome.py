from dataclasses import replace
from textwrap import dedent

from shopform.diagnostics import error
from shopform.errors import BudgetSpent, Interrupted, Unreachable
from shopform.kinds.standard import STANDARD
from shopform.model.plan import Failure, Op, Outcome, Plan, Step
from shopform.model.values import Address
from shopform.render.text.outcome_text import render_outcome


def step(key: str, op: Op, address: str, *after: str) -> Step:
    known = Address(address)
    return Step(key=key, op=op, address=known, after=after)


def shown(outcome: Outcome, *, destroy: bool = False, width: int = 100) -> str:
    return render_outcome(
        Plan(destroy=destroy, catalogue=STANDARD), outcome, color=False, width=width
    )


def text(value: str) -> str:
    return dedent(value).strip("\n")


def test_complete_apply_says_so_in_terraforms_words() -> None:
    applied = (step("a", Op.CREATE, "category.a"), step("b", Op.UPDATE, "category.b"))
    assert shown(Outcome(applied=applied, calls=1015)) == text(
        """
        Apply complete! Resources: 1 added, 1 changed, 0 destroyed.
        Calls: 1,015 spent.
        """
    )


def test_imported_and_forgotten_objects_are_counted_when_there_are_any() -> None:
    applied = (
        replace(step("a", Op.IMPORT, "category.a"), importing=True),
        step("b", Op.FORGET, "category.b"),
        step("c", Op.EDIT, "category.c"),
    )
    assert shown(Outcome(applied=applied)).splitlines() == [
        "Apply complete! Resources: 1 imported, 0 added, 0 changed, 0 destroyed, 1 forgotten.",
        "State edits: 1 (category.c).",
        "Calls: 0 spent.",
    ]


def test_complete_destroy_counts_only_what_is_gone() -> None:
    applied = (step("a", Op.DELETE, "category.a"), step("b", Op.DELETE, "category.b"))
    first = shown(Outcome(applied=applied), destroy=True).splitlines()[0]
    assert first == "Destroy complete! Resources: 2 destroyed."


def test_incomplete_apply_tells_what_failed_what_waits_and_how_to_go_on() -> None:
    failed = step("1", Op.CREATE, "category.men")
    outcome = Outcome(
        applied=tuple(step(f"a{n}", Op.CREATE, f"category.a{n}") for n in range(3)),
        failed=(
            Failure(
                step=failed,
                diagnostic=error(
                    "request-refused",
                    "`category.men`: the shop refused POST /category (400): name missing",
                    hint="give it a name",
                ),
            ),
        ),
        not_run=(
            step("2", Op.CREATE, "category.men-shoes", "1", "a1"),
            step("3", Op.UPDATE, "category.men-shoes", "2"),
            step("4", Op.CREATE, "category.men-boots", "2"),
            step("5", Op.DELETE, "category.old"),
            step("6", Op.UPDATE, "category.men", "1"),
        ),
        stopped=BudgetSpent("the call budget is spent"),
        calls=15,
    )
    assert shown(outcome) == text(
        """
        Apply incomplete. Resources: 3 added, 0 changed, 0 destroyed; 1 failed, 3 not run.
        Stopped: the call budget is spent
          failed   category.men: the shop refused POST /category (400): name missing
                   give it a name
          not run  category.men-shoes: waits for category.men
          not run  category.men-boots: waits for category.men-shoes
          not run  category.old: the run ended before it
        Correct what the shop refused, then run `shopform apply`: it continues from here.
        Calls: 15 spent.
        """
    )


def test_report_comes_from_results_and_not_from_the_plan() -> None:
    outcome = Outcome(stopped=Interrupted())
    assert shown(outcome, destroy=True).splitlines() == [
        "Destroy incomplete. Resources: 0 destroyed; 0 failed, 0 not run.",
        "Stopped: interrupted",
        "Run `shopform destroy` again: it continues from here.",
        "Calls: 0 spent.",
    ]


def test_run_that_ends_after_its_last_write_says_what_is_left() -> None:
    """Whatever ends it then; nothing failed and nothing is to be run again."""
    for stopped in (BudgetSpent("spent"), Interrupted(), Unreachable("no answer")):
        done = (step("a", Op.CREATE, "category.a"),)
        lines = shown(Outcome(applied=done, stopped=stopped, calls=1)).splitlines()
        assert lines[0] == (
            "Apply incomplete. Resources: 1 added, 0 changed, 0 destroyed; all steps ran,"
            " the stored values were not verified."
        )
        assert lines[2] == "Run `shopform plan`: it compares the shop with the files."


def test_many_objects_not_run_are_counted_and_every_failure_is_named() -> None:
    outcome = Outcome(
        failed=tuple(
            Failure(step=step(f"f{n}", Op.CREATE, f"category.f{n}"), diagnostic=error("x", "no"))
            for n in range(30)
        ),
        not_run=tuple(step(f"n{n}", Op.CREATE, f"category.n{n}") for n in range(25)),
    )
    told = shown(outcome)
    assert told.count("  failed   ") == 30
    assert told.count("  not run  ") == 20
    assert "\n           ... and 5 more\n" in told


def test_what_a_server_says_cannot_move_the_cursor_or_widen_the_report() -> None:
    failure = Failure(
        step=step("1", Op.CREATE, "category.a"),
        diagnostic=error("x", "refused:\x1b[2J " + "words of the shop " * 12),
    )
    told = shown(Outcome(failed=(failure,)), width=90)
    assert "\x1b" not in told
    assert "\\u001b[2J" in told
    assert max(map(len, told.splitlines())) <= 90
