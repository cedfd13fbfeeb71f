"""Redirects: old addresses that send visitors on."""

from shopform.kinds.base import Fact, Form, Grade, Kind, Policy, Route, Wire, named
from shopform.kinds.spec import Spec, may, must


class Redirect(Spec):
    """A path of the shop that sends its visitors elsewhere."""

    source: str = must("The old path; it also recognises the redirect.")
    target: str = must("Where visitors go: a path of the shop, or a full address.")
    status: int | None = may("The HTTP status, 301 or 302; left to the shop when omitted.")


# No source names the fields: these are the words that APIs of this sort use (dossier 4.7, 7).
_SOURCE = "source from from_url source_url old_url url_from from_path source_path old_path old path"
_TARGET = "target to to_url target_url new_url url_to to_path target_path new_path new destination"
_STATUS = "status code status_code http_code redirect_code type redirect_type"

REDIRECT = Kind(
    name="redirect",
    section="redirects",
    spec=Redirect,
    wire=Wire(
        endpoint=Fact("redirect", Grade.DOCUMENTED, "A3"),
        id=Fact(("redirect_id", "id"), Grade.ASSUMED, "by pattern"),
        list_key=Fact("redirects", Grade.ASSUMED, "by pattern: an envelope like menus"),
        fields=named(
            Grade.ASSUMED,
            "no source names them",
            source=tuple(_SOURCE.split()),
            target=tuple(_TARGET.split()),
            status=tuple(_STATUS.split()),
        ),
        discover=True,
    ),
    policy=Policy(
        identity=("source",),
        forms={"source": Form.PATH, "target": Form.PATH, "status": Form.NUMBER},
        route=Route(
            source="source",
            target="target",
            status="status",
            statuses=frozenset({"301", "302", "303", "307", "308"}),
        ),
    ),
)
