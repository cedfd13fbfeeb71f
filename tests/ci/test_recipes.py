"""The published recipes, run step by step as their systems would, against a shop and a forge."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from recipe_forge import BOT, PROJECT, STRANGER, Forge, forge
from ruamel.yaml import YAML
from support import EXAMPLES, ROOT, Prepared, copy_project, environment_of

from shopform.sandbox import Sandbox

RECIPES = EXAMPLES / "ci"
SECRETS = {"secrets.SHOPFORM_READ_TOKEN": "sandbox", "secrets.SHOPFORM_TOKEN": "sandbox"}


def git(directory: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=directory, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@dataclass
class Checkout:
    """A clone of the project's repository, as a job gets one."""

    directory: Path
    remote: Path
    forge: Forge
    sandbox: Sandbox
    home: Path
    outputs: dict[str, str] = field(default_factory=dict)
    run: int = 0

    def bash(self, script: str, **environment: str) -> tuple[int, str]:
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", script],
            cwd=self.directory,
            env={
                **environment_of(""),
                "HOME": str(self.home),
                "PATH": f"{self.home}:{os.environ['PATH']}",
                **environment,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        return done.returncode, done.stdout + done.stderr

    def committed_state(self) -> str:
        return git(self.remote, "ls-tree", "-r", "--name-only", "main", "state")


@pytest.fixture
def checkout(tmp_path: Path, prepared: Prepared) -> Iterator[Checkout]:
    remote, directory, home = tmp_path / "remote.git", tmp_path / "clone", tmp_path / "home"
    home.mkdir()
    prepared.program(home)
    with Sandbox() as sandbox, forge() as served:
        git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", str(remote))
        git(tmp_path, "clone", "--quiet", str(remote), str(directory))
        copy_project(EXAMPLES / "minimal", directory, sandbox)
        (directory / "state").mkdir()
        (directory / "state" / ".gitkeep").touch()
        git(directory, "checkout", "--quiet", "-B", "main")
        git(directory, "add", "--all")
        who = ("-c", "user.name=t", "-c", "user.email=t@example.dk")
        git(directory, *who, "commit", "--quiet", "--message", "start")
        git(directory, "push", "--quiet", "origin", "main")
        push = f"url.{remote}.insteadOf"
        git(home, "config", "--file", ".gitconfig", push, "https://oauth2:bot@forge.dk/a/shop.git")
        served.kept = tmp_path / "kept"
        yield Checkout(directory, remote, served, sandbox, home)


def edit_in_the_shop(checkout: Checkout) -> None:
    row = checkout.sandbox.data("supplier")[0]
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", checkout.sandbox.port)
    path = f"/REST/supplier/{row['supplier_id']}"
    connection.request("PUT", path, '{"name": "By hand"}', {"Authorization": "sandbox"})
    assert connection.getresponse().status < 300
    connection.close()


def github(checkout: Checkout, job: str) -> tuple[int, str]:
    """Run a job's shell steps with its permissions, and move its artifacts; install nothing."""
    recipe = YAML(typ="safe").load(RECIPES / "github-actions.yml")["jobs"][job]
    checkout.forge.permissions = rights(recipe)
    output, code, said = checkout.home / "output", 0, ""
    known = {**SECRETS, "github.token": "t", "github.event.pull_request.number": "7"}
    if job in ("comment", "apply"):  # these jobs begin without what the one before left behind
        shutil.rmtree(checkout.directory / "reviewed", ignore_errors=True)
    for step in recipe["steps"]:
        if code and step.get("if") != "always()":
            continue
        if "artifact" in step.get("uses", ""):
            artifact(checkout, step)
        if "run" not in step or step["name"] == "install":
            continue
        if "git push" in step["run"]:
            assert "contents: write" in checkout.forge.permissions
        output.write_text("")
        known |= {f"steps.{name}": text for name, text in checkout.outputs.items()}
        environment = {n: expression(str(text), known) for n, text in step.get("env", {}).items()}
        ended, text = checkout.bash(
            step["run"],
            GITHUB_API_URL=checkout.forge.url,
            GITHUB_ACTIONS="true",
            GITHUB_SERVER_URL="https://forge.dk",
            GITHUB_REPOSITORY="a/shop",
            GITHUB_RUN_ID="99",
            GITHUB_REF="refs/pull/7/merge",
            GITHUB_OUTPUT=str(output),
            GITHUB_STEP_SUMMARY=str(checkout.home / "summary"),
            GITHUB_SHA=git(checkout.directory, "rev-parse", "HEAD"),
            GITHUB_REF_NAME="main",
            **environment,
        )
        code, said = code or ended, said + text
        for line in output.read_text("utf-8").splitlines():
            name, _, value = line.partition("=")
            checkout.outputs[f"{step['id']}.outputs.{name}"] = value
    return code, said


def rights(job: dict[str, Any]) -> frozenset[str]:
    return frozenset(f"{name}: {level}" for name, level in job["permissions"].items())


def artifact(checkout: Checkout, step: dict[str, Any]) -> None:
    """Upload for the run that is going on, or download from it or from another one."""
    place = checkout.directory / step["with"]["path"]
    if "upload" in step["uses"]:
        checkout.run = checkout.forge.run()
        checkout.forge.keep(checkout.run, place)
    elif "run-id" in step["with"]:
        assert "actions: read" in checkout.forge.permissions
        checkout.forge.fetch(int(checkout.outputs["reviewed.outputs.run"]), place)
    else:
        checkout.forge.fetch(checkout.run, place)


def expression(text: str, known: dict[str, str]) -> str:
    return re.sub(r"\$\{\{ (.*?) \}\}", lambda found: known[found[1]], text)


def gitlab(checkout: Checkout, job: str) -> tuple[int, str]:
    recipe: dict[str, Any] = YAML(typ="safe").load(RECIPES / "gitlab-ci.yml")
    environment = {
        "GITLAB_CI": "true",
        "CI_API_V4_URL": checkout.forge.url,
        "CI_PROJECT_URL": "https://forge.dk/a/shop",
        "CI_JOB_URL": "https://forge.dk/a/shop/-/jobs/99",
        "CI_PROJECT_ID": str(PROJECT),
        "CI_PROJECT_PATH": "a/shop",
        "CI_SERVER_HOST": "forge.dk",
        "CI_MERGE_REQUEST_IID": "7",
        "CI_COMMIT_SHA": git(checkout.directory, "rev-parse", "HEAD"),
        "CI_COMMIT_BRANCH": "main",
        "SHOPFORM_READ_TOKEN": "sandbox",
    }
    if job == "apply":  # protected: only the main branch has them
        environment |= {"SHOPFORM_WRITE_TOKEN": "sandbox", "REVIEW_TOKEN": "r", "PUSH_TOKEN": "bot"}
    code, said = checkout.bash("\n".join(recipe[job]["script"]), **environment)
    if job == "plan" and code == 0:
        checkout.forge.keep(checkout.forge.run(), checkout.directory)
    for script in recipe[job].get("after_script", ()):
        ended, text = checkout.bash(script, **environment)
        assert ended == 0, text
        said += text
    return code, said


@pytest.mark.parametrize("system", [github, gitlab])
def test_recipe_runs_from_the_review_to_the_nightly_drift(system: Any, checkout: Checkout) -> None:
    assert system(checkout, "validate")[0] == 0
    code, said = system(checkout, "plan")
    assert code == 0, said
    checkout.forge.merged = git(checkout.directory, "rev-parse", "HEAD")
    code, said = system(checkout, "apply")
    assert (code, len(checkout.sandbox.data("supplier"))) == (0, 1), said
    assert "state/sandbox.json" in checkout.committed_state()

    code, said = system(checkout, "drift")
    assert code == 0, said
    edit_in_the_shop(checkout)
    code, said = system(checkout, "drift")
    assert code == 2, said


@pytest.mark.parametrize("system", [github, gitlab])
def test_recipe_applies_nothing_but_what_was_reviewed(system: Any, checkout: Checkout) -> None:
    system(checkout, "plan")
    served = checkout.forge
    served.merged = git(checkout.directory, "rev-parse", "HEAD")
    catalogue = checkout.directory / "catalogue.yaml"
    text = catalogue.read_text("utf-8")
    catalogue.write_text(text.replace("Nordlys Design", "Somebody Else"), "utf-8")
    code, said = system(checkout, "apply")
    assert (code, checkout.sandbox.data("supplier")) == (12, []), said

    # What a stranger has planned for these files is believed nowhere.
    ended = checkout.bash(
        "mkdir -p theirs; shopform plan --out theirs/plan.json --format markdown > theirs/plan.md",
        SHOPFORM_TOKEN="sandbox",
    )
    assert ended[0] == 0, ended
    theirs = checkout.directory / "theirs"
    served.comment(STRANGER, (theirs / "plan.md").read_text("utf-8"))
    for odd in ({"fork": True}, {"fork": None}, {"ended": "failure"}):
        served.keep(served.run(**odd), theirs)
    code, said = system(checkout, "apply")
    assert (code, checkout.sandbox.data("supplier")) == (12, []), said
    served.runs = served.runs[1:]
    other = served.head
    for head, merged in ((other, served.merged), ("2" * 40, served.merged), (other, "3" * 40)):
        served.head, served.merged = head, merged
        code, said = system(checkout, "apply")
        assert (code, checkout.sandbox.data("supplier")) == (1, []), said
        assert "nobody reviewed" in said


@pytest.mark.parametrize(
    ("system", "folder", "link", "request_"),
    [
        (github, "reviewed", "https://forge.dk/a/shop/actions/runs/99#artifacts", "pull/7"),
        (
            gitlab,
            ".",
            "https://forge.dk/a/shop/-/jobs/99/artifacts/file/report.html",
            "-/merge_requests/7",
        ),
    ],
)
def test_review_has_a_report_that_the_comment_and_the_pull_request_are_linked_with(
    system: Any, folder: str, link: str, request_: str, checkout: Checkout
) -> None:
    assert system(checkout, "plan")[0] == 0
    reviewed = checkout.directory / folder
    assert f"](<{link}>)" in (reviewed / "plan.md").read_text("utf-8")
    page = (reviewed / "report.html").read_text("utf-8")
    assert f'href="https://forge.dk/a/shop/{request_}"' in page
    if system is github:
        assert (checkout.forge.kept / str(checkout.run) / "report.html").exists()
    else:
        recipe = YAML(typ="safe").load(RECIPES / "gitlab-ci.yml")
        assert "report.html" in recipe["plan"]["artifacts"]["paths"]


def test_a_plan_that_the_recipe_of_a_fork_made_is_not_believed(checkout: Checkout) -> None:
    """A member may run a fork's merge request in this project: with the fork's own recipe."""
    gitlab(checkout, "plan")
    checkout.forge.merged = git(checkout.directory, "rev-parse", "HEAD")
    checkout.forge.source += 1
    code, said = gitlab(checkout, "apply")
    assert (code, checkout.sandbox.data("supplier")) == (1, []), said
    assert "nobody reviewed" in said


def test_the_comment_of_the_bot_is_kept_up_to_date_and_no_other_touched(checkout: Checkout) -> None:
    assert github(checkout, "plan")[0] == 0
    plan = (checkout.directory / "reviewed" / "plan.md").read_text("utf-8")
    for number in range(150):
        checkout.forge.comment(STRANGER, f"{plan}\n{number}")
    before = [dict(each) for each in checkout.forge.comments]
    for _ in range(2):
        code, said = github(checkout, "comment")
        assert code == 0, said
        assert checkout.forge.comments[:150] == before
        assert [each["body"] for each in checkout.forge.comments[150:]] == [plan]


def test_without_a_plan_no_comment_of_another_workflow_is_replaced(checkout: Checkout) -> None:
    assert github(checkout, "plan")[0] == 0
    checkout.forge.keep(checkout.run, checkout.directory / "reviewed")
    other = checkout.forge.comment(BOT, "the coverage fell")
    (checkout.forge.kept / str(checkout.run) / "plan.md").write_text("")
    assert github(checkout, "comment")[0] == 1
    assert checkout.forge.comments == [other]
    assert other["body"] == "the coverage fell"


def test_what_others_write_is_no_part_of_a_script() -> None:
    """Titles, branches and comments reach a script as variables at most."""
    jobs = YAML(typ="safe").load(RECIPES / "github-actions.yml")["jobs"]
    scripts = [step.get("run", "") for job in jobs.values() for step in job["steps"]]
    assert len([script for script in scripts if script]) > 8
    assert [script for script in scripts if "${{" in script] == []
    text = "".join(path.read_text("utf-8") for path in RECIPES.glob("*.yml"))
    assert not re.search(
        r"head\.ref|head_ref|\.title|\.body\b|TITLE|SOURCE_BRANCH|pull_request_target", text
    )


def test_jobs_of_a_pull_request_may_not_write_and_those_of_a_fork_have_no_key() -> None:
    recipe = YAML(typ="safe").load(RECIPES / "github-actions.yml")
    assert recipe["permissions"] == {}
    granted = {name: rights(job) for name, job in recipe["jobs"].items()}
    assert granted == {
        "validate": {"contents: read"},
        "plan": {"contents: read"},
        "comment": {"pull-requests: write"},
        "apply": {"contents: write", "pull-requests: read", "actions: read"},
        "drift": {"contents: read"},
    }
    own = "github.event.pull_request.head.repo.full_name == github.repository"
    for name, job in recipe["jobs"].items():
        text = str(job)
        if "pull_request'" in job["if"] and own not in job["if"]:
            assert "secrets." not in text, name
        # Whoever may write runs nothing of the pull request.
        if name == "comment":
            assert "checkout" not in text
        assert "secrets.SHOPFORM_TOKEN" not in text or name == "apply"
    gitlab_recipe = (RECIPES / "gitlab-ci.yml").read_text("utf-8")
    assert "$CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID" in gitlab_recipe
    assert "BOT_TOKEN" not in gitlab_recipe


def test_recipes_name_nothing_that_others_could_move() -> None:
    """Actions by commit, and shopform from a commit: its name on an index may be anybody's."""
    for path in [
        *RECIPES.glob("*.yml"),
        ROOT / "docs" / "guide" / "ci.md",
        ROOT / "pyproject.toml",
    ]:
        text = path.read_text("utf-8")
        for used in re.findall(r"uses: *(\S+)", text):
            assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", used), used
        assert not re.search(r"pip install ['\"]?shopform|github\.com/shopform", text), path
    github_recipe = (RECIPES / "github-actions.yml").read_text("utf-8")
    assert github_recipe.count("ref: ${{ vars.SHOPFORM_COMMIT }}") == 1


@pytest.mark.parametrize("system", [github, gitlab])
def test_recipe_fails_for_files_that_are_wrong(system: Any, checkout: Checkout) -> None:
    (checkout.directory / "catalogue.yaml").write_text("suppliers: {a: {nam: x}}", "utf-8")
    code, said = system(checkout, "plan")
    assert code == 10, said
