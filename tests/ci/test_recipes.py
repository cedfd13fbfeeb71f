"""The recipes of the guide, end to end: requests, merges and runs of a team on GitHub and GitLab.

Every job has an empty disk. Shop, forge and the server of the state are servers of this machine.
"""

import http.client
import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
import terraform_server
from forge.github import BOT, GitHub
from forge.gitlab import GitLab
from github_runner import Done, Event, GitHubRunner, git, recipe
from gitlab_runner import GitLabRunner, component
from ruamel.yaml import YAML
from support import EXAMPLES, SHOPFORM, Prepared, copy_project, environment_of, run_here

from shopform.sandbox import Sandbox

MEMBER = environment_of(**terraform_server.ENVIRONMENT)
READ, WRITE = {"SHOPFORM_READ_TOKEN": "sandbox"}, {"SHOPFORM_WRITE_TOKEN": "sandbox"}
SUPPLIER = "suppliers:\n  {}: {{name: {}}}\n"


@dataclass
class Team:
    """A repository with a project, its shop, and the state that all machines share."""

    system: str
    clone: Path
    sandbox: Sandbox
    state: str
    forge: Any
    runner: Any
    heads: dict[int, str] = field(default_factory=dict)
    merges: dict[int, str] = field(default_factory=dict)

    def request(self, number: int, text: str, *, fork: bool = False) -> None:
        """Open a request that adds a file, or push to it."""
        branch = f"request-{number}"
        git(self.clone, "checkout", "--quiet", branch if number in self.heads else "main")
        git(self.clone, "checkout", "--quiet", "-B", branch)
        self.commit(f"request-{number}.yaml", text, branch)
        self.heads[number] = git(self.clone, "rev-parse", "HEAD")
        git(self.clone, "checkout", "--quiet", "--detach", "main")
        git(self.clone, "merge", "--quiet", "--no-ff", "-m", "try", branch)
        git(self.clone, "push", "--quiet", "--force", "origin", f"HEAD:refs/pull/{number}/merge")
        self.merges[number] = git(self.clone, "rev-parse", "HEAD")
        if self.system == "github":
            self.forge.pull(number, self.heads[number], fork=fork)
        else:
            self.forge.merge_request(number, self.heads[number], fork=fork)

    def commit(self, name: str, text: str, branch: str) -> None:
        (self.clone / name).write_text(text, "utf-8")
        git(self.clone, "add", "--all")
        git(self.clone, "commit", "--quiet", "--message", name)
        git(self.clone, "push", "--quiet", "--force", "origin", f"HEAD:refs/heads/{branch}")

    def request_event(self, number: int, *, fork: bool = False) -> Event:
        commit, head = self.merges[number], self.heads[number]
        return Event(name="pull_request", commit=commit, number=number, head=head, fork=fork)

    def plan(self, number: int, *, fork: bool = False) -> Done:
        return self.job("plan", self.request_event(number, fork=fork))

    def merge(self, number: int) -> str:
        """Merge a request; return the commit of the merge."""
        git(self.clone, "checkout", "--quiet", "main")
        git(self.clone, "merge", "--quiet", "--no-ff", "-m", "merge", f"request-{number}")
        git(self.clone, "push", "--quiet", "origin", "main")
        commit = git(self.clone, "rev-parse", "HEAD")
        self.forge.merge(number, commit)
        return commit

    def apply(self, commit: str, **inputs: str) -> Done:
        return self.job("apply", Event(name="push", commit=commit), **inputs)

    def job(self, name: str, event: Event, **inputs: str) -> Done:
        """Run a job of the recipe, with more inputs of the action or component."""
        done: Done
        if self.system == "github":
            workflow = YAML(typ="safe").load(recipe(".github/workflows/shop.yml"))
            workflow["jobs"][name]["steps"][-1]["with"] |= inputs
            done = self.runner.job(workflow, name, event)
        else:
            (include,) = YAML(typ="safe").load(recipe(".gitlab-ci.yml"))["include"]
            done = self.runner.job(
                component(**include["inputs"], **inputs), f"shopform-{name}", event
            )
        return done

    def comments(self, number: int) -> list[tuple[str, str]]:
        """The comments on a request, with their authors."""
        if self.system == "github":
            found = self.forge.comments(number)
            return [(each["user"]["login"], each["body"]) for each in found]
        return [(n["author"]["username"], n["body"]) for n in self.forge.notes(number)]

    def own_comments(self, number: int) -> list[str]:
        bots = (BOT, "project_3_bot")
        return [body for author, body in self.comments(number) if author in bots]

    def comment(self, author: str, body: str, number: int) -> None:
        if self.system == "github":
            self.forge.comment(author, body, number)
        else:
            self.forge.note(author, body, number)

    def keep(self, number: int, plan: bytes, *, fork: bool) -> None:
        """Keep a plan as an artifact of a run for the request."""
        head, file = self.heads[number], "sandbox.plan.json"
        if self.system == "github":
            self.forge.artifact(f"shopform-sandbox-{head}", {file: plan}, head, fork=fork)
        else:
            files = {f"shopform-ci/{file}": plan}
            self.forge.job("shopform-plan", files, head, iid=number, fork=fork)

    @property
    def names(self) -> list[str]:
        return sorted(row["name"] for row in self.sandbox.data("supplier"))


# Tests of which the gate has one system, and the wide tests both.
GITHUB = pytest.mark.parametrize(
    "team", ["github", pytest.param("gitlab", marks=pytest.mark.wide)], indirect=True
)


@pytest.fixture(params=["github", "gitlab"])
def team(request: pytest.FixtureRequest, tmp_path: Path, prepared: Prepared) -> Iterator[Team]:
    remote, clone = tmp_path / "remote.git", tmp_path / "clone"
    state = terraform_server.GitLab()
    forge: Any = GitHub() if request.param == "github" else GitLab()
    with Sandbox() as sandbox, terraform_server.serving(state), forge:
        git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", str(remote))
        git(remote, "config", "uploadpack.allowAnySHA1InWant", "true")
        git(tmp_path, "clone", "--quiet", str(remote), str(clone))
        copy_project(EXAMPLES / "minimal", clone, sandbox)
        settings = clone / "shopform.yaml"
        text = settings.read_text("utf-8")
        shared = re.sub(r"^( +)(url: .*)$", rf"\1\2\n\1state: {state.address}", text, flags=re.M)
        settings.write_text(shared, "utf-8")
        (clone / "catalogue.yaml").write_text(SUPPLIER.format("nordlys", "Nordlys"), "utf-8")
        git(clone, "checkout", "--quiet", "-B", "main")
        place = (remote, tmp_path / "machines", prepared.program)
        machine = terraform_server.ENVIRONMENT
        runner: Any
        if request.param == "github":
            secrets = {**READ, "SHOPFORM_TOKEN": "sandbox"}
            runner = GitHubRunner(forge, *place, secrets, machine)
        else:
            access = {"SHOPFORM_GITLAB_TOKEN": forge.access_token()}
            runner = GitLabRunner(forge, *place, {**READ, **access}, WRITE, machine)
        found = Team(
            request.param, clone, sandbox, state.url + state.path.rstrip("/"), forge, runner
        )
        found.commit("README.md", "a shop", "main")
        yield found


@GITHUB
def test_a_push_updates_the_one_comment_and_the_merge_applies_what_it_shows(team: Team) -> None:
    team.request(7, SUPPLIER.format("seven", "Seven"))
    done = team.plan(7)
    assert done.code == 0, done.log
    (first,) = team.own_comments(7)
    assert "Seven" in first
    for number in range(60):  # an own one is looked for on every page
        team.comment("ana", f"looks good {number}", 7)
    team.request(7, SUPPLIER.format("seven", "Seven of Nine"))
    done = team.plan(7)
    assert done.code == 0, done.log
    (second,) = team.own_comments(7)
    assert "Seven of Nine" in second
    assert team.names == []
    done = team.apply(team.merge(7))
    assert (done.code, team.names) == (0, ["Nordlys", "Seven of Nine"]), done.log


@GITHUB
def test_two_interleaved_merges_are_both_applied(team: Team) -> None:
    """The second plan was made before the first merge: its digest is of its own changes only."""
    assert team.apply(first_merge(team)).code == 0
    team.request(8, SUPPLIER.format("eight", "Eight"))
    team.request(9, SUPPLIER.format("nine", "Nine"))
    assert [team.plan(8).code, team.plan(9).code] == [0, 0]
    eight, nine = team.merge(8), team.merge(9)
    early = team.apply(nine)
    assert (early.code, team.names) == (12, ["Nordlys", "Seven"]), early.log
    done = [team.apply(eight), team.apply(nine)]
    assert [each.code for each in done] == [0, 0], done
    assert team.names == ["Eight", "Nine", "Nordlys", "Seven"]


def first_merge(team: Team) -> str:
    team.request(7, SUPPLIER.format("seven", "Seven"))
    done = team.plan(7)
    assert done.code == 0, done.log
    return team.merge(7)


@GITHUB
def test_a_forged_comment_does_nothing(team: Team) -> None:
    team.request(7, SUPPLIER.format("seven", "Seven"))
    assert team.plan(7).code == 0
    (plan,) = team.own_comments(7)
    team.request(8, SUPPLIER.format("eight", "Eight"))
    forged = plan.replace("Seven", "Eight")
    team.comment("stranger", forged, 8)
    assert team.plan(8).code == 0
    assert team.comments(8)[0] == ("stranger", forged)
    assert len(team.own_comments(8)) == 1
    # A request that no plan was made of is not applied, whatever its comments say.
    team.request(9, SUPPLIER.format("nine", "Nine"))
    team.comment("stranger", forged.replace("Eight", "Nine"), 9)
    done = team.apply(team.merge(9))
    assert (done.code, team.names) == (12, []), done.log


@pytest.mark.wide
def test_a_commit_without_a_request_is_not_applied(team: Team) -> None:
    git(team.clone, "checkout", "--quiet", "main")
    team.commit("pushed.yaml", SUPPLIER.format("x", "X"), "main")
    done = team.apply(git(team.clone, "rev-parse", "HEAD"))
    assert (done.code, team.names) == (12, []), done.log


@pytest.mark.wide
def test_a_fork_is_validated_without_a_key_and_gets_no_comment(team: Team) -> None:
    team.request(7, SUPPLIER.format("seven", "Seven"), fork=True)
    done = team.plan(7, fork=True)
    assert (done.code, team.comments(7), len(team.sandbox.calls)) == (0, [], 0), done.log
    done = team.apply(team.merge(7))
    assert (done.code, team.names) == (12, []), done.log


@pytest.mark.wide
def test_a_plan_is_taken_from_runs_of_this_repository_only(team: Team) -> None:
    team.request(7, SUPPLIER.format("seven", "Seven"))
    commit = team.merge(7)
    path = team.clone / "forged.json"
    made = run_here(team.clone, "plan", "--out", path.name, environment=MEMBER)
    assert made.exit == 0, made.text
    team.keep(7, path.read_bytes(), fork=True)
    done = team.apply(commit)
    assert (done.code, team.names) == (12, []), done.log
    team.keep(7, path.read_bytes(), fork=False)
    done = team.apply(commit)
    assert (done.code, team.names) == (0, ["Nordlys", "Seven"]), done.log


def test_files_that_are_wrong_fail_the_plan_with_an_annotation(team: Team) -> None:
    team.request(7, "suppliers:\n  seven: {nam: Seven}\n")
    done = team.plan(7)
    assert done.code == 10, done.log
    if team.system == "github":
        place = "file=request-7.yaml,line=2,col=11,endColumn=14"
        assert f"::error {place},title=unknown-field::" in done.log
    (comment,) = team.own_comments(7)
    assert "unknown field" in comment


@pytest.mark.wide
@GITHUB
def test_the_nightly_run_fails_when_the_shop_was_edited(team: Team) -> None:
    merged = first_merge(team)
    assert team.apply(merged).code == 0
    nightly = Event(name="schedule", commit=merged)
    assert team.job("drift", nightly).code == 0
    row = team.sandbox.data("supplier")[0]
    connection = http.client.HTTPConnection("127.0.0.1", team.sandbox.port)
    path = f"/REST/supplier/{row['supplier_id']}"
    connection.request("PUT", path, '{"name": "By hand"}', {"Authorization": "sandbox"})
    assert connection.getresponse().status < 300
    connection.close()
    done = team.job("drift", nightly)
    assert done.code == 2, done.log
    assert "By hand" in done.log


@pytest.mark.wide
@pytest.mark.parametrize("team", ["github"], indirect=True)
def test_production_is_applied_after_staging_each_with_what_was_reviewed_for_it(team: Team) -> None:
    with Sandbox() as second:
        shops = {
            name: {
                "url": shop.url.removesuffix("/REST"),
                "token": "${env:SHOPFORM_TOKEN}",
                "state": f"{team.state}/{name}",
            }
            for name, shop in (("staging", team.sandbox), ("production", second))
        }
        git(team.clone, "checkout", "--quiet", "main")
        team.commit("shopform.yaml", json.dumps({"shops": shops}), "main")
        team.request(7, SUPPLIER.format("seven", "Seven"))
        plan = YAML(typ="safe").load(recipe(".github/workflows/shop.yml"))
        checkout, action = plan["jobs"]["plan"]["steps"]
        each = [{**action, "with": {**action["with"], "shop": name}} for name in shops]
        plan["jobs"]["plan"]["steps"] = [checkout, *each]
        event = team.request_event(7)
        done = team.runner.job(plan, "plan", event)
        assert (done.code, len(team.own_comments(7))) == (0, 2), done.log
        workflow = YAML(typ="safe").load(recipe(".github/workflows/shops.yml"))
        assert workflow["jobs"]["production"]["needs"] == "staging"
        merged = Event(name="push", commit=team.merge(7))
        for name, shop in (("staging", team.sandbox), ("production", second)):
            done = team.runner.job(workflow, name, merged)
            assert done.code == 0, done.log
            assert sorted(row["name"] for row in shop.data("supplier")) == ["Nordlys", "Seven"]


@pytest.mark.wide
@pytest.mark.parametrize("call", [2, 3])  # the first two writes
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_cancelled_in_the_middle_is_continued_by_the_next(
    team: Team, call: int, how: signal.Signals
) -> None:
    """A runner cancels by SIGINT first; one that is lost is killed, and its disk with it:
    https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-cancellation"""
    merged = first_merge(team)
    processes: Queue[subprocess.Popen[str]] = Queue()

    def real(folder: Path) -> None:
        python, option, code = SHOPFORM
        file = folder / "shopform"
        file.write_text(f'#!/bin/sh\nexec {python} {option} "{code}" "$@"\n', "utf-8")
        file.chmod(0o755)

    def kill(seen: Any) -> None:
        if seen.n == call:
            os.killpg(processes.get(timeout=60).pid, how)
            if how == signal.SIGKILL:
                raise ConnectionAbortedError

    team.runner.program, team.runner.started = real, processes.put
    team.sandbox.reset_log()
    team.sandbox.app.after.append(kill)
    cancelled = team.apply(merged)
    assert cancelled.code != 0
    team.sandbox.app.after.clear()
    done = team.apply(merged, **{"lock-timeout": "1s"})
    assert (done.code == 15) == (how == signal.SIGKILL), "a server of Terraform's has no lease"
    if done.code == 15:
        (lock,) = set(re.findall(r"force-unlock (\S+?)[`'. ]", done.log))
        environment = environment_of(**terraform_server.ENVIRONMENT)
        freed = run_here(team.clone, "force-unlock", lock, environment=environment)
        assert freed.exit == 0, freed.text
        done = team.apply(merged)
    assert done.code == 0, done.log
    assert team.names == ["Nordlys", "Seven"]
