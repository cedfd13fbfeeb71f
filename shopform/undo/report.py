"""What is told of an undoing besides its plan. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from shopform.diagnostics import Diagnostic, warning
from shopform.model.plan import Action, Plan
from shopform.model.values import Address


@dataclass(slots=True)
class UndoReport:
    """`notes` go with the change of their address; the rest are warnings of the plan."""

    notes: dict[Address, tuple[str, ...]] = field(default_factory=dict)
    found: list[Diagnostic] = field(default_factory=list)

    def note(self, address: Address, note: str) -> None:
        self.notes[address] = (*self.notes.get(address, ()), note)

    def partial(self, address: Address, why: str, what: str = "") -> None:
        """Something that the run changed cannot be as it was before."""
        part = f"{what} of " if what else ""
        told = f"{part}`{address}` cannot come back: {why}"
        self.found.append(warning("undo-partial", told, address=address))

    def overtaken(self, address: Address, what: str, part: str = "") -> None:
        """Something is not as the run left it, and is left alone."""
        told = f"{part}`{address}` {what}"
        hint = "`shopform undo --list` shows the runs; undo the later ones first"
        self.found.append(warning("undo-overtaken", told, address=address, hint=hint))

    def kept(self, address: Address, why: str, cause: Address) -> None:
        """Something that the run created stays, since more than that would be lost with it."""
        hint = f"`--allow-delete {cause}` destroys it all the same"
        self.found.append(
            warning("undo-kept", f"`{address}` stays: it {why}", address=address, hint=hint)
        )

    def warnings(self) -> Iterable[Diagnostic]:
        """In an order that depends on nothing else."""
        return sorted(self.found, key=lambda d: (d.code, d.address, d.summary))

    def annotated(self, plan: Plan, run: str) -> Plan:
        """The plan of an inverse, telling of each change why, and of what cannot come back."""
        changes = []
        for change in plan.changes:
            notes = (*change.notes, *self.notes.get(change.address, ()))
            if change.action is Action.DELETE:
                notes = (f"was made by the run {run}", *notes)
            changes.append(replace(change, notes=notes, reason=""))
        diagnostics = (*plan.diagnostics, *self.warnings())
        return replace(plan, changes=tuple(changes), diagnostics=diagnostics)
