"""The options that commands share. Each has an environment twin."""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from shopform.cli import completions
from shopform.cli.param_types import Duration, File, KeyValue, KindCount, Words
from shopform.model.values import CHANGE_WORDS

if TYPE_CHECKING:
    from shopform.planning.scope import Options
    from shopform.terminal.console import Console
    from shopform.workflow.requests import ProjectRequest

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


def plan_options(console: "Console", asked: dict[str, Any], out: Path | None) -> "Options":
    """What is asked of a plan. One that is saved or is a document has what stays as it is too."""
    from shopform.planning.scope import Options

    return replace(taken(Options, asked), whole=out is not None or console.form != "text")


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
        help="Work in DIR.",
    ),
    option("--no-color", is_flag=True, expose_value=False, callback=_no_color, help="No colours."),
)
chosen_shop = option(
    "--shop",
    metavar="NAME",
    shell_complete=completions.shops,
    help="The shop; needed where there are several.",
)
_chosen_shops = option(
    "--shop",
    metavar="NAMES",
    shell_complete=completions.shops,
    help="The shop; several with commas between; `all`. Needed where there are several.",
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
        help="Calls under way at once.",
    ),
    option(
        "--max-calls", type=click.IntRange(1), metavar="N", help="Spend no more calls than this."
    ),
)
chosen_part = stack(
    option(
        "--target",
        "targets",
        metavar="ADDRESS",
        multiple=True,
        shell_complete=completions.addresses,
        help="Only this address, what is nested in it, and what it needs: what it refers to, or"
        " where it is deleted what depends on it.",
    ),
    option(
        "--exclude",
        "excludes",
        metavar="ADDRESS",
        multiple=True,
        shell_complete=completions.addresses,
        help="All but this address, what is nested in it, and what needs it.",
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
        help="Let up to N objects of a kind be destroyed; for `undo` also ADDRESS, with what was"
        " written into it since.",
    ),
    option("--allow", metavar="RULE", multiple=True, help="Lift a rule of `policy` this once."),
    option(
        "--partial",
        is_flag=True,
        help="Begin what the budget of calls cannot hold, and do what fits.",
    ),
)
renames = option(
    "--accept-rename",
    metavar="OLD=NEW",
    multiple=True,
    type=KeyValue(),
    help="Keep the object of the address OLD as NEW; the project's `moved:` gets it.",
)
planning = stack(
    chosen_part,
    option(
        "--replace",
        metavar="ADDRESS",
        multiple=True,
        shell_complete=completions.addresses,
        help="Destroy and create this address.",
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
        help=f"Refuse a plan with any of these, comma separated: {', '.join(CHANGE_WORDS)}, drift.",
    ),
    option("--expect-no-changes", is_flag=True, help="Refuse a plan that is not empty."),
)
locking = option(
    "--lock-timeout",
    type=Duration(),
    default="0s",
    show_default=True,
    help="How long to wait for another run.",
)


of_copies = option(
    "--from",
    "source",
    metavar="SHOP",
    help="Look at the memory of copies from this shop, not at that of the files.",
)
