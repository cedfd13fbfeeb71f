"""The command line: find the command, run it, and return the exit code."""

import importlib
import os
import sys
from collections.abc import Sequence

import click

from shopform.cli.groups import Group
from shopform.errors import Interrupted, ShopformError, UsageError
from shopform.files import allow_outside, hint, reason
from shopform.terminal.console import Console

# The module of each command, imported when it runs, and its summary, so that --help imports none;
# a test compares the summaries with the commands' own help.
COMMANDS = {
    "init": ("init:command", "Create a project in a folder."),
    "validate": ("validate:command", "Check the files without contacting a shop."),
    "fmt": ("fmt:command", "Rewrite the files in their canonical layout."),
    "plan": ("plan:command", "Show what would change in the shop."),
    "show": ("show:command", "Show a plan that was saved with `plan --out`, or the state."),
    "apply": ("apply:command", "Make the shop match the files, or carry out a saved plan."),
    "destroy": ("apply:destroy", "Destroy everything that shopform owns in the shop."),
    "drift": ("drift:command", "Show what was changed in the shop outside of shopform."),
    "ci": ("ci:group", "Plan, apply and check for drift in CI, for one shop."),
    "undo": ("undo:command", "Revert the shop to its state before a run."),
    "log": ("log:command", "Show who changed the shop, when, and what, from the records of runs."),
    "clone": ("clone:command", "Copy the configuration of one shop to another."),
    "promote": ("clone:promote", "Copy what changed in a shop since the last clone or promote."),
    "doctor": (
        "doctor:command",
        "Find out how the API of a shop behaves where its documentation leaves that open.",
    ),
    "snapshot": ("snapshot:command", "Save the shop as it is, to plan from without a key."),
    "dump": ("dump:command", "Print a shop as YAML declarations."),
    "import": ("import_:command", "Import an existing object by its id, without changing it."),
    "graph": ("graph:command", "Print the dependency graph as DOT or Mermaid."),
    "state": ("state:group", "Inspect and edit the state."),
    "force-unlock": ("state:force_unlock", "Release the lock of a run that hangs."),
    "login": ("login:command", "Get a key by the login of Shoporama, and store it in the keyring."),
    "webhook": (
        "webhook:group",
        "Verify deliveries of events, and send signed ones to a receiver.",
    ),
    "sandbox": ("sandbox:command", "Run a local shop to try shopform without an account."),
    "schema": ("schema:command", "Print the JSON Schema of the project files."),
    "completion": ("completion:command", "Print the completion script of a shell."),
    "version": ("version:command", "Show the version."),
}


SETTINGS = {"help_option_names": ["-h", "--help"], "show_default": True}


class Commands(Group):
    """Commands in the order in which they are listed, imported on demand."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        found: click.Command = getattr(
            importlib.import_module(f"shopform.cli.commands.{module}"), name
        )
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


def _version(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted:
        from shopform import __version__

        click.echo(f"shopform {__version__}")
        ctx.exit()


@click.group(cls=Commands, context_settings=SETTINGS)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Show the version.",
)
@click.option(
    "-C",
    "--chdir",
    metavar="DIR",
    envvar="SHOPFORM_CHDIR",
    help="Run in this folder; also an option of each command.",
)
@click.pass_context
def main(ctx: click.Context, chdir: str | None) -> None:
    """Plan and apply the set-up of Shoporama shops from YAML kept in git."""
    ctx.obj.chdir = chdir


def run(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit with its code."""
    console = Console()
    code = execute(console, sys.argv[1:] if arguments is None else arguments)
    sys.exit(code if console.flush() else code or 1)


def execute(console: Console, arguments: Sequence[str]) -> int:
    code = _execute(console, arguments)
    console.stream.close()
    if problem := console.stream.problem:
        console.diagnostics(problem.diagnostics)
        return code or problem.exit_code
    return code


def _execute(console: Console, arguments: Sequence[str]) -> int:
    try:
        allow_outside(console.environment.get("SHOPFORM_ALLOW_OUTSIDE", "").split(os.pathsep))
        result = main.main(
            args=list(arguments), prog_name="shopform", standalone_mode=False, obj=console
        )
        console.finish()
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.Abort:
        return console.failure(Interrupted("interrupted"))
    except click.exceptions.NoArgsIsHelpError as problem:
        console.note(problem.format_message())
        return UsageError.exit_code
    except click.ClickException as problem:
        return _usage(console, problem)
    except ShopformError as problem:
        return console.failure(problem)
    except KeyboardInterrupt:
        return console.failure(Interrupted("interrupted"))
    except BrokenPipeError:
        console.close_output()
        return 1
    except OSError as problem:
        what = f"cannot use `{problem.filename}`" if problem.filename else "a file failed"
        return console.failure(ShopformError(f"{what}: {reason(problem)}", hint=hint(problem)))
    except Exception as problem:  # noqa: BLE001  a defect: short by default, full on request
        return _defect(console, problem)
    return result if isinstance(result, int) else 0


def _usage(console: Console, problem: click.ClickException) -> int:
    """Report a usage error; click's own exit code 2 would mean "changes present" in CI."""
    context = getattr(problem, "ctx", None)
    group = context and isinstance(context.command, click.Group)
    listed = "commands" if group else "options"
    hint = f"`{context.command_path} --help` lists the {listed}" if context else ""
    message = problem.format_message().removesuffix(".")
    return console.failure(UsageError(message[:1].lower() + message[1:], hint=hint))


def _defect(console: Console, problem: Exception) -> int:
    if console.environment.get("SHOPFORM_TRACEBACK"):
        raise problem
    return console.failure(
        ShopformError(
            f"shopform failed with {type(problem).__name__}: this is a defect in shopform",
            hint="run again with SHOPFORM_TRACEBACK=1 and report the output",
        )
    )
