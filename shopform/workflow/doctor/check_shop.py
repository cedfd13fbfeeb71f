"""Answer the open questions about a shop."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shopform.doctor.questions import Answer, answers
from shopform.doctor.readings import Readings
from shopform.doctor.wire import learned
from shopform.workflow.doctor.examiner import Examiner
from shopform.workflow.plan.refresh import connected, reading
from shopform.workflow.requests import ReadLimits
from shopform.workflow.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Checked:
    """What is known of a shop. `wire` are the names that its project should set, by kind."""

    readings: Readings
    answers: tuple[Answer, ...]
    wire: Mapping[str, Mapping[str, Any]]
    calls: int

    @property
    def contradicts(self) -> bool:
        """Whether the shop contradicts what shopform assumes."""
        return any(each.contradicts for each in self.answers)


def check_shop(workspace: Workspace, limits: ReadLimits) -> Checked:
    """Read the shop in at most 20 calls. Raises AccessRefused, BudgetSpent, ShopError."""
    with connected(workspace, limits) as connection, reading(workspace, connection):
        seen = Examiner(connection.client).read()
        calls, ledger = connection.client.calls, connection.ledger
    workspace.observer.was_read(workspace.shop.name, calls, ledger.left, ledger.daily)
    return Checked(seen, tuple(answers(seen)), learned(seen), calls)
