"""What of a live shop goes into no file."""

import pytest
from worlds import World

from shopform.describe.from_live import declare
from shopform.describe.redaction import hide_secrets, redact
from shopform.kinds.standard import STANDARD
from shopform.model.canonical import digest
from shopform.model.desired import Desired
from shopform.model.prior import Entry, Prior
from shopform.model.values import Address

HOOK = "https://canary:hunter2@erp.example/hook"


def knows(address: str, number: int, field: str, text: str) -> Prior:
    secret = digest(STANDARD[Address(address).kind], field, text)
    return Prior(resources={Address(address): Entry(id=number, sent={field: secret})})


def test_field_that_the_state_knows_as_a_secret_goes() -> None:
    world = World().live("supplier", 4, name="Fjord", dropshipping_mail="canary@example.dk")
    live, left = redact(
        world.shop(), knows("supplier.f", 4, "dropshipping_mail", "canary@example.dk")
    )
    assert live.kinds["supplier"].objects[4].fields == {"name": "Fjord"}
    assert [(one.id, one.field, one.label) for one in left] == [(4, "dropshipping_mail", "Fjord")]
    assert "canary" not in repr((live, left))


@pytest.mark.parametrize("prior", [Prior(), knows("webhook.h", 4, "url", HOOK)])
def test_an_object_with_a_secret_identity_is_removed(prior: Prior) -> None:
    world = World().live("webhook", 4, url=HOOK, events=["paid"])
    found = declare(world.shop(), prior, known={})
    assert not found.resources
    assert [(one.id, one.field) for one in found.omissions] == [(4, "")]
    assert "${env:NAME}" in found.omissions[0].why
    assert "canary" not in repr(found)


@pytest.mark.parametrize(
    "text",
    [
        "https://erp.example/@home",
        "https://erp.example:8080/a?b=c@d",
        "mail a@b.example",
        "https://erp.example?to=a@b",
    ],
)
def test_address_without_a_password_stays(text: str) -> None:
    world = World().live("category", 4, name="A", meta=text)
    assert redact(world.shop(), Prior()) == (world.shop(), ())


def test_text_with_half_a_sign_is_left_out() -> None:
    world = World().live("category", 4, name="A", meta="x\ud83d").live("category", 5, name="\udc00")
    live, left = redact(world.shop(), Prior())
    assert [(one.id, one.field) for one in left] == [(4, "meta"), (5, "")]
    assert list(live.kinds["category"].objects) == [4]


def test_target_with_a_password_takes_its_object_with_it() -> None:
    world = World().live("redirect", 4, source="a", target=HOOK)
    live, left = redact(world.shop(), Prior())
    assert not live.kinds["redirect"].objects
    assert left[0].label == "a"


def test_a_mapping_in_place_of_a_string_is_removed() -> None:
    world = World().live("category", 1, name="A", meta={"a": "x"}, tag=[])
    world.live("webhook", 2, url=["x"], events=["paid"])
    live, left = redact(world.shop(), Prior())
    assert [(one.id, one.field) for one in left] == [(1, "meta"), (2, "")]
    declared = declare(live, Prior(), known={}).resources
    assert "tag" not in declared[Address("category.a")].fields


@pytest.mark.parametrize("text", ["a\0", "x\ud83d", "https://canary:hunter2@x.example/"])
@pytest.mark.parametrize("key", ["titel", "val", "class"])
def test_a_list_with_such_a_string_at_any_depth_is_removed(key: str, text: str) -> None:
    leaf = {"titel": "a", "type": "url", "val": "b", "class": "", key: text}
    group = {"titel": "c", "type": "menu", "val": "", "items": [leaf]}
    world = World().live("menu", 4, location="top", items=[group])
    live, left = redact(world.shop(), Prior())
    assert live.kinds["menu"].objects[4].fields == {"location": "top"}
    assert [(one.id, one.field) for one in left] == [(4, "items")]
    assert "canary" not in repr(declare(world.shop(), Prior(), known={}))


def test_a_list_with_a_password_is_hidden_unless_the_state_has_it_in_plain() -> None:
    items = [{"titel": "a", "type": "url", "val": HOOK, "class": ""}]
    live = World().live("menu", 4, location="top", items=items).shop()
    desired = Desired(catalogue=STANDARD)
    sent = ({"title": "a", "url": HOOK},)
    plain = Prior(resources={Address("menu.top"): Entry(id=4, sent={"items": sent})})
    assert "canary" not in repr(hide_secrets(live, Prior(), desired, "key"))
    assert hide_secrets(live, plain, desired, "key") == live
