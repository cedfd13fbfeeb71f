"""`shopform sandbox`: serve a local shop until it is stopped."""

import gc
import signal
import threading
from functools import partial
from pathlib import Path
from typing import Any

import click

from shopform.cli import options
from shopform.cli.param_types import standard
from shopform.errors import UsageError
from shopform.files import write_atomic
from shopform.sandbox import Sandbox
from shopform.sandbox.behaviour.tables import Endpoints
from shopform.sandbox.local import read_like, read_seed
from shopform.terminal.console import Console
from shopform.terminal.reporter import Reporter
from shopform.workflow.open_project import open_kinds

FILE = click.Path(path_type=Path, dir_okay=False)
option = partial(options.option, prefix="SHOPFORM_SANDBOX_")


class Listed(click.types.StringParamType):
    """A repeatable option; in its environment variable the values are separated by semicolons."""

    envvar_list_splitter = ";"


many: dict[str, Any] = {"type": Listed(), "multiple": True}


@click.command("sandbox")
@option("--port", metavar="N", default=8484, help="Port to listen on; 0 picks a free one.")
@option(
    "--host",
    metavar="ADDRESS",
    default="127.0.0.1",
    help="Address to listen on; loopback only.",
)
@option("--data", type=FILE, help="File that stores the shop.")
@option("--seed", type=FILE, help="File with the objects of a new shop.")
@option(
    "--project",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    default=".",
    help="Folder of a project, whose own kinds are served too.",
)
@option("--products", metavar="N", default=0, help="Number of products to generate.")
@option("--token", metavar="KEY", default="sandbox", help="The API key.")
@option(
    "--switch",
    "switches",
    metavar="NAME=VALUE",
    help="Change an assumption about the API.",
    **many,
)
@option(
    "--fault",
    "faults",
    metavar="SPEC",
    help="Inject a fault: `3:lose`, `POST:1+:500`, `GET /path:2-4:short`.",
    **many,
)
@option(
    "--deny",
    metavar="ENDPOINT[:read|:write|:missing]",
    help="Remove a permission from the key, or the endpoint from the shop.",
    **many,
)
@option(
    "--like",
    type=FILE,
    help="Behave as the shop in this file, which `doctor --record` wrote.",
)
@option("--daily-calls", metavar="N", default=10_000, help="Daily call limit of the key.")
@option("--log", type=FILE, help="Write requests to this file as JSON lines.")
@option("--ready-file", type=FILE, help="File to write the port to.")
@option("--list-switches", is_flag=True, help="Print the switches and exit.")
@click.make_pass_decorator(Console, ensure=True)
def command(
    console: Console,
    /,
    switches: tuple[str, ...],
    seed: Path | None,
    like: Path | None,
    deny: tuple[str, ...],
    ready_file: Path | None,
    list_switches: bool,
    folder: Path,
    **asked: Any,
) -> None:
    """Run a local shop to try shopform without an account.

    Use the URL it prints as a shop's `url`, and `sandbox` as its key. Ctrl-C stops it.
    """
    kinds = open_kinds(console.directory / folder, standard(), Reporter(console))
    if list_switches:
        _list_switches(Endpoints.of(kinds))
        return
    # Unlike other commands, it runs for a long time.
    gc.enable()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    recorded = read_like(like, kinds) if like else {"switches": {}, "deny": ()}
    recorded["switches"] |= dict(_pair(switch) for switch in switches)
    recorded["deny"] += deny
    rows = read_seed(seed) if seed else None
    with Sandbox(seed=rows, catalogue=kinds, **recorded, **asked) as sandbox:
        if ready_file:
            write_atomic(ready_file, f"{sandbox.port}\n".encode())
        click.echo(f"sandbox listening on {sandbox.url}")
        stop.wait()


def _pair(switch: str) -> tuple[str, str]:
    name, separator, word = switch.partition("=")
    if not separator:
        raise UsageError(f"`{switch}` is not a switch", hint="write NAME=VALUE")
    return name, word


def _list_switches(endpoints: Endpoints) -> None:
    """Print each switch with its values, the default first, its meaning and its source."""
    for switch in endpoints.switches:
        others = " | ..." if switch.free else ""
        click.echo(f"{switch.name} = {' | '.join(switch.words)}{others}")
        click.echo(f"    {switch.about}  [{switch.source}]")
