"""Select the shops of a run."""

from typing import Final

from shopform.config.read.project import Project, shop_names
from shopform.diagnostics import did_you_mean
from shopform.errors import ConfigError, UsageError
from shopform.kit.text import backquoted

ALL: Final = "all"


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
    return _known(name, names)


def select_shops(project: Project, given: str | None) -> tuple[str, ...]:
    """Return the shops in a comma-separated list, without duplicates; all for `all` or None.

    They are in the order of the list, or of the file for all. Raises as `select_shop` does.
    """
    names = _declared(project)
    if given is None or (given == ALL and given not in names):
        return names
    return tuple(dict.fromkeys(_known(name.strip(), names) for name in given.split(",")))


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


def _known(name: str, names: tuple[str, ...]) -> str:
    if name not in names:
        hint = did_you_mean(name, names, f"declared are {backquoted(names)}")
        if name == ALL:
            hint = f"`{ALL}` cannot be combined: it means every shop"
        raise UsageError(f"unknown shop `{name}`", hint=hint)
    return name
