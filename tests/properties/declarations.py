"""Random projects: small, and made so that names, paths, keys and branches change hands."""

import unicodedata
from functools import cache
from typing import Any

from by_rows import fields, made, with_keys
from draws import below, one_of, shuffled
from hypothesis import strategies as st

from shopform.kinds import Kind

Sections = dict[str, Any]
Fields = st.SearchStrategy[dict[str, Any]]

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


@cache
def keys(at_most: int) -> st.SearchStrategy[list[str]]:
    """A few keys of a few: so that two projects share some."""
    letters = st.sampled_from("abcdef"[: at_most + 1])
    sizes = [
        st.lists(letters, unique=True, min_size=size, max_size=at_most) for size in (0, 1, at_most)
    ]
    return st.one_of(*sizes)


def recognised(text: str) -> str:
    """What tells siblings apart: a shop may trim a name, and compose its letters."""
    return unicodedata.normalize("NFC", text.strip())


@cache
def unlike(texts: st.SearchStrategy[str], size: int) -> st.SearchStrategy[list[str]]:
    return st.lists(texts, min_size=size, max_size=size, unique_by=recognised)


def some(**optional: st.SearchStrategy[Any]) -> Fields:
    """Some of these fields, each declared or not."""
    return st.fixed_dictionaries({}, optional=optional)


@st.composite
def named(
    draw: st.DrawFn,
    at_most: int,
    fields: Fields,
    name: str = "name",
    texts: st.SearchStrategy[str] = NAME,
) -> dict[str, dict[str, Any]]:
    """Resources by key that differ in the field that recognises them."""
    chosen = draw(keys(at_most))
    names = draw(unlike(texts, len(chosen)))
    return {key: {name: text, **draw(fields)} for key, text in zip(chosen, names, strict=True)}


def typed(*types: str, **more: Any) -> Fields:
    flags = {"is_variant": FLAG, "has_price": FLAG, "weight": WEIGHT}
    return st.fixed_dictionaries({"type": st.sampled_from(types), **more}, optional=flags)


VALUES = named(3, some(weight=WEIGHT, tag=TEXT), "val")
ATTRIBUTES = named(2, typed("string", "integer", "boolean") | typed("valuelist", values=VALUES))
PICTURE = st.fixed_dictionaries(
    {"file": st.sampled_from(PICTURES), "description": st.sampled_from(("", "æ"))}
)
IMAGES = st.lists(PICTURE, unique_by=lambda picture: picture["file"], max_size=3)
CATEGORY = some(
    in_menu=FLAG,
    no_index=FLAG,
    sort_order=st.sampled_from(("normal", "random")),
    tag=TEXT | st.none(),
    description_a=TEXT | st.none(),
    meta_title=TEXT,
    canonical=below(5),
    images=IMAGES,
)


@st.composite
def categories(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    """A forest. The parents are drawn anew each time, so that branches are turned over."""
    order = shuffled(draw, draw(keys(5)))
    paths = shuffled(draw, [*PATHS, *([None] * len(order))])
    found: dict[str, dict[str, Any]] = {}
    taken: set[tuple[object, str]] = set()
    for number, key in enumerate(order):
        earlier = [None, *order[:number]]
        fields = draw(CATEGORY)
        if "canonical" in fields:
            fields["canonical"] = earlier[fields["canonical"] % len(earlier)]
        parent, name = one_of(draw, earlier), draw(NAME)
        while (parent, recognised(name)) in taken:
            name += "2"
        taken.add((parent, recognised(name)))
        # Always said: a path that is let go of stays where it is, and may be wanted elsewhere.
        found[key] = {"name": name, "parent": parent, "rewrite_url": paths[number], **fields}
    return found


REDIRECT = st.fixed_dictionaries(
    {"target": st.sampled_from(("https://x.example/a", "/ud", "ud/æ"))},
    optional={"status": st.just(302)},
)
SOURCE = st.sampled_from(("/gl/1", "gl/2", "gl/3", "gl/å"))
WEBHOOK = st.fixed_dictionaries(
    {"events": st.lists(st.sampled_from(WORDS), min_size=1, unique=True)}
)
URL = st.sampled_from(tuple(f"https://{host}.example/hook" for host in "xyz"))
BY_HAND: dict[str, st.SearchStrategy[Any]] = {
    "suppliers": named(3, some(dropshipping_mail=st.sampled_from(("a@b.example", "")))),
    "brands": named(2, some()),
    "profiles": named(2, st.fixed_dictionaries({"attributes": ATTRIBUTES})),
    "categories": categories(),
    "redirects": named(3, REDIRECT, "source", SOURCE),
    "webhooks": named(2, WEBHOOK, "url", URL),
}
MADE = made(BY_HAND)
BY_TYPE: dict[str, st.SearchStrategy[Any]] = {
    "text": TEXT,
    "html": TEXT,
    "flag": FLAG,
    "number": WEIGHT,
    "decimal": st.sampled_from((0, 199, "1.50", "0,5", -1, None)),
    "path": st.integers(0, 5),
    "images": IMAGES,
    "title": NAME,
}


def by_rows(kind: Kind) -> st.SearchStrategy[Any]:
    drawn = fields(kind, BY_TYPE)
    required = {name: NAME for name in drawn if kind.fields[name].required}
    others = {name: each for name, each in drawn.items() if name not in required}
    each = st.fixed_dictionaries(required, optional=others)
    return named(2, each, kind.identity[-1], NAME)


# What the files of one shop declare, all kinds at once; numbers stand for keys and paths.
DRAWN = st.fixed_dictionaries({**BY_HAND, **{kind.section: by_rows(kind) for kind in MADE}})


def declared(drawn: Sections) -> Sections:
    """What was drawn as files have it; paths of categories are not used again."""
    taken = {each["rewrite_url"] for each in drawn["categories"].values()}
    return with_keys(drawn, MADE, [path for path in (*PATHS, "q/1", "q/2") if path not in taken])


PROJECTS = DRAWN.map(declared)


def projects() -> st.SearchStrategy[Sections]:
    return PROJECTS


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Sections, Sections]:
    """Two projects: unlike each other, or the second the first turned over."""
    before = draw(DRAWN)
    after = turned_over(draw, before) if draw(FLAG) else draw(DRAWN)
    return declared(before), declared(after)


def turned_over(draw: st.DrawFn, before: Sections) -> Sections:
    """The same objects under other keys, in other places, at each other's paths."""
    again = dict(zip("abcdef", shuffled(draw, "abcdef"), strict=True))
    after = {
        section: {again[key]: fields for key, fields in found.items()}
        for section, found in before.items()
    }
    categories = after["categories"]
    order = shuffled(draw, sorted(categories))
    paths = shuffled(draw, [categories[key]["rewrite_url"] for key in order])
    taken: set[tuple[object, str]] = set()
    placed: Sections = {}
    for key, path in zip(order, paths, strict=True):
        name = recognised(categories[key]["name"])
        free = [above for above in (None, *placed) if (above, name) not in taken]
        if free:
            parent = one_of(draw, free)
            taken.add((parent, name))
            placed[key] = {**categories[key], "parent": parent, "rewrite_url": path}
            placed[key].pop("canonical", None)
    return {**after, "categories": placed}
