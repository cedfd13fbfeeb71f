"""A plan as one HTML page that loads nothing and can be read without its script."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from shopform.diagnostics import Diagnostic, Severity, plural
from shopform.kinds import Catalogue
from shopform.model.plan import WRITES, Plan
from shopform.model.provenance import Provenance
from shopform.render.html.cards import LABELS, OUTSIDE, PLANNED, Card, calls, cards
from shopform.render.html.previews import ImageFile
from shopform.render.html.templates import render
from shopform.render.html.trees import trees
from shopform.render.labels import labels
from shopform.render.plan_summary import (
    DESTROYED,
    change_counts,
    drifted,
    own_counts,
    planned,
    render_calls,
    verdict,
    wire_names,
)

_TILES = {"import": "import", "add": "create", "change": "update", "destroy": "delete"}
_TILES |= {"forget": "forget", "move": "move"}


@dataclass(frozen=True, slots=True)
class CardGroup:
    title: str
    anchor: str
    cards: Sequence[Card]

    @property
    def counts(self) -> str:
        if all(card.change.action in DESTROYED for card in self.cards):
            kinds = Counter(card.change.kind for card in self.cards)
            return ", ".join(f"{kind} {number:,}" for kind, number in kinds.items())
        found = change_counts([card.change for card in self.cards])
        return ", ".join(f"{number:,} to {word}" for word, number in found.items() if number)


def render_html(
    plan: Plan,
    *,
    origin: Provenance | None = None,
    images: Mapping[str, ImageFile] | None = None,
) -> str:
    """Render the report. All strings of the plan are escaped, and the page's policy forbids all
    scripts and styles but its own, and everything from other hosts.

    `origin` is where and when it was made; `images` are image files by their SHA-256.
    """
    outside = cards(plan.catalogue, drifted(plan), "d", OUTSIDE)
    shown = cards(plan.catalogue, planned(plan), "c", PLANNED)
    words = Counter(word for card in shown for word in card.actions)
    kinds = Counter(card.change.kind for card in shown)
    steps = calls(plan)
    return render(
        "plan.html",
        plan=plan,
        title=f"Plan for {plan.basis.shop or 'a shop'}",
        verdict=verdict(plan),
        tiles=list(_tiles(plan)),
        counts=" ".join(_counts(plan)),
        wire_names=list(wire_names(plan)),
        origin=origin,
        messages=sorted(plan.diagnostics, key=lambda d: d.severity is not Severity.ERROR),
        messages_title="Errors and warnings" if plan.refused else "Warnings",
        drift=CardGroup("Changed outside of shopform", "drift", outside),
        groups=list(_groups(plan.catalogue, shown)),
        actions=[(word, words[word]) for word in LABELS if word in words],
        kinds=[(kind, kinds[kind]) for kind in plan.catalogue if kind in kinds],
        trees=list(trees(plan)),
        steps=steps,
        writes=sum(call.step.op in WRITES for call in steps),
        facts=_facts(plan),
        marked={str(card.change.address): card for card in shown},
        names=labels(plan),
        repeated=_repeated(shown) | _repeated(outside),
        images=images or {},
    )


def failure_html(title: str, diagnostics: Sequence[Diagnostic]) -> str:
    """Render a page that has only the messages."""
    return render("failure.html", title=title, messages=diagnostics)


def _groups(catalogue: Catalogue, shown: Sequence[Card]) -> Iterator[CardGroup]:
    """Yield the deletes, then the other changes of each kind."""
    deleted = [card for card in shown if card.change.action in DESTROYED]
    if deleted:
        yield CardGroup("To destroy", "destroyed", deleted)
    rest = [card for card in shown if card.change.action not in DESTROYED]
    for kind in catalogue.kinds:
        if mine := [card for card in rest if card.kind is kind]:
            yield CardGroup(kind.section.capitalize(), f"kind-{kind.name}", mine)


def _repeated(shown: Sequence[Card]) -> set[str]:
    """Return names that several objects of a kind share; these are shown with their addresses."""
    names = Counter((card.change.kind, card.name) for card in shown)
    return {name for (_, name), number in names.items() if name and number > 1}


def _counts(plan: Plan) -> Iterator[str]:
    yield render_calls(plan.calls)
    yield from own_counts(change_counts(plan.changes)["move"], plan.steps)


def _tiles(plan: Plan) -> Iterator[tuple[str, int, str]]:
    always = ("add", "change", "destroy")
    for word, number in change_counts(plan.changes).items():
        if number or word in always:
            yield word, number, _TILES[word] if number else "none"


def _facts(plan: Plan) -> dict[str, str]:
    basis = plan.basis
    unmanaged = ", ".join(f"{kind} {number:,}" for kind, number in sorted(plan.unmanaged.items()))
    return {
        "Digest": plan.digest,
        "Shop": " ".join(filter(None, (basis.shop, basis.url))),
        "State": f"{basis.lineage}, serial {basis.serial:,}" if basis.lineage else "none yet",
        "Unchanged": plural(plan.unchanged, "object"),
        "Unmanaged": unmanaged,
        "Not created by the last run": ", ".join(plan.absent),
    }
