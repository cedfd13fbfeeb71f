"""Shell completion of addresses, shops and kinds; errors give no completions."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shopform.cli.param_types import standard
from shopform.errors import ShopformError

if TYPE_CHECKING:
    from shopform.config import Project
    from shopform.workflow.workspace import LoadedProject


def shops(ctx: click.Context, _option: click.Parameter, incomplete: str) -> list[str]:
    """Complete the shops of the project."""
    from shopform.workflow.open_project import known_shops

    try:
        return _starting(known_shops(_loaded(ctx)), incomplete)
    except (ShopformError, OSError):
        return []


def addresses(ctx: click.Context, option: click.Parameter, incomplete: str) -> list[str]:
    """Complete declared addresses and those in the states."""
    return _starting([*_declared(ctx), *owned(ctx, option, incomplete)], incomplete)


def owned(ctx: click.Context, _option: click.Parameter, incomplete: str) -> list[str]:
    """Complete the addresses in the states of the shops."""
    from shopform.workflow.open_project import known_shops, open_settings

    found: set[str] = set()
    shop = ctx.params.get("shop")
    try:
        loaded = _loaded(ctx)
        names = [shop] if shop else known_shops(loaded)
    except (ShopformError, OSError):
        return []
    for name in names:
        try:
            found |= set(open_settings(loaded, name).store().read().resources)
        except (ShopformError, OSError):
            continue
    return _starting(found, incomplete)


def kinds(ctx: click.Context, _option: click.Parameter, incomplete: str) -> list[str]:
    """Complete the kinds of the project."""
    try:
        return _starting(_project(ctx).catalogue, incomplete)
    except (ShopformError, OSError):
        return _starting(standard(), incomplete)


def events(_ctx: click.Context, _option: click.Parameter, incomplete: str) -> list[str]:
    from shopform.workflow.deliveries import known_events

    return _starting(known_events(standard()), incomplete)


def _declared(ctx: click.Context) -> list[str]:
    from shopform.config import shop_names
    from shopform.config.compile.declarations import Declarations
    from shopform.diagnostics import Collector

    try:
        project = _project(ctx)
        names = list(shop_names(project))
        declarations = Declarations(project, names[0] if names else "", Collector()).all()
        return [declaration.address for declaration in declarations]
    except (ShopformError, OSError):
        return []


def _loaded(ctx: click.Context) -> "LoadedProject":
    from shopform.terminal.console import Console
    from shopform.terminal.reporter import Reporter
    from shopform.workflow.open_project import open_project
    from shopform.workflow.requests import ProjectRequest

    console = Console(chdir=str(_folder(ctx)))
    request = ProjectRequest(
        directory=console.directory, catalogue=standard(), environment=console.environment
    )
    return open_project(request, Reporter(console))


def _project(ctx: click.Context) -> "Project":
    from shopform.config import load_project

    return load_project(_folder(ctx), standard())


def _folder(ctx: click.Context) -> Path:
    """Return the folder of `--chdir`, if that is parsed already."""
    console = ctx.find_root().obj
    return Path(ctx.find_root().params.get("chdir") or getattr(console, "chdir", None) or ".")


def _starting(words: Iterable[str], incomplete: str) -> list[str]:
    return sorted({word for word in words if word.startswith(incomplete)})
