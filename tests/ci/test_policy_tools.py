"""Policy tools made for Terraform read a saved plan as it is, and find what is wrong in it."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support import EXAMPLES, ROOT, copy_project, environment_of, run_here
from terraform_format import violations

from shopform.sandbox import Sandbox

RULES = Path(__file__).parent / "rules"
HOME = ROOT / ".compliance"
KEYS = {"SHOPFORM_STAGING_TOKEN": "sandbox"}
NAME, PATH = "    name: Herre\n", "    rewrite_url: herre\n"
LAGER = re.compile(r"^  lager:\n(?:    .*\n)*", re.MULTILINE)
REGO = """
import json, sys, regopy
rego = regopy.Interpreter()
rego.add_module("main", open(sys.argv[1]).read())
rego.set_input(json.load(open(sys.argv[2])))
found = json.loads(str(rego.query("data.main.deny")))["expressions"][0]
print("\\n".join(found))
sys.exit(bool(found))
"""
Judge = Callable[[Path], tuple[int, str]]


def tool(package: str, version: str) -> Path:
    """The programs of a tool in an environment of its own, which is made when it is not there."""
    home = HOME / package / version
    if not (home / "installed").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", home], check=True)
        pip = str(home / "bin" / "pip")
        wanted = f"{package}=={version}"
        subprocess.run([pip, "install", "--quiet", wanted], check=True, capture_output=True)
        (home / "installed").touch()
    return home / "bin"


def judged(*command: str | Path) -> tuple[int, str]:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout + done.stderr


def compliance(plan: Path) -> tuple[int, str]:
    program = tool("terraform-compliance", "1.16.0") / "terraform-compliance"
    return judged(program, "--features", RULES, "--planfile", plan, "--no-ansi")


def rego(plan: Path) -> tuple[int, str]:
    """As conftest does: what `deny` of the package `main` says is wrong."""
    python = tool("regopy", "1.5.2") / "python"
    return judged(python, "-c", REGO, RULES / "rego" / "shop.rego", plan)


def checkov(plan: Path) -> tuple[int, str]:
    program = tool("checkov", "3.3.30") / "checkov"
    rules = ("--external-checks-dir", RULES / "checkov", "--check", "CKV2_SHOP_1")
    flags = ("--framework", "terraform_plan", "--quiet", "--compact")
    return judged(program, "--file", plan, *rules, *flags)


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """Saved plans of one project: `good` creates all of it, `bad` a category without a path,
    `settled` has that one unchanged, `deleted` and `replaced` a webhook."""
    with Sandbox() as served:
        folder = tmp_path_factory.mktemp("policy")
        project = copy_project(EXAMPLES / "nordisk-sko", folder / "project", served)

        def run(*arguments: str) -> None:
            done = run_here(project, *arguments, environment=environment_of(**KEYS))
            assert done.exit == 0, done.text

        def plan(name: str, *arguments: str) -> Path:
            run("plan", "--shop", "staging", "--out", f"{name}.json", *arguments)
            assert violations(json.loads((project / f"{name}.json").read_text("utf-8"))) == []
            return project / f"{name}.json"

        file = project / "kategorier" / "herre.yaml"
        made = {"good": plan("good")}
        file.write_text(file.read_text("utf-8").replace(PATH, "", 1), "utf-8")
        made["bad"] = plan("bad")
        run("apply", "--shop", "staging", "--auto-approve")
        made["settled"] = plan("settled")
        file.write_text(file.read_text("utf-8").replace(NAME, f"{NAME}{PATH}", 1), "utf-8")
        run("apply", "--shop", "staging", "--auto-approve")
        made["replaced"] = plan("replaced", "--replace", "webhook.lager")
        hooks = project / "webhooks.yaml"
        hooks.write_text(LAGER.sub("", hooks.read_text("utf-8")), "utf-8")
        made["deleted"] = plan("deleted")
        yield made


FOUND: dict[Callable[[Path], tuple[int, str]], dict[str, str]] = {
    compliance: {"good": "", "bad": "category.herre", "settled": "category.herre"},
    rego: {
        "good": "",
        "bad": "category.herre has no path",
        "settled": "category.herre has no path",
        "replaced": "",
        "deleted": "is deleted for good",
    },
    checkov: {"good": "", "bad": "category.herre", "settled": "category.herre"},
}


@pytest.mark.wide
@pytest.mark.parametrize("judge", FOUND, ids=lambda judge: judge.__name__)
def test_a_policy_tool_finds_what_is_wrong_and_nothing_else(
    plans: dict[str, Path], judge: Judge
) -> None:
    for name, wrong in FOUND[judge].items():
        code, said = judge(plans[name])
        assert (code != 0) == bool(wrong), f"{name}: {said}"
        assert wrong in said, f"{name}: {said}"
