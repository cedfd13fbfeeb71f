"""Categories: the tree that visitors browse."""

from typing import Literal

from shopform.kinds.base import SLUG_OF_NAME, Fact, Form, Grade, Kind, Policy, Wire, named
from shopform.kinds.spec import ImageSpec, Spec, may, must


class Category(Spec):
    """A category of the shop's tree. Its parent is a reference, so moving it keeps its address."""

    name: str = must("The name; unique below its parent, it recognises the category.")
    parent: str | None = may("Key of its parent category; created at the root when omitted.")
    in_menu: bool | None = may("Whether it is shown in menus.")
    sort_order: Literal["normal", "no_stock_last", "random"] | None = may("Order of its products.")
    no_index: bool | None = may("Whether search engines are asked to leave it out.")
    tag: str | None = may("A word for themes; several categories may share one.")
    empty_redir: str | None = may("Where visitors are sent while it holds no products.")
    description_a: str | None = may("HTML shown above the products.")
    description_b: str | None = may("HTML shown below the products.")
    meta_title: str | None = may("The page's title for search engines.")
    meta_description: str | None = may("The page's description for search engines.")
    canonical: str | None = may("Key of the category that search engines should keep instead.")
    meta: str | None = may("Extra fields of the theme, as one text.")
    rewrite_url: str | None = may("The page's path in the shop, without a leading slash.")
    images: list[ImageSpec] | None = may("Pictures; others in the shop are left alone.")


CATEGORY = Kind(
    name="category",
    section="categories",
    spec=Category,
    wire=Wire(
        endpoint=Fact("category", Grade.DOCUMENTED, "D1"),
        id=Fact(("category_id", "id"), Grade.OBSERVED, "K-cap"),
        list_key=Fact("categories", Grade.CLIENT, "R; K-cap and M saw a bare array"),
        fields={
            **named(Grade.DOCUMENTED, "D1, K-cap", "name", "in_menu", "sort_order", "no_index"),
            **named(Grade.DOCUMENTED, "D1, K-cap", "tag", "empty_redir", "meta", "rewrite_url"),
            **named(Grade.DOCUMENTED, "D1, K-cap", "description_a", "description_b"),
            **named(Grade.DOCUMENTED, "D1, K-cap", "meta_title", "meta_description", "images"),
            **named(Grade.DOCUMENTED, "D1; K-cap: 0 is root", parent="parent_id", empty=0),
            **named(Grade.DOCUMENTED, "D1, K-cap", canonical="canonical_id", empty=None),
        },
    ),
    policy=Policy(
        identity=("parent", "name"),
        refers={"parent": "category", "canonical": "category"},
        forms={"in_menu": Form.FLAG, "no_index": Form.FLAG, "images": Form.IMAGES}
        | {"description_a": Form.HTML, "description_b": Form.HTML, "rewrite_url": Form.PATH},
        # K-cap: what 21 categories held in the fields nobody had set.
        defaults={"in_menu": True, "sort_order": "normal", "no_index": False, "canonical": None}
        | dict.fromkeys(("tag", "empty_redir", "meta", "meta_title", "meta_description"), "")
        | dict.fromkeys(("description_a", "description_b"), ""),
        path="rewrite_url",
        slug=SLUG_OF_NAME,
        fixed="is_front",  # K-cap: exactly one category is the shop's front page
        anchor="url",  # K-cap: absolute, with the shop's own host, also from the central one
        counted_by="category_id",
    ),
)
