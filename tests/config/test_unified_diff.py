"""Diffs: any patch reader makes the one text of the other, and many changes take no longer each."""

import random
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from config_files import SHOP, write
from growth import grows_no_faster

from shopform.config import load_project
from shopform.config.write.field_patches import patch
from shopform.config.write.project_edits import with_moves
from shopform.kinds.standard import STANDARD
from shopform.kit.text_diff import unified
from shopform.model.declared import LiveField
from shopform.model.values import Address

HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@\n")


def applied(before: list[str], diff: list[str]) -> list[str]:
    """Apply a patch as a program would; its context must match."""
    made: list[str] = []
    at = 0
    for line in diff:
        if found := HUNK.fullmatch(line):
            start = int(found[1]) - (found[2] != "0")
            made += before[at:start]
            at = start
            assert len(made) == int(found[3]) - (found[4] != "0")
        elif line[0] == "+":
            made.append(line[1:])
        else:
            assert before[at] == line[1:]
            made += [line[1:]] if line[0] == " " else []
            at += 1
    return made + before[at:]


def test_one_text_becomes_the_other() -> None:
    chance = random.Random(7)
    for _ in range(300):
        before = [f"{chance.randrange(9)}\n" for _ in range(chance.randrange(30))]
        after = [line for line in before if chance.random() > 0.2]
        for _ in range(chance.randrange(5)):
            after.insert(chance.randrange(len(after) + 1), f"{chance.randrange(12)}\n")
        assert applied(before, list(unified(before, after))) == after


def test_few_changes_are_few_lines() -> None:
    before = [f"{number}\n" for number in range(100)]
    after = [*before[:50], "new\n", *before[51:90], *before[91:]]
    changed = [line for line in unified(before, after) if line[0] in "+-"]
    assert changed == ["-50\n", "+new\n", "-90\n"]


def test_git_applies_what_many_edits_make(tmp_path: Path) -> None:
    rows = "".join(f"  r{n}:\n    source: /a{n}\n    target: /b\n\n" for n in range(300))
    write(tmp_path, {"shopform.yaml": SHOP, "r.yaml": f"redirects:\n{rows}"})
    held = [
        LiveField(address=Address(f"redirect.r{n}"), field="target", value="/c") for n in range(300)
    ]
    made = patch(load_project(tmp_path, STANDARD), "only", held)
    (tmp_path / "p").write_text(made.text)
    subprocess.run(["git", "apply", "p"], cwd=tmp_path, check=True)
    assert (tmp_path / "r.yaml").read_text() == f"redirects:\n{rows}".replace("/b", "/c")


def test_twice_the_edits_are_about_twice_the_work(tmp_path: Path) -> None:
    def task(size: int) -> Callable[[], object]:
        folder = tmp_path / str(size)
        rows = "".join(f"  r{n}:\n    source: /a{n}\n    target: /b\n" for n in range(size))
        write(folder, {"shopform.yaml": SHOP, "r.yaml": f"redirects:\n{rows}"})
        project = load_project(folder, STANDARD)
        names = [Address(f"redirect.r{n}") for n in range(size)]
        held = [LiveField(address=name, field="target", value="/c") for name in names]
        moves = [(Address(f"redirect.old{n}"), name) for n, name in enumerate(names)]

        def work() -> None:
            assert patch(project, "only", held).text
            with_moves(project, moves)

        return work

    grows_no_faster(task, 100)
