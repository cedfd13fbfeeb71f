"""The hooks that this repository offers to pre-commit do what they are for."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from shopform.cli.main import execute
from shopform.terminal.console import Console

ROOT = Path(__file__).parents[2]
HOOKS: list[dict[str, Any]] = YAML(typ="safe").load(ROOT / ".pre-commit-hooks.yaml")
WRONG = {"shopform-fmt": "suppliers:\n    a: {name: A}\n", "shopform-validate": "suppliers: 1\n"}


def run(hook: dict[str, Any], folder: Path) -> int:
    program, *arguments = hook["entry"].split()
    assert (program, hook["pass_filenames"]) == ("shopform", False)
    return execute(Console(environment={}), [*arguments, "--chdir", str(folder)])


def test_every_hook_is_here() -> None:
    assert {hook["id"] for hook in HOOKS} == WRONG.keys()


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: str(hook["id"]))
def test_a_hook_passes_what_is_right_and_stops_what_is_not(
    hook: dict[str, Any], tmp_path: Path
) -> None:
    assert run(hook, ROOT / "examples" / "minimal") == 0
    shop = (ROOT / "examples" / "minimal" / "shopform.yaml").read_text("utf-8")
    (tmp_path / "shopform.yaml").write_text(shop, "utf-8")
    (tmp_path / "catalogue.yaml").write_text(WRONG[hook["id"]], "utf-8")
    assert run(hook, tmp_path) != 0
    assert (tmp_path / "catalogue.yaml").read_text("utf-8") == WRONG[hook["id"]]
