"""Refuse to use a state with the key of another shop."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from shopform.diagnostics import error
from shopform.errors import StateError
from shopform.kinds import Grade
from shopform.model.desired import Desired
from shopform.model.live import Live
from shopform.model.prior import Anchor, Entry, Prior
from shopform.model.shop import Shop
from shopform.model.values import Address, host_of
from shopform.planning.checks.shop_identity import (
    Evidence,
    anchored,
    collect_evidence,
    needs_more_evidence,
    same_identity,
    wrong_shop,
)
from shopform.shop.client import Client
from shopform.shop.codec import names_for
from shopform.shop.read_one import read_one

if TYPE_CHECKING:
    from shopform.state.session import Session


def key_digest(token: str, lineage: str) -> str:
    """Return a salted digest of a key, too short to verify a guessed key."""
    salt = hashlib.sha256(lineage.encode()).digest()[:16]
    return hashlib.blake2b(token.encode(errors="replace"), digest_size=8, salt=salt).hexdigest()


def record_shop(
    session: "Session", shop: Shop, anchor: Anchor | None, *, write: bool = False
) -> None:
    """Record the shop and a digest of its key in the state."""
    key = key_digest(shop.token.text, session.lineage)
    unsure = {
        name: path
        for name, path in _endpoints(shop).items()
        if shop.catalogue[name].wire.endpoint.grade is Grade.ASSUMED
        or path != shop.catalogue[name].wire.endpoint.value
    }
    session.identify(host_of(shop.url), anchor, key, unsure, write=write)


def _endpoints(shop: Shop) -> dict[str, str]:
    kinds = shop.catalogue.kinds
    return {kind.name: names_for(kind, shop.wire.get(kind.name)).endpoint for kind in kinds}


def require_same_endpoints(prior: Prior, shop: Shop) -> None:
    """Raise StateError for kinds whose ids in the state are those of another endpoint."""
    now = _endpoints(shop) if prior.endpoints else {}
    problems = [
        error(
            "other-endpoint",
            f"the objects of `{kind}` in the state are those of `/{was}`, not of `/{now[kind]}`:"
            " the same ids are others there",
            hint=f"set `endpoint` to `{was}` again; or remove them from the state with `shopform"
            " state rm`, and the next plan looks for them by their identity",
        )
        for kind in sorted({address.kind for address in prior.resources} & prior.endpoints.keys())
        if (was := prior.endpoints[kind]) != now[kind]
    ]
    if problems:
        raise StateError(diagnostics=problems)


def require_same_shop(
    client: Client, prior: Prior, live: Live | None = None, declared: Desired | None = None
) -> None:
    """Raise StateError if `prior` is the state of another shop than the client's, or of other
    endpoints.

    Usually the live shop shows it without a call. One object is requested only for an unknown
    key, if nothing else shows that the shop is right.
    """
    require_same_endpoints(prior, client.shop)
    known = key_digest(client.shop.token.text, prior.lineage) in prior.keys if prior.keys else None
    catalogue = client.shop.catalogue
    declared, live = declared or Desired(catalogue=catalogue), live or Live(catalogue=catalogue)
    found = collect_evidence(declared, prior, live)
    if needs_more_evidence(prior, found, known_key=known):
        found = _with_request(client, prior, found)
    problems = list(wrong_shop(prior, found, client.shop.name, known_key=known))
    if problems:
        raise StateError(diagnostics=problems)


def _with_request(client: Client, prior: Prior, found: Evidence) -> Evidence:
    anchor, catalogue = prior.anchor, client.shop.catalogue
    if anchor:
        item = read_one(client, catalogue[anchor.kind], anchor.id).objects.get(anchor.id)
        now = anchored(catalogue[anchor.kind], item) if item and item.fixed else None
        return replace(found, anchor=now or Anchor(kind=anchor.kind, id=0, name="missing"))
    address = _sample(prior.resources)
    if address is None:
        return found
    entry = prior.resources[address]
    item = read_one(client, catalogue[address.kind], entry.id).objects.get(entry.id)
    nothing = Desired(catalogue=catalogue)
    if item and same_identity(address, entry, item, nothing, client.shop.hosts):
        return replace(found, fits=[address])
    return replace(found, missing=[*found.missing, address], fits=[])


def _sample(entries: Mapping[Address, Entry]) -> Address | None:
    return next((a for a in sorted(entries) if not entries[a].parent), None)
