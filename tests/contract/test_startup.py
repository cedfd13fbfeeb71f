"""What a command imports before it has anything to do: heavy libraries are paid for when used."""

import json
import subprocess
import sys

import pytest

HEAVY = {
    "httpx",
    "pydantic",
    "deepdiff",
    "jinja2",
    "rich",
    "ruamel",
    "ruamel.yaml",
    "asyncio",
    "ssl",
}
SCRIPT = """
import json, sys
from shopform.cli.main import run
try:
    run(sys.argv[1:])
except SystemExit as end:
    print(json.dumps([end.code, sorted(sys.modules)]))
"""


def run(*arguments: str) -> tuple[int, set[str], str]:
    """Exit code, the modules that were imported, and what was printed."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments], capture_output=True, text=True, check=True
    )
    *printed, last = done.stdout.splitlines()
    code, modules = json.loads(last)
    return code or 0, set(modules), "\n".join(printed)


@pytest.mark.parametrize("arguments", [["version"], ["--version"], ["--help"], ["plan", "--help"]])
def test_light_command_imports_nothing_heavy(arguments: list[str]) -> None:
    code, modules, printed = run(*arguments)
    assert code == 0
    assert printed
    assert modules & HEAVY == set()


def test_planning_alone_needs_no_http_and_no_yaml() -> None:
    """The planner can be used by a program that has its own ways to files and shops."""
    script = "import sys, shopform.planning.planner; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert set(done.stdout.split()) & (HEAVY - {"pydantic", "asyncio", "ssl"}) == set()


def test_templates_are_loaded_for_a_page_only() -> None:
    script = "import sys, shopform.terminal.reporter, shopform.render.failure; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert {"jinja2", "markupsafe"} & set(done.stdout.split()) == set()
