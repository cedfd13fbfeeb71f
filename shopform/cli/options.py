"""The options that commands share. Each can be set by an environment variable."""

import inspect
from collections.abc import Callable, Mapping
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from shopform.cli import completions, param_types
from shopform.errors import UsageError
from shopform.model.values import CHANGE_WORDS

if TYPE_CHECKING:
    from shopform.kinds import Catalogue
    from shopform.planning.scope import Options
    from shopform.terminal.console import Console
    from shopform.terminal.reporter import Reporter
    from shopform.workflow.requests import FromSnapshot, ProjectRequest, ReadLimits
    from shopform.workflow.workspace import LoadedProject

F = TypeVar("F", bound=Callable[..., Any])


def variable_of(name: str, prefix: str = "SHOPFORM_") -> str:
    return prefix + name.strip("-").replace("-", "_").upper()


def option(*names: str, prefix: str = "SHOPFORM_", **settings: Any) -> Callable[[F], F]:
    """Return a click option with an environment variable: the prefix and its name."""
    long = next(name for name in names if name.startswith("--"))
    return click.option(*names, envvar=variable_of(long, prefix), **settings)


def flag(*names: str, **settings: Any) -> Callable[[F], F]:
    """Return an option without a value."""
    return option(*names, is_flag=True, **settings)


def address(*names: str, **settings: Any) -> Callable[[F], F]:
    """Return a repeatable option for addresses."""
    complete = completions.addresses
    return option(*names, metavar="ADDRESS", multiple=True, shell_complete=complete, **settings)


def gathered(how: Callable[[Any], Any]) -> Callable[..., Any]:
    """Return a callback that combines the values of a repeatable option."""
    return lambda _ctx, _option, values: how(values)


def to_console(field: str, value: object = None) -> dict[str, Any]:
    """Return settings of an option that sets a field of the console to its value, or a flag to
    `value`."""

    def put(ctx: click.Context, _option: click.Parameter, given: object) -> None:
        if given:
            setattr(ctx.obj, field, value or given)

    return {"expose_value": False, "callback": put}


T = TypeVar("T")


def taken(of: type[T], asked: dict[str, Any], **given: Any) -> T:
    """Make a request from the parsed options for its fields, and remove those from `asked`."""
    names = inspect.signature(of).parameters.keys() & asked.keys()
    return of(**given, **{name: asked.pop(name) for name in names})


def project_request(console: "Console", asked: dict[str, Any]) -> "ProjectRequest":
    """Return the request for the project in the folder of the console."""
    from shopform.workflow.requests import ProjectRequest

    place = {"directory": console.directory, "environment": console.environment}
    catalogue = param_types.standard()
    if key := param_types.digest_key(console.environment):
        catalogue = catalogue.with_digest_key(key)
    return taken(ProjectRequest, asked, catalogue=catalogue, **place)


def opened(console: "Console", asked: dict[str, Any]) -> "tuple[Reporter, LoadedProject]":
    """Load the project, and return it with its reporter."""
    from shopform.terminal.reporter import Reporter
    from shopform.workflow.open_project import open_project

    reporter = Reporter(console)
    return reporter, open_project(project_request(console, asked), reporter)


def renamed(
    loaded: "LoadedProject", pairs: tuple[tuple[str, str], ...], one_only: Mapping[str, object]
) -> "LoadedProject":
    """The project with the renames that `--accept-rename` accepts; see `accept`."""
    if not pairs:
        return loaded
    from shopform.workflow.files.accept_renames import accept

    return accept(loaded, pairs, one_only)


def plan_options(
    asked: dict[str, Any], catalogue: "Catalogue", *, whole: bool = False
) -> "Options":
    """Return the options of a plan; `whole` plans include unchanged objects."""
    from shopform.planning.scope import Options

    written = asked.pop("allow_delete", ())
    allowed = param_types.resolved(catalogue, param_types.kind_count, "--allow-delete", written)
    return taken(Options, asked, allow_delete=dict(allowed), whole=whole)


def limits(asked: dict[str, Any]) -> "ReadLimits":
    """Return the limits of API calls."""
    from shopform.workflow.requests import ReadLimits

    return taken(ReadLimits, asked)


def snapshot_use(asked: dict[str, Any]) -> "FromSnapshot":
    """Return how a plan uses a snapshot. Raises UsageError for options that contradict."""
    from shopform.workflow.requests import FromSnapshot

    known = taken(FromSnapshot, asked)
    if known.snapshot and known.refresh == "all":
        raise UsageError("`--refresh=all` uses no snapshot", hint="remove one of the two options")
    if known.max_age is not None and not (known.snapshot or known.changed):
        hint = "add `--refresh=changed` or `--snapshot`, or remove it: everything is read now"
        raise UsageError("`--max-age` is about a snapshot", hint=hint)
    return known


def stack(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Combine options into one decorator."""

    def add(command: F) -> F:
        for one in reversed(options):
            command = one(command)
        return command

    return add


# -C is parsed before the others in any position: their files are relative to it.
here = stack(
    option(
        "-C", "--chdir", metavar="DIR", is_eager=True, help="Run in DIR.", **to_console("chdir")
    ),
    flag("--no-color", help="Disable colors.", **to_console("no_color")),
)


def shop(metavar: str, what: str) -> Callable[[F], F]:
    help_ = f"The shop{what}; required if the project has several."
    return option("--shop", metavar=metavar, shell_complete=completions.shops, help=help_)


chosen_shop = shop("NAME", "")
variables = stack(
    option(
        "--var",
        "variables",
        metavar="NAME=VALUE",
        multiple=True,
        type=param_types.key_value,
        help="Set a variable.",
    ),
    option(
        "--var-file",
        "variable_files",
        metavar="FILE",
        multiple=True,
        type=param_types.File(),
        help="Set variables from a YAML file.",
    ),
)
project = stack(here, chosen_shop, variables)
projects = stack(here, shop("NAMES", ", a comma-separated list, or `all`"), variables)
reading = stack(
    option(
        "--parallelism",
        metavar="N",
        type=click.IntRange(1, 32),
        default=4,
        help="Maximum number of concurrent API calls; fewer while the shop is slow or fails.",
    ),
    option(
        "--max-calls", type=click.IntRange(1), metavar="N", help="Stop after this many API calls."
    ),
)
kinds = option(
    "--kinds",
    metavar="SECTIONS",
    multiple=True,
    shell_complete=completions.kinds,
    help="Only these sections (comma-separated), with children and what they refer to.",
)
chosen_part = stack(
    address(
        "--target",
        "targets",
        help="Only this address, its children and its dependencies (for a deletion: its"
        " dependents).",
    ),
    address(
        "--exclude", "excludes", help="Leave out this address, its children and its dependents."
    ),
)
permissions = stack(
    option(
        "--allow-delete",
        metavar="KIND=N",
        multiple=True,
        shell_complete=completions.kinds,
        help="Allow up to N objects of a kind to be destroyed; with `undo` also ADDRESS, including"
        " edits made to it since.",
    ),
    option(
        "--allow",
        metavar="RULE",
        multiple=True,
        help="Lift a `policy` rule or window, or `key-rights`, for this run.",
    ),
    flag("--partial", help="Start even if the call budget does not cover the whole plan."),
)
renames = option(
    "--accept-rename",
    metavar="OLD=NEW",
    multiple=True,
    type=param_types.key_value,
    help="Keep the object of address OLD as NEW, and record that under `moved:`.",
)
planning = stack(
    chosen_part, address("--replace", help="Destroy and recreate this address."), permissions
)
gates = stack(
    option(
        "--fail-on",
        metavar="CHANGES",
        multiple=True,
        type=param_types.changes,
        callback=gathered(lambda lists: tuple(chain(*lists))),
        help=f"Refuse plans with any of these (comma-separated): {', '.join(CHANGE_WORDS)}, drift.",
    ),
    flag("--expect-no-changes", help="Refuse a plan that is not empty."),
)
from_snapshot = stack(
    option(
        "--snapshot",
        metavar="FILE",
        type=param_types.File(path_type=Path),
        help="Plan from a snapshot instead of the shop.",
    ),
    option(
        "--refresh",
        type=click.Choice(["all", "changed"]),
        help="`changed`: start from a snapshot, and read only the lists that the plan depends on.",
    ),
    option(
        "--max-age",
        metavar="DURATION",
        type=param_types.duration,
        help="Refuse a plan if a list that was not read now is older, such as `12h` or `2d`.",
    ),
)

spend = option(
    "--spend",
    type=click.IntRange(1),
    metavar="N",
    help="Make at most N calls, and continue where the last such run stopped.",
)


def waiting(default: str) -> Callable[[F], F]:
    """Return the option `--lock-timeout`."""
    return option(
        "--lock-timeout",
        type=param_types.duration,
        default=default,
        help="How long to wait for the lock.",
    )


locking = waiting("0s")
approval = flag("--auto-approve", help="Skip the interactive approval.")
detailed = flag("--detailed-exitcode", help="Exit with 2 if there are changes, 0 if not.")
of_copies = option(
    "--from",
    "source",
    metavar="SHOP",
    help="Use the state of copies from this shop instead of the state of the files.",
)
