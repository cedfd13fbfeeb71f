"""Several shops in one run: planned side by side, applied one after the other."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING

from shopform.diagnostics import warning
from shopform.errors import Interrupted, PartlyApplied, ShopError, ShopformError
from shopform.model.plan import Outcome, Plan
from shopform.model.prior import Prior
from shopform.render.json.events import diagnostic
from shopform.render.text.multi_shop import (
    NOT_APPROVED,
    NOT_BEGUN,
    REFUSED,
    ShopRow,
    applied_row,
    heading,
    planned_row,
    problem_word,
    render_table,
)
from shopform.terminal.console import Console
from shopform.terminal.exit_codes import plan_exit, several_exit
from shopform.workflow.plan_checks import judged
from shopform.workflow.refresh import Connection, connected, remark, show
from shopform.workflow.requests import ReadLimits
from shopform.workflow.reviewed_plans import remember
from shopform.workflow.run_plan import PlanSource
from shopform.workflow.workspace import Workspace

if TYPE_CHECKING:
    from shopform.render.markdown.multi_shop import ShopResult
    from shopform.shop.client import Client

Carry = Callable[[PlanSource, Callable[[Outcome], None]], int]
# Each of them is a thread, with as many calls under way as `--parallelism` allows.
AT_ONCE = 8
NO_PLAN = "There is no plan for this shop."


def plan_all(
    console: Console,
    sources: Sequence[PlanSource],
    limits: ReadLimits,
    *,
    detailed: bool,
) -> int:
    """Read and plan the shops side by side, and tell of each in their order.

    A shop that fails does not keep the others from being planned. Returns one exit code for all.
    """
    made = _plans(sources, limits)
    told: list[ShopResult] = []
    for source, plan in zip(sources, made, strict=True):
        workspace = source.workspace
        if isinstance(plan, Plan):
            remember(plan, workspace)
        told.append(_told(workspace, plan, detailed=detailed))
        with _about(console, workspace):
            _tell(console, workspace, plan, first=len(told) == 1)
    code = several_exit(each.exit_code for each in told)
    _sum_up(console, told, code)
    return code


def _plans(sources: Sequence[PlanSource], limits: ReadLimits) -> list[Plan | ShopformError]:
    clients: list[Client] = []
    stopping = Event()

    def one(source: PlanSource) -> Plan | ShopformError:
        workspace = source.workspace
        try:
            prior = workspace.store().read()
            with connected(workspace, limits) as connection:
                clients.append(connection.client)
                if stopping.is_set():
                    raise Interrupted("interrupted")
                return judged(workspace.console, source.plan(connection, prior), connection)
        except ShopformError as problem:
            return problem

    with ThreadPoolExecutor(min(len(sources), AT_ONCE)) as pool:
        running = [pool.submit(one, source) for source in sources]
        try:
            wait(running)
        except KeyboardInterrupt:
            stopping.set()
            pool.shutdown(wait=False, cancel_futures=True)
            for client in clients:
                client.stop(Interrupted("interrupted"))
            raise
    return [each.result() for each in running]


def _told(workspace: Workspace, plan: Plan | ShopformError, *, detailed: bool) -> "ShopResult":
    from shopform.render.markdown.multi_shop import ShopResult

    name = workspace.shop.name
    if isinstance(plan, ShopformError):
        row = ShopRow(name, problem_word(plan.diagnostics[0].code))
        return ShopResult(row, None, plan.diagnostics, plan.exit_code)
    code = plan_exit(plan, detailed=detailed)
    return ShopResult(
        planned_row(name, plan, incomplete=code == ShopError.exit_code), plan, (), code
    )


def _tell(
    console: Console, workspace: Workspace, plan: Plan | ShopformError, *, first: bool
) -> None:
    if console.form == "text":
        _head(console, workspace, first=first)
    if isinstance(plan, ShopformError):
        if console.form == "text":
            console.result(NO_PLAN)
        console.tell_problem(plan)
    elif console.form == "text":
        show(console, plan)
    else:
        remark(console, plan)


def _sum_up(console: Console, told: "Sequence[ShopResult]", code: int) -> None:
    from shopform.render.markdown.multi_shop import shops_json, shops_markdown

    if console.form == "json":
        console.result(shops_json(told, code))
    elif console.form == "markdown":
        limit, url = console.limit, console.report_url
        console.result(shops_markdown(told, console.shop, max_bytes=limit, url=url))
    elif console.form == "text":
        _table(console, [each.row for each in told])


def apply_all(console: Console, sources: Sequence[PlanSource], carry: Carry) -> int:
    """Plan, show, ask and do one shop after the other.

    The first that does not end with 0 is the last. Returns its exit code.
    """
    rows: list[ShopRow] = []
    code = 0
    for source in sources:
        with _about(console, source.workspace):
            if code:
                rows.append(_not_begun(console, source.workspace, rows))
                continue
            if console.form == "text":
                _head(console, source.workspace, first=not rows)
            row, code = _carried(console, source, carry)
            rows.append(row)
    if console.form == "text":
        _table(console, rows)
    return code


def _carried(console: Console, source: PlanSource, carry: Carry) -> tuple[ShopRow, int]:
    name = source.workspace.shop.name
    noted = _Noted(source)
    outcomes: list[Outcome] = []
    try:
        code = carry(noted, outcomes.append)
    except KeyboardInterrupt:
        problem: ShopformError = Interrupted("interrupted")
    except ShopformError as found:
        problem = found
    else:
        if outcomes and noted.made:
            partly = code == PartlyApplied.exit_code
            return applied_row(name, noted.made, outcomes[0], partly=partly), code
        refused = noted.made is not None and noted.made.refused
        return ShopRow(name, REFUSED if refused else NOT_APPROVED), code
    if console.form == "text" and noted.made is None:
        console.result(NO_PLAN)
    console.tell_problem(problem)
    return ShopRow(name, problem_word(problem.diagnostics[0].code)), problem.exit_code


class _Noted:
    """A source whose plan is known afterwards."""

    def __init__(self, source: PlanSource) -> None:
        self.source = source
        self.workspace = source.workspace
        self.saved = source.saved
        self.made: Plan | None = None

    def plan(self, connection: Connection, prior: Prior) -> Plan:
        self.made = self.source.plan(connection, prior)
        return self.made


def _not_begun(console: Console, workspace: Workspace, before: Sequence[ShopRow]) -> ShopRow:
    last = next(row.shop for row in reversed(before) if row.verdict != NOT_BEGUN)
    note = warning("not-begun", "not begun", detail=f"`{last}` before it did not end well")
    console.diagnostics([note])
    console.stream.tell([diagnostic(note)])
    return ShopRow(workspace.shop.name, NOT_BEGUN)


def _head(console: Console, workspace: Workspace, *, first: bool) -> None:
    shop = workspace.shop
    if not first:
        console.result("")
    console.result(heading(shop.name, shop.url, color=console.color()))
    console.result("")


def _table(console: Console, rows: Sequence[ShopRow]) -> None:
    console.result("\n" + render_table(rows, color=console.color()))


@contextmanager
def _about(console: Console, workspace: Workspace) -> Iterator[None]:
    """Messages meanwhile are about this shop, and say so."""
    console.about = console.stream.shop = workspace.shop.name
    try:
        yield
    finally:
        console.about = console.stream.shop = ""
