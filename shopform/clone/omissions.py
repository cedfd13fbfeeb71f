"""Warn of what a copy omits, grouped by kind, field and reason. Pure."""

from collections.abc import Collection, Iterable, Mapping

from shopform.clone.copy import ONE_SHOP
from shopform.diagnostics import Diagnostic, warning
from shopform.kinds import Catalogue, Kind
from shopform.kit.text import join_first
from shopform.model.declared import Omission
from shopform.model.prior import Prior
from shopform.model.values import Address
from shopform.planning.checks.ci_gates import listed

NAMED = 10


def not_copied(
    catalogue: Catalogue, omissions: Iterable[Omission], target: str
) -> list[Diagnostic]:
    """Return a warning for each kind and field, with the reasons and the first ids."""
    groups: dict[tuple[str, str], dict[Omission, None]] = {}
    for each in omissions:
        groups.setdefault((each.kind, each.field), {})[each] = None
    ordered = sorted(groups.items(), key=lambda item: (catalogue.order[item[0][0]], item[0][1]))
    return [_warning(catalogue[kind], name, list(group), target) for (kind, name), group in ordered]


def _warning(kind: Kind, name: str, group: list[Omission], target: str) -> Diagnostic:
    reasons = {each.why for each in group}
    why = f": {next(iter(reasons))}" if len(reasons) == 1 else ""
    number = len({each.id for each in group})
    objects = f"{number:,} {kind.section if number > 1 else kind.name}"
    verb = "are" if number > 1 else "is"
    summary = f"`{name}` of {objects} is not copied" if name else f"{objects} {verb} not copied"
    group.sort(key=lambda each: each.id)
    hint = ""
    if any(reason.endswith(ONE_SHOP) for reason in reasons):
        hint = (
            f"`--rewrite OLD=NEW`, or `rewrite:` of `{target}` in shopform.yaml, sets the value"
            " there; `OLD=OLD` keeps it"
        )
    return warning(
        "not-copied",
        summary + why,
        detail=join_first([_line(each, reasons) for each in group], NAMED, "\n"),
        hint=hint,
    )


def _line(each: Omission, reasons: Collection[str]) -> str:
    label = f"{each.id} `{each.label}`" if each.label else str(each.id)
    return label if len(reasons) == 1 else f"{label}: {each.why}"


def kept_in_target(
    deleted: Collection[Address], source: str, target: str, *, managed: bool
) -> list[Diagnostic]:
    """Warn of what the source deleted and the target keeps; `managed`: because of its files."""
    if not deleted:
        return []
    why = ", whose files manage it" if managed else ""
    done = "remove it from the files" if managed else "`--delete` deletes it"
    return [
        warning(
            "gone-from-source",
            f"deleted in `{source}`, and kept in `{target}`{why}: {listed(sorted(deleted))}",
            hint=f"{done}; or remove it from the state with"
            f" `shopform state rm --shop {target} --from {source} ADDRESS`",
        )
    ]


def managed_in_both(ids: Mapping[Address, int], own: Prior, target: str) -> list[Diagnostic]:
    """Warn of objects that the target's own files manage too."""
    mine = own.owners
    both = {mine[place] for a, number in ids.items() if (place := (a.kind, number)) in mine}
    if not both:
        return []
    return [
        warning(
            "managed-twice",
            f"the files manage these in `{target}` too: {listed(sorted(both))}",
            hint="either declare or copy them, or each will revert the other's changes",
        )
    ]
