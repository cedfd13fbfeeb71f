"""Report a run on several shops: a heading and result for each, and one table."""

from collections.abc import Iterable, Sequence

from shopform.diagnostics import warning
from shopform.errors import PartlyApplied, ShopError
from shopform.render.json.events import diagnostic
from shopform.render.markdown.multi_shop import ShopResult, shops_json, shops_markdown
from shopform.render.text.multi_shop import (
    NOT_APPROVED,
    NOT_BEGUN,
    REFUSED,
    ShopRow,
    applied_row,
    planned_row,
    problem_word,
    render_table,
)
from shopform.terminal.reporter import Reporter
from shopform.workflow.requests import FailedRun, RunResult, SkippedRun
from shopform.workflow.run.exit_codes import several_exit


def report_plans(reporter: Reporter, results: Sequence[RunResult | FailedRun]) -> int:
    """Show the plan or errors of each shop; return one exit code for all."""
    console = reporter.console
    shown = [_planned(reporter, result) for result in results]
    reporter.end()
    code = several_exit(each.exit_code for each in results)
    if console.form == "json":
        console.result(shops_json(shown, code))
    elif console.form == "markdown":
        limit, url = console.limit, console.report_url
        console.result(shops_markdown(shown, console.shop, max_bytes=limit, url=url))
    else:
        _table(reporter, [each.row for each in shown])
    return code


def _planned(reporter: Reporter, result: RunResult | FailedRun) -> ShopResult:
    reporter.begin(result.shop)
    code = result.exit_code
    if isinstance(result, FailedRun):
        row = _failed(reporter, result)
        return ShopResult(row, None, result.problem.diagnostics, code)
    plan = result.plan
    if reporter.console.form == "text":
        reporter.planned(plan)
    else:
        reporter.remarks(plan)
    row = planned_row(result.shop.name, plan, incomplete=code == ShopError.exit_code)
    return ShopResult(row, plan, (), code)


def report_runs(reporter: Reporter, results: Iterable[RunResult | FailedRun | SkippedRun]) -> int:
    """Show the result of each shop as it arrives; return the exit code of the first failure."""
    rows, code = [], 0
    for result in results:
        rows.append(_applied(reporter, result))
        code = code or result.exit_code
    reporter.end()
    _table(reporter, rows)
    return code


def _applied(reporter: Reporter, result: RunResult | FailedRun | SkippedRun) -> ShopRow:
    name = result.shop.name
    if isinstance(result, SkippedRun):
        detail = f"the run on `{result.after}` before it failed"
        note = warning("not-begun", "not begun", detail=detail)
        reporter.about(name)
        reporter.console.diagnostics([note])
        reporter.console.stream.emit([diagnostic(note)])
        return ShopRow(name, NOT_BEGUN)
    if isinstance(result, FailedRun):
        return _failed(reporter, result)
    reporter.applied(result)
    if result.outcome:
        partly = result.exit_code == PartlyApplied.exit_code
        return applied_row(name, result.plan, result.outcome, partly=partly)
    return ShopRow(name, REFUSED if result.plan.refused else NOT_APPROVED)


def _failed(reporter: Reporter, result: FailedRun) -> ShopRow:
    if reporter.console.form == "text" and not reporter.shown:
        reporter.console.result("There is no plan for this shop.")
    reporter.console.report_problem(result.problem)
    return ShopRow(result.shop.name, problem_word(result.problem.diagnostics[0].code))


def _table(reporter: Reporter, rows: Sequence[ShopRow]) -> None:
    if reporter.console.form == "text":
        reporter.console.result("\n" + render_table(rows, color=reporter.console.color()))
