"""Random shops as years have left them: twins, odd texts, deep trees, paths that are missing."""

from typing import Any

from by_rows import Rows, columns, placed
from hypothesis import strategies as st
from own_kinds import catalogue_of

from shopform.kinds import Kind

Seed = dict[str, Rows]
Edit = tuple[str, int, dict[str, Any]]

# Words that YAML takes for something else, signs that need quotes, and what people type.
ODD = (
    *("null", "yes", "~", "0123", "36", "1e3", "2024-01-01", "true", "=", "<<", "${var.x}"),
    *("$${a}", "Sko", "Sko ", " Sko", "sko", "Støvler & træsko", "Æbler", "Å", "🥾 Vandresko"),
    *("👨\u200d👩\u200d👧", "a: b", "a #b", "#a", "- a", "[a", "{a}", "'a'", 'Str. "36"', "a\\b"),
    *("%a", "@a", "`a", "|", ">", "a\tb", "\ta", "a\xa0b", "a\u2028b", "a\x07b", "a\nb", "a\r\nb"),
    *("a\rb", "---", "...", "!x", "&x", "*x", "?", "a,b", "\ufeffa", "x" * 130, "ord " * 40),
)  # fmt: skip
LETTERS = st.sampled_from("aæøÅß <>&\"'/\\-_#:{}[]$%,\t\n\r🥾0|>*!\x00\x85\u2029\xad")
TEXT = st.sampled_from(ODD) | st.text(LETTERS, max_size=10)
NAME = (st.sampled_from(ODD) | st.text(LETTERS, min_size=1, max_size=6)).filter(str.strip)
HTML = TEXT | st.lists(
    st.sampled_from(
        (
            *("<p>Sko til <b>børn</b>: #1</p>", "", "  <li>x</li>", "\t<i>y</i>", "# z", "a  "),
            *("<p>" + "lang tekst " * 20 + "</p>", "<p>a\xa0b</p>", "${x}", "- a", "x\u2028y"),
        )
    ),
    max_size=30,
).map("\r\n".join)
FLAG = st.integers(0, 1)
WEIGHT = st.integers(0, 3)
EVENTS = st.lists(
    st.sampled_from(("order_created", "paid", "stock", "category")), min_size=1, unique=True
)
PATH = st.sampled_from(("", "sko", "sko/børn", "a b", "a-x", "null", "?x=1", "36", "æ#ø"))
SOURCE = st.sampled_from(
    (
        "/gl/1",
        "gl/2?a=b&c=d",
        "gl/null",
        "/gl/å#x",
        "gl/a b",
        "/gl/" + "x" * 90,
        "gl/?u=http://x",
        "sko",
    )
)
TARGET = st.sampled_from(
    ("https://x.example/a?b=c: d", "/ny", "ny/'æ'", "ny?x=1&y=${z}", "gl/null", "/gl/a b", "sko")
)
URL = st.sampled_from(
    ("https://x.example/hook", "https://x.example/HOOK", "https://y.example/?a=b&c=#d")
)
SWITCHES = {
    "typing": ("mixed", "strings", "ints", "bools"),
    "empty_text": ("as_is", "null", "blank"),
    "order": ("observed", "name", "id", "newest"),
    "total": ("int", "string", "none"),
    "parent_key": ("show", "hide"),
    "html": ("crlf", "keep", "clean"),
    "attribute_type": ("both", "type", "data_type"),
    "value_id": ("attribute_value_id", "profile_attribute_value_id"),
    "redirect_names": ("source,target,status", "old_url,new_url,type", "path,destination"),
    "redirect_path": ("strip", "keep", "slash"),
    "redirect_id": ("redirect_id", "id"),
    "webhook_events": ("array", "comma"),
    "webhook_id": ("webhook_id", "id"),
    "slug_missing": ("generate", "empty"),
    "shape.supplier": ("bare", "envelope"),
    "shape.category": ("bare", "envelope"),
    "shape.profile-attribute": ("bare", "envelope"),
    "shape.webhook": ("bare", "envelope"),
}


# Strategies are made once: to make one for each draw costs more than the draw. A number stands for
# what depends on other draws: a name that several share, a parent.
SHARED = st.integers(0, 9)
ANY = st.integers(0, 59)


def rows(at_most: int, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Rows]:
    """None, one or a few objects."""
    each = st.fixed_dictionaries(fields)
    sizes = dict.fromkeys((at_most, 1, 0, at_most // 2))
    return st.one_of(*[st.lists(each, min_size=size, max_size=size) for size in sizes])


NAMED = SHARED | NAME
ATTRIBUTE = {"name": NAMED, "is_variant": FLAG, "weight": WEIGHT, "profile_id": ANY} | {
    "type": st.sampled_from(("valuelist", "valuelist", "string", "boolean"))
}
VALUE = {"val": NAMED, "attribute_id": ANY}
BY_TYPE: dict[str, st.SearchStrategy[Any]] = {
    "text": TEXT | st.none(),
    "html": HTML | st.none(),
    "flag": FLAG,
    "number": WEIGHT | st.just("7"),
    "decimal": st.sampled_from((0, 199, 149.95, "1.50", -1, None)),
    "path": PATH,
    "set": st.lists(st.sampled_from(("a", "b", "36"))),
    "images": st.lists(
        st.fixed_dictionaries({"url": st.just("https://x.example/a.png"), "description": TEXT}),
        max_size=2,
    ),
}
# Columns that no row is for.
BEYOND = {
    "farve": TEXT | st.sampled_from((0, 7, 1.5, True, None, ["a"], {"a": 1})),
    "is_fragile": FLAG,
}
# A kind that a project declares, with a field of each type that it may have.
KINDS: dict[str, Any] = {
    "notice": {
        "section": "notices",
        "endpoint": "notice",
        "id": "notice_id",
        "identity": ["about", "title"],
        "path": "slug",
        "fields": {
            "title": {"type": "text", "required": True, "wire": "heading"},
            "text": {"type": "html"},
            "slug": {"type": "path", "wire": "rewrite_url"},
            "shown": {"type": "flag", "hides": False},
            "rank": {"type": "number"},
            "fee": {"type": "decimal"},
            "level": {"type": "choice", "values": ["low", "high"]},
            "about": {"type": "reference", "to": "product", "wire": "product_id"},
            "after": {"type": "reference", "to": "notice", "wire": "after_id"},
            "pages": {"type": "references", "to": "page"},
            "words": {"type": "set"},
            "images": {"type": "images"},
        },
    }
}
CATALOGUE = catalogue_of(**KINDS)
BRANCH = {"name": NAMED, "parent_id": ANY}
CATEGORY = columns(CATALOGUE["category"], BY_TYPE) | BEYOND
for name in (*BRANCH, "is_front"):  # the front page is there from the start
    del CATEGORY[name]
CATEGORIES = st.one_of(
    *[
        st.lists(
            st.fixed_dictionaries(BRANCH, optional=CATEGORY),
            min_size=size,
            max_size=size,
        )
        for size in (10, 0, 3, 14)
    ]
)
DRAWN = {
    "names": st.lists(NAME, min_size=1, max_size=5),
    "deep": st.booleans(),
    "supplier": rows(4, name=NAMED, dropshipping_mail=TEXT),
    "brand": rows(3, name=NAMED),
    "profile": rows(3, name=NAMED),
    "attribute": rows(5, **ATTRIBUTE),
    "value": rows(8, **VALUE) | rows(8, **VALUE, weight=WEIGHT, tag=TEXT),
    "category": CATEGORIES,
    "redirect": rows(7, source=SOURCE, target=TARGET),
    "webhook": rows(3, url=URL, events=EVENTS),
}
IDS = {
    "supplier": ("supplier_id", 1500),
    "brand": ("brand_id", 1700),
    "profile": ("profile_id", 2000),
    "attribute": ("attribute_id", 3000),
    "value": ("attribute_value_id", 4000),
    "category": ("category_id", 1000),
    "redirect": ("redirect_id", 5000),
    "webhook": ("webhook_id", 6000),
}
MADE = [kind for kind in CATALOGUE.kinds if kind.name not in DRAWN]


def made_of(kind: Kind) -> st.SearchStrategy[Rows]:
    """A few objects of a kind, alike in what identifies them if it comes so."""
    found = columns(kind, BY_TYPE)
    label = kind.fields[kind.identity[-1]].wire
    required = {kind.fields[n].wire: NAME for n in kind.fields if kind.fields[n].required}
    each = st.fixed_dictionaries(
        required | {label: NAMED},
        optional={n: drawn for n, drawn in found.items() if n not in required} | BEYOND,
    )
    return st.one_of(*[st.lists(each, min_size=size, max_size=size) for size in (3, 1, 0)])


for place, kind in enumerate(MADE):
    DRAWN[kind.name] = made_of(kind)
    IDS[kind.name] = (kind.wire.id.value[0], 10_000 + 100 * place)
LABELS = {kind.name: kind.fields[kind.identity[-1]].wire for kind in CATALOGUE.kinds}


def shops() -> st.SearchStrategy[Seed]:
    return st.fixed_dictionaries(DRAWN).map(_shop)


def _shop(drawn: dict[str, Any]) -> Seed:
    """What was drawn with its numbers replaced: names that are shared, ids of parents."""
    names = drawn["names"]
    found: Seed = {kind: [] for kind in IDS}
    for kind, (number, first) in IDS.items():
        for n, each in enumerate(drawn[kind]):
            row = {number: first + n, **each}
            label = LABELS[kind]
            if isinstance(row[label], int):
                row[label] = names[row[label] % len(names)]
            found[kind].append(row)
    _placed(found["attribute"], "profile_id", [row["profile_id"] for row in found["profile"]])
    found["attribute"] = found["attribute"] if found["profile"] else []
    lists = [a["attribute_id"] for a in found["attribute"] if a["type"] == "valuelist"]
    _placed(found["value"], "attribute_id", lists)
    found["value"] = found["value"] if lists else []
    found["redirect"] = [
        row for row in found["redirect"] if row["source"].strip("/") != row["target"].strip("/")
    ]
    _branches(found["category"], deep=drawn["deep"])
    placed(found, CATALOGUE, MADE)
    return found


def _placed(rows: Rows, name: str, above: list[int]) -> None:
    for row in rows:
        row[name] = above[row[name] % len(above)] if above else 0


def _branches(categories: Rows, *, deep: bool) -> None:
    """Some of them in a branch eight levels deep, some below the front page."""
    for n, row in enumerate(categories):
        numbers = [other["category_id"] for other in categories[:n]]
        _placed([row], "parent_id", [0, 501, *numbers])
        if "canonical_id" in row:
            row["canonical_id"] = [None, *numbers][row["canonical_id"] % (n + 1)]
        if deep and n in range(1, 9):
            row["parent_id"] = numbers[-1]


switches = st.fixed_dictionaries({name: st.sampled_from(words) for name, words in SWITCHES.items()})


def changed(kind: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Edit]:
    """Which object of a kind, and what is set in it."""
    return st.tuples(st.just(kind), st.integers(0, 20), st.fixed_dictionaries({}, optional=fields))


def plain_columns(kind: Kind) -> dict[str, st.SearchStrategy[Any]]:
    """The columns without references and parts."""
    wires = {row.wire for row in kind.rows if row.type.targets or row.type.unreadable}
    found = {n: each for n, each in columns(kind, BY_TYPE).items() if n not in wires}
    return {n: each for n, each in found.items() if n not in (LABELS[kind.name], kind.fixed)}


edits = st.lists(
    st.one_of(*[changed(kind.name, **plain_columns(kind), **BEYOND) for kind in MADE])
    | changed("supplier", name=NAME, dropshipping_mail=TEXT)
    | changed("webhook", events=EVENTS)
    | changed(
        "category",
        name=NAME,
        parent_id=st.sampled_from((0, *range(1000, 1008))),
        canonical_id=st.sampled_from((None, *range(1000, 1008))),
        in_menu=FLAG,
        sort_order=st.sampled_from(("normal", "random")),
        tag=TEXT,
        meta=TEXT,
        meta_title=TEXT,
        description_a=HTML,
        description_b=HTML,
        rewrite_url=PATH,
    ),
    min_size=1,
    max_size=8,
)


def laden() -> Seed:
    """A shop with everything odd in it at once."""
    branch = [
        {"category_id": 1000 + n, "name": f"Niveau {n} æøå", "parent_id": 999 + n}
        for n in range(1, 9)
    ]
    html = (
        "<h1>Sko: #1</h1>\r\n\r\n<p>\tÅ & 'æ' \"ø\" ${x}</p>\r\n  <ul>\r\n" + "<li>x</li>\r\n" * 30
    )
    twins = [
        {"category_id": 2000 + n, "name": "Sko 🥾", "rewrite_url": "", "description_b": text}
        for n, text in enumerate((html, "<p>a\xa0b</p>", "- a\r\n# b"))
    ]
    return {
        "supplier": [{"name": text} for text in (*ODD, "Sko")],
        "brand": [{"name": "Ægte 👨\u200d👩\u200d👧"}, {"name": "Ægte 👨\u200d👩\u200d👧"}],
        "profile": [{"profile_id": 10, "name": "null"}, {"profile_id": 11, "name": "null"}],
        "attribute": [
            {"attribute_id": 20 + n, "profile_id": 11, "name": "Str.", "type": "valuelist"}
            for n in range(2)
        ],
        "value": [
            {"attribute_id": 20 + n % 2, "val": text, "tag": "0123" * (n % 3)}
            for n, text in enumerate(("36", "36", "36½", "yes", "S: M", "S: M", " L"))
        ],
        "category": [
            {"category_id": 1000, "name": "Niveau 0", "canonical_id": 501, "meta": "a\r\n b"},
            *branch,
            *twins,
            {"name": "Under forsiden", "parent_id": 501, "rewrite_url": "a b"},
        ],
        "redirect": [
            {"source": f"/gl/{n}?a=1&b=c: d#e", "target": f"gl/{n + 1}?a=1&b=c: d#e"}
            for n in range(3)
        ]
        + [{"source": "gl/2?a=1&b=c: d#e", "target": "gl/0?a=1&b=c: d#e"}],
        "webhook": [
            {"url": f"https://x.example/{n}?q=#z", "events": ["paid", "stock"]} for n in (1, 1, 2)
        ],
    }


plain = {name: words[0] for name, words in SWITCHES.items()}
