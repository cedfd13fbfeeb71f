"""Product profiles, their attributes, and the attributes' values."""

from collections.abc import Mapping
from typing import Any

from shopform.kinds.attribute import ATTRIBUTE
from shopform.kinds.profile import PROFILE
from shopform.kinds.value import VALUE
from shopform.sandbox.behaviour.columns import NAME, Column, ColumnType, columns_of, number
from shopform.sandbox.behaviour.surface import Surface
from shopform.sandbox.behaviour.table import Table, View
from shopform.sandbox.messages import Refusal
from shopform.sandbox.store import Body, PendingRow, Row

TYPES = ("string", "valuelist", "integer", "boolean")  # D1


class Profiles(Table):
    surface = Surface.of(PROFILE.wire)
    first_id = 201
    contains = ("profile-attribute", "profile_id")
    embeds = ("attributes", "HINT", "G, K-wrap")
    columns = columns_of(name=NAME)

    def answer(self, row: Row, view: View) -> dict[str, Any]:
        shown = super().answer(row, view)
        if self.switches["profile_embeds"] == "yes":
            held = self.held(row)
            shown[self.embeds[0]] = [table.answer(each, View.LISTED) for table, each in held]
        return shown


class Attributes(Table):
    surface = Surface.of(ATTRIBUTE.wire)
    first_id = 301
    contains = ("profile-attribute-value", "attribute_id")
    columns = columns_of(
        name=NAME,
        type=Column(ColumnType.WORD, "string", words=TYPES),
        is_variant=Column(ColumnType.FLAG, 0),
        has_price=Column(ColumnType.FLAG, 0),
        weight=Column(ColumnType.NUMBER, 0),
    )

    def settle(self, draft: PendingRow) -> None:
        row = draft.row
        profiles = self.world.tables[Profiles.surface.endpoint]
        if draft.before is None and not profiles.live(row["profile_id"]):
            raise Refusal(400, f"profile_id {row['profile_id']} does not exist")
        if row["type"] != "valuelist" and self.held(row):
            raise Refusal(400, "type cannot change while there are values")

    def shown(self, name: str) -> tuple[str, ...]:
        if name != "type":
            return (name,)
        both = self.switches["attribute_type"] == "both"
        return ("type", "data_type") if both else (self.switches["attribute_type"],)


class Values(Table):
    surface = Surface.of(VALUE.wire)
    first_id = 401
    label = "val"
    required = ("val",)
    columns = columns_of(
        val=Column(),
        weight=Column(ColumnType.NUMBER, 0, cast=False),  # D1: a number as a string
        tag=Column(),
    )

    def create(self, query: Mapping[str, str], body: Body, wanted: int = 0) -> Row:
        named = body.get("attribute_id")
        if named is not None and number("attribute_id", named) != self.above(query)["attribute_id"]:
            raise Refusal(400, "attribute_id differs between query and body")
        return super().create(query, body, wanted)

    def settle(self, draft: PendingRow) -> None:
        if draft.before is not None:
            return
        above = self.world.tables[Attributes.surface.endpoint].live(draft.row["attribute_id"])
        if above is None:
            raise Refusal(400, f"attribute_id {draft.row['attribute_id']} does not exist")
        if above["type"] != "valuelist":
            raise Refusal(400, "only a valuelist has values")

    def shown(self, name: str) -> tuple[str, ...]:
        return (self.switches["value_id"],) if name == self.surface.id else (name,)
