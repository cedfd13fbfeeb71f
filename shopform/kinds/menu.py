"""Menus: trees of items, each tree in one place of the theme."""

from shopform.kinds.base import Fact, Field, Grade, Kind, Wire
from shopform.kinds.field_types import ItemNames, Number, Path, Reference, Target, Text, Tree

_NAMES = ItemNames(
    title="titel", type="type", value="val", style="class", items="items", group="menu"
)
# K has items of the types `category`, `landing_page` and `url`; themes also have `menu`, an item
# with others below it. No source has one of a page: `page` is assumed by the pattern of the others.
_TARGETS = (
    Target("category", Reference("category"), "Key of the category that it leads to."),
    Target("landing_page", Number("landing-page"), "Id of the landing page that it leads to."),
    Target("page", Reference("page"), "Key of the page that it leads to."),
    Target("url", Path(), "The path of the shop that it leads to, or a full URL."),
)

MENU = Kind(
    name="menu",
    section="menus",
    about="A menu of the theme, with its items in order.",
    wire=Wire(
        endpoint=Fact("menu", Grade.DOCUMENTED, "A3"),
        id=Fact(("menu_id", "id"), Grade.CLIENT, "K"),
        list_key=Fact("menus", Grade.CLIENT, "K, weak"),
        single=Fact(True, Grade.CLIENT, "K reads each menu again for its items"),
    ),
    identity=("location",),
    rows=(
        Field(
            "location",
            Text(),
            "The place of the theme that shows it, such as `top`; identifies the menu.",
            required=True,
            # The client looks for the word of the theme in `location` and in `tag`.
            grade=Grade.ASSUMED,
            source="K: it or `tag`",
        ),
        Field("name", Text(), "The name.", grade=Grade.TEMPLATE, source="G: a hint of a theme"),
        Field("tag", Text(), "A tag for themes.", grade=Grade.CLIENT, source="K"),
        Field(
            "items",
            Tree(_NAMES, _TARGETS, assumed=frozenset({"page"})),
            "Its items in order, which are written as a whole.",
            empty=(),
            grade=Grade.TEMPLATE,
            source="K: `type` and `val`; G, Alaska2: `titel`, `class` and `items`",
        ),
    ),
)
