"""Changes and steps as cards of the report."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from shopform.kinds import Catalogue, Kind
from shopform.kit.text import join_first
from shopform.model.plan import REVERTS, WRITES, Action, Change, Op, Plan, Step
from shopform.model.values import Ref
from shopform.render.labels import label_of
from shopform.render.plan_summary import comments
from shopform.render.text.style import MOVED, ActionStyle

# More changes of one kind and action are folded to their headings, except deletes.
MANY = 30
_WAITS = 6
_WORDS = {
    Action.CREATE: ("create", "Create"),
    Action.UPDATE: ("update", "Update"),
    Action.DELETE: ("delete", "Destroy"),
    Action.REPLACE: ("replace", "Replace"),
    Action.FORGET: ("forget", "Forget"),
    Action.NO_OP: ("state", "State only"),
}
LABELS = dict(_WORDS.values()) | {"import": "Import", "move": "Move"}
# Drift has happened already.
DONE = LABELS | {"update": "Changed", "delete": "Deleted"}
SIGNS = {
    "create": "+",
    "update": "~",
    "delete": "\N{MINUS SIGN}",
    "replace": "\N{PLUS-MINUS SIGN}",
    "forget": "\N{MULTIPLICATION SIGN}",
    "import": "\N{DOWNWARDS ARROW}",
    "move": "\N{RIGHTWARDS ARROW}",
    "state": "\N{MIDDLE DOT}",
}
# The columns of a table of fields. Creates and deletes have only one.
PLANNED = {"before": "Before", "after": "After"}
OUTSIDE = {"before": "Last applied", "after": "In the shop now"}
_ONE_SIDE = {Action.CREATE: {"after": "After"}, Action.DELETE: {"before": "Before"}}


@dataclass(frozen=True, slots=True)
class Card:
    """One change. `actions` are the values that filters use, the most important first."""

    kind: Kind
    change: Change
    anchor: str
    remarks: tuple[str, ...]
    columns: Mapping[str, str]
    open: bool = True

    @property
    def actions(self) -> tuple[str, ...]:
        return actions(self.change)

    @property
    def labels(self) -> Mapping[str, str]:
        return DONE if self.columns is OUTSIDE else LABELS

    @property
    def sides(self) -> Mapping[str, str]:
        return _ONE_SIDE.get(self.change.action, self.columns)

    @property
    def name(self) -> str:
        return label_of(self.kind, self.change)

    @property
    def reverts(self) -> str:
        return REVERTS if any(note.startswith(REVERTS) for note in self.change.notes) else ""

    @property
    def unchanged(self) -> int:
        change = self.change
        left = change.action in (Action.DELETE, Action.FORGET)
        return 0 if left else max(change.unchanged, len(change.values))


def actions(change: Change) -> tuple[str, ...]:
    """Return the actions of a change, the most important first."""
    more = ("import",) * change.importing + ("move",) * (change.previous is not None)
    if change.action is Action.NO_OP and more:
        return more
    return (_WORDS[change.action][0], *more)


def cards(
    catalogue: Catalogue,
    changes: Sequence[tuple[Change, ActionStyle]],
    prefix: str,
    columns: Mapping[str, str],
) -> list[Card]:
    """Return a card for each change, in order. Drift is never folded."""
    numbers = Counter((change.kind, change.action) for change, _ in changes)
    kept = (Action.DELETE, Action.REPLACE)
    return [
        Card(
            catalogue[change.kind],
            change,
            f"{prefix}{number}",
            tuple(_remarks(change, style)),
            columns,
            open=columns is OUTSIDE
            or change.action in kept
            or numbers[change.kind, change.action] <= MANY,
        )
        for number, (change, style) in enumerate(changes, 1)
    ]


def _remarks(change: Change, style: ActionStyle) -> Iterator[str]:
    if style is MOVED:  # its heading names both addresses elsewhere
        yield f"moved from {change.previous}"
    yield from comments(change, style)


@dataclass(frozen=True, slots=True)
class StepCard:
    """One step: its HTTP method, or `state`, and its details."""

    step: Step
    verb: str
    style: str
    details: tuple[str, ...]


_METHODS = {
    Op.CREATE: ("POST", "create"),
    Op.UPDATE: ("", "update"),
    Op.DELETE: ("DELETE", "delete"),
}


def calls(plan: Plan) -> list[StepCard]:
    numbers = {step.key: number for number, step in enumerate(plan.steps, 1)}
    found = []
    for step in plan.steps:
        verb, style = _METHODS.get(step.op, ("state", "state"))
        verb = verb or plan.catalogue[step.kind].wire.update.value
        found.append(StepCard(step, verb, style, tuple(_details(step, numbers))))
    return found


def _details(step: Step, numbers: Mapping[str, int]) -> Iterator[str]:
    if step.fields and step.op in WRITES:
        yield f"sends {', '.join(step.fields)}"
    if isinstance(step.parent, Ref):
        yield f"in {step.parent.address}"
    if step.temporary:
        yield "to a temporary value, since another object holds the final one"
    if step.linking:
        yield "sets what could not be set when it was created"
    if step.read_back:
        yield "is read back before any step that waits for it"
    if step.deliver:
        where = f"the file {step.deliver.file}" if step.deliver.file else "a command"
        yield f"the secret that the shop generates goes to {where}"
    after = [numbers[key] for key in step.after if key in numbers]
    if after:
        yield f"after step {join_first(after, _WAITS)}"
