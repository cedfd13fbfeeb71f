"""The result of matching: which live object has which address. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shopform.kinds import Catalogue, Kind
from shopform.kit.url_paths import page_address
from shopform.model.addresses import container_of
from shopform.model.canonical import canonical, identified, identity_part
from shopform.model.desired import Resource
from shopform.model.live import Live, LiveObject
from shopform.model.prior import Entry
from shopform.model.values import Address, Ref

Identity = tuple[object, ...]


@dataclass(slots=True)
class Matching:
    """Which live object has which address.

    `entries` are those of the state by address after moves and adoptions. `adopted` maps the
    address of a pending create that was found to the one that it had in the interrupted run.
    `ambiguous` are those that several objects could be.
    """

    live: Live
    entries: dict[Address, Entry]
    ids: dict[Address, int] = field(default_factory=dict)
    owners: dict[tuple[str, int], Address] = field(default_factory=dict)
    imported: set[Address] = field(default_factory=set)
    ambiguous: set[Address] = field(default_factory=set)
    adopted: dict[Address, Address] = field(default_factory=dict)
    moved: dict[Address, Address] = field(default_factory=dict)
    deleted_outside: dict[Address, int] = field(default_factory=dict)
    absent: list[Address] = field(default_factory=list)
    indexes: dict[str, dict[tuple[int | None, Identity], list[int]]] = field(default_factory=dict)
    sent: dict[str, dict[tuple[int | None, Identity], list[int]]] = field(default_factory=dict)
    contents: dict[Address, list[Address]] | None = None
    paths: dict[str, list[tuple[Kind, int]]] | None = None

    @property
    def catalogue(self) -> Catalogue:
        return self.live.catalogue

    @property
    def hosts(self) -> frozenset[str]:
        return self.live.hosts

    def object(self, address: Address) -> LiveObject | None:
        number = self.ids.get(address)
        return None if number is None else self.live.object(address.kind, number)

    def before(self, address: Address) -> Address | None:
        """Return the address of the object in the state or journal, if it is another one."""
        begun = self.adopted.get(address)
        return self.moved.get(address, begun if begun != address else None)

    def index(self, kind: Kind) -> dict[tuple[int | None, Identity], list[int]]:
        """Return live ids by parent and identity; built on first use."""
        index = self.indexes.get(kind.name)
        if index is None:
            index = self.indexes[kind.name] = {}
            for number, item in self.live.kind(kind.name).objects.items():
                key = (item.parent_id, live_identity(kind, item, self.hosts))
                index.setdefault(key, []).append(number)
        return index

    def index_by_sent(self, kind: Kind) -> dict[tuple[int | None, Identity], list[int]]:
        """Return live ids by the identity that was sent, where the shop stored another one."""
        index = self.sent.get(kind.name)
        if index is None:
            index = self.sent[kind.name] = {}
            objects = self.live.kind(kind.name).objects
            for address, entry in self.entries.items():
                differs = address.kind == kind.name and entry.stored.keys() & set(kind.identity)
                if differs and entry.id in objects:
                    key = (objects[entry.id].parent_id, identified(kind, entry.identity))
                    index.setdefault(key, []).append(entry.id)
        return index

    def children(self) -> dict[Address, list[Address]]:
        """Return managed addresses by parent; built on first use."""
        if self.contents is None:
            self.contents = {}
            for address in self.entries:
                if container := container_of(self.catalogue, address):
                    self.contents.setdefault(container, []).append(address)
        return self.contents

    def pages(self) -> Mapping[str, list[tuple[Kind, int]]]:
        """Return live pages of every kind by path; built on first use.

        All kinds share the paths of a shop.
        """
        if self.paths is None:
            self.paths = {}
            for name, read in self.live.kinds.items():
                kind = self.catalogue[name]
                for number, item in read.objects.items() if kind.path else ():
                    held = canonical(kind.type(kind.path), item.fields.get(kind.path), self.hosts)
                    self.paths.setdefault(page_address(str(held)), []).append((kind, number))
        return self.paths


def live_identity(kind: Kind, item: LiveObject, hosts: frozenset[str]) -> Identity:
    return tuple(identity_part(kind.type(n), item.fields.get(n), hosts) for n in kind.identity)


def declared_identity(
    resource: Resource, ids: Mapping[Address, int], hosts: frozenset[str]
) -> Identity | None:
    """Return the identity with references as ids; None while one of them does not exist."""
    parts: list[object] = []
    for name in resource.kind.identity:
        value = resource.fields.get(name)
        if isinstance(value, Ref):
            if value.address not in ids:
                return None
            parts.append(ids[value.address])
        else:
            parts.append(identity_part(resource.kind.type(name), value, hosts))
    return tuple(parts)


def by_id_only(resource: Resource, item: LiveObject, hosts: frozenset[str]) -> bool:
    """Return whether only an id makes an identity equal, while another required field differs.

    It is that of the object, or of the original of a copy, and means nothing in another shop.
    """
    kind = resource.kind
    if not kind.wire.numbered or str(item.fields.get(kind.identity[-1])) not in {
        str(item.id),
        str(resource.origin or item.id),
    }:
        return False
    required = [(row.name, row.type) for row in kind.rows if row.required]
    held, declared = (
        [identity_part(type_, fields.get(name), hosts) for name, type_ in required]
        for fields in (item.fields, resource.fields)
    )
    return held != declared
