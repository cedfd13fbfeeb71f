"""The sandbox serves an OpenAPI document of itself, and answers as that says."""

import json
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from sandbox_asking import Asker, shop

from shopform.kinds.standard import STANDARD
from shopform.sandbox import Sandbox
from shopform.sandbox.behaviour.tables import Endpoints

SWITCHES = Endpoints.of(STANDARD).switches
PNG = "iVBORw0KGgo="
HEADERS = {"authorization": "sandbox"}
SEED: dict[str, list[dict[str, Any]]] = {
    "supplier": [{"name": "Nordisk", "dropshipping_mail": "a@example.dk"}],
    "brand": [{"name": "Ecco"}],
    "profile": [{"profile_id": 7, "name": "Sko"}],
    "profile-attribute": [
        {"attribute_id": 8, "profile_id": 7, "name": "Str.", "type": "valuelist"}
    ],
    "profile-attribute-value": [{"attribute_id": 8, "val": "36"}],
    "category": [{"name": "Sko", "tag": "x", "images": [{"data": PNG}]}],
    "webhook": [{"url": "https://erp.example.dk", "events": ["stock"]}],
}
PARENTS = {"profile-attribute": "profile_id=7", "profile-attribute-value": "attribute_id=8"}


def validate(document: dict[str, Any]) -> None:
    import_module("openapi_spec_validator").validate(document)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method in {"get", "post", "put", "delete"} & item.keys():
            yield path, method, item[method]


def served(ask: Asker) -> dict[str, Any]:
    ask.line.request("GET", "/openapi.json")
    response = ask.line.getresponse()
    assert (response.status, response.getheader("Content-Type")) == (200, "application/json")
    found: dict[str, Any] = json.loads(response.read())
    return found


def test_document_is_valid_needs_no_key_and_counts_as_no_call() -> None:
    with shop(daily_calls=0) as (sandbox, ask):
        document = served(ask)
        assert sandbox.calls == []
        assert document["servers"] == [{"url": sandbox.url}]
    assert document["openapi"] == "3.1.0"
    # The wide tests validate the whole.
    few = ("supplier", "profile-attribute", "redirect", "stock", "app-status")
    paths = {p: item for p, item in document["paths"].items() if p.split("/")[1] in few}
    names = ("Supplier", "ProfileAttribute", "Redirect", "AppStatus")
    components = document["components"]
    components["schemas"] = {
        name: schema
        for name, schema in components["schemas"].items()
        if name.removesuffix("Request") in names
    }
    validate({**document, "paths": paths, "components": components})


@pytest.mark.wide
@pytest.mark.parametrize("word", ["object", "wrapped", "empty"])
def test_document_is_valid_whatever_the_switches(word: str) -> None:
    rows = {s.name: s.words[-1] for s in SWITCHES}
    with Sandbox(switches={**rows, "post": word}) as sandbox:
        validate(sandbox.app.openapi())


def test_every_endpoint_is_in_it_and_every_operation_and_field_has_its_evidence() -> None:
    with Sandbox() as sandbox:
        document = sandbox.app.openapi()
        endpoints = set(sandbox.app.world.tables)
        written = [name for name, t in sandbox.app.world.tables.items() if not t.read_only]
    others = {"stock", "app-status"}
    assert {path.split("/")[1] for path in document["paths"]} == endpoints | others
    assert len(list(operations(document))) == 2 * len(endpoints) + 3 * len(written) + len(others)
    facts = [operation for *_, operation in operations(document)]
    for schema in document["components"]["schemas"].values():
        facts += schema["properties"].values()
    for fact in facts:
        assert fact["x-grade"] in {"OBS", "DOC", "CLI", "TPL", "HINT", "ASSUMED"}
        assert fact["x-source"]
    row = STANDARD["category"].fields["sort_order"]
    shown = document["components"]["schemas"]["CategoryRequest"]["properties"]["sort_order"]
    assert (shown["x-grade"], shown["x-source"], shown["description"]) == (
        row.grade,
        row.source,
        row.about,
    )
    hidden = document["components"]["schemas"]["Category"]["properties"]["is_hidden"]
    assert hidden["x-grade"] == "OBS"


def test_endpoints_that_the_shop_lacks_are_not_in_it() -> None:
    with Sandbox(deny=["brand:missing", "webhook:write"]) as sandbox:
        paths = sandbox.app.openapi()["paths"]
    assert "/webhook" in paths
    assert not {"/brand", "/brand/{brand_id}"} & paths.keys()


def test_embedded_children_and_the_list_of_an_app_are_in_it() -> None:
    with Sandbox(seed=SEED, switches={"profile_embeds": "yes"}) as sandbox:
        assert check_answers(sandbox) > 20
        schemas = sandbox.app.openapi()["components"]["schemas"]
        items = schemas["Profile"]["properties"]["attributes"]["items"]
        assert items == {"$ref": "#/components/schemas/ProfileAttribute"}
        paths = sandbox.app.openapi()["paths"]
        assert paths["/app-status"].keys() == {"description", "get"}
        assert paths["/app-status"]["get"]["security"] == [{"app": []}]
    missing = ["profile-attribute:missing"]
    with Sandbox(switches={"profile_embeds": "yes"}, deny=missing) as sandbox:
        shown = sandbox.app.openapi()["components"]["schemas"]["Profile"]["properties"]
        assert shown["attributes"]["items"] == {"type": "object"}


def test_filters_of_a_list_are_arguments() -> None:
    with Sandbox() as sandbox:
        paths = sandbox.app.openapi()["paths"]
    (parent, *_) = paths["/profile-attribute"]["get"]["parameters"]
    assert (parent["name"], parent["required"]) == ("profile_id", True)
    names = {each["name"] for each in paths["/product"]["get"]["parameters"]}
    assert {"limit", "offset", "fields", "search", "category_id", "is_online", "sort"} <= names


def answers(sandbox: Sandbox) -> Iterator[tuple[str, str, int, bytes]]:
    """Requests of every sort, with the operation they are in the document."""

    def ask(
        method: str, path: str, number: str = "", query: str = "", body: object = None
    ) -> tuple[int, bytes]:
        data = b"" if body is None else json.dumps(body).encode()
        place = f"/REST{path}{number and '/'}{number}"
        response = sandbox.app.handle(method, place, query, HEADERS, data)
        return response.status, response.body

    app = sandbox.app.handle("GET", "/REST/app-status", "", {"authorization": "App sandbox"}, b"")
    yield "/app-status", "get", app.status, app.body
    for sku in ("901", "none"):
        yield "/stock", "post", *ask("POST", "/stock", body=[{"SKU": sku, "stock": 3}])
    for name, table in sandbox.app.world.tables.items():
        key = table.shown(table.surface.id)[0]
        one = f"/{name}/{{{key}}}"
        yield f"/{name}", "get", *ask("GET", f"/{name}", query=PARENTS.get(name, ""))
        yield one, "get", *ask("GET", f"/{name}", "999999")
        if table.read_only:
            assert ask("POST", f"/{name}", body={})[0] == 405
            continue
        yield f"/{name}", "post", *ask("POST", f"/{name}", query=PARENTS.get(name, ""), body={})
        for row in sandbox.data(name)[:1]:
            number = str(row[table.surface.id])
            yield one, "get", *ask("GET", f"/{name}", number)
            yield one, "put", *ask("PUT", f"/{name}", number, body={table.asked(table.label): "x"})
            if name != "profile":
                yield one, "delete", *ask("DELETE", f"/{name}", number)
            yield one, "get", *ask("GET", f"/{name}", number)
    made = ask("POST", "/supplier", body={"name": "Anden"})
    yield "/supplier", "post", *made


def check_answers(sandbox: Sandbox) -> int:
    """Fail for an answer that the document does not describe; return their number."""
    document = sandbox.app.openapi()
    for schema in document["components"]["schemas"].values():
        schema["additionalProperties"] = False
    checked = 0
    for path, method, status, body in answers(sandbox):
        responses = document["paths"][path][method]["responses"]
        assert str(status) in responses, (path, method, status)
        response = responses[str(status)]
        if "$ref" in response:
            response = document["components"]["responses"][response["$ref"].rpartition("/")[2]]
        if "content" not in response:
            assert body == b"", (path, method, body)
            continue
        ((media, content),) = response["content"].items()
        value = json.loads(body) if media == "application/json" else body.decode()
        schema = {**content["schema"], "components": document["components"]}
        jsonschema.Draft202012Validator(schema).validate(value)
        checked += 1
    return checked


# Those that change the form of an answer.
FORMS = [
    {"name": s.name, "word": word}
    for s in SWITCHES
    for word in s.words[1:]
    if s.name.partition(".")[0]
    in ("shape", "typing", "post", "put", "delete", "errors", "total", "empty_text")
    or s.name in ("attribute_type", "value_id", "redirect_id", "webhook_id", "webhook_events")
    or s.name in ("redirect_names", "webhook_secret", "paging_count", "parent_key")
    or s.name.endswith("_embeds")
]


def test_answers_are_as_the_document_says() -> None:
    with Sandbox(seed=SEED, products=2) as sandbox:
        assert check_answers(sandbox) > 20


@pytest.mark.wide
@pytest.mark.parametrize("form", FORMS, ids=lambda form: "=".join(form.values()))
def test_answers_are_as_the_document_says_with_every_switch(form: dict[str, str]) -> None:
    with Sandbox(seed=SEED, products=2, switches={form["name"]: form["word"]}) as sandbox:
        assert check_answers(sandbox) > 8


def test_pages_of_this_machine_may_call_it_and_no_others() -> None:
    with shop() as (sandbox, ask):
        for origin, allowed in (
            ("http://localhost:8080", True),
            ("http://127.0.0.1:9", True),
            ("https://example.dk", False),
            ("https://localhost.example.dk", False),
            ("http://[", False),
            ("null", False),
        ):
            for method, path in (("GET", "/openapi.json"), ("OPTIONS", "/REST/supplier")):
                ask.line.request(method, path, headers={"Origin": origin})
                response = ask.line.getresponse()
                response.read()
                shown = response.getheader("Access-Control-Allow-Origin")
                assert shown == (origin if allowed else None), (origin, method)
        headers = {"Origin": "http://localhost:8080", "Authorization": "sandbox"}
        ask.line.request("GET", "/REST/supplier", headers=headers)
        response = ask.line.getresponse()
        assert response.status == 200
        assert response.getheader("Access-Control-Allow-Origin") == "http://localhost:8080"
        response.read()
        assert len(sandbox.calls) == 1
