"""Categories: the tree that visitors browse."""

from functools import partial

from shopform.kinds.base import SLUG_OF_NAME, Fact, Field, Grade, Kind, Probe, Wire
from shopform.kinds.field_types import Choice, Flag, Html, Images, Number, Path, Reference, Text

documented = partial(Field, grade=Grade.DOCUMENTED, source="D1, K-cap")
observed = partial(Field, grade=Grade.OBSERVED, source="K-cap; not among D1's arguments")

# Defaults: K-cap, the unset fields of 21 categories.
CATEGORY = Kind(
    name="category",
    section="categories",
    about="A category of the shop's tree. Its parent is a reference, so moving it keeps its"
    " address.",
    wire=Wire(
        endpoint=Fact("category", Grade.DOCUMENTED, "D1"),
        id=Fact(("category_id", "id"), Grade.OBSERVED, "K-cap"),
        list_key=Fact("categories", Grade.CLIENT, "R; K-cap and M saw a bare array"),
        order=Fact("name", Grade.OBSERVED, "K-cap"),
        unsent=Fact(frozenset({"json_data"}), Grade.OBSERVED, "K-cap: internal JSON; not in D1"),
    ),
    identity=("parent", "name"),
    path="rewrite_url",
    slug=SLUG_OF_NAME,
    fixed="is_front",  # K-cap: exactly one category is the shop's front page
    anchor="url",  # K-cap: absolute, with the shop's own host, also from the central one
    counted=("product", "category_id"),
    probe=Probe(
        create={"name": "{name} Æ", "in_menu": False, "is_hidden": True, "is_online": False},
        update={"rewrite_url": "{name}-page", "description_a": " <P>a</P> <P>b\nc</P> "},
        below="parent",
    ),
    rows=(
        documented(
            "name",
            Text(),
            "The name; identifies the category together with its parent.",
            required=True,
        ),
        Field(
            "parent",
            Reference("category"),
            "Key of the parent category; if omitted, the category is created at the root.",
            wire="parent_id",
            empty=0,
            grade=Grade.DOCUMENTED,
            source="D1; K-cap: 0 is root",
        ),
        documented("in_menu", Flag(), "Whether it is shown in menus.", default=True),
        observed("is_online", Flag(), "Whether it is online.", default=True, hides=False),
        Field(
            "is_hidden",
            Flag(),
            "Whether it is hidden from visitors.",
            default=False,
            hides=True,
            grade=Grade.OBSERVED,
            source='K-cap: "1" or null; M-cat did not have it; not among D1\'s arguments',
        ),
        observed("weight", Number(), "Its weight among the categories.", default=0),
        documented(
            "sort_order",
            Choice(("normal", "no_stock_last", "random")),
            "Sort order of its products.",
            default="normal",
        ),
        documented(
            "no_index",
            Flag(),
            "Whether search engines should not index it.",
            default=False,
        ),
        observed(
            "no_internal_search",
            Flag(),
            "Whether the shop's own search leaves it out.",
            default=False,
            hides=True,
        ),
        observed("search", Text(), "Its column `search`, of unknown use.", default=""),
        documented(
            "tag", Text(), "A tag for themes; several categories may share one.", default=""
        ),
        documented(
            "empty_redir",
            Text(),
            "Redirect target while it has no products.",
            default="",
        ),
        documented("description_a", Html(), "HTML shown above the products.", default=""),
        documented("description_b", Html(), "HTML shown below the products.", default=""),
        documented("meta_title", Text(), "Title for search engines.", default=""),
        documented("meta_description", Text(), "Description for search engines.", default=""),
        documented(
            "canonical",
            Reference("category"),
            "Key of the category that search engines should index instead.",
            wire="canonical_id",
            default=None,
            empty=None,
        ),
        documented("meta", Text(), "Extra fields of the theme, as one string.", default=""),
        documented("rewrite_url", Path(), "Path of the page in the shop, without a leading slash."),
        documented("images", Images(), "Images; others in the shop are unmanaged."),
    ),
)
