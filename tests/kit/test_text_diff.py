"""Matching lines of two texts: correct, minimal for few changes, in linear time."""

import random
from collections.abc import Callable

import pytest
from growth import grows_no_faster

from shopform.kit import text_diff
from shopform.kit.text_diff import LineMatcher
from shopform.render.line_diff import rows
from shopform.render.text.multiline import Detail, text_block


def test_every_line_is_in_one_opcode_of_each_side(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(3)
    for _ in range(400):
        monkeypatch.setattr(text_diff, "_LARGEST", chance.choice([0, 1_000, 100_000]))
        size, signs = chance.choice([5, 20, 60]), chance.choice([2, 9, 400])
        before = [str(chance.randrange(signs)) for _ in range(size)]
        after = [line for line in before if chance.random() > 0.2]
        for _ in range(chance.randrange(5)):
            after.insert(chance.randrange(len(after) + 1), str(chance.randrange(12)))
        i = j = 0
        for tag, i1, i2, j1, j2 in LineMatcher(before, after).get_opcodes():
            assert (i1, j1) == (i, j)
            assert (tag == "equal") == (before[i1:i2] == after[j1:j2])
            i, j = i2, j2
        assert (i, j) == (len(before), len(after))


def test_what_moved_far_among_lines_that_repeat_is_matched() -> None:
    old = [line for number in range(600) for line in (f"paragraph {number}", "", "<p>")]
    came = [line for number in range(20) for line in (f"new {number}", "", "<p>")]
    new = [*old[:300], *came, *old[300:900], *old[1200:]]
    codes = LineMatcher(old, new).get_opcodes()
    assert sum(i2 - i1 + j2 - j1 for tag, i1, i2, j1, j2 in codes if tag != "equal") == 360


SHAPES: dict[str, Callable[[int], tuple[list[str], list[str]]]] = {
    "every second": lambda n: (
        [f"line {i}" for i in range(n)],
        [f"line {i}{' more' * (i % 2)}" for i in range(n)],
    ),
    "one line repeated": lambda n: (["a"] * n, ["a", "b"] * (n // 2)),
    "blanks between": lambda n: (
        [f"line {i}" * (i % 2) for i in range(n)],
        [f"row {i}" * (i % 2) for i in range(n)],
    ),
    "turned": lambda n: ([str(i) for i in range(n)], [str(-i) for i in range(-n, 0)]),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_twice_the_lines_are_about_twice_the_work_in_every_report(shape: str) -> None:
    for show in (
        rows,
        lambda old, new: list(text_block("~", "text", [old, new], Detail.CHANGES)),
        lambda old, new: list(text_block("~", "text", [old, new], Detail.ALL)),
    ):

        def task(size: int, show: Callable[[str, str], object] = show) -> Callable[[], object]:
            old, new = ("\n".join(side) for side in SHAPES[shape](size))
            return lambda: show(old, new)

        grows_no_faster(task, 1_500)
