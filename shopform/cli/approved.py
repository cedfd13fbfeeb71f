"""What the plans made here said, so that another plan than the approved one can be explained."""

import json
from pathlib import Path

from shopform.changes import Plan
from shopform.diagnostics import error
from shopform.errors import StalePlan
from shopform.planning.digests import parts_of
from shopform.state.disk import make_directory, write_atomic

KEPT = 20


def remember(plan: Plan, data: Path) -> None:
    """Keep a digest of each change under the plan's own digest; the last plans are kept."""
    if not plan.changes:
        return
    folder = data / "plans"
    make_directory(folder)
    text = json.dumps(parts_of(plan), indent=1, sort_keys=True)
    write_atomic(folder / f"{plan.digest}.json", text.encode() + b"\n")
    files = sorted(folder.glob("*.json"), key=lambda file: file.stat().st_mtime)
    for old in files[:-KEPT]:
        old.unlink(missing_ok=True)


def expect(plan: Plan, digest: str, data: Path) -> None:
    """Raise StalePlan when the plan is not the one of this digest, telling what is different."""
    if plan.digest == digest:
        return
    raise StalePlan(
        diagnostics=[
            error(
                StalePlan.code,
                f"the plan has the digest {plan.digest}, not the expected one",
                detail="\n".join(_differences(plan, digest, data)),
                hint="have the plan shown above reviewed, and expect its digest",
            )
        ]
    )


def _differences(plan: Plan, digest: str, data: Path) -> list[str]:
    file = data / "plans" / f"{digest}.json"
    try:
        approved = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return ["the expected plan was not made here, so what is different cannot be told"]
    now = parts_of(plan)
    told = {
        "appeared": sorted(now.keys() - approved.keys()),
        "vanished": sorted(approved.keys() - now.keys()),
        "is another change": sorted(
            address for address in now.keys() & approved.keys() if now[address] != approved[address]
        ),
    }
    lines = [f"`{address}` {word}" for word, found in told.items() for address in found if address]
    return lines if now[""] == approved.get("") else ["the shop, or its settings, differ", *lines]
