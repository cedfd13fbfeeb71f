"""A policy tool made for Terraform reads a saved plan as it is, and finds what is wrong in it."""

import subprocess
import sys
from pathlib import Path

import pytest
from support import EXAMPLES, ROOT, copy_project, environment_of, run_here

from shopform.sandbox import Sandbox

RULES = Path(__file__).parent / "rules"
VERSION = "1.16.0"
HOME = ROOT / ".compliance"
KEYS = {"SHOPFORM_STAGING_TOKEN": "sandbox"}


@pytest.fixture(scope="module")
def tool() -> Path:
    """The tool in an environment of its own, which is made when it is not there."""
    program = HOME / VERSION / "bin" / "terraform-compliance"
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", HOME / VERSION], check=True)
        pip = str(HOME / VERSION / "bin" / "pip")
        wanted = f"terraform-compliance=={VERSION}"
        subprocess.run([pip, "install", "--quiet", wanted], check=True, capture_output=True)
    return program


def judged(tool: Path, plan: Path) -> tuple[int, str]:
    command = [str(part) for part in (tool, "--features", RULES, "--planfile", plan, "--no-ansi")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout


@pytest.mark.wide
def test_three_rules_pass_and_fail_on_saved_plans(tool: Path, tmp_path: Path) -> None:
    with Sandbox() as served:
        project = copy_project(EXAMPLES / "nordisk-sko", tmp_path / "project", served)

        def plan(name: str) -> Path:
            arguments = ("plan", "--shop", "staging", "--out", name)
            done = run_here(project, *arguments, environment=environment_of(**KEYS))
            assert done.exit == 0, done.text
            return project / name

        code, said = judged(tool, plan("good.json"))
        assert (code, "3 scenarios (3 passed" in said) == (0, True), said
        file = project / "kategorier" / "herre.yaml"
        text = file.read_text("utf-8")
        file.write_text(text.replace("    rewrite_url: herre\n", "", 1), "utf-8")
        code, said = judged(tool, plan("bad.json"))
        assert (code, "category.herre" in said) == (1, True), said
