"""OpenAPI documents as vendors have them: the sandbox's own, and what is made of it."""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from shopform.kinds.standard import STANDARD
from shopform.model.shop import WireNames
from shopform.openapi.compare import DocumentComparison, Verdict, compare
from shopform.openapi.read import read
from shopform.sandbox import Sandbox

Document = dict[str, Any]


@cache
def _own(switches: tuple[tuple[str, str], ...]) -> str:
    with Sandbox(switches=dict(switches)) as sandbox:
        return json.dumps(sandbox.app.openapi())


def own(**switches: str) -> Document:
    """The sandbox's document."""
    found: Document = json.loads(_own(tuple(switches.items())))
    return found


def compared(document: Any, wire: Mapping[str, WireNames] | None = None) -> DocumentComparison:
    return compare(read(document), STANDARD, wire)


def facts(found: DocumentComparison, verdict: Verdict, kind: str = "") -> set[str]:
    """The facts with a verdict, of one kind or of all."""
    listed = (each for each in found.findings if each.verdict is verdict)
    if kind:
        return {each.fact for each in listed if each.kind == kind}
    return {f"{each.kind}.{each.fact}" for each in listed}


def walk(node: Any) -> Iterator[Document]:
    """Every mapping in a document."""
    if isinstance(node, dict):
        yield node
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from walk(each)


def each_property(document: Document, change: Callable[[str, Document], None]) -> Document:
    """Change every property of every named schema."""
    for schema in document["components"]["schemas"].values():
        for name, each in schema["properties"].items():
            change(name, each)
    return document


def as_swagger(document: Document) -> Document:
    """The same in Swagger 2: bodies are parameters, and schemas have other places."""
    text = json.dumps(document).replace("#/components/schemas/", "#/definitions/")
    found: Document = json.loads(text.replace("#/components/responses/", "#/responses/"))
    for item in found["paths"].values():
        for operation in (item.get(m) for m in ("get", "post", "put", "delete")):
            if operation is None:
                continue
            body = operation.pop("requestBody", None)
            if body:
                schema = body["content"]["application/json"]["schema"]
                operation.setdefault("parameters", [])
                operation["parameters"] += [{"in": "body", "name": "body", "schema": schema}]
            for response in operation["responses"].values():
                for media in response.pop("content", {}).values():
                    response["schema"] = media["schema"]
    return {
        "swagger": "2.0",
        "info": found["info"],
        "host": "www.example.dk",
        "basePath": "/REST",
        "paths": found["paths"],
        "definitions": found["components"]["schemas"],
    }


def grown(number: int) -> Document:
    """With so many endpoints more, each with its own schema of 20 columns."""
    document = own()
    for each in range(number):
        name = f"Other{each}"
        reference = {"schema": {"$ref": f"#/components/schemas/{name}"}}
        body = {"content": {"application/json": reference}}
        document["components"]["schemas"][name] = {
            "properties": {
                f"column_{n}": {"type": "string", "description": "What it is for. " * 8}
                for n in range(20)
            }
        }
        document["paths"][f"/other-{each}"] = {
            "get": {"responses": {"200": body}},
            "post": {"requestBody": body},
        }
    return document
