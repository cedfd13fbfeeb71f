"""The options that commands share. Each has an environment twin."""

import inspect
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from shopform.cli import completions
from shopform.cli.param_types import Duration, File, KeyValue, KindCount, Words
from shopform.model.values import CHANGE_WORDS

if TYPE_CHECKING:
    from shopform.planning.scope import Options
    from shopform.terminal.console import Console
    from shopform.terminal.reporter import Reporter
    from shopform.workflow.requests import ProjectRequest, ReadLimits
    from shopform.workflow.workspace import LoadedProject

F = TypeVar("F", bound=Callable[..., Any])


def twin(name: str) -> str:
    return "SHOPFORM_" + name.strip("-").replace("-", "_").upper()


def option(*names: str, **settings: Any) -> Callable[[F], F]:
    """A click option whose environment twin is SHOPFORM_ and its name."""
    return click.option(
        *names, envvar=twin(next(n for n in names if n.startswith("--"))), **settings
    )


def _chdir(ctx: click.Context, _option: click.Parameter, folder: str | None) -> None:
    if folder:
        ctx.obj.chdir = folder


def _no_color(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    ctx.obj.no_color = ctx.obj.no_color or wanted


T = TypeVar("T")


def taken(of: type[T], asked: dict[str, Any], **given: Any) -> T:
    """A request made of what click found for its fields, which is taken out of `asked`."""
    names = inspect.signature(of).parameters.keys() & asked.keys()
    return of(**given, **{name: asked.pop(name) for name in names})


def project_request(console: "Console", asked: dict[str, Any]) -> "ProjectRequest":
    """The project in the folder of the console, and what is asked of it."""
    from shopform.workflow.requests import ProjectRequest

    place = {"directory": console.directory, "environment": console.environment}
    return taken(ProjectRequest, asked, **place)


def opened(console: "Console", asked: dict[str, Any]) -> "tuple[Reporter, LoadedProject]":
    """The project, read, and who hears what is done with it."""
    from shopform.terminal.reporter import Reporter
    from shopform.workflow.open_project import open_project

    reporter = Reporter(console)
    return reporter, open_project(project_request(console, asked), reporter)


def plan_options(asked: dict[str, Any], *, whole: bool = False) -> "Options":
    """What is asked of a plan; `whole` ones have what stays as it is too."""
    from shopform.planning.scope import Options

    return taken(Options, asked, whole=whole)


def limits(asked: dict[str, Any]) -> "ReadLimits":
    """How many calls may be made."""
    from shopform.workflow.requests import ReadLimits

    return taken(ReadLimits, asked)


def _counts(
    _ctx: click.Context, _option: click.Parameter, pairs: Iterable[tuple[str, int]]
) -> dict[str, int]:
    return dict(pairs)


def stack(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Several options as one decorator."""

    def add(command: F) -> F:
        for one in reversed(options):
            command = one(command)
        return command

    return add


here = stack(
    # Read before the others, wherever it stands: they name files in this folder.
    option(
        "-C",
        "--chdir",
        metavar="DIR",
        is_eager=True,
        expose_value=False,
        callback=_chdir,
        help="Run in DIR.",
    ),
    option(
        "--no-color", is_flag=True, expose_value=False, callback=_no_color, help="Disable colors."
    ),
)
chosen_shop = option(
    "--shop",
    metavar="NAME",
    shell_complete=completions.shops,
    help="The shop; required if the project has several.",
)
_chosen_shops = option(
    "--shop",
    metavar="NAMES",
    shell_complete=completions.shops,
    help="The shop, a comma-separated list, or `all`; required if the project has several.",
)
texts = stack(
    option(
        "--var",
        "variables",
        metavar="NAME=VALUE",
        multiple=True,
        type=KeyValue(),
        help="Set a variable.",
    ),
    option(
        "--var-file",
        "variable_files",
        metavar="FILE",
        multiple=True,
        type=File(),
        help="Set variables from a YAML file.",
    ),
)
project = stack(here, chosen_shop, texts)
projects = stack(here, _chosen_shops, texts)
reading = stack(
    option(
        "--parallelism",
        type=click.IntRange(1, 32),
        default=4,
        show_default=True,
        help="Maximum number of concurrent API calls.",
    ),
    option(
        "--max-calls", type=click.IntRange(1), metavar="N", help="Stop after this many API calls."
    ),
)
chosen_part = stack(
    option(
        "--target",
        "targets",
        metavar="ADDRESS",
        multiple=True,
        shell_complete=completions.addresses,
        help="Only this address, its children and its dependencies (for a deletion: its"
        " dependents).",
    ),
    option(
        "--exclude",
        "excludes",
        metavar="ADDRESS",
        multiple=True,
        shell_complete=completions.addresses,
        help="Leave out this address, its children and its dependents.",
    ),
)


permissions = stack(
    option(
        "--allow-delete",
        metavar="KIND=N",
        multiple=True,
        type=KindCount(),
        callback=_counts,
        shell_complete=completions.kinds,
        help="Allow up to N objects of a kind to be destroyed; with `undo` also ADDRESS, including"
        " edits made to it since.",
    ),
    option("--allow", metavar="RULE", multiple=True, help="Lift a `policy` rule for this run."),
    option(
        "--partial",
        is_flag=True,
        help="Start even if the call budget does not cover the whole plan.",
    ),
)
renames = option(
    "--accept-rename",
    metavar="OLD=NEW",
    multiple=True,
    type=KeyValue(),
    help="Keep the object of address OLD as NEW, and record that under `moved:`.",
)
planning = stack(
    chosen_part,
    option(
        "--replace",
        metavar="ADDRESS",
        multiple=True,
        shell_complete=completions.addresses,
        help="Destroy and recreate this address.",
    ),
    permissions,
)


def _joined(
    _ctx: click.Context, _option: click.Parameter, lists: Iterable[tuple[str, ...]]
) -> tuple[str, ...]:
    return tuple(word for words in lists for word in words)


gates = stack(
    option(
        "--fail-on",
        metavar="WORDS",
        multiple=True,
        type=Words((*CHANGE_WORDS, "drift")),
        callback=_joined,
        help=f"Refuse plans with any of these (comma-separated): {', '.join(CHANGE_WORDS)}, drift.",
    ),
    option("--expect-no-changes", is_flag=True, help="Refuse a plan that is not empty."),
)
locking = option(
    "--lock-timeout",
    type=Duration(),
    default="0s",
    show_default=True,
    help="How long to wait for the lock.",
)


of_copies = option(
    "--from",
    "source",
    metavar="SHOP",
    help="Use the state of copies from this shop instead of the state of the files.",
)
