"""Content pages, such as "about us"."""

from functools import partial

from shopform.kinds.base import Fact, Field, Grade, Kind, Wire
from shopform.kinds.field_types import Flag, Html, Images, Path, Text

template = partial(Field, grade=Grade.TEMPLATE, source="TPL: K-list")
assumed = partial(Field, grade=Grade.ASSUMED, source="by pattern: a column of categories")

PAGE = Kind(
    name="page",
    section="pages",
    about="A content page. The shop replaces placeholders such as `[YEAR]` when it shows the text.",
    wire=Wire(
        endpoint=Fact("page", Grade.DOCUMENTED, "A3"),
        id=Fact(("page_id", "id"), Grade.TEMPLATE, "TPL: Alaska2, G"),
        list_key=Fact("pages", Grade.ASSUMED, "by pattern; K's first commit read a bare array"),
    ),
    # Not the tag, which several pages may share (K-list looks pages up by tag in the plural).
    identity=("headline",),
    path="rewrite_url",
    fixed="is_front",  # K-list: a page may be the front page too
    rows=(
        Field(
            "headline",
            Text(),
            "The heading; identifies the page.",
            aliases=("name", "title"),
            required=True,
            grade=Grade.TEMPLATE,
            source="TPL: K-list, G; `name` is in the dossier's list, `title` in K-wrap (HINT)",
        ),
        Field(
            "text",
            Html(),
            "The HTML of the page.",
            aliases=("content",),
            default="",
            grade=Grade.TEMPLATE,
            source="TPL: K-list, G; `content` is in K-wrap (HINT)",
        ),
        template("tag", Text(), "A tag for themes; several pages may share one.", default=""),
        template("no_index", Flag(), "Whether search engines should not index it.", default=False),
        assumed("meta_title", Text(), "Title for search engines.", default=""),
        assumed("meta_description", Text(), "Description for search engines.", default=""),
        assumed("meta", Text(), "Extra fields of the theme, as one string.", default=""),
        assumed("rewrite_url", Path(), "Path of the page in the shop, without a leading slash."),
        Field(
            "images",
            Images(),
            "Images; others in the shop are unmanaged.",
            grade=Grade.TEMPLATE,
            source="TPL: K-list, G",
        ),
    ),
)
