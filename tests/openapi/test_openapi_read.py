"""Documents of vendors are read in every form, and whatever is wrong in them."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from vendor_documents import own

from shopform.errors import ConfigError, ShopformError
from shopform.kinds.standard import STANDARD
from shopform.openapi.compare import Verdict, compare
from shopform.openapi.endpoints import operations_of
from shopform.openapi.propose import propose
from shopform.openapi.read import read

THING = {
    "type": "object",
    "required": ["name"],
    "properties": {"thing_id": {"type": "integer"}, "name": {"type": "string"}},
}


def document(paths: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"openapi": "3.0.3", "info": {"title": "Shop", "version": "2"}, "paths": paths, **more}


def answered(schema: object, key: str = "schema") -> dict[str, Any]:
    return {"responses": {"200": {"content": {"application/json": {key: schema}}}}}


@pytest.mark.parametrize("not_one", [None, [], "text", 3, {}, {"paths": {}}, {"openapi": "3.1.0"}])
def test_what_is_no_document_is_refused(not_one: Any) -> None:
    with pytest.raises(ConfigError, match="not an OpenAPI document"):
        read(not_one)


@pytest.mark.parametrize(
    "path",
    ["/thing", "/REST/thing", "/rest/thing/", "thing", "/v1/REST/thing"],
)
def test_endpoint_is_what_follows_rest(path: str) -> None:
    found = read(document({path: {"get": {}}, f"{path.rstrip('/')}/{{id}}": {"put": {}}}))
    assert list(found.endpoints) == ["thing"]
    assert list(operations_of(found.endpoints["thing"])) == ["list", "update"]


def test_deeper_paths_are_endpoints_of_their_own() -> None:
    found = read(document({"/thing/{id}/part": {"get": {}}, "/": {"get": {}}}))
    assert list(found.endpoints) == ["thing/{}/part"]


def test_arguments_are_those_of_paths_operations_and_addresses() -> None:
    shared = [{"in": "query", "name": "a"}, {"$ref": "#/components/parameters/B"}]
    found = read(
        document(
            {
                "/thing?d={d}": {
                    "parameters": shared,
                    "get": {"parameters": [{"in": "query", "name": "c", "required": True}]},
                }
            },
            components={"parameters": {"B": {"in": "query", "name": "b"}}},
        )
    )
    operation = found.endpoints["thing"].operations["GET", False]
    assert operation.arguments == {"a", "b", "c", "d"}
    assert operation.required == {"c", "d"}


@pytest.mark.parametrize(
    ("schema", "key"),
    [
        ({"type": "array", "items": THING}, ""),
        ({"properties": {"paging": {"type": "object"}, "rows": {"items": THING}}}, "rows"),
        ({"properties": {"things": {"items": THING}, "a": {}, "b": {}, "c": {}}}, "things"),
        ({"allOf": [{"properties": {"data": {"type": "array", "items": THING}}}]}, "data"),
        ({"items": {"oneOf": [THING, {"type": "null"}]}}, ""),
    ],
)
def test_list_is_bare_or_in_an_envelope(schema: object, key: str) -> None:
    found = read(document({"/thing": {"get": answered(schema)}})).endpoints["thing"]
    assert found.list_key == key
    assert {name: column.shown for name, column in found.columns.items()} == {
        "thing_id": {"integer"},
        "name": {"string"},
    }


def test_object_with_a_list_in_it_is_no_envelope() -> None:
    schema = {"properties": {**THING["properties"], "images": {"items": THING}}}  # type: ignore[dict-item]
    found = read(document({"/thing": {"get": answered(schema)}})).endpoints["thing"]
    assert (found.list_key, list(found.columns)) == ("", ["thing_id", "name", "images"])


@pytest.mark.parametrize(
    ("key", "example"),
    [
        ("example", {"thing_id": 1, "name": "x"}),
        ("example", '[{"thing_id": 1, "name": "x"}]'),
        ("examples", {"one": {"value": {"thing_id": 1, "name": "x"}}}),
        ("examples", {"one": {"$ref": "#/components/examples/One"}}),
    ],
)
def test_without_a_schema_an_example_is_read(key: str, example: object) -> None:
    given = document(
        {"/thing/{id}": {"get": answered(example, key)}},
        components={"examples": {"One": {"value": {"thing_id": 1, "name": "x"}}}},
    )
    found = read(given).endpoints["thing"]
    assert {name: column.shown for name, column in found.columns.items()} == {
        "thing_id": {"integer"},
        "name": {"string"},
    }


@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize("types", ["object", ["object", "null"]])
def test_an_example_is_read_where_the_schema_says_only_that_it_is_an_object(
    inside: bool, types: object
) -> None:
    """In the schema or beside it: generators of documents from annotations write both."""
    example = {"example": {"thing_id": 1, "name": "x"}}
    body = {"schema": {"type": types} | (example if inside else {})} | ({} if inside else example)
    one = {"responses": {"200": {"content": {"application/json": body}}}}
    found = read(document({"/thing/{id}": {"get": one}})).endpoints["thing"]
    assert list(found.columns) == ["thing_id", "name"]


@pytest.mark.parametrize("swagger", [True, False])
@pytest.mark.parametrize(
    "schema", [{"type": "object", "description": "x"}, {"type": "array"}, {"$ref": "#/none"}]
)
def test_a_schema_is_no_example_of_an_object(schema: dict[str, Any], swagger: bool) -> None:
    one = {"responses": {"200": {"schema": schema}}} if swagger else answered(schema)
    found = read(document({"/thing": {"get": one}, "/thing/{id}": {"get": one}}))
    assert not found.endpoints["thing"].columns


@pytest.mark.parametrize(
    ("update", "whole"),
    [
        ({"schema": THING}, True),
        ({"schema": {"allOf": [THING, {"example": {"b": 1}}]}}, False),
        ({"example": {"name": "x"}}, False),
        ({"schema": {"type": "object"}}, False),
        ({}, False),
    ],
)
def test_only_schemas_of_all_writes_say_what_cannot_be_sent(
    update: dict[str, Any], whole: bool
) -> None:
    def body(content: object) -> dict[str, Any]:
        return {"requestBody": {"content": {"application/json": content}}}

    paths = {"/thing": {"post": body({"schema": THING})}, "/thing/{id}": {"put": body(update)}}
    assert read(document(paths)).endpoints["thing"].has_requests is whole


def test_forms_and_examples_of_swagger_2_are_read() -> None:
    form = [{"in": "formData", "name": "name", "type": "string", "required": True}]
    given = {
        "swagger": 2.0,
        "paths": {
            "/thing": {
                "post": {
                    "parameters": form,
                    "responses": {"200": {"examples": {"application/json": {"thing_id": 1}}}},
                }
            }
        },
    }
    columns = read(given).endpoints["thing"].columns
    assert (columns["name"].sent, columns["name"].required) == ({"string"}, True)
    assert (columns["thing_id"].shown, columns["thing_id"].sent) == ({"integer"}, None)


@pytest.mark.parametrize(
    ("schema", "types"),
    [
        ({"type": "int"}, {"integer"}),
        ({"type": ["STRING", "null", 3]}, {"string", "null"}),
        ({"type": "string", "nullable": True}, {"string", "null"}),
        ({"enum": [0, 1]}, {"integer"}),
        ({"const": "a"}, {"string"}),
        ({"type": "unheard"}, set()),
        ({"type": {}}, set()),
        (True, set()),
        ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, {"integer", "string"}),
    ],
)
def test_types_are_read_as_they_are_written(schema: object, types: set[str]) -> None:
    given = {"properties": {"a": schema, "b": {"type": "string"}}}
    found = read(document({"/thing/{id}": {"get": answered(given)}})).endpoints["thing"]
    assert found.columns["a"].shown == types


def test_what_cannot_be_used_is_a_problem_at_its_place_and_the_rest_is_read() -> None:
    paths = {
        "/a": [],
        "/b": {"get": 3, "post": {"requestBody": {"$ref": 7}}},
        "/c": {"$ref": "other.json#/paths/c"},
        "/d": {"get": answered({"properties": {"a": [], "b": {"type": "string"}}})},
    }
    found = read(document(paths))
    assert found.problems == {
        "#/paths/~1a": "is not a path",
        "#/paths/~1b/get": "is not an operation",
        "#/paths/~1b/post/requestBody": "`$ref` is not a string",
        "#/paths/~1c": "refers to `other.json#/paths/c`, outside of the document, which is not"
        " read",
        "#/paths/~1d/get/responses/200/content/application~1json/schema/properties/a": "is not a"
        " schema",
    }
    assert set(found.endpoints["d"].columns) == {"a", "b"}


def test_answers_to_deletes_and_parameters_without_names_say_nothing_of_columns() -> None:
    item = {
        "get": {"parameters": [{"in": "query", "name": ["a"]}, 7, None], **answered(THING)},
        "delete": answered({"properties": {"deleted": {"type": "boolean"}}}),
    }
    found = read(document({"/thing/{id}": item})).endpoints["thing"]
    assert set(found.columns) == {"thing_id", "name"}
    assert found.operations["GET", True].arguments == set()


def test_schema_that_is_composed_of_itself_is_read_once() -> None:
    reference = {"$ref": "#/components/schemas/Thing"}
    schemas = {"Thing": {**THING, "allOf": [reference] * 20}}
    found = read(
        document({"/thing/{id}": {"get": answered(reference)}}, components={"schemas": schemas}),
        limit=150,
    )
    assert set(found.endpoints["thing"].columns) == {"thing_id", "name"}
    assert "is a part of itself" in found.problems["#/components/schemas/Thing"]


def test_document_with_too_many_nodes_is_refused() -> None:
    with pytest.raises(ConfigError, match="more than 500 nodes"):
        read(own(), limit=500)


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=5),
    st.sampled_from(["#", "#/", "#/paths", "#/components/schemas/Category", "x.yaml#/a", "#/%7"]),
    st.lists(st.none() | st.text(max_size=3), max_size=3),
    st.builds(
        lambda ref: {"$ref": ref},
        st.sampled_from(["#/components/schemas/Category", "#/components/schemas/Brand", "#", "//"]),
    ),
    st.builds(lambda: {"allOf": [{"$ref": "#/components/schemas/Category"}, 7, None]}),
    st.builds(lambda: {"type": "array", "items": [{"example": {"a": [{"b": 1}]}}]}),
)
SMALL = {"/category", "/category/{category_id}", "/brand", "/profile-attribute"}


def mutilate(draw: st.DrawFn, given: Any) -> Any:
    """Replace, add or remove a part of a document at a random place."""
    node, depth = given, draw(st.integers(0, 9))
    while depth and isinstance(node, dict | list) and node:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key, depth = draw(st.sampled_from(keys)), depth - 1
        if depth and isinstance(node[key], dict | list) and node[key]:
            node = node[key]
            continue
        match draw(st.sampled_from(["replace", "remove", "add", "move"])):
            case "replace":
                node[key] = draw(JUNK)
            case "remove":
                del node[key]
            case "add" if isinstance(node, dict):
                words = st.sampled_from(["$ref", "type", "allOf", "properties", "required", "x"])
                node[draw(words)] = draw(JUNK)
            case _:
                node[key] = given  # a part that contains the whole, as aliases of YAML can
        return given
    return draw(JUNK)


@st.composite
def mutilated(draw: st.DrawFn) -> Any:
    given = own()
    given["paths"] = {path: item for path, item in given["paths"].items() if path in SMALL}
    for _ in range(draw(st.integers(1, 8))):
        given = mutilate(draw, given)
    return given


def survives(given: Any) -> None:
    """Read, compare and propose: every fact gets one verdict at least, or an error is ours."""
    try:
        found = read(given, limit=100_000)
    except ShopformError:
        return
    compared = compare(found, STANDARD)
    facts = {(each.kind, each.fact) for each in compared.findings}
    wanted = {(kind.name, f"fields.{row.name}") for kind in STANDARD.kinds for row in kind.rows}
    assert wanted <= facts
    for each in compared.findings:
        assert bool(each.place) is (each.verdict is not Verdict.UNKNOWN), each
    assert all(place.startswith("#") and why for place, why in found.problems.items())
    for endpoint in compared.unmanaged:
        proposal = propose(endpoint, STANDARD)
        assert (proposal.declaration is None) is bool(proposal.why_not)
        assert json.dumps(proposal.declaration)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(mutilated())
def test_mutilated_document_never_fails_but_with_an_error_of_ours(given: Any) -> None:
    survives(given)


@pytest.mark.wide
@settings(max_examples=3_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(mutilated())
def test_thousands_of_mutilated_documents(given: Any) -> None:
    survives(given)
