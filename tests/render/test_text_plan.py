import re
from textwrap import dedent

import pytest

from shopform.diagnostics import error, warning
from shopform.kinds.standard import STANDARD
from shopform.model.plan import Action, Basis, Calls, Change, FieldChange, Op, Plan, Step
from shopform.model.values import Address, Ref
from shopform.render.plan_summary import own_counts, render_calls
from shopform.render.text.plan_text import render_plan

# What Atlantis counts plans with.
ATLANTIS_PLAN = re.compile(
    r"Plan: (?:(\d+) to import, )?(\d+) to add, (\d+) to change, (\d+) to destroy"
    r"(?:, (\d+) to forget)?\."
)
ATLANTIS_NONE = re.compile(
    r"No changes. (Infrastructure is up-to-date|Your infrastructure matches the configuration)."
)
SHOP = Basis(shop="demo", url="https://demo.example.dk")
CALLS = Calls(read=7, write=12, verify=3, left=9978, daily=10_000)
STEP = Step(key="1", op=Op.CREATE, address=Address("category.men"))


def change(address: str, action: Action, *fields: FieldChange, **more: object) -> Change:
    known = Address(address)
    return Change(address=known, action=action, fields=fields, **more)  # type: ignore[arg-type]


def plan(*changes: Change, **more: object) -> Plan:
    parts = {"basis": SHOP, "calls": CALLS, "steps": (STEP,), "changes": changes} | more
    return Plan(**parts, catalogue=STANDARD)  # type: ignore[arg-type]


def text(value: str) -> str:
    return dedent(value).strip("\n")


def body(made: Plan, **more: bool) -> str:
    """What stands between the introduction and the summary."""
    shown = render_plan(made, color=False, **more)
    return shown.partition("following actions:\n\n")[2].rpartition("\n\nPlan: ")[0]


def test_plan_reads_like_terraforms() -> None:
    made = plan(
        change(
            "category.men-shoes",
            Action.CREATE,
            FieldChange(name="name", after="Sko"),
            FieldChange(name="parent", after=Ref(Address("category.men")), unknown=True),
            FieldChange(name="rewrite_url", after="herre/sko"),
        ),
        change(
            "category.men",
            Action.UPDATE,
            FieldChange(name="in_menu", before=True, after=False),
            FieldChange(name="meta_title", before="Herre", after="Herresko"),
            FieldChange(name="tag", before="x", reason="reset"),
            unchanged=12,
        ),
        change(
            "category.x",
            Action.DELETE,
            FieldChange(name="name", before="X"),
            reason="delete_because_no_resource_config",
            notes=("12 products refer to it",),
        ),
        unmanaged={"redirect": 9, "category": 3},
        digest="sha256:4b7d12",
    )
    assert render_plan(made, color=False) == text(
        """
        shopform used the live shop `demo` (https://demo.example.dk) to make this plan.
        Actions are shown with these symbols:
          + create
          ~ update in-place
          - destroy

        shopform will perform the following actions:

          # category.x will be destroyed
          # (because category.x is not in configuration)
          # (12 products refer to it)
          - resource "category" "x" {
              - name = "X" -> null
            }

          # category.men-shoes will be created
          + resource "category" "men-shoes" {
              + name        = "Sko"
              + parent      = category.men
              + rewrite_url = "herre/sko"
            }

          # category.men will be updated in-place
          ~ resource "category" "men" {
              ~ in_menu    = true -> false
              ~ meta_title = "Herre" -> "Herresko"
              - tag        = "x" -> null   # no longer declared: reset to the shop's default
                # (12 unchanged fields hidden)
            }

        Plan: 1 to add, 1 to change, 1 to destroy.
        Unmanaged: 12 objects (category 3, redirect 9).
        Calls: 7 to read, 12 to write, 3 to verify (9,978 of 10,000 left today).
        Digest: sha256:4b7d12
        """
    )


def test_nested_addresses_name_the_path_below_the_kind() -> None:
    made = plan(change("attribute.shoes.size", Action.CREATE, FieldChange(name="weight", after=1)))
    assert body(made).splitlines()[1] == '  + resource "attribute" "shoes.size" {'


@pytest.mark.parametrize(
    ("made", "lines"),
    [
        (
            change(
                "profile.a", Action.REPLACE, FieldChange(name="type", before="a", after="b"), id=8
            ),
            ["  # profile.a must be replaced", '-/+ resource "profile" "a" {'],
        ),
        (
            change("category.a", Action.FORGET),
            ["  # category.a will be removed from the shopform state but will not be destroyed"],
        ),
        (
            change("category.a", Action.NO_OP, importing=True, id=41),
            ["  # category.a will be imported", '  # (imported from "41")'],
        ),
        (
            change("category.a", Action.UPDATE, importing=True, id=41),
            ["  # category.a will be updated in-place", '  # (imported from "41")'],
        ),
        (
            change("category.b", Action.NO_OP, previous=Address("category.a")),
            ["  # category.a has moved to category.b"],
        ),
        (
            change("category.b", Action.UPDATE, previous=Address("category.a")),
            ["  # category.b will be updated in-place", "  # (moved from category.a)"],
        ),
        (
            change("category.a", Action.NO_OP, notes=("is protected from now on",)),
            ["  # category.a will be updated in the state only", "  # (is protected from now on)"],
        ),
        (
            change("category.a", Action.DELETE, reason="delete_because_{odd}"),
            ["  # category.a will be destroyed", "  # (delete_because_{odd})"],
        ),
        (
            change("category.a", Action.REPLACE, reason="replace_by_request"),
            ["  # category.a must be replaced", "  # (because of `--replace`)"],
        ),
    ],
)
def test_headings_are_the_words_that_tools_know(made: Change, lines: list[str]) -> None:
    assert body(plan(made)).splitlines()[: len(lines)] == lines


def test_only_symbols_that_occur_are_explained() -> None:
    shown = render_plan(plan(change("category.a", Action.FORGET)), color=False)
    assert "  . forget\n" in shown
    assert "create" not in shown
    moved = change("category.b", Action.NO_OP, previous=Address("category.a"))
    assert "symbols" not in render_plan(plan(moved), color=False)


def test_a_change_with_nothing_to_tell_is_not_shown() -> None:
    assert "category.a" not in render_plan(plan(change("category.a", Action.NO_OP)), color=False)


@pytest.mark.parametrize(
    ("changes", "groups"),
    [
        ((change("category.a", Action.CREATE),), (None, "1", "0", "0", None)),
        ((change("category.a", Action.REPLACE),), (None, "1", "0", "1", None)),
        ((change("category.a", Action.FORGET),), (None, "0", "0", "0", "1")),
        ((change("category.a", Action.UPDATE, importing=True),), ("1", "0", "1", "0", None)),
        (
            (change("category.a", Action.NO_OP, previous=Address("category.b")),),
            (None, "0", "0", "0", None),
        ),
    ],
)
def test_atlantis_reads_the_counts(
    changes: tuple[Change, ...], groups: tuple[str | None, ...]
) -> None:
    found = ATLANTIS_PLAN.findall(render_plan(plan(*changes), color=True))
    assert found == [tuple(group or "" for group in groups)]


def test_many_changes_are_counted_without_separators() -> None:
    changes = [change(f"category.c{n}", Action.DELETE) for n in range(1200)]
    shown = render_plan(plan(*changes), color=False, summary=True)
    assert "Plan: 0 to add, 0 to change, 1200 to destroy." in shown


def test_no_changes_is_said_in_words_that_atlantis_reads() -> None:
    shown = render_plan(
        Plan(basis=SHOP, calls=CALLS, digest="sha256:0", catalogue=STANDARD), color=False
    )
    assert ATLANTIS_NONE.match(shown)
    assert shown == text(
        """
        No changes. Your infrastructure matches the configuration.
        Calls: 7 to read, 12 to write, 3 to verify (9,978 of 10,000 left today).
        """
    )


def test_own_counts_stand_below_terraforms_line() -> None:
    moved = change("category.b", Action.NO_OP, previous=Address("category.a"))
    steps = [
        Step(key=str(n), op=op, address=Address("category.b"))
        for n, op in enumerate((Op.MOVE, Op.EDIT, Op.EDIT, Op.ADOPT))
    ]
    lines = render_plan(plan(moved, steps=tuple(steps)), color=False).splitlines()
    assert lines[-5:-1] == [
        "Plan: 0 to add, 0 to change, 0 to destroy.",
        "Moved: 1.",
        "Adopted: 1.",
        "State edits: 1 (category.b).",
    ]


def test_refused_plan_is_shown_in_full_and_never_called_unchanged() -> None:
    found = (error("delete-share", "x"), warning("w", "x"), error("protected", "x"))
    shown = render_plan(plan(change("category.a", Action.DELETE), diagnostics=found), color=False)
    assert "shopform planned the following actions, but refuses to run them:" in shown
    assert "# category.a will be destroyed" in shown
    assert shown.splitlines()[-1] == (
        "This plan is refused and cannot be applied, for 2 reasons (delete-share, protected)."
    )
    empty = render_plan(Plan(diagnostics=found, catalogue=STANDARD), color=False)
    assert "No changes" not in empty
    assert ATLANTIS_PLAN.search(empty)


def test_drift_stands_apart_and_before_the_actions() -> None:
    drift = (
        change(
            "category.men",
            Action.UPDATE,
            FieldChange(name="in_menu", before=True, after=False),
            unchanged=5,
        ),
        change("redirect.old", Action.DELETE, FieldChange(name="source", before="/a")),
    )
    shown = render_plan(Plan(drift=drift, basis=SHOP, calls=CALLS, catalogue=STANDARD), color=False)
    assert shown == text(
        """
        Note: Objects have changed outside of shopform

        The shop differs from what was last applied:

          # redirect.old has been deleted

          # category.men has changed
          ~ resource "category" "men" {
              ~ in_menu = true -> false
            }

        No changes. Your infrastructure matches the configuration.
        Calls: 7 to read, 12 to write, 3 to verify (9,978 of 10,000 left today).
        """
    )


def test_a_summary_has_a_line_for_each_object() -> None:
    made = plan(
        change("category.a", Action.CREATE, FieldChange(name="name", after="A")),
        change(
            "category.b",
            Action.UPDATE,
            FieldChange(name="name", before="B", after="C"),
            FieldChange(name="tag", before="x", after="y"),
            previous=Address("category.old"),
        ),
        change(
            "category.x",
            Action.DELETE,
            FieldChange(name="name", before="X"),
            reason="delete_because_container",
            notes=("9 refer to it",),
        ),
        change("category.w", Action.REPLACE, FieldChange(name="name", before="W", after="W")),
        change("category.m", Action.NO_OP, previous=Address("category.n")),
        drift=(change("redirect.old", Action.DELETE),),
    )
    assert render_plan(made, color=False, summary=True) == text(
        """
        Note: Objects have changed outside of shopform

        The shop differs from what was last applied:

          - redirect.old has been deleted

        shopform will perform the following actions:

          - category.x will be destroyed (because its parent is destroyed; 9 refer to it)
        -/+ category.w must be replaced
          + category.a will be created
          ~ category.b will be updated in-place (moved from category.old; name, tag)
            category.n has moved to category.m

        Plan: 2 to add, 1 to change, 2 to destroy.
        Moved: 2.
        Calls: 7 to read, 12 to write, 3 to verify (9,978 of 10,000 left today).
        """
    )


def test_colour_marks_symbols_and_headings_and_leaves_parsed_words_whole() -> None:
    fields = FieldChange(name="in_menu", before=True, after=False)
    made = plan(change("category.a", Action.UPDATE, fields))
    shown = render_plan(made, color=True)
    assert "  # \x1b[1mcategory.a\x1b[0m \x1b[33mwill be updated in-place\x1b[0m\n" in shown
    assert "      \x1b[33m~\x1b[0m in_menu = true -> false\n" in shown
    assert "\x1b[1mPlan: 0 to add, 1 to change, 0 to destroy.\x1b[0m" in shown
    assert re.sub(r"\x1b\[[0-9;]*m", "", shown) == render_plan(made, color=False)
    assert "\x1b[31m-\x1b[0m/\x1b[32m+\x1b[0m resource" in render_plan(
        plan(change("category.a", Action.REPLACE, fields)), color=True
    )


def test_long_notes_are_wrapped_as_comments() -> None:
    made = plan(change("category.a", Action.DELETE, notes=("many words " * 12,)))
    lines = body(made).splitlines()
    assert len(lines) == 3
    assert all(line.startswith("  # ") and len(line) <= 100 for line in lines)


@pytest.mark.parametrize(
    ("calls", "line"),
    [
        (Calls(read=1), "Calls: 1 to read, 0 to write, 0 to verify."),
        (Calls(left=5), "Calls: 0 to read, 0 to write, 0 to verify (5 left today)."),
        (
            Calls(write=1234, left=8000, daily=10_000),
            "Calls: 0 to read, 1,234 to write, 0 to verify (8,000 of 10,000 left today).",
        ),
    ],
)
def test_calls_tell_what_is_left_only_when_known(calls: Calls, line: str) -> None:
    assert render_calls(calls) == line


def test_edits_of_the_state_name_some_and_count_the_rest() -> None:
    for number, rest in ((5, ""), (7, " and 2 more")):
        steps = [
            Step(key=str(n), op=Op.EDIT, address=Address(f"brand.b{n}")) for n in range(number)
        ]
        named = ", ".join(f"brand.b{n}" for n in range(5))
        assert list(own_counts(0, steps)) == [f"State edits: {number} ({named}{rest})."]
