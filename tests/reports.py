"""Plans for tests of reports: by hand, at random, and many at once."""

from collections.abc import Mapping
from typing import Any

from draws import below, one_of
from hypothesis import strategies as st

from shopform.diagnostics import Span, error, warning
from shopform.kinds import Kind
from shopform.kinds.field_types import Tree
from shopform.kinds.standard import STANDARD
from shopform.model.plan import Action, Basis, Calls, Change, FieldChange, Op, Plan, Settled, Step
from shopform.model.values import Address, Ref

HOSTILE = (
    "<script>document.title='run'</script>",
    "<img src=x onerror=\"document.title='run'\">",
    "</style></title></script><svg onload=document.title='run'>",
    "`a` | ``b`` ``` @nobody #12 GH-3 https://evil.example [x](javascript:alert(1))",
    "```\n</details>\n\n# Heading\n\n@nobody",
    "&lt;b&gt; &amp; \u202e\x00\x1b[31m",
    "*a* _b_ ~~c~~ $d$ :smile: www.evil.example <!-- -->",
)

words = st.text(max_size=60) | st.sampled_from(HOSTILE)
scalars = st.none() | st.booleans() | st.integers(-9, 999) | words | st.text("ab \n", max_size=400)
records: st.SearchStrategy[list[dict[str, object]]] = st.lists(
    st.dictionaries(st.sampled_from(["file", "sha256", "weight"]), words | st.integers()),
    max_size=3,
)
keys = st.from_regex(r"[a-z][a-z0-9-]{0,4}", fullmatch=True)


def addresses(kind: Kind) -> st.SearchStrategy[Address]:
    depth, above = 1, kind.nesting
    while above:
        depth, above = depth + 1, STANDARD[above.kind].nesting
    found = st.lists(keys, min_size=depth, max_size=depth)
    return found.map(lambda chosen: Address.of(kind.name, *chosen))


def contents(kind: Kind, name: str) -> st.SearchStrategy[object]:
    """What a plan may hold for a field, in the types that it has after it was read back too."""
    reference = addresses(kind).map(Ref) | st.integers(1, 9).map("#{}".format)
    if name in kind.refers:
        return st.none() | reference
    if kind.type(name).unreadable:
        return records
    if isinstance(kind.type(name), Tree):
        return st.lists(st.fixed_dictionaries({"title": words}), max_size=4).map(tuple)
    if kind.type(name).targets:
        # In canonical form, as the values of both sides are: in order, and each once.
        return st.lists(reference, max_size=4).map(kind.type(name).canonical)
    return st.lists(words, max_size=4).map(tuple) if kind.type(name).listed else scalars


ADDRESSES = {kind.name: addresses(kind) for kind in STANDARD.kinds}
CONTENTS = {
    (kind.name, name): contents(kind, name) for kind in STANDARD.kinds for name in kind.fields
}
SOME = {
    kind.name: st.lists(st.sampled_from(list(kind.fields)), unique=True, max_size=4)
    for kind in STANDARD.kinds
}
REASONS = ("", "replace_by_request", "delete_because_container")
FLAG = st.booleans()
NOTES = st.lists(words, max_size=2)


@st.composite
def changes(draw: st.DrawFn) -> Change:
    kind = one_of(draw, STANDARD.kinds)
    action = one_of(draw, list(Action))
    made, gone = action is Action.CREATE, action in (Action.DELETE, Action.FORGET)
    names = draw(SOME[kind.name])
    fields, values = [], {}
    for name in names:
        both = CONTENTS[kind.name, name]
        sides = draw(both), draw(both)
        if action in (Action.UPDATE, Action.NO_OP) and draw(FLAG):
            values[name] = sides[0]
            continue
        before, after = None if made else sides[0], None if gone else sides[1]
        fields.append(FieldChange(name=name, before=before, after=after))
    return Change(
        address=draw(ADDRESSES[kind.name]),
        action=action,
        id=None if made else 1 + draw(below(99)),
        fields=tuple(fields),
        values=values,
        unchanged=len(values),
        reason=one_of(draw, REASONS),
        importing=not made and draw(FLAG),
        previous=draw(ADDRESSES[kind.name]) if draw(FLAG) else None,
        notes=tuple(draw(NOTES)),
    )


def unique(found: list[Change]) -> tuple[Change, ...]:
    return tuple({change.address: change for change in found}.values())


TREE = next(kind for kind in STANDARD.kinds if kind.name in kind.refers.values())
CHANGES = st.lists(changes(), max_size=6)
DRIFT = st.lists(changes(), max_size=2)
SETTLED = st.dictionaries(
    ADDRESSES[TREE.name],
    st.builds(Settled, st.integers(1, 99), st.fixed_dictionaries({"name": words})),
    max_size=3,
)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    found = unique(draw(CHANGES))
    settled = draw(SETTLED)
    taken = {change.address for change in found}
    text = draw(words)
    return Plan(
        basis=Basis(shop=draw(keys), url=draw(words), lineage=draw(keys), serial=3),
        changes=found,
        drift=unique(draw(DRIFT)),
        steps=tuple(step(change) for change in found),
        diagnostics=one_of(
            draw,
            [
                (),
                (warning("odd", text, hint=text, span=Span("a.yaml", 2, 3)),),
                (error("bad", text, detail=text), warning("odd", text)),
            ],
        ),
        settled={a: s for a, s in settled.items() if a not in taken},
        unmanaged={"brand": 2},
        digest="ab" * 32,
        catalogue=STANDARD,
    )


def step(change: Change) -> Step:
    op = {Action.CREATE: Op.CREATE, Action.DELETE: Op.DELETE}.get(change.action, Op.UPDATE)
    fields: Mapping[str, Any] = {field.name: field.after for field in change.fields}
    key = f"{change.address}:{op}"
    return Step(key=key, op=op, address=change.address, fields=fields)


def change(address: str, action: Action, /, *fields: FieldChange, **more: Any) -> Change:
    return Change(address=Address(address), action=action, fields=fields, **more)


def field(name: str, before: object = None, after: object = None, **more: Any) -> FieldChange:
    return FieldChange(name=name, before=before, after=after, **more)


def planned(*found: Change, **more: Any) -> Plan:
    """A plan of these changes, a step for each."""
    more = {"digest": "ab" * 32, "calls": Calls(read=2, write=len(found)), **more}
    basis = Basis(shop="demo", url="https://demo.example", lineage="l", serial=1)
    return Plan(
        basis=basis, changes=found, steps=tuple(map(step, found)), **more, catalogue=STANDARD
    )


def many(number: int) -> Plan:
    """A pull request of so many changes: a tenth deletions, a fifth updates, creates the rest."""
    found = []
    for n in range(number):
        key = f"gammel-side-{n:04}"
        name = field("source", f"gammel/sti/{n}", f"ny/sti/{n}")
        if n % 10 == 0:
            found.append(change(f"redirect.{key}", Action.DELETE, name, id=n + 1))
        elif n % 5 == 1:
            text = field("description_a", "<p>Før</p>\n" * 9, f"<p>Efter</p>\n<p>{n}</p>\n" * 9)
            title = field("meta_title", "Gammel titel på siden", "Ny titel på siden")
            found.append(change(f"category.{key}", Action.UPDATE, title, text, id=n, unchanged=4))
        else:
            target = field("target", after="et/sted")
            found.append(change(f"redirect.{key}", Action.CREATE, name, target))
    return planned(*found)
