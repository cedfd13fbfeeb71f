"""One object read by its id, in whatever an answer wraps it."""

from typing import Any

import pytest
from shopserver import Answer, quick, script, serving

from shopform.errors import Nonsense
from shopform.kinds.standard import STANDARD
from shopform.shop.read_one import read_one

KIND = STANDARD["supplier"]
NORD = {"supplier_id": "7", "name": "Nord"}


def names(body: Any, status: int = 200) -> list[object]:
    with serving(script(Answer(body, status))) as running, quick(running) as client:
        found = read_one(client, KIND, 7)
    assert running.lines == ["GET supplier/7"]
    return [item.fields["name"] for item in found.objects.values()]


@pytest.mark.parametrize(
    "body",
    [NORD, [NORD], {"supplier": NORD}, {"suppliers": [NORD], "paging": {"total": 1}, "more": {}}],
)
def test_an_object_is_found_in_any_envelope(body: object) -> None:
    assert names(body) == ["Nord"]


@pytest.mark.parametrize(
    "body", [[], {}, {**NORD, "supplier_id": 8}, {**NORD, "is_removed": "1"}, {"error": "none"}]
)
def test_another_object_or_none_is_not_taken_for_it(body: object) -> None:
    assert names(body) == []


def test_an_id_that_the_shop_does_not_know_is_no_object() -> None:
    assert names("410 Gone", 410) == []


def test_an_object_without_what_every_one_has_is_nonsense() -> None:
    with pytest.raises(Nonsense, match="without `name`"):
        names({"supplier_id": 7})
    with pytest.raises(Nonsense, match="2 objects"):
        names([NORD, {**NORD, "supplier_id": 8}])
