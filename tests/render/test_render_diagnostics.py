"""Diagnostics as text: the form to the letter, and no secret in a code frame."""

import pytest

from shopform.diagnostics import Span, error, warning
from shopform.render.text.diagnostics import render_diagnostics

LINES = ["categories:", "  men:", "    rewrite_ulr: herre/sko", "    token: literal-canary", ""]
SOURCES = {"catalogue.yaml": [*[""] * 9, *LINES]}
UNKNOWN = error(
    "unknown-field",
    "unknown field `rewrite_ulr`",
    hint="did you mean `rewrite_url`?",
    span=Span("catalogue.yaml", 12, 5, 12, 16),
)


def render(*diagnostics: object, color: bool = False, width: int = 80) -> str:
    return render_diagnostics(diagnostics, SOURCES, color=color, width=width)  # type: ignore[arg-type]


def test_a_message_has_its_place_its_line_and_its_hint() -> None:
    assert render(UNKNOWN) == (
        "error: unknown field `rewrite_ulr`\n"
        "  --> catalogue.yaml:12:5\n"
        "   |\n"
        "12 |     rewrite_ulr: herre/sko\n"
        "   |     ^^^^^^^^^^^\n"
        "   |\n"
        "  hint: did you mean `rewrite_url`?\n"
    )


def test_a_second_place_is_a_note_and_messages_stand_apart() -> None:
    twice = warning(
        "x", "declared twice", span=Span("b.yaml", 1, 1), related=(("first", Span("a.yaml", 3, 3)),)
    )
    assert render(twice, error("y", "nowhere")) == (
        "warning: declared twice\n  --> b.yaml:1:1\n  note: first at a.yaml:3:3\n\nerror: nowhere\n"
    )


def test_a_line_with_a_literal_secret_is_never_shown() -> None:
    literal = error("literal-token", "no", span=Span("catalogue.yaml", 13, 12, 13, 26))
    beside = error("unknown-field", "also no", span=Span("catalogue.yaml", 13, 5, 13, 10))
    text = render(beside, literal)
    assert "canary" not in text
    assert text.count("(not shown: it holds a secret)") == 2


def test_colour_adds_escapes_and_nothing_else() -> None:
    import re

    coloured = render(UNKNOWN, color=True)
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == render(UNKNOWN)


@pytest.mark.parametrize("column", [1, 60, 400, 990])
def test_a_long_line_is_cut_around_the_mark(column: int) -> None:
    line = ("0123456789" * 100)[: column - 1] + "MARK" + "x" * 100
    span = Span("a.yaml", 1, column, 1, column + 4)
    text = render_diagnostics(
        [error("x", "y", span=span)], {"a.yaml": [line]}, color=False, width=60
    )
    shown, mark = text.splitlines()[3:5]
    assert len(shown) <= 60
    assert shown[mark.index("^") :][:4] == "MARK"


def test_control_characters_of_a_file_do_not_reach_the_terminal() -> None:
    span = Span("a.yaml", 1, 3, 1, 4)
    text = render_diagnostics(
        [error("x", "y\x1b[2J", span=span)], {"a.yaml": ["\x1b]0;x\x07a"]}, color=False, width=60
    )
    assert "\x1b" not in text


def test_of_many_of_one_code_the_first_are_shown_and_the_rest_counted() -> None:
    many = [warning("a", f"number {n}") for n in range(1, 2_346)]
    text = render(*many[:40], error("b", "alone"), *many[40:], error("a", "of another weight"))
    assert text.count("warning: number") == 50
    assert "warning: number 50\n" in text
    assert "error: alone\n" in text
    assert text.endswith(
        "error: of another weight\n\nwarning: 2,295 more of `a`, after the 50 above\n"
    )


def test_of_many_places_the_first_are_shown_and_the_rest_counted() -> None:
    places = tuple((f"place {n}", Span("a.yaml", n, 1)) for n in range(1, 1_102))
    lines = render(error("x", "a circle", related=places)).splitlines()
    assert lines[50:] == ["  note: place 50 at a.yaml:50:1", "  note: 1,051 more places"]
