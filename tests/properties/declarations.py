"""Random projects: small, and made so that names, paths, keys and branches change hands."""

from functools import partial
from typing import Any

from hypothesis import strategies as st

Sections = dict[str, Any]

NAMES = ("Sko", "Støvler", "Æbler & pærer", "Å", " Sko", "<b>Sko</b>", "🥾 Vandresko", 'Str. "36"')
PATHS = ("p/1", "p/2", "/p/3", "p/4")
LETTERS = st.sampled_from("aæøÅß <>&\"'/\\-_#:{}$%\t\n🥾0")
NAME = st.sampled_from(NAMES) | st.text(LETTERS, min_size=1, max_size=6).filter(
    lambda text: text.strip() and "${" not in text
)
TEXT = st.sampled_from(("", "x", "36", "0123", "true")) | st.text(
    st.one_of(LETTERS, st.just("\r")), max_size=12
).filter(lambda text: "${" not in text)
FLAG = st.booleans()
WEIGHT = st.integers(0, 3) | st.none()
WORDS = ("order_created", "paid", "stock", "category")
PICTURES = ("a.png", "b.png", "c.png")


def keys(at_most: int) -> st.SearchStrategy[list[str]]:
    """A few keys of a few: so that two projects share some."""
    letters = st.sampled_from("abcdef"[: at_most + 1])
    least = st.sampled_from((0, 1, at_most))
    return least.flatmap(
        lambda size: st.lists(letters, unique=True, min_size=size, max_size=at_most)
    )


@st.composite
def some(draw: st.DrawFn, /, **optional: st.SearchStrategy[Any]) -> dict[str, Any]:
    """Some of these fields, each declared or not."""
    chosen = draw(st.sets(st.sampled_from(sorted(optional)))) if optional else set()
    return {name: draw(optional[name]) for name in sorted(chosen)}


@st.composite
def named(
    draw: st.DrawFn,
    at_most: int,
    fields: st.SearchStrategy[dict[str, Any]],
    name: str = "name",
    texts: st.SearchStrategy[str] = NAME,
) -> dict[str, dict[str, Any]]:
    """Resources by key that differ in the field that recognises them."""
    chosen = draw(keys(at_most))
    unlike = st.lists(texts, min_size=len(chosen), max_size=len(chosen), unique=True)
    return {
        key: {name: text, **draw(fields)} for key, text in zip(chosen, draw(unlike), strict=True)
    }


@st.composite
def attribute(draw: st.DrawFn) -> dict[str, Any]:
    fields = draw(some(is_variant=FLAG, has_price=FLAG, weight=WEIGHT))
    if draw(FLAG):
        values = draw(named(3, some(weight=WEIGHT, tag=TEXT), "val"))
        return {"type": "valuelist", "values": values, **fields}
    return {"type": draw(st.sampled_from(("string", "integer", "boolean"))), **fields}


@st.composite
def profile(draw: st.DrawFn) -> dict[str, Any]:
    return {"attributes": draw(named(2, attribute()))}


def unlike(others: set[str], text: str) -> bool:
    return text not in others


@st.composite
def categories(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    """A forest. Who lies in whom is drawn anew each time, so that branches are turned over."""
    order = draw(st.permutations(draw(keys(5))))
    paths = draw(st.permutations([*PATHS, *([None] * len(order))]))
    found: dict[str, dict[str, Any]] = {}
    taken: set[tuple[object, str]] = set()
    for number, key in enumerate(order):
        earlier = st.sampled_from([None, *order[:number]])
        fields = draw(
            some(
                in_menu=FLAG,
                no_index=FLAG,
                sort_order=st.sampled_from(("normal", "random")),
                tag=TEXT | st.none(),
                description_a=TEXT | st.none(),
                meta_title=TEXT,
                canonical=earlier,
                images=pictures(),
            )
        )
        parent = draw(earlier)
        beside = {text for above, text in taken if above == parent}
        name = draw(NAME.filter(partial(unlike, beside)))
        taken.add((parent, name))
        # Always said: a path that is let go of stays where it is, and may be wanted elsewhere.
        found[key] = {"name": name, "parent": parent, "rewrite_url": paths[number], **fields}
    return found


@st.composite
def pictures(draw: st.DrawFn) -> list[dict[str, Any]]:
    files = draw(st.lists(st.sampled_from(PICTURES), unique=True, max_size=3))
    return [{"file": file, "description": draw(st.sampled_from(("", "æ")))} for file in files]


@st.composite
def projects(draw: st.DrawFn) -> Sections:
    """What the files of one shop declare, all kinds at once."""
    target = st.sampled_from(("https://x.example/a", "/ud", "ud/æ"))
    hook: st.SearchStrategy[dict[str, Any]] = st.builds(
        dict, events=st.lists(st.sampled_from(WORDS), min_size=1, unique=True)
    )
    source = st.sampled_from(("/gl/1", "gl/2", "gl/3", "gl/å"))
    url = st.sampled_from(tuple(f"https://{host}.example/hook" for host in "xyz"))
    way = st.builds(lambda to, more: {"target": to, **more}, target, some(status=st.just(302)))
    return {
        "suppliers": draw(named(3, some(dropshipping_mail=st.sampled_from(("a@b.example", ""))))),
        "brands": draw(named(2, some())),
        "profiles": draw(named(2, profile())),
        "categories": draw(categories()),
        "redirects": draw(named(3, way, "source", source)),
        "webhooks": draw(named(2, hook, "url", url)),
    }


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Sections, Sections]:
    """Two projects: unlike each other, or the second the first turned over."""
    before = draw(projects())
    return before, draw(projects() | turned_over(before))


@st.composite
def turned_over(draw: st.DrawFn, before: Sections) -> Sections:
    """The same objects under other keys, in other places, at each other's paths."""
    again = dict(zip("abcdef", draw(st.permutations("abcdef")), strict=True))
    after = {
        section: {again[key]: fields for key, fields in found.items()}
        for section, found in before.items()
    }
    categories = after["categories"]
    order = draw(st.permutations(sorted(categories)))
    paths = draw(st.permutations([categories[key]["rewrite_url"] for key in order]))
    taken: set[tuple[object, str]] = set()
    placed: Sections = {}
    for key, path in zip(order, paths, strict=True):
        name = categories[key]["name"]
        free = [above for above in (None, *placed) if (above, name) not in taken]
        if free:
            parent = draw(st.sampled_from(free))
            taken.add((parent, name))
            placed[key] = {**categories[key], "parent": parent, "rewrite_url": path}
            placed[key].pop("canonical", None)
    return {**after, "categories": placed}
