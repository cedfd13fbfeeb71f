"""Remove secrets and damaged strings from a live shop, which files cannot hold. Pure."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from shopform.kinds import Kind
from shopform.kinds.field_types import TEXT
from shopform.kit.text import is_damaged, strings_in
from shopform.model import secrecy
from shopform.model.canonical import Digested, canonical, digest
from shopform.model.declared import Omission
from shopform.model.desired import Desired
from shopform.model.live import Live, LiveObject
from shopform.model.prior import Prior
from shopform.model.snapshot import Digests, with_objects
from shopform.model.values import Secret

_PASSWORD: Final = re.compile(r"""//[^/\s@?#"'<>]+@""")
_DECLARE: Final = "declare it by hand, with `${env:NAME}`"


def label_of(kind: Kind, item: LiveObject) -> str:
    """Return the object's own name: the last field of its identity."""
    return str(canonical(TEXT, item.fields.get(kind.identity[-1])))


def redact(live: Live, prior: Prior) -> tuple[Live, tuple[Omission, ...]]:
    """Return the shop without secrets, passwords and damaged values, and what was removed.

    Secrets are the fields that the state records as such; damaged are strings with half a
    character, and lists or mappings in place of a string. An object with one of these in its
    identity, or in a required field, is removed as a whole.
    """
    secrets = secret_places(prior)
    omissions: list[Omission] = []
    kinds = {}
    for name, read in live.kinds.items():
        kept = {}
        for item in read.objects.values():
            problems = dict(_problems(live.catalogue[name], item, secrets))
            found = _redacted(live.catalogue[name], item, problems, omissions) if problems else item
            if found:
                kept[item.id] = found
        kinds[name] = replace(read, objects=kept)
    return replace(live, kinds=kinds), tuple(omissions)


def secret_places(own: Prior) -> frozenset[tuple[str, int, str]]:
    """Return kind, id and name of the fields that the shop's own state records as secrets."""
    return frozenset(
        (address.kind, entry.id, name)
        for address, entry in own.resources.items()
        for name in secrecy.secrets_of(entry)
    )


def hide_secrets(live: Live, prior: Prior, desired: Desired, key: str) -> Live:
    """Return the shop with digests in place of secrets.

    These are the values that the state records as such or that are declared as such, and those
    that contain the API key, or a password that the state does not hold in plain.
    """
    places, in_plain = secret_places(prior), _plain_passwords(prior)
    declared = _declared_values(desired, live.hosts)

    def is_secret(kind: Kind, item: LiveObject, name: str, raw: object) -> bool:
        if (kind.name, item.id, name) in places:
            return True
        if raw is None or isinstance(raw, int):
            return False
        if not isinstance(raw, str):
            return any(reveals(kind, name, text) for text in strings_in(raw))
        secrets = declared.get((kind.name, name), ())
        return reveals(kind, name, raw) or (bool(secrets) and known(kind, name, raw) in secrets)

    def reveals(kind: Kind, name: str, text: str) -> bool:
        if _has_password(text) and (kind.name, name, text) not in in_plain:
            return True
        return bool(key) and key in text

    def known(kind: Kind, name: str, raw: object) -> object:
        return canonical(kind.type(name), raw, live.hosts)

    def hidden(kind: Kind, item: LiveObject) -> LiveObject:
        found = {
            name: Digested(digest(kind, name, known(kind, name, raw)))
            for name, raw in item.fields.items()
            if is_secret(kind, item, name, raw)
        }
        return item._replace(fields={**item.fields, **found}) if found else item

    return with_objects(live, hidden)


def _declared_values(desired: Desired, hosts: frozenset[str]) -> dict[tuple[str, str], set[object]]:
    """Return the values of declared secrets, by kind and field."""
    found: dict[tuple[str, str], set[object]] = {}
    for kind, name, _, plain in _secrets(desired, hosts):
        found.setdefault((kind.name, name), set()).add(plain)
    return found


def _has_password(text: str) -> bool:
    return "@" in text and bool(_PASSWORD.search(text))


def _plain_passwords(prior: Prior) -> frozenset[tuple[str, str, str]]:
    """Return kind, field and value of the strings with a password that the state has in plain."""
    return frozenset(
        (address.kind, name, text)
        for address, entry in prior.resources.items()
        for name, value in (*entry.sent.items(), *entry.stored.items())
        for text in strings_in(value)
        if _has_password(text)
    )


def declared_secrets(desired: Desired, hosts: frozenset[str]) -> Digests:
    """Return the digests of declared secrets, by kind, field and source."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for kind, name, source, plain in _secrets(desired, hosts):
        held = found.setdefault(kind.name, {}).setdefault(name, {})
        held[source] = digest(kind, name, plain)
    return found


def _secrets(desired: Desired, hosts: frozenset[str]) -> Iterator[tuple[Kind, str, str, object]]:
    """Yield kind, field, source and value of each declared secret."""
    for resource in desired.resources.values():
        for name, value in resource.fields.items():
            if isinstance(value, Secret):
                plain = canonical(resource.kind.type(name), value, hosts)
                yield resource.kind, name, value.source, plain


def holds_password(value: object) -> bool:
    """Return whether a value contains a URL with a password or a user name."""
    return any(map(_has_password, strings_in(value)))


def is_nested(kind: Kind, name: str, raw: object) -> bool:
    """Return whether the shop has a list or a mapping where files have a string or a number."""
    return bool(raw) and isinstance(raw, list | dict) and not kind.type(name).listed


def _problems(
    kind: Kind, item: LiveObject, secrets: frozenset[tuple[str, int, str]]
) -> Iterator[tuple[str, str]]:
    for name, raw in item.fields.items():
        if (kind.name, item.id, name) in secrets:
            yield name, f"it is a secret: {_DECLARE}"
        elif holds_password(raw):
            listed = kind.type(name).listed  # files may have no secrets in lists
            yield name, "it contains a password" + ("" if listed else f": {_DECLARE}")
        elif is_damaged(raw):
            yield name, "the string is damaged"
        elif is_nested(kind, name, raw):
            yield name, "it is a list or a mapping in the shop"


def _redacted(
    kind: Kind, item: LiveObject, problems: dict[str, str], omissions: list[Omission]
) -> LiveObject | None:
    """The object without its problems; None if one of them is in a required field."""
    label = "" if kind.identity[-1] in problems else label_of(kind, item)
    for name, why in problems.items():
        if name in kind.identity or kind.fields[name].required:
            omissions.append(
                Omission(kind=kind.name, id=item.id, label=label, why=f"`{name}`: {why}")
            )
            return None
    for name, why in problems.items():
        omissions.append(Omission(kind=kind.name, id=item.id, label=label, why=why, field=name))
    kept = {name: raw for name, raw in item.fields.items() if name not in problems}
    return item._replace(fields=kept)
