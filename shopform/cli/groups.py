"""Command groups that accept Terraform's option style, and suggest similar names."""

import re
from collections.abc import Iterable
from typing import NoReturn

import click

from shopform.diagnostics import did_you_mean
from shopform.errors import UsageError

# Terraform writes long options with one dash.
_LONG = re.compile(r"--?([a-z][a-z-]+)(?:=(.*))?", re.DOTALL)
# Options and commands of other tools, with what to use instead.
FOREIGN_OPTIONS = {
    "input": "remove it: shopform prompts only on a terminal",
    "lock": "remove it: a plan takes no lock, and an apply always does",
    "state": "set `state` of the shop in shopform.yaml",
    "compact-warnings": "remove it, or use `--quiet`",
    "generate-config-out": "use `shopform import --generate ADDRESS ID`",
    "concise": "use `--summary`",
}
FOREIGN_COMMANDS = {
    "diff": "use `shopform plan`",
    "preview": "use `shopform plan`",
    "up": "use `shopform apply`",
    "sync": "use `shopform apply`",
    "deploy": "use `shopform apply`",
    "refresh": "use `shopform drift`, or `shopform plan --refresh-only`",
    "taint": "use `shopform plan --replace ADDRESS`",
    "workspace": "use `--shop NAME`: shops are declared in shopform.yaml",
    "push": "use `shopform state push`",
    "replace-provider": "not needed: shopform has one provider",
}


class Group(click.Group):
    """A group that also accepts long options with one dash, and suggests similar names."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        valued = {name for p in self.params if not getattr(p, "is_flag", True) for name in p.opts}
        own = 0  # the number of arguments before the command
        while own < len(args) and args[own].startswith("-"):
            own += 1 + (not valued.isdisjoint({args[own], f"-{args[own]}"}))
        return super().parse_args(ctx, [*doubled(self, args[:own]), *args[own:]])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, *rest = args
        command = self.get_command(ctx, name)
        if command is None and not name.startswith("-"):
            known = self.list_commands(ctx)
            path = ctx.command_path
            otherwise = FOREIGN_COMMANDS.get(name, f"`{path} --help` lists the commands")
            hint = did_you_mean(name, known, otherwise)
            raise UsageError(f"there is no command `{path} {name}`", hint=hint)
        if command is not None and not isinstance(command, click.Group):
            rest = doubled(command, rest)
        return super().resolve_command(ctx, [name, *rest])

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with their whole summaries, which click would shorten."""
        found = {name: self.get_command(ctx, name) for name in self.list_commands(ctx)}
        rows = [(name, one.get_short_help_str(limit=1000)) for name, one in found.items() if one]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def doubled(command: click.Command, args: Iterable[str]) -> list[str]:
    """Return the arguments with two dashes before each long option of the command.

    Raises UsageError for unknown long options.
    """
    options = {name: p for p in command.params if isinstance(p, click.Option) for name in p.opts}
    found: list[str] = []
    rest = iter(args)
    for arg in rest:
        written = _LONG.fullmatch(arg)
        if arg == "--":
            return [*found, arg, *rest]
        if not written or (arg.startswith("--") and f"--{written[1]}" in options):
            found.append(arg)
        elif option := options.get(f"--{written[1]}"):
            found += _doubled(option, written[1], written[2])
        elif written[1] != "help":
            _unknown(arg.partition("=")[0], written[1], options)
        else:
            found.append("--help")
    return found


def _doubled(option: click.Option, name: str, value: str | None) -> list[str]:
    if option.is_flag and value in ("true", "false"):
        return [f"--{name}"] if value == "true" else []
    return [f"--{name}" if value is None else f"--{name}={value}"]


def _unknown(written: str, name: str, options: Iterable[str]) -> NoReturn:
    long = [option for option in options if option.startswith("--")]
    otherwise = FOREIGN_OPTIONS.get(name, "`--help` lists the options")
    hint = did_you_mean(f"--{name}", long, otherwise)
    raise UsageError(f"there is no option `{written}`", hint=hint)
