"""The lists that a plan from a snapshot reads again."""

import pytest

from shopform.kinds.standard import STANDARD
from shopform.model.live import Live, LiveKind, LiveObject
from shopform.model.plan import Action, Change, Plan
from shopform.model.prior import Entry, Intent, Prior
from shopform.model.values import Address
from shopform.planning.preconditions import lists_behind

OWNED = {
    "brand.nord": Entry(id=1),
    "profile.shoes": Entry(id=2),
    "attribute.shoes.size": Entry(id=3, parent=Address("profile.shoes")),
    "value.shoes.size.l": Entry(id=4, parent=Address("attribute.shoes.size")),
}
LIVE = Live(
    catalogue=STANDARD,
    kinds={
        "profile": LiveKind(objects={2: LiveObject(2, {})}),
        "attribute": LiveKind(objects={3: LiveObject(3, {}, 2)}),
    },
)
ABOVE = {("attribute", 2), ("profile", None)}


def prior(*pending: Intent) -> Prior:
    return Prior(resources={Address(a): e for a, e in OWNED.items()}, pending=pending)


@pytest.mark.parametrize(
    ("address", "lists"),
    [("brand.nord", {("brand", None)}), ("value.shoes.size.l", {("value", 3), *ABOVE})],
)
def test_what_is_shown_has_its_list_and_those_of_its_parents(
    address: str, lists: set[tuple[str, int | None]]
) -> None:
    shown = (Change(address=Address(address), action=Action.UPDATE),)
    for plan in (Plan(catalogue=STANDARD, changes=shown), Plan(catalogue=STANDARD, drift=shown)):
        assert lists_behind(plan, prior(), LIVE) == lists


def test_a_pending_create_has_its_list() -> None:
    begun = Intent(
        address=Address("attribute.shoes.colour"),
        kind="attribute",
        parent_id=2,
        identity=("Farve",),
        entry=Entry(id=0),
    )
    assert lists_behind(Plan(catalogue=STANDARD), prior(begun), LIVE) == ABOVE
    assert lists_behind(Plan(catalogue=STANDARD), prior(), LIVE) == set()
