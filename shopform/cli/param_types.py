"""What options take: durations, names with values, kinds with numbers, lists of allowed values.

Functions are the types of click here. What they cannot read is a BadParameter, which click
reports with the option.
"""

import os
import re
from collections.abc import Collection, Iterable

import click

from shopform.model.values import CHANGE_WORDS

UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}


class File(click.Path):
    """A path, taken as it is: click would look for it before the folder of `-C` is known."""

    def convert(
        self, value: str | os.PathLike[str], *_context: object
    ) -> str | bytes | os.PathLike[str]:
        return self.coerce_path_result(value)


def duration(value: str) -> float:
    """Seconds, written as Terraform does: `30s`, `5m`, or a bare number."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", value)
    if not found:
        raise click.BadParameter(f"`{value}` is no duration; write `30s` or `5m`")
    return float(found[1]) * UNITS[found[2]]


def key_value(value: str) -> tuple[str, str]:
    """NAME=TEXT."""
    name, equals, text = value.partition("=")
    if not equals or not name:
        raise click.BadParameter(f"`{value}` is not of the form NAME=VALUE")
    return name, text


def listed(value: str, allowed: Collection[str], shown: Iterable[str] = ()) -> list[str]:
    """Some of the allowed words, with commas between them; `shown` are those that are named."""
    found = [word.strip() for word in value.split(",")]
    for word in found:
        if word not in allowed:
            raise click.BadParameter(f"`{word}` is not one of {', '.join(shown or allowed)}")
    return found


def changes(value: str) -> list[str]:
    """Words of changes that a plan may be refused for, with commas between them."""
    return listed(value, (*CHANGE_WORDS, "drift"))


def kinds(value: str) -> list[str]:
    """Kinds by their own names or their sections', with commas between them."""
    from shopform.kinds import KINDS

    names = {word: kind.name for kind in KINDS for word in (kind.name, kind.section)}
    sections = [kind.section for kind in KINDS]
    return [names[word] for word in listed(value, names, sections)]


def kind_count(value: str) -> tuple[str, int]:
    """KIND=N, the kind by its own name or its section's; or an ADDRESS, which is one object."""
    from shopform.kinds import KINDS

    word, equals, number = value.partition("=")
    if not equals and "." in word:
        return word, 1
    kind = next((kind.name for kind in KINDS if word in (kind.name, kind.section)), None)
    if kind is None or not number.isdecimal():
        names = ", ".join(kind.name for kind in KINDS)
        raise click.BadParameter(f"`{value}` is not KIND=N with a kind of {names}")
    return kind, int(number)
