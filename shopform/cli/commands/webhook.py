"""`shopform webhook ...`."""

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from shopform.cli import completions, options
from shopform.cli.groups import Group
from shopform.cli.param_types import File, standard
from shopform.diagnostics import did_you_mean, warning
from shopform.errors import UsageError
from shopform.terminal.console import Console

if TYPE_CHECKING:
    from shopform.workflow.deliveries import Signing

option = partial(options.option, prefix="SHOPFORM_WEBHOOK_")
UNDOCUMENTED = (
    "The form of a delivery is not documented: this body is shopform's own, and those of the shop"
    " differ. `--body` sends one that was received."
)
signing = options.stack(
    options.here,
    option(
        "--secret",
        "source",
        metavar="SOURCE",
        help="The secret, as '${env:NAME}', '${file:PATH}', '${keyring:NAME}', or `-` for stdin.",
    ),
    option("--header", metavar="NAME", help="The header with the signature."),
    option(
        "--digest",
        type=click.Choice(["sha256", "sha1", "sha512"]),
        default="sha256",
        help="The digest of the HMAC.",
    ),
    option(
        "--encoding",
        type=click.Choice(["hex", "base64"]),
        default="hex",
        help="The encoding of the signature.",
    ),
)


@click.group("webhook", cls=Group)
def group() -> None:
    """Verify deliveries of events, and send signed ones to a receiver.

    The shop signs with an HMAC. The name of the header, the digest and its encoding are not
    documented; the defaults of --digest and --encoding are assumptions.
    """


@group.command("verify")
@signing
@option("--signature", type=File(), metavar="FILE", help="The signature; with --header, headers.")
@click.argument("body", metavar="[BODY]", default="-", type=File())
@click.pass_obj
def verify(console: Console, /, signature: str | None, body: str, **asked: Any) -> None:
    """Verify the signature of a delivery; BODY is the file with its body, by default stdin.

    With --header and without --signature, BODY is the whole request: headers, an empty line, and
    the body. Exits with 0 if the signature is that of the body, and with 11 if not.
    """
    from shopform.workflow import deliveries

    found, secret = _signing(console, asked, [signature, body])
    data = _read(console, body)
    if signature:
        said = _read(console, signature).decode("utf-8", "replace")
    elif found.header:
        said, data = deliveries.split_request(data)
    else:
        raise UsageError("there is no signature", hint="use `--signature FILE` or `--header NAME`")
    given = deliveries.signature_in(said, found.header) if found.header else said
    deliveries.check_delivery(data, given, secret, found.scheme)
    console.result("The signature is valid.")


@group.command("ping")
@signing
@option("--event", metavar="NAME", shell_complete=completions.events, help="The event.")
@option("--body", type=File(), metavar="FILE", help="Send this body instead; `-` is stdin.")
@click.argument("url")
@click.pass_obj
def ping(console: Console, /, url: str, event: str | None, body: str | None, **asked: Any) -> None:
    """Send a signed test delivery to the receiver at URL, which is on this machine or https.

    It is a POST of `{"event": NAME, "test": true}`, or of --body. Method and form of a delivery are
    not documented. Exits with 0 if the receiver answers 2xx, and with 1 if not.
    """
    from shopform.workflow import deliveries

    found, secret = _signing(console, asked, [body])
    if not found.header:
        raise UsageError("there is no name for the header", hint="use `--header NAME`")
    if (event is None) == (body is None):
        raise UsageError("give either `--event NAME` or `--body FILE`")
    known = deliveries.known_events(standard())
    if event and event not in known:
        hint = did_you_mean(event, known)
        summary = f"`{event}` is not a documented event"
        console.diagnostics([warning("undocumented-word", summary, hint=hint)])
    data = deliveries.test_body(event) if event else _read(console, body or "-")
    sent = deliveries.ping(url, data, secret, found)
    console.result(f"POST {sent.url}: {sent.status}, {sent.seconds:.1f} s")
    console.result(f"{found.header}: HMAC with {found.scheme.digest}, in {found.scheme.encoding}")
    if event:
        console.result(data.decode())
        console.info(UNDOCUMENTED)


def _signing(
    console: Console, asked: dict[str, Any], inputs: list[str | None]
) -> "tuple[Signing, str]":
    """Return how deliveries are signed, and the secret; `inputs` are the other files."""
    from shopform.workflow.deliveries import Signing

    found = Signing.of(**asked)
    if not found.source:
        raise UsageError("there is no secret", hint="use `--secret '${env:NAME}'`")
    if [found.source, *inputs].count("-") > 1:
        raise UsageError("only one of the inputs can be stdin")
    return found, found.secret(console.directory, console.environment, console.read_stdin)


def _read(console: Console, file: str) -> bytes:
    from shopform.workflow.deliveries import read_file

    return console.read_stdin() if file == "-" else read_file(console.directory, file)
