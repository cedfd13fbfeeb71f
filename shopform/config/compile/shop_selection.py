"""Which of a project's shops a run is about."""

from typing import Final

from shopform.config.read.files import one_of
from shopform.config.read.project import Project, shop_names
from shopform.diagnostics import did_you_mean
from shopform.errors import ConfigError, UsageError

ALL: Final = "all"


def select_shop(project: Project, name: str | None = None) -> str:
    """The shop to work on: `name`, or the only one declared.

    Raises UsageError for an unknown name, for several, and for none where several are declared,
    and ConfigError where none is.
    """
    names = _declared(project)
    if name is None:
        if len(names) == 1:
            return names[0]
        hint = f"name one with `--shop`: declared are {one_of(names)}"
        raise UsageError("several shops are declared", hint=hint)
    if name not in names and means_several(name):
        hint = f"name one with `--shop`: declared are {one_of(names)}"
        raise UsageError("this works on one shop at a time", hint=hint)
    return _known(name, names)


def select_shops(project: Project, word: str | None) -> tuple[str, ...]:
    """The shops that `word` means: one, several with commas between, or `all`, as None does.

    They are in the order of the word, of all in that of the file, and each is there once. Raises
    as `select_shop` does.
    """
    names = _declared(project)
    if word is None or (word == ALL and word not in names):
        return names
    return tuple(dict.fromkeys(_known(name.strip(), names) for name in word.split(",")))


def means_several(word: str | None) -> bool:
    """Whether it is `all`, or a list. A shop may be called `all` all the same."""
    return word is not None and (word == ALL or "," in word)


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
        hint = did_you_mean(name, names, f"declared are {one_of(names)}")
        if name == ALL:
            hint = f"`{ALL}` cannot be combined: it means every shop"
        raise UsageError(f"unknown shop `{name}`", hint=hint)
    return name
