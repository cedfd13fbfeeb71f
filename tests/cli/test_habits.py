"""What people type who know other tools, or type nearly right: it works, or the answer helps."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from support import Run, environment_of, run_here

from shopform.cli.groups import FOREIGN_COMMANDS, FOREIGN_OPTIONS, doubled
from shopform.cli.main import COMMANDS, main
from shopform.diagnostics import did_you_mean
from shopform.terminal.console import Console

Here = Callable[..., Run]


@pytest.fixture
def here(project: Path) -> Here:
    def run(*arguments: str, **environment: str) -> Run:
        return run_here(project, *arguments, environment=environment_of(**environment))

    return run


def commands() -> dict[str, click.Command]:
    context = click.Context(main)
    found = {name: main.get_command(context, name) for name in COMMANDS}
    nested = found["state"]
    assert isinstance(nested, click.Group)
    found |= {f"state {name}": each for name, each in nested.commands.items()}
    return {name: each for name, each in found.items() if each and not hasattr(each, "commands")}


def test_every_long_option_of_every_command_may_have_one_dash() -> None:
    for name, command in commands().items():
        for option in command.params:
            for long in (o for o in option.opts if o.startswith("--")):
                for value in ("", "=x", "=a b"):
                    assert doubled(command, [f"{long[1:]}{value}"]) == [f"{long}{value}"], name
                    assert doubled(command, [f"{long}{value}"]) == [f"{long}{value}"], name
                if getattr(option, "is_flag", False):
                    assert doubled(command, [f"{long[1:]}=true"]) == [long]
                    assert doubled(command, [f"{long[1:]}=false"]) == []
        assert doubled(command, ["--", "-out=x"]) == ["--", "-out=x"]
        assert doubled(command, ["-h", "-C", "a", "-Cab"]) == ["-h", "-C", "a", "-Cab"]


def test_terraforms_own_lines_work(here: Here, project: Path) -> None:
    planned = here(
        "plan", "-out=tf.plan", "-target=category.kitchen", "-no-color", "-parallelism=2"
    )
    assert planned.exit == 0, planned.text
    assert "category.mugs" not in here("show", "-no-color", "tf.plan").out
    assert json.loads(here("show", "-json", "tf.plan").out)["format_version"]
    assert here("apply", "tf.plan").exit == 0
    applied = here("apply", "-auto-approve", "-var", "x=y")
    assert applied.exit in (0, 10), applied.text
    assert here("apply", "-auto-approve", "-lock-timeout=5s").exit == 0
    for words in (("plan", "-help"), ("state", "-help"), ("state", "list", "-help")):
        assert here(*words).out.startswith("Usage: "), words
    behind_a_folder = ("-help",), ("-chdir", str(project), "-help"), ("-version",)
    for arguments in behind_a_folder:
        asked = here(*arguments)
        assert (asked.exit, asked.err) == (0, ""), asked.text
    assert "there is no option `-nope`" in here("-nope", "plan").err
    assert here("plan", "-detailed-exitcode", "-refresh-only").exit == 0
    assert here("state", "unprotect", "category.kitchen").exit == 0
    assert here("destroy", "-auto-approve=true").exit == 0
    assert here(f"-chdir={project}", "plan", "-json").exit == 0


def test_what_other_tools_have_is_answered(here: Here) -> None:
    for name, hint in FOREIGN_OPTIONS.items():
        for written in (f"-{name}=false", f"--{name}", f"--{name}=x"):
            done = here("plan", written)
            assert done.exit == 64
            assert hint in squeezed(done.err), written
    for name, hint in FOREIGN_COMMANDS.items():
        done = here(name)
        assert (done.exit, hint in squeezed(done.err)) == (64, True), name


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text)


SLIPS = {
    ("plam",): "did you mean `plan`?",
    ("aply",): "did you mean `apply`?",
    ("destory",): "did you mean `destroy`?",
    ("state", "lsit"): "did you mean `list`?",
    ("state", "pul"): "did you mean `pull`?",
    ("plan", "--tagret", "x"): "did you mean `--target`?",
    ("plan", "-tagret=x"): "did you mean `--target`?",
    ("apply", "--auto-aprove"): "did you mean `--auto-approve`?",
    ("plan", "--target", "category.kitchn"): "did you mean `category.kitchen`?",
    ("plan", "--exclude", "category.muggs"): "did you mean `category.mugs`?",
    ("plan", "--replace", "category.kitchn"): "did you mean `category.kitchen`?",
    ("state", "show", "category.kitchn"): "did you mean `category.kitchen`?",
    ("state", "rm", "category.kitchn"): "did you mean `category.kitchen`?",
    ("state", "mv", "category.kitchn", "category.x"): "did you mean `category.kitchen`?",
    ("state", "protect", "category.kitchn"): "did you mean `category.kitchen`?",
    ("state", "rm", "categroy.kitchen"): "did you mean `category`?",
    ("import", "categroy.kitchen", "1"): "did you mean `category`?",
    ("import", "category.kitchn", "1"): "did you mean `category.kitchen`?",
    (
        "import",
        "category.new",
        "1",
    ): "`shopform import --generate category.new ID` writes its block",
    ("drift", "--fromat", "json"): "did you mean `--format`?",
}


def test_a_slip_of_the_pen_is_answered_with_what_was_meant(here: Here) -> None:
    assert here("apply", "--auto-approve").exit == 0
    for arguments, hint in SLIPS.items():
        done = here(*arguments)
        assert done.exit in (64, 1), done.text
        assert hint in squeezed(done.err), (arguments, done.err)


def test_only_a_likely_slip_is_suggested() -> None:
    near = {
        "womn": "women",
        "categroy": "category",
        "men-shose": "men-shoes",
        "kitchen2": "kitchen",
    }
    for word, meant in near.items():
        assert did_you_mean(word, [meant, "other"]) == f"did you mean `{meant}`?"
        assert did_you_mean(f"a.{word}", [f"a.{meant}"]) == f"did you mean `a.{meant}`?"
    far = {
        "men": "women",
        "winter": "printer-a",
        "red": "bed-linen",
        "shoes": "shirts",
        "no": "yes",
    }
    for word, other in far.items():
        assert did_you_mean(word, [other], "nothing") == "nothing"
        assert did_you_mean(f"category.{word}", [f"category.{other}"], "nothing") == "nothing"


def test_shells_complete_commands_options_addresses_shops_and_kinds(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)

    from click.shell_completion import ShellComplete

    def words(*given: str) -> set[str]:
        *before, last = given
        found = ShellComplete(main, {"obj": Console()}, "shopform", "_SHOPFORM_COMPLETE")
        return {item.value for item in found.get_completions(before, last)}

    assert "plan" in words("pl")
    assert "pull" in words("state", "pu")
    assert "--target" in words("plan", "--ta")
    assert {"category.kitchen", "category.mugs"} <= words("plan", "--target", "category.")
    assert words("plan", "--target", "category.m") == {"category.mugs"}
    assert "sandbox" in words("plan", "--shop", "s")
    assert "category" in words("plan", "--allow-delete", "cat")
    for command in ("dump", "snapshot", "clone"):
        assert "category" in words(command, "--kinds", "cat")
    assert words("state", "rm", "category.") == set()
    monkeypatch.chdir("/")
    assert "sandbox" in words("-C", str(project), "plan", "--shop", "s")
    assert "sandbox" in words("plan", "-C", str(project), "--shop", "s")
    monkeypatch.chdir(project)
    done = run_here(project, "apply", "--auto-approve", environment=environment_of())
    assert done.exit == 0
    assert "category.kitchen" in words("state", "rm", "category.")
    assert "category.kitchen" in words("state", "rm", "--shop", "sandbox", "category.")
    assert words("state", "rm", "--shop", "another", "category.") == set()
    for path in project.glob("catalogue*.yaml"):
        path.unlink()
    assert "category.kitchen" in words("plan", "--target", "category."), "it is owned still"
    (project / "shopform.yaml").write_text("shops: [", "utf-8")
    assert words("plan", "--shop", "s") == set()
    for shell in ("bash", "zsh", "fish"):
        made = run_here(project, "completion", shell, environment=environment_of())
        assert (made.exit, "_SHOPFORM_COMPLETE" in made.out) == (0, True)


def test_the_state_is_shown_and_printed(here: Here, project: Path) -> None:
    assert here("show").out == "No state yet.\n"
    secret = "suppliers: {s: {name: S, dropshipping_mail: '${env:MAIL}'}}\n"
    (project / "more.yaml").write_text(secret, "utf-8")
    assert here("apply", "--auto-approve", MAIL="a@b.example").exit == 0
    shown = here("show").out
    assert ("(sensitive value)" in shown, "hmac" in shown) == (True, False)
    (project / "more.yaml").unlink()
    assert here("apply", "--auto-approve").exit == 0
    shown = here("show").out
    assert "# category.kitchen (id " in shown
    assert "    name " in shown
    assert "State of `127.0.0.1" in shown
    pulled, as_json = here("state", "pull"), here("show", "--json")
    assert pulled.out == as_json.out
    assert "category.kitchen" in json.loads(pulled.out)["resources"]
    lines = here("show", "--summary").out.splitlines()
    assert len(lines) == len(json.loads(pulled.out)["resources"]) + 1
    assert here("show", "--format", "html").exit == 64


def test_without_a_bar_reading_and_applying_say_how_far_they_are(
    here: Here, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shopform.render.text.progress.EVERY", 0.0)
    assert "reading sandbox: 1\n" in here("plan").err
    assert "reading" not in here("plan", "--quiet").err
    quiet = here("apply", "--auto-approve", "--quiet")
    assert (quiet.exit, "created (" in quiet.err, "reading" in quiet.err) == (0, False, False)
    (project / "more.yaml").write_text("suppliers: {s: {name: S}}\n", "utf-8")
    done = here("apply", "--auto-approve")
    assert "reading sandbox: 1\n" in done.err
    assert "supplier.s: created (1 of 1)" in done.err


def test_a_summary_has_a_line_for_each_object(here: Here) -> None:
    told = here("plan", "--summary").out
    assert "\n  + supplier.nordlys will be created\n" in told
    assert "\n  + category.kitchen will be created (is protected from now on)\n" in told
    assert " = " not in told
    assert here("plan", "--summary", "--full").exit == 64
    assert here("apply", "--summary", "--auto-approve").exit == 0
