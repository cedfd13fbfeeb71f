"""Digests of recent plans, to explain how a plan differs from the approved one."""

import json
import re

from shopform.diagnostics import error
from shopform.errors import StalePlan, StateError
from shopform.files import make_directory, own_files, read, remove, reporting, write_atomic
from shopform.model.plan import Plan
from shopform.planning.plan_digest import parts_of
from shopform.workflow.workspace import Workspace

KEPT = 20
NAME = re.compile(r"[0-9a-f]{64}\.json")


def record_digests(plan: Plan, workspace: Workspace) -> None:
    """Record the digest of each change under the plan's own digest, for the last `KEPT` plans.

    Warns if that fails; the plan is valid anyway.
    """
    if not plan.changes:
        return
    text = json.dumps(plan.parts, indent=1, sort_keys=True)
    try:
        folder = workspace.own_folder("plans")
        with reporting(folder):
            make_directory(folder)
            write_atomic(folder / f"{plan.digest}.json", text.encode() + b"\n")
            files = sorted(own_files(folder, NAME), key=lambda file: file.stat().st_mtime)
            for old in files[:-KEPT]:
                remove(old)
    except StateError as problem:
        workspace.observer.warn(problem.diagnostics)


def require_digest(plan: Plan, digest: str, workspace: Workspace) -> None:
    """Raise StalePlan, with the differences, if the plan does not have this digest."""
    if plan.digest == digest:
        return
    raise StalePlan(
        diagnostics=[
            error(
                StalePlan.code,
                f"the plan has the digest {plan.digest}, not the expected one",
                detail="\n".join(_differences(plan, digest, workspace)),
                hint="review the plan above, then pass its digest to `--expect-digest`",
            )
        ]
    )


def _differences(plan: Plan, digest: str, workspace: Workspace) -> list[str]:
    approved = None
    try:
        if NAME.fullmatch(f"{digest}.json"):
            approved = json.loads(read(workspace.own_folder("plans") / f"{digest}.json"))
    except (OSError, ValueError, RecursionError, StateError):
        pass
    if not isinstance(approved, dict):
        return ["the expected plan was not made here, so the difference cannot be shown"]
    now = plan.parts or parts_of(plan)
    differences = {
        "is new": sorted(now.keys() - approved.keys()),
        "is no longer changed": sorted(approved.keys() - now.keys()),
        "is another change": sorted(
            address for address in now.keys() & approved.keys() if now[address] != approved[address]
        ),
    }
    lines = [f"`{a}` {what}" for what, found in differences.items() for a in found if a]
    return lines if now[""] == approved.get("") else ["the shop or its settings differ", *lines]
