"""Select the shops of a run."""

from typing import Final

from shopform.config.read.project import Project, shop_names
from shopform.diagnostics import Collector, Span, did_you_mean
from shopform.errors import ConfigError, UsageError
from shopform.kit.text import backquoted

ALL: Final = "all"
LISTED: Final = "`shopform plan --shop all` reads which shops the app has"


def select_shop(project: Project, name: str | None = None) -> str:
    """Return the shop to work on: `name`, or the only one declared.

    Raises UsageError for an unknown name, for several, and for None if several are declared;
    ConfigError if none is declared.
    """
    names = _declared(project)
    if name is None:
        if len(names) == 1:
            return names[0]
        hint = f"name one with `--shop`: declared are {backquoted(names)}"
        raise UsageError("several shops are declared", hint=hint)
    if name not in names and names_several_shops(name):
        hint = f"name one with `--shop`: declared are {backquoted(names)}"
        raise UsageError("this works on one shop at a time", hint=hint)
    return _known(project, name, names)


def select_shops(project: Project, given: str | None) -> tuple[str, ...]:
    """Return the shops in a comma-separated list, without duplicates; all for `all` or None.

    They are in the order of the list, or of the file for all. Raises as `select_shop` does.
    """
    names = _declared(project)
    if given is None or (given == ALL and given not in names):
        return names
    given_names = (name.strip() for name in given.split(","))
    return tuple(dict.fromkeys(_known(project, name, names) for name in given_names))


def check_shop_name(project: Project, name: str, span: Span | None, collector: Collector) -> None:
    """Report a name of a shop in a file: as an error, or as unchecked if only a call shows it."""
    names = shop_names(project)
    if name in names:
        return
    if project.lists_all_shops:
        hint = did_you_mean(name, names, f"declared are {backquoted(names)}")
        collector.error("unknown-shop", f"unknown shop `{name}`", hint=hint, span=span)
        return
    collector.warning(
        "shop-unchecked",
        f"whether `{name}` is a shop of the app was not checked",
        hint=did_you_mean(name, names, LISTED),
        span=span,
    )


def names_several_shops(given: str | None) -> bool:
    """Whether `--shop` is `all` or a list. There may still be a shop named `all`."""
    return given is not None and (given == ALL or "," in given)


def _declared(project: Project) -> tuple[str, ...]:
    names = shop_names(project)
    if not names:
        raise ConfigError(
            f"`{project.main}` declares no shop",
            hint="add `shops:` with a name, and `url` and `token` below it",
        )
    return names


def _known(project: Project, name: str, names: tuple[str, ...]) -> str:
    if name not in names:
        some = f"declared are {backquoted(names)}" if project.lists_all_shops else LISTED
        hint = did_you_mean(name, names, some)
        if name == ALL:
            hint = f"`{ALL}` cannot be combined: it means every shop"
        raise UsageError(f"unknown shop `{name}`", hint=hint)
    return name
