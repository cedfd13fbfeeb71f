"""Products, for small catalogues and staging shops."""

from functools import partial

from shopform.kinds.base import COMPUTED, SLUG_OF_NAME, Fact, Field, Grade, Kind, Slug, Wire
from shopform.kinds.field_types import (
    Code,
    Decimal,
    Flag,
    Html,
    Images,
    Number,
    Path,
    Reference,
    References,
    Seed,
    Text,
)

# Defaults: the unset fields of 14 captured products.
documented = partial(Field, grade=Grade.DOCUMENTED, source="D1, M-prod, K-cap")
observed = partial(Field, grade=Grade.OBSERVED, source="M-prod, K-cap; not among D1's arguments")
text = partial(documented, default="")
code = partial(documented, type=Text(), default=None)
amount = partial(documented, type=Decimal(), default=None, empty=None)


def _link(name: str, kind: str, about: str, wire: str = "") -> Field:
    """Return a reference; unset ones are null."""
    return documented(
        name, Reference(kind), about, wire=wire or f"{name}_id", default=None, empty=None
    )


_COMPUTED = Fact(
    COMPUTED.value.union("online_since avg_rating min_stock_value main_category_name".split()),
    Grade.OBSERVED,
    "K-cap, M-prod; D1",
)
_UNSENT = Fact(
    frozenset(
        "bulk_discount_over bulk_discount discount_intervals attributes stock_settings"
        " product_labels pdf_files related similar bundle bundle_data html_fields extension_data"
        " mailing_list_ids tariff_code".split()
    ),
    Grade.OBSERVED,
    "K-cap, M-prod; D1: an object, another list, or never seen in requests",
)

PRODUCT = Kind(
    name="product",
    section="products",
    about="A product. Its variants, discounts, labels and files are not managed, and its stock is"
    " set once.",
    wire=Wire(
        endpoint=Fact("product", Grade.DOCUMENTED, "D1"),
        id=Fact(("product_id", "id"), Grade.OBSERVED, "M-prod, K-cap"),
        list_key=Fact("products", Grade.OBSERVED, "M-prod, K-cap"),
        order=Fact("newest", Grade.OBSERVED, "K-cap"),
        numbered=Fact(True, Grade.OBSERVED, "M-prod: own_id"),
        computed=_COMPUTED,
        unsent=_UNSENT,
    ),
    identity=("own_id",),
    path="rewrite_url",
    slug=Slug(
        source="name",
        letters=Fact(SLUG_OF_NAME.letters.value, Grade.OBSERVED, "M-prod: ae, oe"),
        taken=Fact("-x", Grade.OBSERVED, "M-prod: two products of one name"),
    ),
    large=2_000,
    rows=(
        documented(
            "own_id",
            Code(),
            "The item number (SKU); identifies the product.",
            required=True,
        ),
        documented("name", Text(), "The name.", required=True),
        documented(
            "is_online", Flag(), "Whether it is shown in the shop.", default=True, hides=False
        ),
        amount("price", about="The price."),
        amount("sale_price", about="The reduced price."),
        amount("purchase_price", about="The purchase price."),
        amount("shipping", about="The amount for shipping."),
        amount("vat", about="The VAT."),
        documented(
            "categories",
            References("category"),
            "Keys of the categories that it is in, in any order.",
            default=(),
            empty=(),
        ),
        documented(
            "main_category",
            Reference("category"),
            "Key of its main category.",
            wire="main_category_id",
            empty=None,
            chosen=True,  # no default: strings (M-prod) and nulls (K-cap) were seen
        ),
        _link("profile", "profile", "Key of its profile."),
        _link("supplier", "supplier", "Key of its supplier."),
        _link("brand", "brand", "Key of its brand."),
        observed(
            "manufacturer",
            Reference("manufacturer"),
            "Key of its manufacturer.",
            wire="manufacturer_id",
            default=None,
            empty=None,
        ),
        _link(  # D1 does not say what the id names; a product is assumed
            "canonical",
            "product",
            "Key of the product that search engines should index instead.",
        ),
        text("list_description", Text(), "The description in lists of products."),
        text("description", Html(), "HTML shown on its page."),
        text("meta_title", Text(), "Title for search engines."),
        text("meta_description", Text(), "Description for search engines."),
        text("meta", Text(), "Extra fields of the theme, as one string."),
        text("search", Text(), "Words for the search of the shop."),
        text("delivery_time", Text(), "The delivery time while it is in stock."),
        text("delivery_time_not_in_stock", Text(), "The delivery time while it is not."),
        code("sec_own_id", about="A second item number."),
        code("gtin", about="The GTIN (EAN)."),
        code("mpn", about="The manufacturer's part number."),
        code("location", about="Its location."),
        documented(
            "no_index", Flag(), "Whether search engines should not index it.", default=False
        ),
        documented(
            "never_free_shipping",
            Flag(),
            "Whether its shipping is never free.",
            default=False,
        ),
        documented(
            "allow_negative_stock",
            Flag(),
            "Whether its stock may be negative.",
            default=True,
        ),
        documented(
            "auto_offline",
            Flag(),
            "Whether the shop takes it offline by itself.",
            default=False,
        ),
        observed("no_shopping", Flag(), "Its flag `no_shopping`.", default=False),
        observed("no_partner_ads", Flag(), "Its flag `no_partner_ads`.", default=False),
        observed(
            "no_internal_search",
            Flag(),
            "Whether the shop's own search leaves it out.",
            default=False,
            hides=True,
        ),
        observed("weight", Number(), "Its weight among the products.", default=0),
        Field(
            "stock",
            Seed(endpoint="stock", key="SKU", value="stock"),
            "The number in stock, set once when shopform creates the product; never compared.",
            grade=Grade.DOCUMENTED,
            source="D1, R, L: `POST /stock` with SKU and stock",
        ),
        documented("rewrite_url", Path(), "Path of the page in the shop, without a leading slash."),
        documented("images", Images(), "Images; others in the shop are unmanaged."),
    ),
)
