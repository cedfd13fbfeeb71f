"""A plan as one HTML page that needs nothing else: no network, and no script to be read."""

from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import sha256

from shopform.diagnostics import Severity, plural
from shopform.kinds import ORDER
from shopform.model.plan import Action, Change, Plan
from shopform.render.html.cards import LABELS, MANY, actions, card, note, step_list
from shopform.render.html.field_table import DRIFTED as OUTSIDE
from shopform.render.html.field_table import PLANNED
from shopform.render.html.markup import Markup, element, sentence
from shopform.render.html.script import SCRIPT
from shopform.render.html.style import STYLE
from shopform.render.html.tree_view import tree_section
from shopform.render.html.trees import trees
from shopform.render.text.plan_text import (
    in_order,
    own_counts,
    render_calls,
    verdict,
    visible,
    wire_names,
)
from shopform.render.text.style import DRIFTED, look_of


def render_html(plan: Plan) -> str:
    """The report. Every text of the plan is shown and none acts: the page forbids itself all
    scripts and styles but its own two, and everything from elsewhere."""
    title = f"Plan for {plan.basis.shop or 'a shop'}"
    changes = [c for c in in_order(plan.changes) if visible(c)]
    shown = [(c, f"c{number}") for number, c in enumerate(changes, 1)]
    body = [
        element("a", "Skip to the changes", href="#changes", class_="skip"),
        _top(plan, title),
        element("main", _sections(plan, shown)),
        _footer(plan),
        element("script", SCRIPT),
    ]
    return page(f"{title}: {verdict(plan)}", body)


def page(title: str, body: list[Markup]) -> str:
    """A whole page that runs and loads nothing but its own script and style."""
    whole = element("html", _head(title), element("body", body), lang="en")
    return f"<!doctype html>\n{whole}"


def _head(title: str) -> Markup:
    policy = {
        "default-src": "'none'",
        "style-src": _source(STYLE),
        "script-src": _source(SCRIPT),
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return element(
        "head",
        element("meta", charset="utf-8"),
        element(
            "meta",
            http_equiv="Content-Security-Policy",
            content="; ".join(f"{name} {source}" for name, source in policy.items()),
        ),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", title),
        element("style", STYLE),
    )


def _source(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _top(plan: Plan, title: str) -> Markup:
    url = [" at ", element("code", plan.basis.url)] if plan.basis.url else []
    refused = "This plan is refused and cannot be applied. The reasons are below."
    copy = [", to make it like ", element("code", plan.basis.source)] if plan.basis.source else []
    own = own_counts(plan.count()["move"], plan.steps)
    counts = " ".join((render_calls(plan.calls), *own))
    return element(
        "header",
        element("p", title, url, copy, class_="eyebrow"),
        element("button", "Dark", type="button", aria_pressed="false", class_="theme"),
        element("h1", verdict(plan)),
        element("p", refused, class_="verdict") if plan.refused else None,
        element("ul", _tiles(plan), class_="tiles", aria_label="Counts"),
        element("p", counts, class_="muted small"),
        *(element("p", sentence(line), class_="muted small") for line in wire_names(plan)),
        class_="top",
    )


_TILES = {"import": "import", "add": "create", "change": "update", "destroy": "delete"}
_TILES |= {"forget": "forget", "move": "move"}


def _tiles(plan: Plan) -> Iterator[Markup]:
    always = ("add", "change", "destroy")
    for word, number in plan.count().items():
        if number or word in always:
            look = _TILES[word] if number else "none"
            told = element("b", f"{number:,}", class_="num")
            yield element("li", told, f"to {word}", class_=f"tile {look}")


def _sections(plan: Plan, shown: list[tuple[Change, str]]) -> Iterator[Markup]:
    if plan.diagnostics:
        told = sorted(plan.diagnostics, key=lambda d: d.severity is not Severity.ERROR)
        notes = element("ul", map(note, told), class_="notes")
        title = "Refusals and warnings" if plan.refused else "Warnings"
        yield element("section", element("h2", title), notes)
    if plan.drift:
        yield _outside(plan)
    if shown:
        yield _changes(shown)
    else:
        yield element("section", element("h2", "Changes"), element("p", "None."), id="changes")
    marked = {str(change.address): (change, name) for change, name in shown}
    yield from (tree_section(tree, marked) for tree in trees(plan))
    if plan.steps:
        yield element("section", element("h2", "Steps"), step_list(plan))


def _changes(shown: list[tuple[Change, str]]) -> Markup:
    many = len(shown) > MANY
    cards = [
        card(c, look_of(c), PLANNED, name, open_=not (many and c.action is Action.CREATE))
        for c, name in shown
    ]
    return element(
        "section",
        element("h2", "Changes"),
        _tools([change for change, _ in shown]),
        element("p", "Nothing fits these filters.", id="nothing", class_="muted", hidden=True),
        element("div", cards, class_="cards"),
        id="changes",
    )


def _tools(changes: list[Change]) -> Markup:
    """Filters by action and kind, and a search; of one thing there is nothing to choose."""
    words = Counter(word for change in changes for word in actions(change))
    kinds = Counter(change.kind for change in changes)
    by_action = [_button("actions", w, LABELS[w], words[w]) for w in LABELS if w in words]
    order = sorted(kinds, key=lambda kind: (ORDER.get(kind, 0), kind))
    by_kind = [_button("kind", kind, kind, kinds[kind]) for kind in order]
    search = element(
        "input", type="search", placeholder="Search names and texts", aria_label="Search"
    )
    return element(
        "div",
        element("div", by_action, class_="group", role="group", aria_label="Filter by action"),
        element("div", by_kind, class_="group", role="group", aria_label="Filter by kind"),
        element(
            "div",
            search,
            element("output", aria_live="polite"),
            element("button", "Clear", type="button", id="clear"),
            element("button", "Fold all", type="button", id="fold", aria_pressed="false"),
            class_="group",
        ),
        class_="tools",
    )


def _button(filter_: str, word: str, label: str, number: int) -> Markup:
    return element(
        "button",
        label,
        element("span", f"{number:,}"),
        type="button",
        aria_pressed="false",
        data_filter=filter_,
        data_word=word,
    )


def _outside(plan: Plan) -> Markup:
    looks = ((c, DRIFTED.get(c.action, DRIFTED[Action.UPDATE])) for c in in_order(plan.drift))
    cards = [card(c, look, OUTSIDE, f"d{n}") for n, (c, look) in enumerate(looks, 1)]
    about = "The shop differs here from what was last applied."
    return element(
        "section",
        element("h2", "Changed outside of shopform"),
        element("p", about, class_="muted"),
        element("div", cards, class_="cards"),
    )


def _footer(plan: Plan) -> Markup:
    basis = plan.basis
    alone = ", ".join(f"{kind} {number:,}" for kind, number in sorted(plan.unmanaged.items()))
    facts = {
        "Digest": plan.digest,
        "Shop": " ".join(filter(None, (basis.shop, basis.url))),
        "State": f"{basis.lineage}, serial {basis.serial:,}" if basis.lineage else "none yet",
        "Unchanged": plural(plan.unchanged, "object"),
        "Left alone": alone and f"{alone}; nobody declares them",
        "Looked for, not there": ", ".join(plan.absent),
    }
    return element("footer", element("dl", _facts(facts.items())))


def _facts(facts: Iterable[tuple[str, str]]) -> Iterator[Markup]:
    for name, told in facts:
        if told:
            yield element("dt", name)
            yield element("dd", element("code", told) if name == "Digest" else told)
