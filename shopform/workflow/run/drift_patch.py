"""What was changed in the shop, as a patch of the files that declare it."""

from collections.abc import Iterator, Mapping

from shopform.config.write.field_patches import LiveField, Patch, patch
from shopform.files import write_output
from shopform.kinds import BY_NAME
from shopform.model.plan import REDECLARED, Action, Change, FieldChange, Plan
from shopform.planning.scope import Options
from shopform.workflow.plan.refresh import connected, read_and_look
from shopform.workflow.requests import ReadLimits, RunResult
from shopform.workflow.run.exit_codes import plan_exit
from shopform.workflow.workspace import Workspace

Place = tuple[str, int | None, str]


def find_drift(
    workspace: Workspace, limits: ReadLimits, options: Options, write: str | None
) -> tuple[RunResult, Patch | None]:
    """Compare the shop with what it was left with; and with `write` a patch of the files.

    It is written to the file of that name, unless it is `-`.
    """
    prior = workspace.store().read()
    with connected(workspace, limits) as connection:
        looked, planned = read_and_look(workspace, connection, prior, options)
    code = plan_exit(looked, detailed=True)
    result = RunResult(shop=workspace.shop, plan=looked, exit_code=code)
    if not write:
        return result, None
    held = _held(workspace, looked, planned)
    made = patch(workspace.loaded.project, workspace.shop.name, held)
    if write != "-":
        write_output(workspace.directory, write, made.text.encode())
    return result, made


def _held(workspace: Workspace, looked: Plan, planned: Plan) -> Iterator[LiveField]:
    """What the files can be made to say, and why not where they cannot.

    `planned` knows which fields the files declare as they were sent, and under which address.
    """
    clean = _fields(planned.drift)
    changed = _fields(planned.changes)
    declared = workspace.desired.resources
    for change in looked.drift:
        if change.action is Action.DELETE:
            if change.address in declared:
                yield LiveField(address=change.address, why="it has been deleted in the shop")
            continue
        for field in change.fields:
            found = (change.kind, change.id, field.name)
            owner, mine = clean.get(found) or changed.get(found, (change, field))
            if owner.address not in declared or field.name not in declared[owner.address].fields:
                continue
            if found in clean or found in changed:
                why = BY_NAME[change.kind].type(field.name).unreadable
                if not why and (found not in clean or mine.reason == REDECLARED):
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
