"""What a command imports before it has anything to do: heavy libraries are paid for when used."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from shopform.sandbox import Sandbox

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
from shopform.cli.entry import run
code = 0
try:
    run()
except SystemExit as end:
    code = end.code
print(json.dumps([code, sorted(sys.modules)]))
"""


# What a plan of objects that are as declared has no use for.
UNUSED_BY_PLAN = (
    *("shopform.apply", "shopform.clone", "shopform.describe", "shopform.sandbox", "shopform.undo"),
    *("shopform.doctor", "shopform.workflow.doctor"),
    *("shopform.config.format", "shopform.config.write", "shopform.workflow.files"),
    *("shopform.render.html", "shopform.render.markdown", "shopform.render.json.plan_schema"),
    *("shopform.planning.checks.saved_plan", "shopform.workflow.records.run_history"),
    *("shopform.workflow.run.multi_shop", "shopform.terminal.several_shops"),
    *("shopform.config.compile.checks.freeze_windows", "shopform.model.freeze_windows"),
    *("deepdiff", "holidays", "jinja2", "rich", "asyncio", "a_plug_in"),
)


def run(*arguments: str, **environment: str) -> tuple[int, set[str], str]:
    """Exit code, the modules that were imported, and what was printed."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "TOKEN": "sandbox", **environment},
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


def test_no_garbage_is_collected_while_a_command_runs_or_ends() -> None:
    script = SCRIPT.replace("sorted(sys.modules)", "gc.isenabled(), gc.get_freeze_count() > 1000")
    done = subprocess.run(
        [sys.executable, "-c", f"import gc\n{script}", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[0, false, true]"


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


def test_plan_imports_only_what_it_uses(tmp_path: Path) -> None:
    """Nor does pydantic look for plug-ins, which it finds among all that is installed."""
    installed = tmp_path / "installed" / "a_plug_in-1.dist-info"
    installed.mkdir(parents=True)
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: a_plug_in\nVersion: 1\n")
    (installed / "entry_points.txt").write_text("[pydantic]\na_plug_in = a_plug_in\n")
    (installed.parent / "a_plug_in.py").write_text("")
    project = tmp_path / "project"
    project.mkdir()
    with Sandbox() as sandbox:
        (project / "shopform.yaml").write_text(
            f"shops: {{one: {{url: '{sandbox.url}', token: '${{env:TOKEN}}'}}}}\n"
            "suppliers: {acme: {name: Acme}}\n"
        )
        assert run("apply", "--auto-approve", f"--chdir={project}")[0] == 0
        code, modules, printed = run("plan", f"--chdir={project}", PYTHONPATH=str(installed.parent))
    assert code == 0
    assert printed.startswith("No changes.")
    assert {name for name in modules if name.startswith(UNUSED_BY_PLAN)} == set()
