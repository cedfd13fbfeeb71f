"""Check a plan against the project's own rules. Pure."""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from shopform.diagnostics import did_you_mean
from shopform.errors import UsageError
from shopform.kinds import Kind
from shopform.kinds.field_types.images import Image
from shopform.kit.text import backquoted, shorten
from shopform.model.canonical import canonical
from shopform.model.desired import Resource
from shopform.model.plan import Action, Change
from shopform.model.secrecy import secret_fields
from shopform.model.shop import PolicyRule, Shop
from shopform.model.values import Value, refs_in
from shopform.planning.checks.ci_gates import listed
from shopform.planning.checks.key_rights import CODE as KEY_RIGHTS
from shopform.planning.checks.removed_paths import SETTING
from shopform.planning.matching.match import span_of
from shopform.planning.plan_builder import PlanDraft
from shopform.planning.scope import Options

if TYPE_CHECKING:
    from shopform.model.freeze_windows import FreezeWindow

SHOWN = 60


def check(draft: PlanDraft, shop: Shop, options: Options) -> None:
    """Add an error for each broken rule that is not allowed for this run.

    Raises UsageError if `--allow` names an unknown rule.
    """
    _known([*shop.rules.rules, *shop.rules.windows], options.allow)
    for rule in shop.rules.rules:
        if rule.name in options.allow or (rule.shops and shop.name not in rule.shops):
            continue
        if rule.field:
            _fields(draft, rule)
        else:
            _changes(draft, rule)


def _known(rules: "Iterable[PolicyRule | FreezeWindow]", allowed: Iterable[str]) -> None:
    names = [*(rule.name for rule in rules), SETTING, KEY_RIGHTS]
    for name in allowed:
        if name not in names:
            raise UsageError(
                f"`--allow {name}`: the project has no such rule",
                hint=did_you_mean(name, names, f"known rules: {backquoted(names)}"),
            )


def _holds(rule: PolicyRule, kind: str) -> bool:
    return not rule.kinds or kind in rule.kinds


def _changes(draft: PlanDraft, rule: PolicyRule) -> None:
    found = [c for c in draft.changes if _holds(rule, c.kind) and c.words & rule.deny]
    if len(found) <= rule.limit:
        return
    if rule.limit:
        _refuse(draft, rule, f"{listed([c.address for c in found])}, more than {rule.limit:,}")
        return
    placed = [change for change in found if span_of(draft.desired, change.address)]
    for change in placed:
        _refuse(draft, rule, f"{_verbs(change, rule)} of `{change.address}`", change)
    rest = [change for change in found if change not in placed]
    if rest:
        verbs = sorted({_verbs(change, rule) for change in rest})
        _refuse(draft, rule, f"{' or '.join(verbs)} of {listed([c.address for c in rest])}")


def _verbs(change: Change, rule: PolicyRule) -> str:
    return " and ".join(sorted(change.words & rule.deny))


def _refuse(
    draft: PlanDraft,
    rule: PolicyRule,
    what: str,
    about: Change | Resource | None = None,
    *,
    stays: bool = False,
) -> None:
    address = about.address if about else None
    span = span_of(draft.desired, address) if address else None
    add = draft.out.warning if stays else draft.out.error
    add(
        "policy-broken" if stays else "policy-refused",
        f"the rule `{rule.name}` {'would refuse' if stays else 'refuses'} {what}",
        detail=rule.message,
        span=span or rule.span,
        address=address or "",
        hint="it already exists in the shop; fix it when you can"
        if stays
        else f"`--allow {rule.name}` allows it this once",
    )


def _fields(draft: PlanDraft, rule: PolicyRule) -> None:
    """Hold declared values to a rule; only warn of those that are in the shop and unchanged.

    These were allowed once, or are older than the rule.
    """
    changes = {change.address: change for change in draft.changes}
    for address, resource in draft.desired.resources.items():
        if not _holds(rule, address.kind) or not draft.scope.includes(address):
            continue
        if rule.field in resource.fields:
            value = resource.fields[rule.field]
            for text in _strings(resource.kind, rule.field, value):
                problem = _problem(rule, text)
                if problem:
                    secret = secret_fields(resource, draft.matching.entries.get(address))
                    shown = "a secret" if rule.field in secret else f"`{shorten(text, SHOWN)}`"
                    what = f"{shown} as `{rule.field}` of `{address}`, which {problem}"
                    _refuse(draft, rule, what, resource, stays=_stays(changes.get(address), rule))


def _stays(change: Change | None, rule: PolicyRule) -> bool:
    if change is None:
        return True
    new = change.importing or change.action in (Action.CREATE, Action.REPLACE)
    return not new and rule.field not in {field.name for field in change.fields}


def _problem(rule: PolicyRule, text: str) -> str:
    if rule.allow and not any(fnmatchcase(text, pattern) for pattern in rule.allow):
        return "matches nothing it allows"
    if any(fnmatchcase(text, pattern) for pattern in rule.forbid):
        return "matches what it forbids"
    return ""


def _strings(kind: Kind, name: str, value: Value) -> Sequence[str]:
    """Return the strings to match: each item of a set, the file of an image."""
    if keys := [ref.address.keys[-1] for ref in refs_in(value)]:
        return keys
    if isinstance(value, tuple):
        return [item.file if isinstance(item, Image) else str(item) for item in value]
    found = canonical(kind.type(name), value)
    if isinstance(found, bool):
        return ["true" if found else "false"]
    return ["" if found is None else str(found)]
