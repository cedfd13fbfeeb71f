"""The types of options: durations, NAME=VALUE, KIND=N, lists of allowed values.

They are functions that raise BadParameter, which click reports with the option. Types of options
that name kinds are applied by `resolved`.
"""

import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

import click

from shopform.errors import UsageError
from shopform.model.values import CHANGE_WORDS

if TYPE_CHECKING:
    from shopform.kinds import Catalogue

T = TypeVar("T")
SHORTEST_KEY = 32
UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400}


class File(click.Path):
    """A path that is not checked: click would look for it before the folder of `-C` is known."""

    def convert(
        self, value: str | os.PathLike[str], *_context: object
    ) -> str | bytes | os.PathLike[str]:
        return self.coerce_path_result(value)


def duration(value: str) -> float:
    """Parse a duration to seconds: `30s`, `5m`, or a plain number."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd]?)", value)
    if not found:
        raise click.BadParameter(f"`{value}` is not a duration; write `30s` or `5m`")
    return float(found[1]) * UNITS[found[2]]


def point_in_time(value: str) -> datetime:
    """Parse a date, a time, or a duration before now; without a zone it is in UTC."""
    if found := re.fullmatch(r"(\d{1,6})([mhd])", value):
        return datetime.now(UTC) - timedelta(seconds=int(found[1]) * UNITS[found[2]])
    try:
        then = datetime.fromisoformat(value)
        return then.replace(tzinfo=then.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise click.BadParameter(
            f"`{value}` is not a time; write `2026-11-30`, `2026-11-30T08:00` or `7d`"
        ) from None


def object_id(value: str) -> int:
    """Parse the id of an object."""
    from shopform.kinds.field_types.number import id_in

    if number := id_in(value):
        return number
    raise click.BadParameter(f"`{value}` is not an id, which is a number such as 502")


def key_value(value: str) -> tuple[str, str]:
    """Parse NAME=VALUE."""
    name, equals, text = value.partition("=")
    if not equals or not name:
        raise click.BadParameter(f"`{value}` is not of the form NAME=VALUE")
    return name, text


def listed(value: str, allowed: Collection[str], shown: Iterable[str] = ()) -> list[str]:
    """Parse a comma-separated list of allowed values; errors list `shown`, by default all."""
    found = [each.strip() for each in value.split(",")]
    for each in found:
        if each not in allowed:
            raise click.BadParameter(f"`{each}` is not one of {', '.join(shown or allowed)}")
    return found


def changes(value: str) -> list[str]:
    """Parse a comma-separated list of changes for `--fail-on`."""
    return listed(value, (*CHANGE_WORDS, "drift"))


def digest_key(environment: Mapping[str, str]) -> str:
    """Return the key for the digests of secrets; empty without one. Raises UsageError."""
    key = environment.get("SHOPFORM_DIGEST_KEY", "").strip()
    if key and (len(key) < SHORTEST_KEY or not key.isascii()):
        raise UsageError(
            f"`SHOPFORM_DIGEST_KEY` is not a key of at least {SHORTEST_KEY} ASCII characters",
            hint="`openssl rand -hex 32` prints one",
        )
    return key


def standard() -> "Catalogue":
    """Return the kinds that a project begins with."""
    from shopform.kinds.standard import STANDARD

    return STANDARD


def resolved(
    catalogue: "Catalogue",
    parse: "Callable[[Catalogue, str], T]",
    option: str,
    written: Iterable[str],
) -> list[T]:
    """Parse the values of an option that names kinds, which are known once a project is loaded.

    Raises BadParameter with the option, as click does for the other types.
    """
    try:
        return [parse(catalogue, value) for value in written]
    except click.BadParameter as problem:
        ctx = click.get_current_context()
        raise click.BadParameter(problem.message, ctx, param_hint=f"'{option}'") from None


def kinds(catalogue: "Catalogue", value: str) -> list[str]:
    """Parse a comma-separated list of kinds or sections to kinds."""
    known = catalogue.kinds
    names = {name: kind.name for kind in known for name in (kind.name, kind.section)}
    sections = [kind.section for kind in known]
    return [names[each] for each in listed(value, names, sections)]


def named_kinds(catalogue: "Catalogue", written: Iterable[str]) -> frozenset[str]:
    """Return the kinds that `--kinds` names."""
    return frozenset(chain(*resolved(catalogue, kinds, "--kinds", written)))


def kind_count(catalogue: "Catalogue", value: str) -> tuple[str, int]:
    """Parse KIND=N or SECTION=N; an ADDRESS counts as one object."""
    name, equals, number = value.partition("=")
    if not equals and "." in name:
        return name, 1
    known = catalogue.kinds
    kind = next((kind.name for kind in known if name in (kind.name, kind.section)), None)
    if kind is None or not number.isdecimal():
        names = ", ".join(catalogue)
        raise click.BadParameter(f"`{value}` is not KIND=N with a kind of {names}")
    return kind, int(number)
