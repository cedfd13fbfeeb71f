"""What the plans made here said, so that another plan than the approved one can be explained."""

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


def remember(plan: Plan, workspace: Workspace) -> None:
    """Keep a digest of each change under the plan's own digest; the last plans are kept.

    Where that cannot be done there is a warning: the plan is as good without it.
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


def expect(plan: Plan, digest: str, workspace: Workspace) -> None:
    """Raise StalePlan when the plan is not the one of this digest, telling what is different."""
    if plan.digest == digest:
        return
    raise StalePlan(
        diagnostics=[
            error(
                StalePlan.code,
                f"the plan has the digest {plan.digest}, not the expected one",
                detail="\n".join(_differences(plan, digest, workspace)),
                hint="have the plan shown above reviewed, and expect its digest",
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
    told = {
        "is new": sorted(now.keys() - approved.keys()),
        "is no longer changed": sorted(approved.keys() - now.keys()),
        "is another change": sorted(
            address for address in now.keys() & approved.keys() if now[address] != approved[address]
        ),
    }
    lines = [f"`{address}` {word}" for word, found in told.items() for address in found if address]
    return lines if now[""] == approved.get("") else ["the shop, or its settings, differ", *lines]
