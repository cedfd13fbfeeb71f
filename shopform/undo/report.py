"""Report what undoing a run does besides the steps of its plan. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from shopform.diagnostics import Diagnostic, warning
from shopform.model.plan import Action, Plan
from shopform.model.values import Address


@dataclass(slots=True)
class UndoReport:
    """`notes` are shown with the change of their address, `found` are warnings of the plan."""

    notes: dict[Address, tuple[str, ...]] = field(default_factory=dict)
    found: list[Diagnostic] = field(default_factory=list)

    def recreated(self, address: Address, number: int, dependents: str) -> None:
        """Note a new object in place of one with this id; `dependents` are not managed, if any."""
        lost = f"; references to {number}, such as those of {dependents}, are not updated"
        self.note(address, f"is recreated with a new id{lost if dependents else ''}")

    def note(self, address: Address, note: str) -> None:
        self.notes[address] = (*self.notes.get(address, ()), note)

    def not_restored(self, address: Address, reason: str, field: str = "") -> None:
        """Warn that the run changed something that cannot be restored."""
        summary = f"{_part(field)}`{address}` cannot be restored: {reason}"
        self.found.append(warning("undo-partial", summary, address=address))

    def superseded(self, address: Address, reason: str, field: str = "") -> None:
        """Warn that something changed after the run and is therefore kept."""
        summary = f"{_part(field)}`{address}` {reason}"
        hint = "undo the later runs first; `shopform undo --list` lists them"
        self.found.append(warning("undo-overtaken", summary, address=address, hint=hint))

    def not_released(self, address: Address) -> None:
        """Warn that an object stays in the state, in place of the note that it does not."""
        del self.notes[address]
        self.superseded(address, "has later children and stays in the state")

    def kept(self, address: Address, reason: str, cause: Address) -> None:
        """Warn that an object of the run is kept, since deleting it would lose later edits."""
        summary = f"`{address}` is kept: it {reason}"
        hint = f"`--allow-delete {cause}` destroys it anyway"
        self.found.append(warning("undo-kept", summary, address=address, hint=hint))

    def warnings(self) -> Iterable[Diagnostic]:
        """Return the warnings, ordered by code, address and text."""
        return sorted(self.found, key=lambda d: (d.code, d.address, d.summary))

    def annotated(self, plan: Plan, run: str) -> Plan:
        """Return the plan of the inverse with the notes and warnings of this report."""
        changes = []
        for change in plan.changes:
            notes = (*change.notes, *self.notes.get(change.address, ()))
            if change.action is Action.DELETE:
                notes = (f"was created by the run {run}", *notes)
            changes.append(replace(change, notes=notes, reason=""))
        diagnostics = (*plan.diagnostics, *self.warnings())
        return replace(plan, changes=tuple(changes), diagnostics=diagnostics)


def _part(field: str) -> str:
    return f"`{field}` of " if field else ""
