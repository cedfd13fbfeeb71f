"""A shop as it was read: its lists with their ages, and the state at that time. Pure."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from shopform.errors import ShopError, UsageError
from shopform.kinds import Kind
from shopform.model.canonical import Digested, canonical, digest, is_digest
from shopform.model.desired import Desired, Resource
from shopform.model.live import Live, LiveKind, LiveObject, parent_ids, with_parents
from shopform.model.prior import Prior
from shopform.model.shop import Shop, WireNames
from shopform.model.values import Secret, Value

ListId = tuple[str, int | None]  # a list: its kind, and the id of its parent, if any
Known = dict[tuple[str, str], object]  # values by kind and digest
Digests = Mapping[str, Mapping[str, Mapping[str, str]]]


def lists_of(
    live: Live, wanted: Callable[[Kind, LiveObject], bool] = lambda _kind, _object: True
) -> list[ListId]:
    """Return the lists of a shop, of children only those of `wanted` parents."""
    catalogue = live.catalogue
    return [
        (name, parent)
        for name in live.kinds
        for parent in parent_ids(
            catalogue, catalogue[name], lambda above: live.kind(above).objects, wanted
        )
    ]


def joined(lists: Iterable[LiveKind]) -> LiveKind:
    """Return several lists of one kind as one."""
    found = tuple(lists)
    return replace(
        found[0],
        objects={number: item for each in found for number, item in each.objects.items()},
        problem=next((each.problem for each in found if each.problem), ""),
        paged=any(each.paged for each in found),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A shop as it was read, without secrets: `Digested` values stand for them.

    `read` are the times of its lists, in seconds since the epoch. `unread` says why a kind could
    not be read. `secrets` are digests of the declared secrets, by kind, field and source.
    """

    shop: str
    url: str
    live: Live
    prior: Prior
    read: Mapping[ListId, int]
    wire: Mapping[str, WireNames] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)
    secrets: Digests = field(default_factory=dict)

    def _require_shop(self, shop: Shop) -> None:
        if (self.shop, self.url) != (shop.name, shop.url):
            raise UsageError(
                f"the snapshot is of `{self.shop}` at `{self.url}`, not of `{shop.name}` at"
                f" `{shop.url}`",
                hint="give the snapshot of this shop",
            )
        if dict(self.wire) != dict(shop.wire):
            raise UsageError(
                "the snapshot was read with other wire names",
                hint="take another one: `shopform snapshot --out FILE`",
            )

    @property
    def objects(self) -> int:
        """The number of its objects."""
        return sum(len(kind.objects) for kind in self.live.kinds.values())

    def selected(
        self, kinds: Collection[str], wanted: Callable[[Kind, LiveObject], bool]
    ) -> tuple[Live, list[ListId]]:
        """Return what a read of these kinds would have returned, and the lists of which it is made.

        Lists that it does not have are empty; `require` reports them.
        """
        found, lists = dict[str, Mapping[int, LiveObject]](), list[ListId]()
        catalogue = self.live.catalogue
        for kind in with_parents(catalogue, kinds):
            parents = parent_ids(catalogue, kind, found.__getitem__, wanted)
            lists += [(kind.name, parent) for parent in parents]
            numbers = set(parents)
            found[kind.name] = {
                number: item
                for number, item in self.live.kind(kind.name).objects.items()
                if not kind.nesting or item.parent_id in numbers
            }
        taken = {n: replace(self.live.kind(n), objects=objects) for n, objects in found.items()}
        return replace(self.live, kinds=taken), lists

    def changed_since(self, prior: Prior) -> set[ListId]:
        """Return the lists of objects that this state records otherwise."""
        found: set[ListId] = set()
        for one, other in ((self.prior, prior), (prior, self.prior)):
            for address, entry in one.resources.items():
                if other.resources.get(address) != entry:
                    parent = one.resources.get(entry.parent) if entry.parent else None
                    found.add((address.kind, parent.id if parent else None))
        return found

    def require(self, lists: Iterable[ListId]) -> None:
        """Raise ShopError for a list that it does not have."""
        for name in (name for name, parent in lists if (name, parent) not in self.read):
            section, why = self.live.catalogue[name].section, self.unread.get(name)
            raise ShopError(
                f"the snapshot has no complete list of {section}{f': {why}' if why else ''}",
                hint="take another one: `shopform snapshot --out FILE`",
            )

    def with_lists(
        self, kind: str, parents: Collection[int | None], found: LiveKind, when: int
    ) -> "Snapshot":
        """Return it with the lists of a kind and these parents in place of older ones."""
        old = self.live.kind(kind)
        kept = {n: o for n, o in old.objects.items() if o.parent_id not in parents}
        others = any(name == kind and parent not in parents for name, parent in self.read)
        both = replace(
            found,
            objects=dict(sorted({**kept, **found.objects}.items())),
            problem=found.problem or (old.problem if others else ""),
            paged=found.paged or (bool(kept) and old.paged),
        )
        return replace(
            self,
            live=replace(self.live, kinds={**self.live.kinds, kind: both}),
            read={**self.read, **{(kind, parent): when for parent in parents}},
            unread={name: why for name, why in self.unread.items() if name != kind},
        )

    def without(self, lists: Collection[ListId]) -> "Snapshot":
        """Return it without these lists: what reads it reads them again."""
        if not lists:
            return self
        kinds = {
            name: replace(
                read,
                objects={n: o for n, o in read.objects.items() if (name, o.parent_id) not in lists},
            )
            for name, read in self.live.kinds.items()
        }
        read = {one: when for one, when in self.read.items() if one not in lists}
        return replace(self, live=replace(self.live, kinds=kinds), read=read)

    def opened(self, shop: Shop, desired: Desired) -> tuple["Snapshot", Desired]:
        """Return it for plans of these declarations, and the declarations for plans from it.

        Both have digests in place of secrets: those of the time when it was taken. Other values
        that are digests in the file are restored as far as the files or the state have them.

        Raises UsageError if it is of another shop, or was read with other wire names.
        """
        self._require_shop(shop)
        resources = {a: self._with_digests(each) for a, each in desired.resources.items()}
        live = self._restored(replace(self.live, hosts=shop.hosts), desired)
        return replace(self, live=live), replace(desired, resources=resources)

    def _with_digests(self, resource: Resource) -> Resource:
        known = self.secrets.get(resource.kind.name, {})
        secrets: dict[str, Value] = {}
        for name, value in resource.fields.items():
            if isinstance(value, Secret):
                # A secret that it does not know differs from all others.
                unknown = digest(resource.kind, name, value.source)
                found = known.get(name, {}).get(value.source, unknown)
                secrets[name] = Secret(value.source, Digested(found))
        return replace(resource, fields={**resource.fields, **secrets}) if secrets else resource

    def _restored(self, live: Live, desired: Desired) -> Live:
        hidden = {
            (kind, name)
            for kind, read in live.kinds.items()
            for item in read.objects.values()
            for name, value in item.fields.items()
            if type(value) is Digested
        }
        known: Known = {}
        for kind, name, value in _plain_values(desired, self.prior) if hidden else ():
            if (kind, name) in hidden:
                plain = canonical(live.catalogue[kind].type(name), value, live.hosts)
                known[kind, digest(live.catalogue[kind], name, plain)] = value
        return with_objects(live, partial(_revealed, known)) if known else live


def with_objects(live: Live, change: Callable[[Kind, LiveObject], LiveObject]) -> Live:
    """Return the shop with each object changed."""
    kinds = {
        name: replace(
            read, objects={n: change(live.catalogue[name], i) for n, i in read.objects.items()}
        )
        for name, read in live.kinds.items()
    }
    return replace(live, kinds=kinds)


def _plain_values(desired: Desired, prior: Prior) -> Iterator[tuple[str, str, object]]:
    for resource in desired.resources.values():
        for name, value in resource.fields.items():
            if not isinstance(value, Secret):
                yield resource.kind.name, name, value
    for address, entry in prior.resources.items():
        for name, held in (*entry.sent.items(), *entry.stored.items()):
            if not is_digest(held):
                yield address.kind, name, held


def _revealed(known: Known, kind: Kind, item: LiveObject) -> LiveObject:
    found = {
        name: known[kind.name, value]
        for name, value in item.fields.items()
        if type(value) is Digested and (kind.name, value) in known
    }
    return item._replace(fields={**item.fields, **found}) if found else item
