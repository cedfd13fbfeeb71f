"""Categories: the tree that visitors browse."""

from functools import partial

from shopform.kinds.base import SLUG_OF_NAME, Fact, Field, Grade, Kind, Wire
from shopform.kinds.field_types import Choice, Flag, Html, Images, Path, Reference, Text

documented = partial(Field, grade=Grade.DOCUMENTED, source="D1, K-cap")

# Defaults: K-cap, what 21 categories held in the fields that had not been set.
CATEGORY = Kind(
    name="category",
    section="categories",
    about="A category of the shop's tree. Its parent is a reference, so moving it keeps its"
    " address.",
    wire=Wire(
        endpoint=Fact("category", Grade.DOCUMENTED, "D1"),
        id=Fact(("category_id", "id"), Grade.OBSERVED, "K-cap"),
        list_key=Fact("categories", Grade.CLIENT, "R; K-cap and M saw a bare array"),
    ),
    identity=("parent", "name"),
    path="rewrite_url",
    slug=SLUG_OF_NAME,
    fixed="is_front",  # K-cap: exactly one category is the shop's front page
    anchor="url",  # K-cap: absolute, with the shop's own host, also from the central one
    counted_by="category_id",
    rows=(
        documented(
            "name",
            Text(),
            "The name; unique below its parent, it recognises the category.",
            required=True,
        ),
        Field(
            "parent",
            Reference("category"),
            "Key of its parent category; created at the root when omitted.",
            wire="parent_id",
            empty=0,
            grade=Grade.DOCUMENTED,
            source="D1; K-cap: 0 is root",
        ),
        documented("in_menu", Flag(), "Whether it is shown in menus.", default=True),
        documented(
            "sort_order",
            Choice(("normal", "no_stock_last", "random")),
            "Order of its products.",
            default="normal",
        ),
        documented(
            "no_index",
            Flag(),
            "Whether search engines are asked to leave it out.",
            default=False,
        ),
        documented(
            "tag", Text(), "A word for themes; several categories may share one.", default=""
        ),
        documented(
            "empty_redir",
            Text(),
            "Where visitors are sent while it holds no products.",
            default="",
        ),
        documented("description_a", Html(), "HTML shown above the products.", default=""),
        documented("description_b", Html(), "HTML shown below the products.", default=""),
        documented("meta_title", Text(), "The page's title for search engines.", default=""),
        documented(
            "meta_description", Text(), "The page's description for search engines.", default=""
        ),
        documented(
            "canonical",
            Reference("category"),
            "Key of the category that search engines should keep instead.",
            wire="canonical_id",
            default=None,
            empty=None,
        ),
        documented("meta", Text(), "Extra fields of the theme, as one text.", default=""),
        documented("rewrite_url", Path(), "The page's path in the shop, without a leading slash."),
        documented("images", Images(), "Pictures; others in the shop are left alone."),
    ),
)
