"""`shopform ci ...`."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shopform.cli import options
from shopform.cli.groups import Group
from shopform.cli.param_types import File
from shopform.terminal.console import Console

if TYPE_CHECKING:
    from shopform.terminal.ci_report import CiReport

out_dir = options.option(
    "--out-dir",
    metavar="DIR",
    default="shopform-ci",
    help="The folder for plans and reports.",
)


@click.group("ci", cls=Group)
def group() -> None:
    """Plan, apply and check for drift in CI, for one shop.

    On GitHub and GitLab the run is known by its variables, and the request that it is for gets a
    comment. Elsewhere only files are written.
    """


@group.command("plan")
@options.project
@options.planning
@options.reading
@options.gates
@options.from_snapshot
@options.detailed
@out_dir
@options.flag("--no-comment", help="Write no comment on the request.")
@click.pass_obj
def plan(console: Console, /, out_dir: str, no_comment: bool, **asked: Any) -> int:
    """Plan for a pull request or merge request, and publish the plan.

    Writes SHOP.plan.json, SHOP.html and SHOP.md to --out-dir, keeps one comment for each shop up to
    date, and annotates lines of the files. Exits as `plan` does. A request of a fork gets no key:
    its files are validated, or planned from --snapshot.
    """
    from shopform.terminal.ci_report import CiReport

    report = CiReport(console, out_dir, asked["shop"] or "", comments=not no_comment)
    return report.publish(partial(_plan, asked))


def _plan(asked: dict[str, Any], report: "CiReport") -> int:
    from shopform.render.markdown.ci_page import unplanned
    from shopform.workflow.ci.plan_request import plan_request
    from shopform.workflow.open_project import several
    from shopform.workflow.requests import FromSnapshot

    detailed, known = asked.pop("detailed_exitcode"), options.taken(FromSnapshot, asked)
    limits, (reporter, loaded) = options.limits(asked), options.opened(report.console, asked)
    wanted = options.plan_options(asked, loaded.project.catalogue, whole=True)
    several(loaded, {"ci plan": True})
    out = report.claim()
    result = plan_request(loaded, report.run, limits, wanted, known, out=out, detailed=detailed)
    if result is None:
        title = f"`{report.console.shop}` is not planned"
        why = "The request is of a fork, whose runs get no key. Its files are valid."
        report.console.info(f"{title}: {why}")
        report.page = unplanned(title, why, report.console.reported)
        return 0
    code = reporter.proposed(result)
    report.add_plan(result.plan)
    return code


@group.command("apply")
@options.project
@options.planning
@options.reading
@options.waiting("5m")
@out_dir
@click.argument("plan_file", metavar="[PLAN]", required=False, type=File(path_type=Path))
@click.pass_obj
def apply(console: Console, /, out_dir: str, plan_file: Path | None, **asked: Any) -> int:
    """Apply what was reviewed, after the merge.

    Plans again, and applies the plan if it has nothing that was not reviewed; otherwise exits with
    12. The reviewed plan is that of the request which the commit merged: in the state's store or an
    artifact of GitHub or GitLab, unless PLAN is its file. If it is run again it continues.
    """
    from shopform.terminal.ci_report import CiReport

    report = CiReport(console, out_dir, asked["shop"] or "", about=".apply")
    return report.publish(partial(_apply, asked, plan_file))


def _apply(asked: dict[str, Any], plan_file: Path | None, report: "CiReport") -> int:
    from shopform.workflow.ci.apply_reviewed import ReviewedFile, apply_reviewed
    from shopform.workflow.open_project import several

    limits, lock_timeout = options.limits(asked), asked.pop("lock_timeout")
    reporter, loaded = options.opened(report.console, asked)
    wanted = options.plan_options(asked, loaded.project.catalogue)
    several(loaded, {"ci apply": True})
    file = ReviewedFile(plan_file, report.kept)
    result = apply_reviewed(loaded, report.run, limits, wanted, file, lock_timeout=lock_timeout)
    code = reporter.applied(result)
    report.add_run(result)
    return code


@group.command("drift")
@options.project
@options.chosen_part
@options.reading
@options.spend
@out_dir
@click.pass_obj
def drift(console: Console, /, out_dir: str, **asked: Any) -> int:
    """Check for drift, and publish what was changed outside of shopform.

    Writes SHOP.drift.html and SHOP.drift.md to --out-dir. Exits with 2 if the shop differs,
    otherwise with 0.
    """
    from shopform.terminal.ci_report import CiReport

    report = CiReport(console, out_dir, asked["shop"] or "", about=".drift")
    return report.publish(partial(_drift, asked))


def _drift(asked: dict[str, Any], report: "CiReport") -> int:
    from shopform.workflow.ci.plan_request import check_drift
    from shopform.workflow.open_project import several

    limits, (reporter, loaded) = options.limits(asked), options.opened(report.console, asked)
    wanted = options.plan_options(asked, loaded.project.catalogue)
    several(loaded, {"ci drift": True})
    report.claim()
    result = check_drift(loaded, report.run, limits, wanted)
    code = reporter.proposed(result)
    report.add_plan(result.plan)
    return code
