"""The stock of a product is never sent twice, at whatever call its run is killed."""

from collections import Counter

import pytest
from support import Prepared
from trial import DIED, PROJECTS, Scenario, Trial, trial

PRODUCTS = Scenario("products", PROJECTS / "products")
DECLARED = {"K-1": 7, "K-2": 9}
CALLS = 9  # two lists, three creates, two times stock, and two lists again


@pytest.mark.wide
@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("number", range(1, CALLS + 1))
def test_stock_is_sent_once_or_said_to_be_unknown(
    number: int, answered: bool, prepared: Prepared
) -> None:
    with trial(PRODUCTS, prepared) as one:
        assert one.killed_at(number, answered=answered).exit == DIED
        settle(one)
        sent = Counter(
            item["SKU"]
            for call in one.sandbox.calls
            if call.path == "/stock" and call.status == 200
            for item in call.body
        )
        assert max(sent.values(), default=0) <= 1, sent
        assert sum(call.path == "/stock" for call in one.sandbox.calls) <= len(DECLARED)
        held = {
            row["own_id"]: row.get("_stock", 0)
            for row in one.sandbox.app.world.store.rows("product")
        }
        unset = {item for item, wanted in DECLARED.items() if held[item] != wanted}
        said = "".join(run.text for run in one.runs).count("`stock` may not be set")
        assert said >= bool(unset)
        assert len(unset) <= 1


def settle(one: Trial) -> None:
    assert one.here("apply", "--auto-approve").exit == 0
    last = one.here("plan", "--detailed-exitcode")
    assert last.exit == 0, last.text
