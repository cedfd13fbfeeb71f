"""A snapshot whose lists are read again one after the other."""

from shopform.kinds.standard import STANDARD
from shopform.model.live import Live, LiveKind, LiveObject
from shopform.model.prior import Prior
from shopform.model.snapshot import Snapshot

EMPTY = Snapshot(shop="demo", url="", live=Live(catalogue=STANDARD), prior=Prior(), read={})


def read(*numbers: int, parent: int, problem: str = "") -> LiveKind:
    objects = {number: LiveObject(number, {"name": "Str"}, parent) for number in numbers}
    return LiveKind(objects=objects, names={}, problem=problem)


def test_a_list_stays_incomplete_while_others_of_its_kind_are_read() -> None:
    for short in ((), (1,)):
        first = EMPTY.with_lists("attribute", {10}, read(*short, parent=10, problem="short"), 0)
        then = first.with_lists("attribute", {11}, read(2, parent=11), 0)
        assert then.live.kind("attribute").problem == "short"
        again = first.with_lists("attribute", {10}, read(1, 3, parent=10), 0)
        assert again.live.kind("attribute").problem == ""
