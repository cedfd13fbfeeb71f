"""The options for the format, the detail and the destination of output."""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from shopform.cli.options import F, flag, option, stack, to_console
from shopform.cli.param_types import File
from shopform.errors import UsageError
from shopform.files import reporting
from shopform.files.outputs import MESSAGES, PATCH, PLAN, RECORDING, SNAPSHOT


def _form(ctx: click.Context, _option: click.Parameter, form: str) -> None:
    """Set the format of the console, which is also used if the command fails."""
    if ctx.obj.form == "text":
        ctx.obj.form = form


def _detail(ctx: click.Context, option: click.Parameter, wanted: bool) -> None:
    name = option.name or ""
    if wanted and ctx.obj.detail not in ("", name):
        raise click.BadParameter("`--summary` and `--full` exclude each other", ctx, option)
    ctx.obj.detail = name if wanted else ctx.obj.detail


def _report_url(ctx: click.Context, option: click.Parameter, url: str | None) -> None:
    if url and not url.startswith(("https://", "http://")):
        raise click.BadParameter(f"`{url}` is not an http or https URL", ctx, option)
    ctx.obj.report_url = url or ""


def _stream(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted:
        ctx.obj.form = "stream"
        ctx.obj.stream.add(sys.stdout)


def claimed(made: re.Pattern[bytes]) -> Callable[..., Any]:
    """Return a callback that claims the output file of an option; `-` is stdout.

    An existing file must begin with `made`, or be empty.
    """

    def check(ctx: click.Context, option: click.Parameter, name: Any) -> Any:
        if name and name != "-":
            ctx.obj.claim(option.opts[0], str(name), made)
        return name

    return check


def _json_into(ctx: click.Context, option: click.Parameter, name: str | None) -> None:
    if name:
        path = ctx.obj.claim(option.opts[0], name, MESSAGES)
        with reporting(path, UsageError):
            ctx.obj.stream.add_file(path)


def out(help_: str, made: re.Pattern[bytes] = PLAN, **settings: Any) -> Callable[[F], F]:
    """Return the option `--out` for a plan, or for files that begin with `made`."""
    file = File(path_type=Path)
    return option(
        "--out", metavar="FILE", type=file, callback=claimed(made), help=help_, **settings
    )


snapshot_out = out("Write the snapshot to FILE.", SNAPSHOT, required=True)


patch = option(
    "--write",
    metavar="FILE",
    callback=claimed(PATCH),
    help="Write a patch that brings the edits into the files; `-` is stdout.",
)
quiet = flag(
    "-q",
    "--quiet",
    help="Print only errors; see the exit code.",
    **to_console("form", "quiet"),
)
_detailed: dict[str, Any] = {"expose_value": False, "callback": _detail}
detail = stack(
    flag("--summary", help="Show one line per object (text only).", **_detailed),
    flag(
        "--full",
        help="Show unchanged fields of changed objects too, and lift --max-bytes.",
        **_detailed,
    ),
)
ANNOTATIONS = ("github", "sarif", "codequality")


def form(
    *words: str, of: str, prefix: str = "SHOPFORM_", messages: tuple[str, ...] = ANNOTATIONS
) -> Callable[[F], F]:
    """Return the option `--format` with its allowed values, and those for messages alone."""
    also = "; github, sarif and codequality print the messages only" if messages else ""
    return option(
        "--format",
        "form",
        prefix=prefix,
        type=click.Choice([*words, *messages]),
        default="text",
        expose_value=False,
        callback=_form,
        help=f"Output format of {of}{also}.",
    )


format_ = stack(
    form("text", "json", "markdown", "html", of="the plan"),
    flag("--json", help="Same as `--format json`.", **to_console("form", "json")),
    option(
        "--max-bytes",
        metavar="N",
        type=click.IntRange(1),
        default=65_536,
        help="Size limit for Markdown; deletions are never left out.",
        **to_console("max_bytes"),
    ),
    option(
        "--report-url",
        metavar="URL",
        expose_value=False,
        callback=_report_url,
        help="Address of the full report, to link to from Markdown.",
    ),
    detail,
    quiet,
)
log_format = stack(
    form("text", "json", "markdown", of="the log", prefix="SHOPFORM_LOG_", messages=()),
    flag("--json", help="Same as `--format json`.", **to_console("form", "json")),
)
recording = option(
    "--record",
    metavar="FILE",
    type=File(path_type=Path),
    callback=claimed(RECORDING),
    help="Write how the shop behaves to FILE, without values.",
)
doctor_format = stack(
    form("text", "json", of="the answers", prefix="SHOPFORM_DOCTOR_", messages=()),
    flag("--json", help="Same as `--format json`.", **to_console("form", "json")),
)
json_into = option(
    "--json-into",
    metavar="FILE",
    expose_value=False,
    callback=_json_into,
    help="Also write messages to FILE as JSON lines.",
)


def _json_lines(name: str, instead_of: str) -> Callable[[F], F]:
    help_ = f"Print messages as JSON lines instead of {instead_of}."
    return flag(name, help=help_, expose_value=False, callback=_stream)


json_stream = _json_lines("--json-stream", "the plan")
json_apply = _json_lines("--json", "text")
