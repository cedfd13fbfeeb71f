"""A value that was, is or becomes a secret is in no form of a plan, whatever happens to it."""

import json
from collections.abc import Iterator

from worlds import World

from shopform.kinds import Kind
from shopform.kinds.standard import STANDARD
from shopform.model.canonical import canonical, digest
from shopform.model.plan import Plan
from shopform.model.values import Address, Secret
from shopform.render.html.page import render_html
from shopform.render.json.events import planned
from shopform.render.json.plan_document import sealed
from shopform.render.markdown.page import render_markdown
from shopform.render.text.plan_text import render_plan

OLD, NEW = "canaryold", "canarynew"


def siblings() -> Iterator[tuple[Kind, str]]:
    """Every field of every kind that may hold a text."""
    for kind in STANDARD.kinds:
        for name in kind.fields:
            if name in kind.generated:
                continue
            if kind.type(name).textual and not kind.type(name).listed:
                yield kind, name


def world(
    kind: Kind, name: str, *, held: str = OLD, known: str = OLD, secret: bool = True
) -> World:
    """An object whose field the state knows as a secret, or as the text that it is."""
    made, keys = World(), ["a", "b", "c"]
    above, chain = kind.nesting, [kind]
    while above:
        chain.append(STANDARD[above.kind])
        above = chain[-1].nesting
    for depth, each in enumerate(reversed(chain), 1):
        address = ".".join((each.name, *keys[:depth]))
        fields = {n: f"x{n}" for n in each.identity if n not in each.refers}
        fields |= {name: held} if each is kind else {}
        made.there(address, 1, **fields)
        if each is not kind:
            made.declare(address, **fields)
    entry = made.entries[Address(address)]
    memory = canonical(kind.type(name), known)
    entry.sent[name] = digest(kind, name, memory) if secret else memory  # type: ignore[index]
    return made


def plans(kind: Kind, name: str) -> Iterator[tuple[str, Plan]]:
    at = next(a for a in world(kind, name).entries if a.kind == kind.name)
    identity = {n: f"x{n}" for n in kind.identity if n not in kind.refers}

    def declared(value: object, **how: bool | str) -> World:
        return world(kind, name, **how).declare(at, **{**identity, name: value})  # type: ignore[arg-type]

    yield "from a secret to a text", declared("text").plan(whole=True)
    yield "to the same text", declared(OLD).plan(whole=True)
    yield "to another secret", declared(Secret("${env:N}", NEW)).plan(whole=True)
    yield "edited in the shop", declared(Secret("${env:N}", NEW), known=NEW).plan(whole=True)
    yield (
        "from a text to a secret",
        declared(Secret("${env:N}", OLD), secret=False).plan(whole=True),
    )
    edited = declared(Secret("${env:N}", NEW), known="before", secret=False)
    yield "an edited text to a secret", edited.plan(whole=True)
    yield "no longer declared", world(kind, name).declare(at, **identity).plan(whole=True)
    yield "destroyed", world(kind, name).plan()
    yield "destroyed by command", world(kind, name).plan(destroy=True)
    replaced = declared("text")
    yield "replaced", replaced.plan(replace=(str(at),))
    gone = declared("text")
    gone.objects[kind.name].clear()
    yield "deleted in the shop", gone.plan()
    lost = declared(Secret("${env:N}", OLD), secret=False)
    lost.objects[kind.name].clear()
    yield "a text deleted in the shop, to a secret", lost.plan()
    for which in (
        declared("text", held=NEW),
        declared(Secret("${env:N}", NEW), known="b", secret=False),
    ):
        yield "looked at", which.plan(refresh_only=True)


def forms(made: Plan) -> Iterator[str]:
    yield render_plan(made, color=False)
    yield render_markdown(made)
    yield render_html(made)
    yield json.dumps(list(map(str, planned(made))))
    # Of the steps a literal is what is sent; of the rest nothing may be there.
    document = sealed(made)
    yield json.dumps({key: part for key, part in document.items() if key != "steps"})
    yield json.dumps(
        [step for step in document["steps"] if OLD not in step.get("fields", {}).values()]
    )


def test_no_form_of_a_plan_shows_what_was_is_or_becomes_a_secret() -> None:
    found = []
    assert len(list(siblings())) > 15
    for kind, name in siblings():
        for what, made in plans(kind, name):
            shown = [text for text in forms(made) if OLD in text or NEW in text]
            # A literal that is declared is in a step, and in the state.
            if what == "to the same text":
                shown = [text for text in shown if not text.startswith("[")]
            found += [(kind.name, name, what) for _ in shown]
    assert found == []
