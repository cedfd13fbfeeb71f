"""Reviewed plans: digests of their changes, to explain a difference, and plans to apply later.

DIGEST.json             the digest of each change of a recent plan
DIGEST.plan.json        the saved plan
REVIEW.review.json      the digest of the plan of a review
"""

import json
import re
from collections.abc import Mapping

from shopform.diagnostics import error
from shopform.errors import StalePlan, StateError, UsageError
from shopform.kit.documents import Document, parse_object
from shopform.model.plan import Plan
from shopform.model.prior import Prior
from shopform.planning.checks.changed_kinds import changed_kind, definitions_used, kinds_used
from shopform.planning.plan_digest import parts_of
from shopform.planning.reviewed_changes import reviewed_parts
from shopform.state.shelf import Shelf
from shopform.workflow.records.plan_file import plan_bytes
from shopform.workflow.workspace import Workspace

KEPT = 20
KEPT_IN_STORE = 200
NAME = re.compile(r"[0-9a-f]{64}(\.plan)?\.json|.+\.review\.json")
DIGEST = re.compile(r"[0-9a-f]{64}")
REVIEW = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,199}")


def record_digests(plan: Plan, workspace: Workspace) -> None:
    """Record the digest of each change under the plan's own digest.

    Warns if that fails; the plan is valid anyway.
    """
    if not plan.changes:
        return
    try:
        _keep(workspace, _digests(workspace), _parts(plan))
    except StateError as problem:
        workspace.observer.warn(problem.diagnostics)


def keep_plan(workspace: Workspace, plan: Plan, review: str = "") -> None:
    """Keep a saved plan under its digest, and as the last one of `review`, such as `pr-12/COMMIT`.

    Raises StateError, and UsageError for a review that cannot be a name.
    """
    documents = {} if workspace.shop.in_object_store else _parts(plan)
    documents[f"{plan.digest}.plan.json"] = plan_bytes(plan)
    if review:
        documents[_review_name(review)] = json.dumps({"digest": plan.digest}).encode() + b"\n"
    _keep(workspace, _shelf(workspace), documents)


def saved_plan(workspace: Workspace, *, review: str = "", digest: str = "") -> bytes | None:
    """Return the saved plan of a review, or with a digest; None if none is kept.

    It has that digest, but must be read as any other saved plan. Raises StateError if it is
    damaged.
    """
    shelf = _shelf(workspace)
    if review:
        name = _review_name(review)
        found = shelf.read(name)
        if found is None:
            return None
        digest = str(_document(shelf, name, found).get("digest"))
    name = f"{digest}.plan.json"
    if not DIGEST.fullmatch(digest):
        return None
    data = shelf.read(name)
    if data is not None and _document(shelf, name, data).get("digest") != digest:
        raise _damaged(shelf, name, "it has another digest")
    return data


def require_digest(plan: Plan, digest: str, workspace: Workspace) -> None:
    """Raise StalePlan, with the differences, if the plan does not have this digest."""
    if plan.digest != digest:
        raise _differs(
            f"the plan has the digest {plan.digest}, not the expected one",
            _recorded(plan, digest, workspace),
            hint="review the plan above, then pass its digest to `--expect-digest`",
        )


def require_reviewed(plan: Plan, reviewed: Plan, prior: Prior) -> None:
    """Raise StalePlan, with the differences, if the plan does something that was not reviewed.

    Changes of the reviewed plan may be missing: an earlier try applied them, or the shop has them.
    """
    ids = {address: entry.id for address, entry in prior.resources.items()}
    now, approved = reviewed_parts(plan, reviewed, ids)
    if plan.digest != reviewed.digest and now != approved:
        raise _differs(
            "the plan is not the one that was reviewed",
            _differences(
                now,
                approved,
                changed_kind(definitions_used(reviewed), plan.catalogue, kinds_used(reviewed)),
            ),
            hint="if a request that was merged before is not applied yet, run its apply first;"
            " otherwise plan again on a branch and have it reviewed",
        )


def _differs(summary: str, differences: list[str], hint: str) -> StalePlan:
    detail = "\n".join(differences)
    return StalePlan(diagnostics=[error(StalePlan.code, summary, detail=detail, hint=hint)])


def _recorded(plan: Plan, digest: str, workspace: Workspace) -> list[str]:
    """Return how a plan differs from the one with this digest, if that is recorded."""
    approved = None
    name = f"{digest}.json"
    try:
        if DIGEST.fullmatch(digest):
            found = _digests(workspace).read(name) or _shelf(workspace).read(name)
            approved = json.loads(found or b"")
    except (ValueError, RecursionError, StateError):
        pass
    if not isinstance(approved, dict):
        return ["the expected plan is not recorded, so the difference cannot be shown"]
    return _differences(plan.parts or parts_of(plan), approved)


def _differences(
    now: Mapping[str, str], approved: Mapping[str, str], shared: str = ""
) -> list[str]:
    """Return the differences of digests; `shared` is what the shared part differs in, if known."""
    differences = {
        "is new": sorted(now.keys() - approved.keys()),
        "is no longer changed": sorted(approved.keys() - now.keys()),
        "is another change": sorted(
            address for address in now.keys() & approved.keys() if now[address] != approved[address]
        ),
    }
    lines = [f"`{a}` {what}" for what, found in differences.items() for a in found if a]
    if now[""] != approved.get(""):
        lines.insert(0, shared or "the shop or its settings differ")
    return lines


def _parts(plan: Plan) -> dict[str, bytes]:
    text = json.dumps(plan.parts, indent=1, sort_keys=True)
    return {f"{plan.digest}.json": text.encode() + b"\n"}


def _keep(workspace: Workspace, shelf: Shelf, documents: Mapping[str, bytes]) -> None:
    """Write documents in order, and delete the oldest."""
    shelf.add((name, data, 0.0) for name, data in documents.items())
    times = {name: at for name, at in shelf.names().items() if NAME.fullmatch(name)}
    kept = KEPT_IN_STORE if workspace.shop.in_object_store else KEPT
    shelf.delete(sorted(times, key=times.__getitem__)[:-kept])


def _document(shelf: Shelf, name: str, data: bytes) -> Document:
    try:
        return parse_object(data)
    except (ValueError, RecursionError) as problem:
        raise _damaged(shelf, name, problem) from None


def _damaged(shelf: Shelf, name: str, problem: object) -> StateError:
    return StateError(f"`{shelf.place(name)}` is damaged: {problem}", hint="plan again")


def _review_name(review: str) -> str:
    if not REVIEW.fullmatch(review):
        raise UsageError(
            f"`{review}` cannot be the name of a review",
            hint="use letters, digits, `.`, `_`, `-` and `/`",
        )
    return f"{review.replace('/', '.')}.review.json"


def _shelf(workspace: Workspace) -> Shelf:
    return workspace.shelf("plans", "plans")


def _digests(workspace: Workspace) -> Shelf:
    """Return where the digests of each plan are: on the machine, if a server keeps each version.

    On GitLab, who may plan need not have the right to write, either.
    """
    return workspace.shelf("plans" if workspace.shop.in_object_store else "digests", "plans")
