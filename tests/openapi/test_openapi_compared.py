"""What is learned of documents: the sandbox's own, and those that differ from it or are broken."""

import json
from typing import Any
from unittest.mock import patch

import pytest
from vendor_documents import as_swagger, compared, each_property, facts, grown, own, walk

from shopform.kinds import Grade
from shopform.kinds.field_types import Seed
from shopform.kinds.standard import STANDARD
from shopform.model.shop import WireNames
from shopform.openapi import read as openapi_read
from shopform.openapi.compare import Verdict
from shopform.openapi.read import read
from shopform.openapi.schemas import Schemas
from shopform.sandbox.behaviour.tables import Endpoints

OPERATIONS = {"list", "read", "create", "update", "delete"}


ALL = sum(
    len(kind.rows) + 7 + bool(kind.wire.parent) for kind in STANDARD.kinds
)  # endpoint, id, operations, parent and fields


def test_own_document_confirms_all() -> None:
    found = compared(own())
    assert facts(found, Verdict.CONTRADICTED) == set()
    assert facts(found, Verdict.UNKNOWN) == set()
    confirmed = facts(found, Verdict.CONFIRMED)
    listed = {fact for fact in confirmed if fact.endswith(".list_key")}
    assert len(confirmed) - len(listed) == ALL
    assert {"brand.list_key", "redirect.list_key"} <= listed  # those of lists in envelopes
    assert found.reading.problems == {}
    assert [column.name for column in found.columns["supplier"]] == ["link_to"]
    assert [endpoint.name for endpoint in found.unmanaged] == ["app-status"]


def test_names_that_nothing_else_documents_are_learned() -> None:
    found = compared(own())
    same = {"source": "source", "target": "target", "status": "status"}
    assert found.wire["redirect"] == WireNames(fields=same)
    # What was observed is written after the first object that shows it, whatever a document says.
    assert not {"profile", "category"} & found.wire.keys()
    assert compared(own(), found.wire).wire == {}


@pytest.mark.parametrize(
    ("switch", "word", "kind", "learned"),
    [
        (
            "redirect_names",
            "old_url,new_url,type",
            "redirect",
            WireNames(fields={"source": "old_url", "target": "new_url", "status": "type"}),
        ),
        ("webhook_id", "id", "webhook", WireNames(id="id")),
        ("attribute_type", "data_type", "attribute", WireNames(fields={"type": "data_type"})),
        (
            "value_id",
            "profile_attribute_value_id",
            "value",
            WireNames(id="profile_attribute_value_id"),
        ),
    ],
)
def test_name_that_differs_is_contradicted_and_learned(
    switch: str, word: str, kind: str, learned: WireNames
) -> None:
    document = own(**{switch: word})
    if switch == "attribute_type":  # requests have `type` whatever responses have
        for schema in ("ProfileAttribute", "ProfileAttributeRequest"):
            properties = document["components"]["schemas"][schema]["properties"]
            properties["data_type"] = properties.pop("type", {}) or properties["data_type"]
    found = compared(document)
    wanted = {f"fields.{name}" for name in learned.fields} | ({"id"} if learned.id else set())
    assert facts(found, Verdict.CONTRADICTED, kind) == wanted
    assert found.wire[kind] == learned
    again = compared(document, found.wire)
    assert facts(again, Verdict.CONTRADICTED, kind) == set()
    assert again.wire == {}


def test_endpoint_and_key_of_a_list_with_other_names_are_learned() -> None:
    text = json.dumps(own()).replace("/profile-attribute", "/Profile_Attributes")
    document = json.loads(text.replace('"redirects"', '"items"'))
    found = compared(document)
    assert found.wire["attribute"] == WireNames(endpoint="Profile_Attributes")
    assert found.wire["redirect"].list_key == "items"
    contradicted = facts(found, Verdict.CONTRADICTED)
    assert contradicted == {"attribute.endpoint", "redirect.list_key"}
    assert facts(compared(document, found.wire), Verdict.CONTRADICTED) == set()


def test_without_schemas_methods_and_parents_are_learned_and_each_lost_one_is_reported() -> None:
    document = own()
    document["components"]["schemas"] = {}
    found = compared(document)
    for kind in STANDARD.kinds:
        confirmed = facts(found, Verdict.CONFIRMED, kind.name)
        assert confirmed - {"list_key", "fields.stock"} == {"endpoint", *OPERATIONS} | (
            {"parent"} if kind.wire.parent else set()
        )
        unknown = facts(found, Verdict.UNKNOWN, kind.name)
        rows = [row for row in kind.rows if not isinstance(row.type, Seed)]
        assert unknown == {"id"} | {f"fields.{row.name}" for row in rows}
    assert found.reading.problems
    assert all("does not exist" in why for why in found.reading.problems.values())
    assert all(place.startswith("#/paths/~1") for place in found.reading.problems)


def test_swagger_2_says_the_same() -> None:
    found, three = compared(as_swagger(own())), compared(own())
    assert found.reading.format == "Swagger 2.0"
    assert [each[:5] for each in found.findings] == [each[:5] for each in three.findings]
    assert found.reading.problems == {}


def test_wrong_types_are_contradicted_field_by_field_and_methods_still_confirmed() -> None:
    document = each_property(own(), lambda _, each: each.update(type="object"))
    found = compared(document)
    for kind in STANDARD.kinds:
        assert facts(found, Verdict.CONTRADICTED, kind.name) == {
            f"fields.{row.name}" for row in kind.rows if not isinstance(row.type, Seed)
        }
        assert OPERATIONS | {"id"} <= facts(found, Verdict.CONFIRMED, kind.name)
    said = [each.theirs for each in found.findings if each.fact == "fields.in_menu"]
    assert said == [
        "it is sent as object, not integer or number",
        "it is returned as object, not integer or number or string or boolean",
    ]


def test_schemas_that_are_parts_of_themselves_are_read_once_and_reported() -> None:
    document = own()
    names = sorted(document["components"]["schemas"])
    for name, following in zip(names, names[1:] + names[:1], strict=True):
        schema = document["components"]["schemas"][name]
        schema["properties"]["itself"] = {"$ref": f"#/components/schemas/{name}"}
        schema["allOf"] = [{"$ref": f"#/components/schemas/{following}"}]
    document["components"]["schemas"]["Loop"] = {"$ref": "#/components/schemas/Loop"}
    document["paths"]["/loop"] = {"$ref": "#/paths/~1loop"}
    found = compared(document)
    assert facts(found, Verdict.CONTRADICTED) & {"category.fields.name"} == set()
    assert {f"category.{word}" for word in OPERATIONS} <= facts(found, Verdict.CONFIRMED)
    assert "category.fields.name" in facts(found, Verdict.CONFIRMED)
    assert any("itself" in why for why in found.reading.problems.values())
    assert "refers to itself" in found.reading.problems["#/paths/~1loop"]
    assert visited(document) < 50 * visited(own())


def visited(document: dict[str, Any]) -> int:
    """The nodes that were looked at: the most of a limit that is used."""
    made: list[Schemas] = []

    def counted(root: dict[str, Any], limit: int) -> Schemas:
        made.append(Schemas(root, limit))
        return made[0]

    with patch.object(openapi_read, "Schemas", counted):
        read(document)
    return made[0].visited


def test_twice_as_much_costs_twice() -> None:
    assert visited(grown(200)) < 2.1 * visited(grown(100))


@pytest.mark.wide
def test_document_of_5_megabytes_is_read() -> None:
    document = grown(1_400)
    assert len(json.dumps(document)) > 5_000_000
    found = compared(document)
    assert facts(found, Verdict.CONFIRMED) == facts(compared(own()), Verdict.CONFIRMED)
    assert len(found.unmanaged) == len(compared(own()).unmanaged) + 1_400


def test_composed_schemas_cost_their_parts_once() -> None:
    def chained(number: int) -> int:
        document = own()
        schemas = document["components"]["schemas"]
        for each in range(number):
            before = {"$ref": f"#/components/schemas/Part{each - 1}"}
            schemas[f"Part{each}"] = {
                "allOf": [before, before, before] if each else [],
                "properties": {f"p{each}": {"type": "string"}},
            }
        schemas["Category"]["allOf"] = [{"$ref": f"#/components/schemas/Part{number - 1}"}]
        return visited(document) - visited(own())

    assert chained(20) < 3 * chained(10)  # and not 3 ** 10 times as much


def test_what_a_document_may_contradict() -> None:
    document = own()
    schemas = document["components"]["schemas"]
    fields = schemas["CategoryRequest"]["properties"]
    fields["sort_order"]["enum"] = ["normal", "by_name"]
    del fields["meta"]
    fields["in_menu"]["type"] = "boolean"
    document["paths"]["/category"]["post"]["requestBody"]["content"]["application/json"][
        "schema"
    ] = {"allOf": [{"$ref": "#/components/schemas/CategoryRequest"}, {"required": ["tag"]}]}
    one = document["paths"]["/category/{category_id}"]
    one["patch"] = one.pop("put")
    del one["delete"]
    schemas["Category"]["properties"]["sort_order"].pop("enum")
    found = compared(document)
    said = {
        each.fact: each.theirs
        for each in found.findings
        if each.verdict is Verdict.CONTRADICTED and each.kind == "category"
    }
    assert said == {
        "update": "PATCH",
        "fields.sort_order": "it may also be by_name; it cannot be no_stock_last, random",
        "fields.meta": "it cannot be sent",
        "fields.in_menu": "it is sent as boolean, not integer or number",
        "fields.tag": "it is required",
    }
    assert facts(found, Verdict.UNKNOWN, "category") == {"delete"}
    places = {each.fact: each.place for each in found.findings if each.kind == "category"}
    assert places["update"] == "#/paths/~1category~1{category_id}/patch"
    assert places["fields.meta"] == "#/components/schemas/Category/properties/meta"


def test_parent_that_a_list_does_not_ask_for_is_unknown() -> None:
    document = own()
    document["paths"]["/profile-attribute"]["get"]["parameters"] = []
    found = compared(document)
    assert facts(found, Verdict.UNKNOWN) == {"attribute.parent"}
    assert [each.place for each in found.findings if each.verdict is Verdict.UNKNOWN] == [""]


def test_references_to_other_documents_are_reported_and_not_followed() -> None:
    document = own()
    for node in walk(document["paths"]["/supplier"]):
        if "$ref" in node and "schemas" in node["$ref"]:
            node["$ref"] = "https://example.dk/other.yaml#/Supplier"
    found = compared(document)
    assert any(
        why == "refers to `https://example.dk/other.yaml#/Supplier`, outside of the document,"
        " which is not read"
        for why in found.reading.problems.values()
    )


def test_field_with_an_endpoint_of_its_own_is_compared_with_that() -> None:
    document = own()
    item = document["paths"]["/stock"]["post"]["requestBody"]["content"]["application/json"]
    columns = item["schema"]["items"]["properties"]
    columns["sku"] = columns.pop("SKU")
    (found,) = (f for f in compared(document).findings if f.fact == "fields.stock")
    assert (found.verdict, found.theirs) == (Verdict.CONTRADICTED, "its items have no SKU")
    assert found.place == "#/paths/~1stock"
    item["schema"] = {}
    assert "product.fields.stock" in facts(compared(document), Verdict.UNKNOWN)
    del document["paths"]["/stock"]
    assert "product.fields.stock" in facts(compared(document), Verdict.UNKNOWN)


@pytest.mark.wide
def test_switches_of_the_sandbox_change_no_more_than_they_say() -> None:
    """What is learned of any switch makes the document agree with the tables."""
    for switch in Endpoints.of(STANDARD).switches:
        for word in switch.words[1:]:
            document = own(**{switch.name: word})
            found = compared(document)
            again = compared(document, found.wire)
            left = facts(again, Verdict.CONTRADICTED) | facts(again, Verdict.UNKNOWN)
            wanted = set()
            if word == "path,destination":  # a shop whose redirects have no status
                wanted = {"redirect.fields.status"}
            if switch.name == "unknown_columns":  # one that takes documented arguments only
                wanted = {
                    f"{name}.fields.{row.name}"
                    for name in ("category", "product")
                    for row in STANDARD[name].rows
                    if row.grade is Grade.OBSERVED
                }
            assert left == wanted, (switch.name, word)
