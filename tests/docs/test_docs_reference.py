"""The reference leaves nothing out, and its generated parts are current."""

import inspect
import re
import subprocess
import sys

import click
from click.testing import CliRunner
from docpages import REFERENCE, ROOT

from shopform import errors
from shopform.cli.main import COMMANDS, main
from shopform.config.compile.kind_models import model_of
from shopform.config.compile.settings_spec import ProjectSpec
from shopform.kinds import Grade
from shopform.kinds.spec import Spec
from shopform.kinds.standard import STANDARD
from shopform.sandbox.behaviour.tables import Endpoints
from shopform.state.format import state_schema
from shopform.terminal.console import Console
from shopform.workflow.run.exit_codes import CHANGES


def read(page: str) -> str:
    return (REFERENCE / f"{page}.md").read_text("utf-8")


def options(command: click.Command) -> list[click.Option]:
    inner = command.commands.values() if isinstance(command, click.Group) else ()
    found = [p for p in command.params if isinstance(p, click.Option)]
    return found + [option for each in inner for option in options(each)]


def every_option() -> list[click.Option]:
    context = click.Context(main)
    found = [main.get_command(context, each) for each in COMMANDS]
    return [option for command in found if command for option in options(command)]


def test_generated_parts_are_current() -> None:
    done = subprocess.run(
        [sys.executable, "docs/generate.py", "--check"], cwd=ROOT, capture_output=True, text=True
    )
    assert (done.stdout + done.stderr, done.returncode) == ("", 0)


def test_every_command_and_option_is_described() -> None:
    page = read("commands")
    assert all(f"\n## shopform {command}\n" in page for command in COMMANDS)
    for option in every_option():
        assert option.help, option.opts
        assert all(each in page for each in option.opts)


def test_the_summaries_are_the_commands_own() -> None:
    context = click.Context(main)
    for each, (_, summary) in COMMANDS.items():
        command = main.get_command(context, each)
        assert command is not None
        assert inspect.cleandoc(command.help or "").split("\n")[0] == summary


def test_help_has_the_defaults_and_whole_summaries_of_the_reference() -> None:
    runner = CliRunner()
    for name in COMMANDS:
        shown = " ".join(runner.invoke(main, [name, "--help"], obj=Console()).output.split())
        command = main.get_command(click.Context(main), name)
        for option in command.params if command else ():
            if isinstance(option, click.Option) and isinstance(option.default, int | str):
                assert option.is_flag or f"[default: {option.default}" in shown, (name, option)
        if isinstance(command, click.Group):
            for inner in command.commands.values():
                summary = " ".join((inner.help or "").partition("\n\n")[0].split())
                assert summary.rstrip(".") in shown, summary
        assert not re.search(r" (INTEGER|TEXT|DIRECTORY|RANGE) ", shown), name


def test_every_option_has_a_twin_in_the_environment() -> None:
    page = read("environment")
    for option in every_option():
        assert isinstance(option.envvar, str), option.opts
        assert f"`{option.envvar}`" in page


def test_every_variable_the_code_reads_is_described() -> None:
    page = read("environment")
    for path in (ROOT / "shopform").rglob("*.py"):
        for found in re.findall(r"\"(SHOPFORM_[A-Z_]+|NO_COLOR|TERM)\"", path.read_text("utf-8")):
            assert f"`{found}" in page, path


def test_every_exit_code_is_described() -> None:
    page = read("exit-codes")
    found = [e for e in vars(errors).values() if isinstance(e, type)]
    codes = {e.exit_code for e in found if issubclass(e, errors.ShopformError)}
    for code in codes | {0, CHANGES}:
        assert f"\n| {code} |" in page, code


def test_every_diagnostic_code_of_a_guard_is_described() -> None:
    page = (ROOT / "docs" / "concepts" / "safety.md").read_text("utf-8")
    for path in (ROOT / "shopform" / "planning").rglob("*.py"):
        for code in re.findall(r"\"([a-z]+(?:-[a-z]+)+)\"", path.read_text("utf-8")):
            assert f"`{code}`" in page, code


def test_every_kind_and_field_is_described() -> None:
    page = read("kinds")
    common = page.partition("\n## In every kind\n")[2].partition("\n## ")[0]
    for kind in STANDARD.kinds:
        section = page.partition(f"\n## {kind.name}\n")[2].partition("\n## ")[0]
        assert section, kind.name
        for field, info in model_of(STANDARD, kind).model_fields.items():
            assert info.description, field
            assert f"| `{field}` |" in (common if field in Spec.model_fields else section)


def test_every_key_of_the_project_file_is_described() -> None:
    page = read("project-file")
    for key, info in ProjectSpec.model_fields.items():
        assert info.description, key
        assert f"| `{info.alias or key}` |" in page


def test_rooms_import_from_rooms_above_them_in_the_table() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    table = page.partition("| room |")[2].partition("\n\n")[0].split("\n")
    rows = [row.split("|")[1] for row in table if row.startswith("| `")]
    order = [room for row in rows for room in re.findall(r"`([a-z]+)/?`", row)]
    package = ROOT / "shopform"
    for path in package.rglob("*.py"):
        room = path.relative_to(package).parts[0].removesuffix(".py")
        used = re.findall(r"^\s*from shopform\.([a-z]+)", path.read_text("utf-8"), re.MULTILINE)
        if room != "__init__":
            assert set(used) <= {*order[: order.index(room) + 1]}, path


def test_every_grade_source_and_switch_is_explained() -> None:
    page = read("api-facts")
    grades, sources = page.partition("## Sources")[0], page.partition("## Sources")[2]
    assert all(f"| {grade} |" in grades for grade in Grade)
    assert all(f"| `{switch.name}` |" in page for switch in Endpoints.of(STANDARD).switches)
    for kind in STANDARD.kinds:
        wire = kind.wire
        cited = [f.source for f in (wire.endpoint, wire.id, wire.list_key, wire.update)]
        cited += [f.source for f in kind.fields.values()]
        for code in re.findall(r"\b(?:[A-Z]\d|[KM]-[a-z]+|TPL)\b", " ".join(cited)):
            assert f"| {code} |" in sources, code


def test_every_key_of_the_state_is_described() -> None:
    page, schema = read("state"), state_schema()
    keys = set(schema["properties"])
    keys |= {key for each in schema.get("$defs", {}).values() for key in each.get("properties", ())}
    assert not {key for key in keys if f"`{key}`" not in page}
