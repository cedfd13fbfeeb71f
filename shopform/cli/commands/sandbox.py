"""`shopform sandbox`: serve a local shop until it is told to stop."""

import gc
import signal
import threading
from pathlib import Path

import click

from shopform.errors import UsageError
from shopform.files import write_atomic
from shopform.sandbox import Sandbox
from shopform.sandbox.local import read_seed
from shopform.sandbox.switches import SWITCHES

FILE = click.Path(path_type=Path, dir_okay=False)


class Listed(click.types.StringParamType):
    """A repeatable option; in the environment its values stand between semicolons."""

    envvar_list_splitter = ";"


@click.command("sandbox")
@click.option(
    "--port",
    default=8484,
    envvar="SHOPFORM_SANDBOX_PORT",
    help="Port to listen on; 0 picks a free one.",
)
@click.option(
    "--host",
    default="127.0.0.1",
    envvar="SHOPFORM_SANDBOX_HOST",
    help="Address to listen on; loopback only.",
)
@click.option(
    "--data", type=FILE, envvar="SHOPFORM_SANDBOX_DATA", help="File that stores the shop."
)
@click.option(
    "--seed", type=FILE, envvar="SHOPFORM_SANDBOX_SEED", help="File with the objects of a new shop."
)
@click.option(
    "--products",
    default=0,
    envvar="SHOPFORM_SANDBOX_PRODUCTS",
    help="Number of products to generate.",
)
@click.option("--token", default="sandbox", envvar="SHOPFORM_SANDBOX_TOKEN", help="The API key.")
@click.option(
    "--switch",
    "switches",
    type=Listed(),
    multiple=True,
    metavar="NAME=WORD",
    envvar="SHOPFORM_SANDBOX_SWITCH",
    help="Change an assumption about the API.",
)
@click.option(
    "--fault",
    "faults",
    type=Listed(),
    multiple=True,
    metavar="SPEC",
    envvar="SHOPFORM_SANDBOX_FAULT",
    help="Inject a fault: `3:lose`, `POST:1+:500`, `GET /path:2-4:short`.",
)
@click.option(
    "--deny",
    type=Listed(),
    multiple=True,
    metavar="ENDPOINT[:read|:write]",
    envvar="SHOPFORM_SANDBOX_DENY",
    help="Remove a permission from the key.",
)
@click.option(
    "--daily-calls",
    default=10_000,
    envvar="SHOPFORM_SANDBOX_DAILY_CALLS",
    help="Daily call limit of the key.",
)
@click.option(
    "--log",
    type=FILE,
    envvar="SHOPFORM_SANDBOX_LOG",
    help="Write requests to this file as JSON lines.",
)
@click.option(
    "--ready-file",
    type=FILE,
    envvar="SHOPFORM_SANDBOX_READY_FILE",
    help="File to write the port to.",
)
@click.option(
    "--list-switches",
    is_flag=True,
    envvar="SHOPFORM_SANDBOX_LIST_SWITCHES",
    help="Print the switches and exit.",
)
def command(
    port: int,
    host: str,
    data: Path | None,
    seed: Path | None,
    products: int,
    token: str,
    switches: tuple[str, ...],
    faults: tuple[str, ...],
    deny: tuple[str, ...],
    daily_calls: int,
    log: Path | None,
    ready_file: Path | None,
    list_switches: bool,
) -> None:
    """Run a local shop to try shopform without an account.

    Use the address it prints as a shop's `url`, and `sandbox` as its key. Ctrl-C stops it.
    """
    if list_switches:
        _list_switches()
        return
    # Unlike the other commands it runs for long.
    gc.enable()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with Sandbox(
        switches=dict(_pair(switch) for switch in switches),
        faults=faults,
        token=token,
        data=data,
        seed=read_seed(seed) if seed else None,
        products=products,
        deny=deny,
        daily_calls=daily_calls,
        log=log,
        host=host,
        port=port,
    ) as sandbox:
        if ready_file:
            write_atomic(ready_file, f"{sandbox.port}\n".encode())
        click.echo(f"sandbox listening on {sandbox.url}")
        stop.wait()


def _pair(switch: str) -> tuple[str, str]:
    name, separator, word = switch.partition("=")
    if not separator:
        raise UsageError(f"`{switch}` is not a switch", hint="write NAME=WORD")
    return name, word


def _list_switches() -> None:
    """Name, words with the default first, meaning, and the dossier's section."""
    for switch in SWITCHES:
        click.echo(f"{switch.name} = {' | '.join(switch.words)}")
        click.echo(f"    {switch.about}  [{switch.source}]")
