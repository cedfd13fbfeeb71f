"""Changes, messages and steps as they stand in the report."""

from collections.abc import Iterator, Mapping, Sequence

from shopform.diagnostics import Diagnostic, plural
from shopform.kinds import BY_NAME
from shopform.model.plan import REVERTS, WRITES, Action, Change, Op, Plan, Step
from shopform.model.values import Ref
from shopform.render.html.field_table import DRIFTED, Sides, field_table, held_table
from shopform.render.html.markup import Markup, element, sentence
from shopform.render.text.plan_text import remarks
from shopform.render.text.style import Look

# Beyond this many, what is created is folded: it has no before to compare with.
MANY = 100
_FEW_STEPS = 30
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
# What somebody else did is told as done.
DONE = LABELS | {"update": "Changed", "delete": "Deleted"}


def actions(change: Change) -> tuple[str, ...]:
    """What happens in a change, the most telling first; the words that filters use."""
    more = ("import",) * change.importing + ("move",) * (change.previous is not None)
    if change.action is Action.NO_OP and more:
        return more
    return (_WORDS[change.action][0], *more)


def card(change: Change, look: Look, sides: Sides, name: str, *, open_: bool = True) -> Markup:
    """One change, folded to its heading unless `open_`; `name` is what links call it."""
    words = actions(change)
    labels = DONE if sides is DRIFTED else LABELS
    badges = [element("span", labels[word], class_=f"badge {word}") for word in words]
    if any(note.startswith(REVERTS) for note in change.notes):
        badges.append(element("span", "Reverts", title=REVERTS, class_="badge warning"))
    head = element(
        "summary",
        badges,
        element("h3", element("code", change.address)),
        element("span", _label(change), class_="label"),
        element("span", f"#{change.id}", class_="muted small num") if change.id else None,
    )
    told = [element("li", sentence(remark)) for remark in remarks(change, look)]
    body = element(
        "div",
        element("ul", told, class_="remarks") if told else None,
        field_table(change.fields, change.action, sides) if change.fields else None,
        _unchanged(change),
        class_="body",
    )
    return element(
        "details",
        head,
        body,
        id=name,
        class_=f"card {words[0]}",
        data_actions=" ".join(words),
        data_kind=change.kind,
        open=open_,
    )


def _label(change: Change) -> str:
    """What people call the object, where its fields tell."""
    held = {**change.values, **{f.name: f.before for f in change.fields if not f.sensitive}}
    held |= {f.name: f.after for f in change.fields if f.after is not None and not f.sensitive}
    kind = BY_NAME[change.kind]
    names = (held.get(name) for name in kind.identity if name not in kind.refers)
    return ", ".join(name for name in names if isinstance(name, str))


def _unchanged(change: Change) -> Markup | None:
    held: Mapping[str, object] = change.values
    if change.action in (Action.DELETE, Action.FORGET) or not (held or change.unchanged):
        return None
    told = plural(max(change.unchanged, len(held)), "unchanged field")
    if not held:
        return element("p", told, class_="small muted")
    return element("details", element("summary", told), held_table(held), class_="fold")


def note(message: Diagnostic) -> Markup:
    """A refusal or a warning: what, why, where, and what to do."""
    place = [element("code", str(message.span))] if message.span else []
    about = element("p", message.code, " ", place, class_="small muted")
    hint = (
        element("p", element("b", "What to do: "), sentence(message.hint)) if message.hint else None
    )
    badge = element("span", str(message.severity), class_=f"badge {message.severity}")
    return element(
        "li",
        element("p", badge, " ", sentence(message.summary)),
        [element("p", sentence(line)) for line in message.detail.splitlines()],
        [element("p", text, " ", element("code", str(at))) for text, at in message.related],
        hint,
        about,
        class_=f"note {message.severity}",
    )


def step_list(plan: Plan) -> Markup:
    """The steps in the order in which they may be followed."""
    numbers = {step.key: number for number, step in enumerate(plan.steps, 1)}
    entries = element("ol", [_step(step, numbers) for step in plan.steps], class_="steps")
    calls = sum(step.op in WRITES for step in plan.steps)
    told = f"{plural(len(plan.steps), 'step')}, {plural(calls, 'call')} that write"
    few = len(plan.steps) <= _FEW_STEPS
    return element("details", element("summary", told), entries, class_="fold", open=few)


def _step(step: Step, numbers: Mapping[str, int]) -> Markup:
    method, look = _METHODS[step.op]
    verb = BY_NAME[step.kind].wire.update.value if step.op is Op.UPDATE else method
    number = f" #{step.id}" if step.id else ""
    more = "; ".join(_particulars(step, numbers))
    return element(
        "li",
        element("span", verb, class_=f"badge {look}"),
        element("span", f"{step.op} ", element("code", step.address), number),
        element("span", more, class_="more small muted") if more else None,
    )


_METHODS = {
    Op.CREATE: ("POST", "create"),
    Op.UPDATE: ("", "update"),
    Op.DELETE: ("DELETE", "delete"),
    Op.IMPORT: ("state", "state"),
    Op.ADOPT: ("state", "state"),
    Op.MOVE: ("state", "state"),
    Op.EDIT: ("state", "state"),
    Op.FORGET: ("state", "state"),
}


def _particulars(step: Step, numbers: Mapping[str, int]) -> Iterator[str]:
    if step.fields and step.op in WRITES:
        yield f"sends {', '.join(step.fields)}"
    if isinstance(step.parent, Ref):
        yield f"in {step.parent.address}"
    if step.temporary:
        yield "to a temporary one, since another holds what it will have"
    if step.linking:
        yield "sets what could not be set when it was created"
    if step.confirm:
        yield "is read back before anything that waits for it"
    if step.deliver:
        where = f"the file {step.deliver.file}" if step.deliver.file else "a command"
        yield f"a secret that the shop makes goes to {where}"
    yield from _waits([numbers[key] for key in step.after if key in numbers])


def _waits(after: Sequence[int]) -> Iterator[str]:
    if after:
        rest = f" and {len(after) - _WAITS:,} more" if len(after) > _WAITS else ""
        yield f"after step {', '.join(map(str, after[:_WAITS]))}{rest}"
