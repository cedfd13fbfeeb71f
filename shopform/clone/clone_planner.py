"""A copy of one shop fitted into another, once both were read. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from shopform.clone.copy import Copy, placed, settled, spared_fixed, without_defaults
from shopform.clone.id_mapping import gone, with_needs
from shopform.clone.omissions import not_copied, still_there
from shopform.clone.three_way import promoted, spared
from shopform.describe.redaction import secret_places
from shopform.diagnostics import Collector, Diagnostic
from shopform.errors import UsageError
from shopform.kinds import BY_NAME, Form, Kind
from shopform.kit.graphs import reachable, reversed_edges
from shopform.model.addresses import upward, within
from shopform.model.canonical import canonical
from shopform.model.declared import Declared, Omission
from shopform.model.desired import Desired
from shopform.model.live import Live, LiveObject
from shopform.model.prior import Prior
from shopform.model.shop import Shop
from shopform.model.values import Address
from shopform.planning.matching.match import match
from shopform.planning.matching.result import Matching
from shopform.planning.planner import plan
from shopform.planning.scope import Options


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked: from which shop to which, what of it; with `three_way` only its changes.

    `excludes` leave out addresses with what is nested in them and what needs them.
    """

    source: str
    target: str
    kinds: frozenset[str]
    targets: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    delete: bool = False
    three_way: bool = False


@dataclass(slots=True)
class Fitting:
    """Fits a copy into a shop whose memory of copies is `prior`; `told` is what to know of it.

    `found` is what the first shop declares, `first` what it holds. `own` is what the other shop's
    own files manage: their secrets are not shown, and nothing of theirs is deleted.
    """

    wish: Wish
    found: Declared
    first: Live
    copy: Copy
    prior: Prior
    shop: Shop
    own: Prior
    told: list[Diagnostic] = field(default_factory=list)

    def about(self) -> frozenset[Address]:
        """The addresses that may be touched. Raises UsageError for targets that do not exist."""
        every = (*self.found.resources, *self.prior.resources)
        known = {above for address in every for above in upward(address)}
        for word in (*self.wish.targets, *self.wish.excludes):
            if word not in known:
                raise UsageError(
                    f"`{word}` is not in the copy",
                    hint=f"`shopform clone --from {self.wish.source} --to {self.wish.target}`"
                    " without `--target` shows the addresses",
                )
        whole = with_needs(self.copy, self._asked(self.copy.resources))
        return whole | self._doomed()

    def declare(self, live: Live) -> tuple[Desired, frozenset[Address]]:
        """What is desired of the shop, and the addresses that the plan is about."""
        placed(self.copy, self.prior, live)
        self._spare_secrets(live)
        while True:
            desired, only, told, left = self._attempt(live)
            matching = match(desired, self.prior, live, Collector())
            if spared_fixed(self.copy, matching):
                continue
            desired = without_defaults(desired, matching)
            if not self.wish.three_way:
                desired = self._with_empty(desired, matching)
            # What only a person could decide is left out, and whatever needs it.
            options = Options(only=only, source=self.wish.source)
            made = plan(desired, self.prior, live, self.shop, options)
            if not settled(self.copy, made.diagnostics):
                break
        self.told = [*told, *not_copied(self._left(left), self.wish.target)]
        stays = self._gone() - self._doomed()
        names = self.wish.source, self.wish.target
        self.told += still_there(stays, *names, managed=self.wish.delete)
        return desired, only

    def declared(self) -> Declared:
        """The copy as files declare it, before anything is known of the other shop."""
        for address in sorted(self.copy.fixed):
            self.copy.leave(address, "every shop has one of its own")
        mine = self.about()
        resources = {a: r for a, r in self.copy.resources.items() if a in mine}
        ids = {address: resource.origin for address, resource in resources.items()}
        left = tuple(self._left([]))
        return Declared(resources=resources, ids=ids, duplicates=frozenset(), omissions=left)

    def _attempt(
        self, live: Live
    ) -> tuple[Desired, frozenset[Address], list[Diagnostic], list[Omission]]:
        mine, goners = self._mine(), self._doomed()
        if not self.wish.three_way:
            return self.copy.desired(), mine | goners, [], []
        names = {"source": self.wish.source, "target": self.wish.target}
        found = promoted(self.copy, self.prior, live, **names)
        free, conflicts = spared(goners, self.prior, live, **names)
        conflicts += [each for each in found.conflicts if each.address in mine]
        return found.desired, (mine & found.only) | free, conflicts, found.left

    def _with_empty(self, desired: Desired, matching: Matching) -> Desired:
        """The same with what the first shop holds empty, and the other one does not."""
        resources = dict(desired.resources)
        for address, resource in desired.resources.items():
            model = self.first.kinds[address.kind].objects.get(resource.origin)
            item = matching.object(address)
            if model is None or item is None or address in self.copy.fixed:
                continue
            empty = dict(_empty(BY_NAME[address.kind], model, item))
            told = resource.fields.keys() | resource.ignore
            fields = {name: value for name, value in empty.items() if name not in told}
            resources[address] = replace(resource, fields={**fields, **resource.fields})
        return replace(desired, resources=resources)

    def _mine(self) -> frozenset[Address]:
        return with_needs(self.copy, self._asked(self.copy.resources))

    def _gone(self) -> frozenset[Address]:
        """What the first shop lost, of what was asked for and what depends on that."""
        held = self.prior.resources
        lost = gone(self.prior, self.first, self.copy)
        users = reversed_edges({a: held[a].depends_on for a in lost if a.kind in self.wish.kinds})
        return frozenset(reachable(self._asked(lost), users) & set(lost))

    def _doomed(self) -> frozenset[Address]:
        """What is to be deleted: nothing that the files manage too, and may protect."""
        if not self.wish.delete:
            return frozenset()
        managed = {(address.kind, entry.id) for address, entry in self.own.resources.items()}
        held = self.prior.resources
        return frozenset(a for a in self._gone() if (a.kind, held[a].id) not in managed)

    def _asked(self, addresses: Iterable[Address]) -> list[Address]:
        """Those of the kinds and targets that were asked for."""
        words = {Address(word) for word in self.wish.targets}
        excluded = self._excluded()
        return [
            address
            for address in addresses
            if address.kind in self.wish.kinds
            and address not in excluded
            and (not words or within(address, words))
        ]

    def _excluded(self) -> set[Address]:
        words = {Address(word) for word in self.wish.excludes}
        if not words:
            return set()
        held = {a: entry.depends_on for a, entry in self.prior.resources.items()}
        users = reversed_edges(held)
        for address, found in self.copy.users.items():
            users.setdefault(address, set()).update(found)
        every = (*self.found.resources, *held)
        return reachable((a for a in every if within(a, words)), users)

    def _left(self, more: Iterable[Omission]) -> list[Omission]:
        """What is left out, as far as it belongs to what was asked for."""
        kept = {(address.kind, self.copy.resources[address].origin) for address in self._mine()}
        if self.wish.targets:
            kept |= {(a.kind, self.found.ids[a]) for a in self._asked(self.found.resources)}
        kinds = self.wish.kinds if not self.wish.targets else frozenset()
        every = (*self.copy.left, *more)
        return [each for each in every if each.kind in kinds or (each.kind, each.id) in kept]

    def _spare_secrets(self, live: Live) -> None:
        """What is a secret in the files of the other shop is neither shown nor changed."""
        ids: Mapping[Address, int] = {}
        hidden = secret_places(self.own)
        if hidden:
            ids = match(self.copy.desired(), self.prior, live, Collector()).ids
        for address, number in ids.items():
            for name in list(self.copy.resources[address].fields):
                if (address.kind, number, name) in hidden:
                    self.copy.leave(address, f"it is a secret of `{self.wish.target}`", name)
                    if address not in self.copy.resources:
                        break


def _empty(kind: Kind, model: LiveObject, item: LiveObject) -> Iterator[tuple[str, Any]]:
    """Fields that are empty in one object and not in the other, where no default is known.

    A number or flag that a shop does not tell is not empty, and every shop makes its own paths.
    """
    for name in kind.fields:
        form, raw = kind.form(name), model.fields.get(name)
        own = name in kind.defaults or name in (*kind.generated, *kind.local, kind.path)
        untold = name not in model.fields or (
            form in (Form.NUMBER, Form.FLAG) and raw in (None, "")
        )
        if own or untold or form in (Form.ID, Form.IMAGES) or kind.type(name).allowed:
            continue
        if not canonical(form, raw) and canonical(form, item.fields.get(name)):
            yield name, canonical(form, None)
