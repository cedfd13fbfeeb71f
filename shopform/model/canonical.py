"""Canonical values, in which equal values of a shop are identical; digests of secrets."""

import hashlib
import hmac
from collections.abc import Iterable

from shopform.kinds import Kind
from shopform.kinds.field_types.base import NO_HOSTS, FieldType
from shopform.model.values import Ref, Secret


class Digested(str):
    """The digest of a value, in place of the value: as snapshots hold secrets.

    It is equal to the digest that `digest` returns for the value, and canonical as it is.
    """

    __slots__ = ()


def canonical(type_: FieldType, value: object, hosts: frozenset[str] = NO_HOSTS) -> object:
    """Return the canonical form of a value; of a secret, that of its text."""
    plain = value.text if isinstance(value, Secret) else value
    return plain if type(plain) is Digested else type_.canonical(plain, hosts)


def identity_part(type_: FieldType, value: object, hosts: frozenset[str] = NO_HOSTS) -> object:
    """Return the canonical form of a value in an identity; references are returned unchanged."""
    if isinstance(value, Ref):
        return value
    plain = value.text if isinstance(value, Secret) else value
    return plain if type(plain) is Digested else type_.identified(plain, hosts)


def identified(kind: Kind, parts: Iterable[object]) -> tuple[object, ...]:
    """Return a saved identity in the form that this version gives to live objects."""
    return tuple(
        identity_part(kind.type(name), part)
        for name, part in zip(kind.identity, parts, strict=False)
    )


DIGEST = "hmac-sha256:"


def digest(address: str, name: str, text: object) -> str:
    """Return the digest of a secret field for the state: it shows changes, not the value."""
    if type(text) is Digested:
        return text
    key = f"shopform:{address.partition('.')[0]}:{name}".encode()
    return DIGEST + hmac.new(key, str(text).encode(), hashlib.sha256).hexdigest()


def is_digest(value: object) -> bool:
    return isinstance(value, str) and value.startswith(DIGEST)
