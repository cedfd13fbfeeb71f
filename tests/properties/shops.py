"""Random shops as years have left them: twins, odd texts, deep trees, paths that are missing."""

from typing import Any

from hypothesis import strategies as st

Rows = list[dict[str, Any]]
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


@st.composite
def rows(
    draw: st.DrawFn, /, at_most: int, first: int, number: str, **fields: st.SearchStrategy[Any]
) -> Rows:
    """None, one or a few objects with ids from `first`."""
    size = draw(st.sampled_from((at_most, 1, 0, at_most // 2)))
    each = draw(st.lists(st.fixed_dictionaries(fields), min_size=size, max_size=size))
    return [{number: first + n, **row} for n, row in enumerate(each)]


@st.composite
def tree(draw: st.DrawFn, /, name: st.SearchStrategy[str]) -> Rows:
    """Categories, some of them in a branch eight levels deep, some below the front page."""
    found: Rows = []
    deep = draw(st.booleans())
    for n in range(draw(st.sampled_from((10, 0, 3, 14)))):
        numbers = [row["category_id"] for row in found]
        above = draw(st.sampled_from([0, 501, *numbers]))
        fields: dict[str, Any] = {
            "in_menu": FLAG,
            "no_index": FLAG,
            "sort_order": st.sampled_from(("normal", "random")),
            "tag": TEXT,
            "meta": TEXT,
            "meta_title": TEXT,
            "description_a": HTML,
            "description_b": HTML,
            "rewrite_url": PATH,
            "canonical_id": st.sampled_from([None, *numbers]),
        }
        some = draw(st.fixed_dictionaries({}, optional=fields))
        row = {"category_id": 1000 + n, "name": draw(name), **some}
        row["parent_id"] = numbers[-1] if deep and n in range(1, 9) else above
        found.append(row)
    return found


@st.composite
def shops(draw: st.DrawFn) -> Seed:
    name = st.sampled_from(draw(st.lists(NAME, min_size=1, max_size=5))) | NAME
    profiles = draw(rows(3, 2000, "profile_id", name=name))
    kinds = st.sampled_from(("valuelist", "valuelist", "string", "boolean"))
    fields: dict[str, Any] = {"name": name, "type": kinds, "is_variant": FLAG, "weight": WEIGHT}
    above = st.sampled_from([row["profile_id"] for row in profiles] or [0])
    some = rows(5, 3000, "attribute_id", profile_id=above, **fields)
    attributes = draw(some) if profiles else []
    lists = [row["attribute_id"] for row in attributes if row["type"] == "valuelist"]
    fields = {"val": name, "attribute_id": st.sampled_from(lists or [0])}
    fields |= {"weight": WEIGHT, "tag": TEXT} if draw(st.booleans()) else {}
    return {
        "supplier": draw(rows(4, 1500, "supplier_id", name=name, dropshipping_mail=TEXT)),
        "brand": draw(rows(3, 1700, "brand_id", name=name)),
        "profile": profiles,
        "attribute": attributes,
        "value": draw(rows(8, 4000, "attribute_value_id", **fields)) if lists else [],
        "category": draw(tree(name)),
        "redirect": [
            row
            for row in draw(rows(7, 5000, "redirect_id", source=SOURCE, target=TARGET))
            if row["source"].strip("/") != row["target"].strip("/")
        ],
        "webhook": draw(rows(3, 6000, "webhook_id", url=URL, events=EVENTS)),
    }


switches = st.fixed_dictionaries({name: st.sampled_from(words) for name, words in SWITCHES.items()})


def changed(kind: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Edit]:
    """Which object of a kind, and what is set in it."""
    return st.tuples(st.just(kind), st.integers(0, 20), st.fixed_dictionaries({}, optional=fields))


edits = st.lists(
    changed("supplier", name=NAME, dropshipping_mail=TEXT)
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
