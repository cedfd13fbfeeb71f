"""What options take: durations, names with texts, kinds with numbers, lists of words."""

import os
import re
from collections.abc import Iterable

import click

UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}


class Duration(click.ParamType[float]):
    """Seconds, written as Terraform does: `30s`, `5m`, or a bare number."""

    name = "duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        found = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", str(value))
        if not found:
            self.fail(f"`{value}` is no duration; write `30s` or `5m`", param, ctx)
        return float(found[1]) * UNITS[found[2]]


class File(click.Path):
    """A path, taken as it is: click would look for it before the folder of `-C` is known."""

    def convert(
        self, value: str | os.PathLike[str], *_context: object
    ) -> str | bytes | os.PathLike[str]:
        return self.coerce_path_result(value)


class KeyValue(click.ParamType[tuple[str, str]]):
    """NAME=TEXT."""

    name = "pair"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        name, equals, text = str(value).partition("=")
        if not equals or not name:
            self.fail(f"`{value}` is not of the form NAME=VALUE", param, ctx)
        return name, text


class Words(click.ParamType[tuple[str, ...]]):
    """Words of a list, with commas between them."""

    name = "words"

    def __init__(self, words: Iterable[str]) -> None:
        self.words = tuple(words)

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        if isinstance(value, tuple):
            return value
        found = tuple(word.strip() for word in str(value).split(","))
        for word in found:
            if word not in self.words:
                self.fail(f"`{word}` is not one of {', '.join(self.words)}", param, ctx)
        return found


class Kinds(click.ParamType[frozenset[str]]):
    """Kinds by their own names or their sections', with commas between them."""

    name = "kinds"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> frozenset[str]:
        from shopform.kinds import KINDS

        if isinstance(value, frozenset):
            return value
        names = {word: k.name for k in KINDS for word in (k.name, k.section)}
        words = [word.strip() for word in str(value).split(",")]
        for word in words:
            if word not in names:
                sections = ", ".join(k.section for k in KINDS)
                self.fail(f"`{word}` is not one of {sections}", param, ctx)
        return frozenset(names[word] for word in words)


class KindCount(click.ParamType[tuple[str, int]]):
    """KIND=N, the kind by its own name or its section's; or an ADDRESS, which is one object."""

    name = "kind count"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        from shopform.kinds import KINDS

        if isinstance(value, tuple):
            return value
        word, equals, number = str(value).partition("=")
        if not equals and "." in word:
            return word, 1
        kind = next((k.name for k in KINDS if word in (k.name, k.section)), None)
        if kind is None or not number.isdecimal():
            names = ", ".join(k.name for k in KINDS)
            self.fail(f"`{value}` is not KIND=N with a kind of {names}", param, ctx)
        return kind, int(number)
