"""Render the state as text."""

from collections.abc import Iterator

from shopform.diagnostics import plural
from shopform.kinds import Catalogue, Kind
from shopform.model.plan import Action, FieldChange
from shopform.model.prior import Entry, Prior
from shopform.model.values import Address, Ref
from shopform.render.text.field_lines import field_lines
from shopform.render.text.multiline import folded


def render_state(
    prior: Prior, catalogue: Catalogue, *, width: int | None = None, summary: bool = False
) -> str:
    """Render the entries of the state in Terraform's layout; `summary`: one line for each.

    Secret values must be `Secret`. Ids of a kind that is no longer declared stay numbers.
    """
    owners = prior.owners
    blocks = [
        "\n".join(_entry(catalogue.get(address.kind), address, entry, owners, width, summary))
        for address, entry in sorted(prior.resources.items())
    ]
    blocks += [f"# {i.address} (pending create)" for i in prior.pending]
    count = plural(len(prior.resources), "object")
    end = f"State of `{prior.shop}`, serial {prior.serial:,}: {count}."
    return ("\n" if summary else "\n\n").join([*blocks, end if prior.lineage else "No state yet."])


def _entry(
    kind: Kind | None,
    address: Address,
    entry: Entry,
    owners: dict[tuple[str, int], Address],
    width: int | None,
    summary: bool,
) -> Iterator[str]:
    protected = ", protected" if entry.protect else ""
    yield f"# {address} (id {entry.id}{protected})"
    if summary:
        return
    yield f'resource "{address.kind}" "{".".join(address.keys)}" {{'
    fields = [_field(kind, name, held, owners) for name, held in sorted(entry.sent.items())]
    for line in field_lines(fields, Action.UPDATE):
        for indent, symbol, text in folded(line, width) if width else (line,):
            yield f"{' ' * (indent - 4)}{symbol} {text}".rstrip()
    yield "}"


def _field(
    kind: Kind | None, name: str, held: object, owners: dict[tuple[str, int], Address]
) -> FieldChange:
    def reference(target: str, number: int) -> object:
        owner = owners.get((target, number))
        return Ref(owner) if owner else f"#{number}"

    shown = kind.type(name).with_links(held, reference) if kind else held
    return FieldChange(name=name, before=shown, after=shown)
