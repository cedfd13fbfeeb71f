"""What says that a shop is the one that its state is of."""

import unicodedata
from typing import Any

import pytest

from shopform.kinds import Kind
from shopform.kinds.field_types.base import NO_HOSTS
from shopform.kinds.standard import STANDARD
from shopform.model.canonical import digest, identity_part
from shopform.model.desired import Desired, Resource
from shopform.model.live import LiveObject
from shopform.model.prior import Entry
from shopform.model.values import Address
from shopform.planning.checks.shop_identity import same_identity

WRITTEN = {
    "path": ["/gl/1", " /gl/1 ", "/r%C3%B8d", "/rød", "/a/./b", "/x#y"],
    "text": ["Sko", " Sko", "Sko\n", unicodedata.normalize("NFD", "Børn"), "/ "],
}
NAMED = [
    (kind, name) for kind in STANDARD.kinds for name in kind.identity if name not in kind.refers
]


@pytest.mark.parametrize(("kind", "name"), NAMED, ids=[f"{k.name}-{n}" for k, n in NAMED])
def test_an_object_is_recognised_however_its_identity_is_written(kind: Kind, name: str) -> None:
    """By what it was left with, also where that was secret, or by what is declared."""
    address = Address.of(kind.name, "a")
    for value in WRITTEN[kind.type(name).name]:
        item = LiveObject(id=7, fields={name: value}, parent_id=None)
        part = identity_part(kind.type(name), value)
        secret = digest(kind, name, part)

        def held(left: object, desired: Desired, item: Any = item) -> bool:
            parts = tuple(left if n == name else None for n in kind.identity)
            entry = Entry(id=7, identity=parts, sent={})
            return same_identity(address, entry, item, desired, NO_HOSTS)

        declared = Desired(
            resources={
                address: Resource(
                    address=address, fields={name: value}, kind=STANDARD[address.kind]
                )
            },
            catalogue=STANDARD,
        )
        assert held(part, Desired(catalogue=STANDARD))
        assert held(secret, Desired(catalogue=STANDARD))
        assert held("another", declared)
        assert not held("another", Desired(catalogue=STANDARD))
