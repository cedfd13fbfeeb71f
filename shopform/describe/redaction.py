"""What a live shop holds that no file can hold: secrets, and what is no whole text. Pure."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from shopform.describe.from_live import label_of
from shopform.kinds import BY_NAME, ORDER, Form, Kind
from shopform.model import secrecy
from shopform.model.canonical import is_damaged
from shopform.model.declared import Declared, Left
from shopform.model.live import Live, LiveObject
from shopform.model.prior import Prior

_PASSWORD: Final = re.compile(r"""//[^/\s@?#"'<>]+@""")
_DECLARE: Final = "declare it by hand, with `${env:NAME}`"


def withhold(live: Live, prior: Prior) -> tuple[Live, tuple[Left, ...]]:
    """The shop without them, and what is missing then.

    Fields that the state knows as secrets go, addresses with a password in them, texts with half
    a sign, and what is no text where one belongs. An object that has one in its identity, or
    cannot be without it, goes whole.
    """
    secrets = secrets_of(prior)
    left: list[Left] = []
    kinds = {}
    for name, read in live.kinds.items():
        kept = {}
        for item in read.objects.values():
            problems = dict(_problems(BY_NAME[name], item, secrets))
            found = _without(BY_NAME[name], item, problems, left) if problems else item
            if found:
                kept[item.id] = found
        kinds[name] = replace(read, objects=kept)
    return replace(live, kinds=kinds), tuple(left)


def secrets_of(own: Prior) -> frozenset[tuple[str, int, str]]:
    """The fields whose values a shop's own files keep secret, by kind and id."""
    return frozenset(
        (address.kind, entry.id, name)
        for address, entry in own.resources.items()
        for name in secrecy.secrets_of(entry)
    )


def with_left(declared: Declared, left: tuple[Left, ...]) -> Declared:
    """The same, with more that is left out."""
    every = sorted((*declared.left, *left), key=lambda x: (ORDER[x.kind], x.id, x.field))
    return replace(declared, left=tuple(every))


def holds_password(value: object) -> bool:
    """Whether an address with a password, or with a user's name, stands in a value."""
    parts = value if isinstance(value, list | tuple) else (value,)
    return any(isinstance(part, str) and _PASSWORD.search(part) for part in parts)


def is_nested(kind: Kind, name: str, raw: object) -> bool:
    """Whether a shop answers a list or a mapping where the files take one text or number."""
    several = kind.form(name) in (Form.SET, Form.IMAGES)
    return bool(raw) and isinstance(raw, list | dict) and not several


def _problems(
    kind: Kind, item: LiveObject, secrets: frozenset[tuple[str, int, str]]
) -> Iterator[tuple[str, str]]:
    for name, raw in item.fields.items():
        if (kind.name, item.id, name) in secrets:
            yield name, f"it is a secret: {_DECLARE}"
        elif holds_password(raw):
            yield name, f"it holds a password: {_DECLARE}"
        elif is_damaged(raw):
            yield name, "its text is damaged"
        elif is_nested(kind, name, raw):
            yield name, "it is a list or a mapping there"


def _without(
    kind: Kind, item: LiveObject, problems: dict[str, str], left: list[Left]
) -> LiveObject | None:
    """The object without its problems; None where it cannot be without one of them."""
    label = "" if kind.identity[-1] in problems else label_of(kind, item)
    for name, why in problems.items():
        if name in kind.identity or kind.fields[name].required:
            left.append(Left(kind=kind.name, id=item.id, label=label, why=f"`{name}`: {why}"))
            return None
    for name, why in problems.items():
        left.append(Left(kind=kind.name, id=item.id, label=label, why=why, field=name))
    kept = {name: raw for name, raw in item.fields.items() if name not in problems}
    return replace(item, fields=kept)
