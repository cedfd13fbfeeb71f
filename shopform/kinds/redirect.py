"""Redirects from old paths of the shop to new ones."""

from functools import partial

from shopform.kinds.base import Fact, Field, Grade, Kind, Probe, Route, Wire
from shopform.kinds.field_types import Number, Path

assumed = partial(Field, grade=Grade.ASSUMED, source="no source names them")

# No source names the fields: these names are common in similar APIs (dossier 4.7, 7).
_SOURCE = "from from_url source_url old_url url_from from_path source_path old_path old path"
_TARGET = "to to_url target_url new_url url_to to_path target_path new_path new destination"
_STATUS = "code status_code http_code redirect_code type redirect_type"

REDIRECT = Kind(
    name="redirect",
    section="redirects",
    about="A redirect from a path of the shop.",
    wire=Wire(
        endpoint=Fact("redirect", Grade.DOCUMENTED, "A3"),
        id=Fact(("redirect_id", "id"), Grade.ASSUMED, "by pattern"),
        list_key=Fact("redirects", Grade.ASSUMED, "by pattern: an envelope like menus"),
    ),
    identity=("source",),
    route=Route(
        source="source",
        target="target",
        status="status",
        statuses=frozenset({"301", "302", "303", "307", "308"}),
    ),
    probe=Probe(
        create={"source": "{name}", "target": "{url}/{name}-target"},
        update={"target": "/{name}-other"},
    ),
    rows=(
        assumed(
            "source",
            Path(),
            "The old path; identifies the redirect.",
            aliases=tuple(_SOURCE.split()),
            required=True,
        ),
        assumed(
            "target",
            Path(),
            "The target: a path of the shop, or a full URL.",
            aliases=tuple(_TARGET.split()),
            required=True,
        ),
        assumed(
            "status",
            Number(),
            "The HTTP status, 301 or 302; the shop decides if omitted.",
            aliases=tuple(_STATUS.split()),
        ),
    ),
)
