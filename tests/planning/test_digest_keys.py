"""Digests of secrets that were made with the project's key, with none, and with another one."""

from dataclasses import replace
from typing import Any

import pytest
from worlds import HOSTS, World, errors, keys, warnings

from shopform.kinds import Catalogue
from shopform.kinds.standard import STANDARD
from shopform.model.canonical import comparable, digest, is_digest, key_id
from shopform.model.desired import Desired
from shopform.model.live import LiveObject
from shopform.model.prior import Entry, Intent
from shopform.model.values import Address, Secret
from shopform.planning.checks.shop_identity import same_identity
from shopform.planning.compare.lost_values import edited_fields
from shopform.planning.matching.recovered_creates import Recovered, ranges, recover

MINE, THEIRS = (STANDARD.with_digest_key(key * 32) for key in "mt")
HOOK = MINE["webhook"]
URL, OTHER_URL = "https://a.example/k", "https://b.example/k"
MAIL = "hush@x.example"


def url(catalogue: Catalogue, value: str = URL) -> str:
    return digest(catalogue["webhook"], "url", value)


def test_a_digest_names_its_key_and_not_the_value() -> None:
    made = {url(STANDARD), url(MINE), url(THEIRS)}
    assert len(made) == 3
    assert all(map(is_digest, made))
    assert [comparable(HOOK, each) for each in (url(STANDARD), url(MINE), url(THEIRS))] == [
        True,
        True,
        False,
    ]
    assert key_id(url(STANDARD)) == ""
    assert key_id(url(MINE)) != key_id(url(THEIRS))
    assert url(MINE) != url(MINE, OTHER_URL)
    assert "m" * 32 not in repr(HOOK)


def test_a_digest_is_made_like_the_one_that_it_is_compared_with() -> None:
    for like in (url(STANDARD), url(MINE)):
        assert digest(HOOK, "url", URL, like) == like
        assert digest(HOOK, "url", OTHER_URL, like) != like
    assert digest(HOOK, "url", OTHER_URL, url(THEIRS)) == url(THEIRS)
    assert digest(HOOK, "url", URL, "https://plain:1") == url(MINE)


def supplier(recorded: Catalogue, *, stored: Catalogue | None = None) -> World:
    """A supplier with a secret address of mail, recorded with the key of a catalogue."""
    world = World(catalogue=MINE)
    world.declare("supplier.a", name="A", dropshipping_mail=Secret("${env:MAIL}", MAIL))
    sent = digest(recorded["supplier"], "dropshipping_mail", MAIL)
    aside = {}
    if stored:
        kind = stored["supplier"]
        aside = {"stored": {"dropshipping_mail": digest(kind, "dropshipping_mail", "hush")}}
    return world.owned("supplier.a", 1, name="A", dropshipping_mail=sent, **aside)


@pytest.mark.parametrize("recorded", [STANDARD, THEIRS])
def test_a_secret_that_the_shop_shows_is_recorded_anew_without_a_call(recorded: Catalogue) -> None:
    made = supplier(recorded).live("supplier", 1, name="A", dropshipping_mail=MAIL).plan()
    assert keys(made) == ["supplier.a:edit"]
    (step,) = made.steps
    assert step.entry
    assert step.entry.sent["dropshipping_mail"] == digest(
        MINE["supplier"], "dropshipping_mail", MAIL
    )
    assert made.drift == ()


def test_a_secret_that_the_shop_does_not_show_is_sent_again_only_under_another_key() -> None:
    for recorded, expected in (
        (MINE, []),
        (STANDARD, ["supplier.a:edit"]),
        (THEIRS, ["supplier.a:update"]),
    ):
        assert keys(supplier(recorded).live("supplier", 1, name="A").plan()) == expected


def test_a_secret_that_the_shop_stores_otherwise_is_sent_again_only_under_another_key() -> None:
    for recorded, expected in (
        (MINE, []),
        (STANDARD, ["supplier.a:edit"]),
        (THEIRS, ["supplier.a:update"]),
    ):
        world = supplier(recorded, stored=recorded)
        world.live("supplier", 1, name="A", dropshipping_mail="hush")
        made = world.plan()
        assert keys(made) == expected
        if recorded is STANDARD:
            assert made.steps[0].entry
            assert comparable(MINE["supplier"], made.steps[0].entry.stored["dropshipping_mail"])
            assert key_id(made.steps[0].entry.stored["dropshipping_mail"])


def test_an_edit_is_seen_with_the_key_or_without_any_and_not_under_another_one() -> None:
    for recorded, edits in ((MINE, 1), (STANDARD, 1), (THEIRS, 0)):
        world = supplier(recorded).live("supplier", 1, name="A", dropshipping_mail="b@x.example")
        assert len(world.plan().drift) == edits
        item, entry = world.objects["supplier"][1], world.entries[Address("supplier.a")]
        assert len(edited_fields(MINE["supplier"], entry, item, HOSTS)) == edits


def test_another_key_is_a_warning_and_none_an_error_unless_nothing_is_written() -> None:
    world = supplier(THEIRS).live("supplier", 1, name="A", dropshipping_mail=MAIL)
    assert (errors(world.plan()), warnings(world.plan())) == ([], ["digest-key"])
    keyless = replace(world, catalogue=STANDARD)
    assert errors(keyless.plan()) == ["digest-key"]
    seen = keyless.plan(refresh_only=True)
    assert (errors(seen), warnings(seen)) == ([], ["digest-key"])
    for recorded in (MINE, STANDARD):
        made = supplier(recorded).live("supplier", 1, name="A", dropshipping_mail=MAIL).plan()
        assert errors(made) + warnings(made) == []


def test_an_object_is_not_another_one_because_its_identity_has_another_key() -> None:
    item = LiveObject(id=7, fields={"url": URL}, parent_id=None)
    for recorded, value, same in (
        (MINE, URL, True),
        (MINE, OTHER_URL, False),
        (STANDARD, URL, True),
        (STANDARD, OTHER_URL, False),
        (THEIRS, OTHER_URL, True),
    ):
        entry = Entry(id=7, identity=(url(recorded, value),))
        nothing = Desired(catalogue=MINE)
        assert same_identity(Address("webhook.a"), entry, item, nothing, HOSTS) is same


EVENTS: dict[str, Any] = {"events": ("stock",)}


def looked_up(
    identity: str, *items: LiveObject, rivals: Any = (), listed: bool = True
) -> Recovered:
    entry = Entry(id=0, identity=(identity,), sent={"url": identity, **EVENTS})
    create = Intent(
        address=Address("webhook.a"),
        kind="webhook",
        parent_id=None,
        identity=(identity,),
        entry=entry,
        before=ranges([3]) if listed else None,
    )
    return recover(HOOK, create, items, HOSTS, rivals)


def hook(number: int, value: str = URL) -> LiveObject:
    return LiveObject(number, {"url": value, "events": ["stock"]})


@pytest.mark.parametrize("listed", [True, False])
def test_a_pending_create_under_another_key_is_not_taken_for_one_that_was_never_sent(
    listed: bool,
) -> None:
    for recorded in (MINE, STANDARD):
        assert looked_up(url(recorded), hook(4), listed=listed).id == 4
    assert looked_up(url(THEIRS), hook(4), listed=listed) == Recovered(None, (4,), exact=False)
    assert looked_up(url(THEIRS), listed=listed) == Recovered()


def test_a_rival_under_another_key_claims_no_object() -> None:
    assert looked_up("https://c", hook(4), rivals={(url(THEIRS),)}).unclear == (4,)
    for recorded in (MINE, STANDARD):
        assert looked_up("https://c", hook(4), rivals={(url(recorded),)}) == Recovered()
    both = [(url(MINE),), (url(THEIRS),)]
    for rivals in (both, both[::-1]):
        assert looked_up("https://c", hook(4), rivals=rivals) == Recovered()


def test_a_create_is_found_by_a_secret_field_made_with_the_key_or_without_any() -> None:
    kind = MINE["supplier"]
    for recorded in (MINE, STANDARD):
        secret = digest(recorded["supplier"], "dropshipping_mail", MAIL)
        create = Intent(
            address=Address("supplier.a"),
            kind="supplier",
            parent_id=None,
            identity=("A",),
            entry=Entry(id=0, identity=("A",), sent={"name": "A", "dropshipping_mail": secret}),
            before=ranges([3]),
        )
        for mail, there in ((MAIL, 4), ("b@x.example", None)):
            item = LiveObject(4, {"name": "#1", "dropshipping_mail": mail})
            assert recover(kind, create, [item], HOSTS).id == there
