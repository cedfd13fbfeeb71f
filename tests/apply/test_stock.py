"""The stock of a product is sent once, whatever happens to the request and to the run."""

from typing import Any

import pytest
from line import Line, errors, line

from shopform.apply.step_context import StepContext
from shopform.apply.steps import run_step
from shopform.model.plan import Op
from shopform.shop import write

SHOE: dict[str, Any] = {"own_id": "S-1", "name": "Sko", "stock": 7}
STOCK = "POST /stock"


def sent(one: Line) -> list[Any]:
    return [call.body for call in one.sandbox.calls if call.path == "/stock"]


def in_stock(one: Line) -> int:
    (row,) = one.sandbox.app.world.store.rows("product")
    return int(row.get("_stock", 0))


def declare(one: Line, **fields: Any) -> None:
    one.declare(products={"shoe": {**SHOE, **fields}})


def test_it_is_set_after_the_create_and_never_compared() -> None:
    with line() as one:
        declare(one)
        made = one.settle()
        assert [step.key for step in made.steps] == ["product.shoe:create", "product.shoe:once"]
        assert (sent(one), in_stock(one)) == ([[{"SKU": "S-1", "stock": 7}]], 7)
        declare(one, stock=99)
        one.assert_settled()
        declare(one, stock=None, name="Støvle")
        one.settle()
        declare(one, stock=5)
        one.settle()
        assert len(sent(one)) == 1
        one.assert_imports_only()
        assert len(sent(one)) == 1


def test_a_product_that_exists_keeps_its_stock() -> None:
    with line() as one:
        one.sandbox.app.world.tables["product"].create({}, {"own_id": "S-1", "name": "Sko"})
        declare(one)
        one.settle()
        assert (sent(one), in_stock(one)) == ([], 0)


@pytest.mark.parametrize("fault", ["400", "401", "429"])
def test_a_request_that_had_no_effect_is_sent_by_the_next_run(fault: str) -> None:
    with line() as one:
        declare(one)
        one.sandbox.set_fault(f"{STOCK}:1:{fault}")
        _, outcome = one.apply()
        assert [failure.step.key for failure in outcome.failed] == ["product.shoe:once"]
        assert in_stock(one) == 0
        made = one.plan()
        assert [step.op for step in made.steps if step.op is Op.UPDATE] == [Op.UPDATE]
        one.apply()
        assert (len(sent(one)), in_stock(one)) == (2, 7)
        one.assert_settled()


@pytest.mark.parametrize(("fault", "held"), [("lose", 7), ("drop", 0), ("500_after", 7)])
def test_a_request_of_unknown_outcome_is_not_repeated(fault: str, held: int) -> None:
    with line() as one:
        declare(one)
        one.sandbox.set_fault(f"{STOCK}:1:{fault}")
        _, outcome = one.apply()
        (failure,) = outcome.failed
        assert "whether `stock` was set is unknown" in failure.diagnostic.summary
        unsettled(one, held)


def unsettled(one: Line, held: int) -> None:
    """The next plan says so and sends nothing; once it was applied, nothing is said."""
    made = one.plan()
    assert [step.op for step in made.steps] == [Op.EDIT]
    assert "`stock` may not be set" in made.changes[0].notes[0]
    one.apply()
    assert (len(sent(one)), in_stock(one)) == (bool(sent(one)), held)
    one.assert_settled()


class Killed(BaseException):
    """What ends a process at once."""


@pytest.mark.parametrize("after", [False, True])
def test_a_run_that_is_killed_while_it_is_sent_is_not_repeated(
    after: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = write.seed

    def dies(*arguments: Any) -> None:
        if after:
            real(*arguments)
        raise Killed

    with line() as one:
        declare(one)
        monkeypatch.setattr(write, "seed", dies)
        with pytest.raises(Killed):
            one.apply()
        monkeypatch.undo()
        unsettled(one, 7 if after else 0)


def test_a_run_that_ends_before_it_is_sent_is_continued() -> None:
    with line() as one:
        declare(one)
        made = one.plan()
        assert not made.refused, errors(made)
        with one.open() as (workspace, connection), workspace.store().open("apply") as session:
            create, _ = made.steps
            run_step(StepContext(made, connection.client, session, one.directory), create)
        assert sent(one) == []
        one.apply()
        assert (len(sent(one)), in_stock(one)) == (1, 7)
        one.assert_settled()


def test_a_product_that_is_recreated_gets_the_declared_stock_again() -> None:
    with line() as one:
        declare(one)
        one.settle()
        number = one.rows("product")[0]["product_id"]
        with one.open() as (_, connection):
            connection.client.send("DELETE", f"product/{number}")
        one.apply()
        assert len(sent(one)) == 2


def test_a_replaced_product_is_not_compared_with_the_old_one() -> None:
    with line() as one:
        declare(one)
        one.settle()
        declare(one, name="Støvle")
        made, outcome = one.apply(replace=("product.shoe",))
        assert "product.shoe:once" in [step.key for step in made.steps]
        assert not outcome.warnings
