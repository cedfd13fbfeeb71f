"""What the lists show after the last write is compared with what was sent."""

from typing import Any
from unittest.mock import patch

from line import Line, line

from shopform.shop import write


def codes(one: Line, **asked: Any) -> list[str]:
    _, outcome = one.apply(**asked)
    return [each.code for each in outcome.warnings]


def test_a_field_that_an_update_did_not_send_and_changed_is_reported() -> None:
    with line() as one:
        update = write.update

        def replacing(*given: Any, **more: Any) -> write.WriteResult:
            done = update(*given, **more)
            for row in one.sandbox.app.world.store.rows("category"):
                row["in_menu"] = 0
            return done

        one.declare(categories={"a": {"name": "A", "in_menu": True}})
        assert codes(one) == []
        one.declare(categories={"a": {"name": "B", "in_menu": True}})
        with patch.object(write, "update", replacing):
            assert codes(one) == ["changed-unsent"]


def test_an_object_that_is_still_there_after_its_delete_is_reported() -> None:
    with line() as one:
        one.declare(suppliers={"a": {"name": "A"}, "b": {"name": "B"}})
        assert codes(one) == []
        one.declare(suppliers={"b": {"name": "B"}})
        with patch.object(write, "delete"):
            assert codes(one) == ["not-deleted"]
        one.assert_settled()
