"""Canonical values, in which equal values of a shop are identical; digests of secrets."""

import hashlib
import hmac
from collections.abc import Iterable
from functools import cache

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


def digest(kind: Kind, name: str, text: object, like: object = None) -> str:
    """Return the digest of a secret field for the state: it shows changes, not the value.

    It is made with the key of the project, and has the id of that key. Without one its key is
    public, so a value that can be guessed can be found. `like` is a digest that it is compared
    with: the result is made as that was, and is `like` if that is not comparable.
    """
    if is_digest(like) and not comparable(kind, like, text):
        return str(like)
    if type(text) is Digested:
        return text
    place = f"shopform:{kind.name}:{name}"
    if not (key_id(like) if is_digest(like) else kind.digest_key):
        return DIGEST + _hmac(place, str(text))
    return f"{DIGEST}{own_key_id(kind)}:{_hmac(kind.digest_key, f'{place}:{text}')}"


def short_digest(kind: Kind, text: str) -> str:
    """Return a digest of the value of a field in the shop, for the fingerprints of a plan.

    With a key of the project it has the id of that key, as digests of secrets have.
    """
    key = kind.digest_key
    found = _hmac(key, text) if key else hashlib.sha256(text.encode()).hexdigest()
    return f"{own_key_id(kind)}:{found[:16]}" if key else found[:16]


def is_digest(value: object) -> bool:
    return isinstance(value, str) and value.startswith(DIGEST)


def comparable(kind: Kind, value: object, text: object = "") -> bool:
    """Return whether a digest can be compared: it was made with the project's key, or with none.

    If `text` is a digest too: whether both were made with the same key.
    """
    if type(text) is Digested:
        return key_id(value) == key_id(text)
    return key_id(value) in ("", own_key_id(kind))


def key_id(value: object) -> str:
    """Return the id of the key of a digest; empty if it was made without one."""
    return str(value).removeprefix(DIGEST).rpartition(":")[0]


def own_key_id(kind: Kind) -> str:
    """Return the id of the key of the project; empty without one."""
    return _id_of(kind.digest_key) if kind.digest_key else ""


@cache
def _id_of(key: str) -> str:
    return _hmac(key, "shopform:key-id")[:8]


def _hmac(key: str, text: str) -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()
