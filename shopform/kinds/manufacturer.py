"""Manufacturers of products, which EU product safety law requires shops to show."""

from functools import partial

from shopform.kinds.base import Fact, Field, Grade, Kind, Wire
from shopform.kinds.field_types import Flag, Text

template = partial(Field, grade=Grade.TEMPLATE, source="TPL: the compiled product page of Alaska2")

MANUFACTURER = Kind(
    name="manufacturer",
    section="manufacturers",
    about="A manufacturer of products, with its EU contact if it is outside the EU.",
    wire=Wire(
        endpoint=Fact("manufacturer", Grade.DOCUMENTED, "A1, A2"),
        id=Fact(("manufacturer_id", "id"), Grade.OBSERVED, "K-cap: a product column"),
        list_key=Fact("manufacturers", Grade.ASSUMED, "by pattern: an envelope like menus"),
    ),
    identity=("name",),
    rows=(
        template("name", Text(), "The name; identifies the manufacturer.", required=True),
        template("address", Text(), "The postal address, on several lines."),
        template("email", Text(), "The e-mail address for customers."),
        template("website", Text(), "The URL of the website."),
        template("is_outside_eu", Flag(), "Whether it is outside the EU; then `eu_*` are shown."),
        template("eu_name", Text(), "The name of the contact in the EU."),
        template("eu_address", Text(), "The postal address of that contact, on several lines."),
        template("eu_email", Text(), "The e-mail address of that contact."),
        template("eu_website", Text(), "The URL of the website of that contact."),
    ),
)
