"""One canonical value for everything the shop may call the same; digests of secret values."""

import hashlib
import hmac
from collections.abc import Iterable

from shopform.kinds import Kind
from shopform.kinds.field_types.base import NO_HOSTS, FieldType
from shopform.model.values import Ref, Secret


def canonical(type_: FieldType, value: object, hosts: frozenset[str] = NO_HOSTS) -> object:
    """The one value that stands for `value` and all its equals; a secret stands for its text."""
    return type_.canonical(value.text if isinstance(value, Secret) else value, hosts)


def recognised(type_: FieldType, value: object, hosts: frozenset[str] = NO_HOSTS) -> object:
    """The canonical value as a part of an identity; a reference stands for itself."""
    if isinstance(value, Ref):
        return value
    return type_.identified(value.text if isinstance(value, Secret) else value, hosts)


def identified(kind: Kind, parts: Iterable[object]) -> tuple[object, ...]:
    """An identity that the state or a plan keeps, as those of live objects are made now."""
    return tuple(
        recognised(kind.type(name), part) for name, part in zip(kind.identity, parts, strict=False)
    )


DIGEST = "hmac-sha256:"


def digest(address: str, name: str, text: object) -> str:
    """What the state keeps of a secret field: tells that it changed, not what it is."""
    key = f"shopform:{address.partition('.')[0]}:{name}".encode()
    return DIGEST + hmac.new(key, str(text).encode(), hashlib.sha256).hexdigest()


def is_digest(value: object) -> bool:
    return isinstance(value, str) and value.startswith(DIGEST)
