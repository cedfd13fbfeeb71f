"""Write drift as a patch of the files that declare it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from shopform.config.write.field_patches import Patch, patch
from shopform.describe.out_of_sync import find_differences
from shopform.files import write_output
from shopform.model.declared import LiveField
from shopform.model.plan import REDECLARED, Action, Change, FieldChange, Plan
from shopform.planning.scope import Options
from shopform.workflow.plan.plan_sources import look
from shopform.workflow.plan.refresh import connected
from shopform.workflow.requests import ReadLimits, RunResult
from shopform.workflow.run.exit_codes import plan_exit
from shopform.workflow.workspace import Workspace

Place = tuple[str, int | None, str]


def find_drift(
    workspace: Workspace, limits: ReadLimits, options: Options, write: str | None
) -> tuple[RunResult, Patch | None]:
    """Compare the shop with the state; with `write` also make a patch of the files.

    The patch is written to that file, unless it is `-`.
    """
    prior = workspace.store().read()
    with connected(workspace, limits) as connection:
        report, planned = look(workspace, connection, prior, options)
    code = plan_exit(report, detailed=True)
    result = RunResult(shop=workspace.shop, plan=report, exit_code=code)
    if not write:
        return result, None
    held: Iterable[LiveField] = _held(workspace, report, planned)
    if connection.seen:
        # What the files would refuse, such as a name that another object has.
        found = find_differences(workspace.desired, prior, connection.seen.live).fields
        refused = {(each.address, each.field): each.why for each in found}
        held = [replace(h, why=h.why or refused.get((h.address, h.field), "")) for h in held]
    shop = workspace.shop
    made = patch(workspace.loaded.project, shop.name, held, wire=shop.wire)
    if write != "-":
        write_output(workspace.directory, write, made.text.encode())
    return result, made


def _held(workspace: Workspace, report: Plan, planned: Plan) -> Iterator[LiveField]:
    """Yield the live values to write into the files, or why they cannot be written.

    `planned` shows under which address the files declare a field, and whether they changed it.
    """
    unchanged = _fields(planned.drift)
    changed = _fields(planned.changes)
    declared = workspace.desired.resources
    for change in report.drift:
        if change.action is Action.DELETE:
            if change.address in declared:
                yield LiveField(address=change.address, why="it has been deleted in the shop")
            continue
        for field in change.fields:
            found = (change.kind, change.id, field.name)
            owner, mine = unchanged.get(found) or changed.get(found, (change, field))
            if owner.address not in declared or field.name not in declared[owner.address].fields:
                continue
            if found in unchanged or found in changed:
                why = workspace.shop.catalogue[change.kind].type(field.name).unreadable
                if not why and (found not in unchanged or mine.reason == REDECLARED):
                    why = "the files have changed it too"
                elif not why and field.sensitive:
                    why = "it is a secret"
                yield LiveField(address=owner.address, field=field.name, value=mine.after, why=why)


def _fields(changes: tuple[Change, ...]) -> Mapping[Place, tuple[Change, FieldChange]]:
    return {
        (change.kind, change.id, field.name): (change, field)
        for change in changes
        for field in change.fields
    }
