"""A list that leaves out what exists proves nothing, even where it has no total to be held to."""

import pytest
from shopserver import Answer, Asked, Behaviour, serving

from shopform.errors import Nonsense
from shopform.model.live import Live
from shopform.model.prior import Entry, Prior
from shopform.model.values import Address
from shopform.shop.absence import confirm_absence
from shopform.shop.client import Client
from shopform.shop.fetch import fetch

THERE = {"supplier_id": "7", "name": "Fjord", "is_removed": "0"}


def shop(found: Answer) -> Behaviour:
    return lambda asked: Answer([]) if asked.path == "supplier" else found


def confirmed(behaviour: Behaviour, *owned: int) -> tuple[Live, list[str]]:
    prior = Prior(resources={Address(f"supplier.s{n}"): Entry(id=n) for n in owned})
    with serving(behaviour) as running, Client(running.shop(), sleep=lambda _s: None) as client:
        live = confirm_absence(client, fetch(client, ["supplier"]), prior)
        return live, running.lines


def test_an_object_that_exists_and_is_not_listed_makes_the_list_incomplete() -> None:
    live, lines = confirmed(shop(Answer(THERE)), 7)
    assert live.kinds["supplier"].problem == "7 exists and is not in it"
    assert lines == ["GET supplier", "GET supplier/7"]
    assert live.calls == 2


def test_what_is_gone_or_removed_is_gone() -> None:
    for found in (Answer("410 Gone", 410), Answer({**THERE, "is_removed": "1"}), Answer([], 405)):
        live, _ = confirmed(shop(found), 7)
        assert live.kinds["supplier"].problem == ""


def test_no_more_than_three_are_asked_for_and_none_where_nothing_is_missing() -> None:
    _, lines = confirmed(shop(Answer("", 404)), *range(1, 40))
    assert lines == ["GET supplier", "GET supplier/1", "GET supplier/20", "GET supplier/39"]

    def whole(asked: Asked) -> Answer:
        return Answer([THERE])

    assert confirmed(whole, 7)[1] == ["GET supplier"]


def test_what_went_with_its_container_is_not_asked_for() -> None:
    prior = Prior(
        resources={
            Address("profile.p"): Entry(id=1),
            Address("attribute.p.a"): Entry(id=2, parent=Address("profile.p")),
        }
    )

    def emptied(asked: Asked) -> Answer:
        return Answer([]) if asked.path == "profile" else Answer("", 404)

    with serving(emptied) as running:
        with Client(running.shop(), sleep=lambda _s: None) as client:
            confirm_absence(client, fetch(client, ["attribute"]), prior)
        assert running.lines == ["GET profile", "GET profile/1"]


def test_an_answer_that_says_neither_is_no_proof() -> None:
    for found in (Answer(""), Answer([]), Answer("<html></html>")):
        with pytest.raises(Nonsense):
            confirmed(shop(found), 7)
