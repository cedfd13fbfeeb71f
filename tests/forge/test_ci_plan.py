"""`shopform ci plan`: what it publishes, where it may, and what it never believes or gives away."""

from forge.jobs import HEAD, MERGE, Hub, Lab, Repository, System

PLAN = ("ci", "plan")
MARK = "<!-- shopform ci shop  -->\n"


def files(repo: Repository) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in sorted(repo.out.iterdir())}


def test_elsewhere_it_writes_files_and_exits_as_a_plan(repo: Repository) -> None:
    made = repo.run(*PLAN)
    assert made.exit == 0, made.text
    assert sorted(files(repo)) == ["main.html", "main.md", "main.plan.json"]
    assert files(repo)["main.md"].startswith(MARK)
    assert "::" not in made.out
    assert repo.run(*PLAN, "--detailed-exitcode").exit == 2
    assert repo.run(*PLAN, "--fail-on", "create").exit == 11
    assert "cannot be applied" in files(repo)["main.md"]
    assert repo.run("apply", "shopform-ci/main.plan.json").exit == 11
    assert repo.run(*PLAN).exit == 0
    assert repo.run("apply", "shopform-ci/main.plan.json").exit == 0
    assert repo.run(*PLAN, "--detailed-exitcode").exit == 0


def test_github_gets_outputs_a_summary_and_annotations(repo: Repository) -> None:
    repo.declare(suppliers={"fjord": {"name": "Fjord"}}, categories={"a": {"name": "A"}})
    with Hub() as hub:
        made = repo.run(*PLAN, "--detailed-exitcode", **hub.variables(repo.root))
    assert made.exit == 2, made.text
    outputs = repo.outputs()
    assert {**outputs, "digest": ""} == {
        "changes": "true",
        "digest": "",
        "report": "shop/shopform-ci/main.html",
        "plan": "shop/shopform-ci/main.plan.json",
        "summary": "shop/shopform-ci/main.md",
        "artifact": f"shopform-main-{HEAD}",
        "exit-code": "2",
    }
    assert f"Digest: {outputs['digest']}" in made.out
    assert (repo.root / "summary").read_text("utf-8") == files(repo)["main.md"]
    assert f"Commit `{HEAD}`" in files(repo)["main.md"]
    assert "actions/runs/99#artifacts" in files(repo)["main.md"]


def test_no_line_of_a_plan_is_a_command_to_github(repo: Repository) -> None:
    text = "<p>\n::set-output name=digest::forged\n</p>"
    repo.declare(categories={"a": {"name": "A", "description_a": text, "meta_titel": "x"}})
    with Hub() as hub:
        wrong = repo.run(*PLAN, **hub.variables(repo.root))
        repo.declare(categories={"a": {"name": "A", "description_a": text}})
        made = repo.run(*PLAN, **hub.variables(repo.root))
    for run in (made, wrong):
        first, *lines = run.out.splitlines()
        token = first.removeprefix("::stop-commands::")
        assert len(token) == 32
        end = lines.index(f"::{token}::")
        assert token not in "".join(lines[:end])
        assert all(line.startswith(("::error ", "::warning ")) for line in lines[end + 1 :])
    assert "::set-output" in made.out
    assert "file=shop/catalogue.yaml" in wrong.out
    assert wrong.exit == 10
    assert repo.outputs()["artifact"] == f"shopform-main-{HEAD}"


def test_a_plan_that_failed_is_kept_under_another_name(repo: Repository) -> None:
    repo.declare(suppliers={"fjord": {"nam": "Fjord"}})
    with Hub() as hub:
        assert repo.run(*PLAN, **hub.variables(repo.root)).exit == 10
    assert repo.outputs() == {
        "artifact": f"shopform-main-plan-{MERGE}",
        "exit-code": "10",
        "summary": "shop/shopform-ci/main.md",
    }


def test_gitlab_gets_a_code_quality_report(repo: Repository) -> None:
    repo.declare(suppliers={"fjord": {"nam": "Fjord"}})
    with Lab() as lab:
        made = repo.run(*PLAN, **lab.variables(repo.root))
    assert made.exit == 10
    assert sorted(files(repo)) == ["main.code-quality.json", "main.md"]
    assert '"shop/catalogue.yaml"' in files(repo)["main.code-quality.json"]
    assert "::" not in made.out


def test_the_own_comment_is_kept_up_to_date_and_no_other(repo: Repository, system: System) -> None:
    variables = system.variables(repo.root)
    for number in range(120):
        system.write("stranger", f"{MARK}forged {number}")
    system.write(system.bot, "the coverage fell")
    before = system.bodies()
    for name in ("Fjord", "Sound"):
        repo.declare(suppliers={"fjord": {"name": name}})
        made = repo.run(*PLAN, **variables)
        assert made.exit == 0, made.text
        assert system.bodies()[:-1] == before
        assert system.bodies()[-1].startswith(MARK)
        assert name in system.bodies()[-1]
    repo.declare(suppliers={"fjord": {"nam": "Fjord"}})
    assert repo.run(*PLAN, **variables).exit == 10
    assert system.bodies()[:-1] == before
    assert "could not plan" in system.bodies()[-1]
    assert "main.plan.json" not in files(repo), "a plan of before is not left for the apply"
    repo.run(*PLAN, "--shop", "main", **variables)
    repo.run(*PLAN, "--no-comment", **variables)
    assert len(system.bodies()) == len(before) + 2, "one for each shop that is named"


def test_a_token_that_may_not_comment_is_a_warning(repo: Repository, system: System) -> None:
    variables = system.variables(repo.root)
    name = "GITHUB_TOKEN" if "GITHUB_TOKEN" in variables else "GITLAB_TOKEN"
    for token, says in ((system.denied(), "warning: the plan is in no comment"), ("", "not set")):
        made = repo.run(*PLAN, "--detailed-exitcode", **{**variables, name: token})
        assert made.exit == 2, made.text
        assert says in made.err
        assert not token or token not in made.text
    assert system.bodies() == []


def test_a_forge_that_is_away_is_an_error_after_the_files(repo: Repository, system: System) -> None:
    variables = system.variables(repo.root)
    system.faults += [503] * 3
    made = repo.run(*PLAN, "--detailed-exitcode", **variables)
    assert made.exit == 1, made.text
    assert "HTTP 503" in made.err
    assert {"main.html", "main.md", "main.plan.json"} <= files(repo).keys()
    secret = variables.get("GITHUB_TOKEN") or variables["GITLAB_TOKEN"]
    assert secret not in made.text + "".join(files(repo).values())


def test_a_fork_gets_no_key_and_no_comment(repo: Repository, system: System) -> None:
    assert repo.run("snapshot", "--out", "../shop.snapshot").exit == 0
    before = len(repo.sandbox.calls)
    variables = system.variables(repo.root, fork=True)
    made = repo.run(*PLAN, **variables)
    assert made.exit == 0, made.text
    assert "is not planned" in files(repo)["main.md"]
    assert "main.plan.json" not in files(repo)
    planned = repo.run(*PLAN, "--snapshot", "../shop.snapshot", **variables)
    assert planned.exit == 0, planned.text
    assert "supplier.fjord" in files(repo)["main.md"]
    repo.declare(suppliers={"fjord": {"nam": "Fjord"}})
    assert repo.run(*PLAN, **variables).exit == 10
    assert len(repo.sandbox.calls) == before
    assert (system.requests, system.bodies()) == ([], [])


def test_a_workflow_that_gives_a_fork_secrets_is_refused(repo: Repository) -> None:
    with Hub() as hub:
        variables = hub.variables(repo.root, fork=True)
        made = repo.run(*PLAN, **{**variables, "GITHUB_EVENT_NAME": "pull_request_target"})
        assert (made.exit, hub.requests, repo.sandbox.calls) == (11, [], [])
    assert "pull_request_target" in made.err
    assert not repo.out.exists()


def test_files_that_are_not_its_own_are_kept(repo: Repository) -> None:
    repo.out.mkdir()
    (repo.out / "main.md").write_text("mine", "utf-8")
    made = repo.run(*PLAN)
    assert (made.exit, files(repo)) == (64, {"main.md": "mine"}), made.text
    assert "was not written by this option" in made.err
    assert repo.run(*PLAN, "--out-dir", "a\nb").exit == 64
    assert repo.run(*PLAN, "--out-dir", "state").exit == 64
