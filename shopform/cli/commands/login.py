"""`shopform login`."""

import webbrowser
from functools import partial
from threading import Thread
from typing import Any

import click

from shopform.cli import options
from shopform.cli.param_types import duration
from shopform.terminal.console import Console

option = partial(options.option, prefix="SHOPFORM_LOGIN_")


@click.command("login")
@options.here
@options.chosen_shop
@option(
    "--host",
    metavar="URL",
    default="https://www.shoporama.dk",
    help="The host of the login page.",
)
@option(
    "--client-id",
    metavar="NAME",
    default="shopform",
    help="The name of the app that the page shows.",
)
@option(
    "--port",
    metavar="N",
    type=click.IntRange(0, 65535),
    default=0,
    help="The port of this machine that the page leads back to; 0 picks a free one.",
)
@option("--timeout", type=duration, default="5m", help="How long to wait.")
@option("--no-browser", is_flag=True, help="Only print the address of the page.")
@click.pass_obj
def command(console: Console, /, shop: str | None, no_browser: bool, **asked: Any) -> None:
    """Get a key by the login of Shoporama, and store it in the keyring.

    The token of the shop must be `${keyring:NAME}`. Opens the login page in a browser and waits on
    127.0.0.1 for its redirect. The key is shown nowhere. The shop revokes it after 90 days without
    use; plans warn from 14 days before.
    """
    from shopform.workflow.login.login import LoginPage, log_in
    from shopform.workflow.open_project import open_settings

    def show(address: str) -> None:
        console.note(f"Log in at {address}")
        if not no_browser:
            # A browser of the terminal, or of a script, runs until it is closed.
            Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    page = options.taken(LoginPage, asked)
    workspace = open_settings(options.opened(console, {"shop": shop})[1])
    found = log_in(workspace, page, show)
    about = f" ({found.shop_name})" if found.shop_name else ""
    console.result(f"Stored the key of {found.host}{about} as ${{keyring:{found.name}}}.")
    if found.access:
        console.result(f"Access: {found.access}")
    console.info("The shop revokes the key after 90 days without use.")
