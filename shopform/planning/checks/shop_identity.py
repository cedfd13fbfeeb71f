"""Check that the shop that was read is the shop of the state. Pure.

With the central host of the API the key alone selects the shop, so ids of one shop may be looked
up in another. The evidence is the key, the shop's fixed object, and the owned objects.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from shopform.diagnostics import Diagnostic, error
from shopform.kinds import Kind
from shopform.model.canonical import canonical, digest, identity_part, is_digest
from shopform.model.desired import Desired
from shopform.model.live import Live, LiveObject
from shopform.model.prior import Anchor, Entry, Prior
from shopform.model.values import Address
from shopform.planning.checks.ci_gates import listed

CODE = "other-shop"
# Staff may rename one object and delete two of a small shop. With a key that never wrote this
# state, fewer differences are enough.
RENAMED = 2
DIFFERING = 3


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found of the owned objects, and the fixed object of the shop."""

    fits: list[Address] = field(default_factory=list)
    missing: list[Address] = field(default_factory=list)
    renamed: list[Address] = field(default_factory=list)
    anchor: Anchor | None = None

    @property
    def mostly_different(self) -> bool:
        return self.differing > len(self.fits)

    @property
    def differing(self) -> int:
        return len(self.missing) + len(self.renamed)


def anchor_of(live: Live) -> Anchor | None:
    """Return the fixed object of a shop, if its list is complete."""
    for kind in live.catalogue.kinds:
        read = live.kinds.get(kind.name)
        for item in read.objects.values() if read and not read.problem else ():
            if item.fixed:
                return anchored(kind, item)
    return None


def anchored(kind: Kind, item: LiveObject) -> Anchor:
    name = kind.identity[-1]
    return Anchor(kind=kind.name, id=item.id, host=item.site, name=str(item.fields.get(name) or ""))


def collect_evidence(declared: Desired, prior: Prior, live: Live) -> Evidence:
    """Compare owned objects with complete lists.

    Children of a missing parent do not count, nor what a run that was killed may have changed.
    """
    found, there = Evidence(anchor=anchor_of(live)), set[Address]()
    for address, entry in sorted(prior.resources.items()):
        read = live.kinds.get(address.kind)
        if read is None or read.problem or address in prior.begun:
            continue
        item = read.objects.get(entry.id)
        if item is None:
            if entry.parent is None or entry.parent in there:
                found.missing.append(address)
        elif same_identity(address, entry, item, declared, live.hosts):
            found.fits.append(address)
            there.add(address)
        else:
            found.renamed.append(address)
    return found


def same_identity(
    address: Address, entry: Entry, item: LiveObject, declared: Desired, hosts: frozenset[str]
) -> bool:
    """Return whether an object has the identity in the state, or the declared one.

    It has the declared one if a run was killed between an update and its record. References do
    not count: a moved category is the same object.
    """
    kind = declared.catalogue[address.kind]
    resource = declared.resources.get(address)
    for name, left in zip(kind.identity, entry.identity, strict=False):
        if name in kind.refers or item.fields.get(name, left) == left:
            continue
        type_ = kind.type(name)
        held = canonical(type_, item.fields[name], hosts)
        now = identity_part(type_, held, hosts)
        if now == left:
            continue
        known = [left]
        known += [entry.stored[name]] if name in entry.stored else []
        known += [resource.fields.get(name)] if resource else []
        parts = {each if is_digest(each) else identity_part(type_, each, hosts) for each in known}
        secret = (digest(kind, name, x, like) for x in (held, now) for like in parts)
        if now not in parts and parts.isdisjoint(secret):
            return False
    return True


def needs_more_evidence(prior: Prior, found: Evidence, *, known_key: bool | None) -> bool:
    """Return whether a new key was used, and nothing that was read shows that the shop is right."""
    if known_key is not False or not (prior.anchor or prior.resources):
        return False
    if prior.anchor and found.anchor:
        return False
    return not found.fits or found.mostly_different


def wrong_shop(
    prior: Prior, found: Evidence, shop: str, *, known_key: bool | None
) -> Iterator[Diagnostic]:
    """Yield an error if it is another shop. `known_key` is None if the state records no key."""
    hint = (
        "correct its `token` or `url`; if the shop itself changed,"
        f" `shopform state rehome --shop {shop}` compares it and records it"
    )
    was, now = prior.anchor, found.anchor
    # With a known key, the front page may be another one because staff changed it.
    surely = bool(known_key and found.fits and not found.mostly_different)
    if was and now and not surely and (was.id != now.id or _other_host(was, now)):
        yield error(
            CODE,
            f"`{shop}` is not the shop of its state: the fixed {now.kind} is {described(now)},"
            f" and was {described(was)}",
            hint=hint,
        )
        return
    clearly = len(found.renamed) >= RENAMED or found.differing >= DIFFERING
    if found.mostly_different and (clearly or known_key is False):
        yield error(
            CODE,
            f"`{shop}` does not look like the shop of its state: of"
            f" {found.differing + len(found.fits)} owned objects {len(found.missing)} do not exist"
            f" and {len(found.renamed)} have another identity",
            detail=listed([*found.missing, *found.renamed]),
            hint=hint,
        )


def can_rehome(prior: Prior, found: Evidence) -> bool:
    """Return whether the state may be assigned to the shop that was read, whatever its host."""
    was, now = prior.anchor, found.anchor
    same = bool(was and now and was.id == now.id)
    return (same or not (was and now)) and not found.mostly_different and (same or bool(found.fits))


def _other_host(was: Anchor, now: Anchor) -> bool:
    return bool(was.host and now.host) and was.host != now.host


def described(anchor: Anchor) -> str:
    name = f" `{anchor.name}`" if anchor.name else ""
    return f"{anchor.id}{name}{f' of {anchor.host}' if anchor.host else ''}"
