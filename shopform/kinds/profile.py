"""Product profiles: the sets of attributes that products are described by."""

from typing import Any

from shopform.kinds.base import Fact, Grade, Kind, Policy, Wire, named
from shopform.kinds.spec import Key, Spec, may, must


class Profile(Spec):
    """A product profile and the attributes in it."""

    name: str = must("The name, which also recognises the profile.")
    attributes: dict[Key, Any] | None = may("The attributes of this profile, by key.")


PROFILE = Kind(
    name="profile",
    section="profiles",
    spec=Profile,
    wire=Wire(
        endpoint=Fact("profile", Grade.DOCUMENTED, "D1"),
        id=Fact(("profile_id", "id"), Grade.OBSERVED, "D1, K-cap: a query argument, a column"),
        list_key=Fact("profiles", Grade.ASSUMED, "by pattern; a bare array is likelier"),
        fields=named(Grade.DOCUMENTED, "D1", "name"),
    ),
    policy=Policy(identity=("name",), counted_by="profile_id"),
)
