"""Product profiles: sets of attributes of products."""

from shopform.kinds.base import Fact, Field, Grade, Kind, Wire
from shopform.kinds.field_types import Text

PROFILE = Kind(
    name="profile",
    section="profiles",
    about="A product profile and the attributes in it.",
    wire=Wire(
        endpoint=Fact("profile", Grade.DOCUMENTED, "D1"),
        id=Fact(("profile_id", "id"), Grade.OBSERVED, "D1, K-cap: a query argument, a column"),
        list_key=Fact("profiles", Grade.ASSUMED, "by pattern; a bare array is likelier"),
    ),
    identity=("name",),
    counted=("product", "profile_id"),
    rows=(
        Field(
            "name",
            Text(),
            "The name; identifies the profile.",
            required=True,
            grade=Grade.DOCUMENTED,
            source="D1",
        ),
    ),
)
