"""`shopform doctor --openapi`, over real HTTP."""

import json
from pathlib import Path
from typing import Any

from support import EXAMPLES, Run, copy_project, run_here
from vendor_documents import own

from shopform.sandbox import Sandbox

NOTE: dict[str, Any] = {
    "properties": {
        "note_id": {"type": "integer"},
        "headline": {"type": "string", "description": "The heading."},
        "weight": {"type": "integer"},
    }
}


def run(directory: Path, *arguments: str) -> Run:
    """Run a command without a key."""
    return run_here(directory, *arguments, environment={})


def with_note(document: dict[str, Any]) -> dict[str, Any]:
    """With an endpoint that no kind manages."""
    media = {"content": {"application/json": {"schema": NOTE}}}
    listed = {"content": {"application/json": {"schema": {"type": "array", "items": NOTE}}}}
    document["paths"]["/note"] = {
        "get": {"responses": {"200": listed}},
        "post": {"requestBody": media, "responses": {"201": media}},
    }
    document["paths"]["/note/{note_id}"] = {"put": {"requestBody": media}}
    return document


def test_document_of_a_running_shop_confirms_all_without_a_key_or_a_call(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        directory = copy_project(EXAMPLES / "minimal", tmp_path / "project", sandbox)
        address = sandbox.url.replace("/REST", "/openapi.json")
        found = run(directory, "doctor", "--openapi", address, "--detailed-exitcode")
        assert sandbox.calls == []
    assert found.exit == 0, found.text
    assert "category (/category): " in found.out
    assert "contradicted" not in found.out.replace("0 contradicted", "")
    assert found.out.rstrip().endswith("0 contradicted, 0 unknown.")


def test_what_was_learned_is_written_and_the_next_run_agrees(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        directory = copy_project(EXAMPLES / "minimal", tmp_path / "project", sandbox)
    document = with_note(own(redirect_names="old_url,new_url,type"))
    (directory / "vendor.json").write_text(json.dumps(document), "utf-8")
    asked = ("doctor", "--openapi", "vendor.json", "--json", "--detailed-exitcode")
    found = run(directory, *asked, "--write")
    assert found.exit == 2, found.text
    first = json.loads(found.out)
    names = {"source": "old_url", "target": "new_url", "status": "type"}
    assert first["wire"]["redirect"] == {"fields": names}
    assert "note" in {name for each in first["endpoints"] for name in each["kind"] or ()}
    assert "shopform.yaml: set names under `wire`." in found.err
    assert "kinds/note.yaml: proposed a kind" in found.err
    assert (directory / "kinds" / "note.yaml").read_text("utf-8") == (
        "# Proposed from vendor.json: check each key before you use the kind.\n"
        "\n"
        "kinds:\n"
        "  note:\n"
        "    section: notes\n"
        "    endpoint: note\n"
        "    id: note_id\n"
        "    list_key: notes\n"
        "    identity: [headline]\n"
        "    fields:\n"
        "      headline: {type: text, required: true, description: The heading.}\n"
        "      weight: {type: number}\n"
    )
    assert run(directory, "validate").exit == 0
    assert run(directory, "fmt", "--check").exit == 0
    again = run(directory, *asked)
    assert again.exit == 0, again.text
    verdicts = {(f["kind"], f["fact"]): f["verdict"] for f in json.loads(again.out)["facts"]}
    assert verdicts["redirect", "fields.source"] == "confirmed"
    assert verdicts["note", "fields.headline"] == "confirmed"
    assert verdicts["note", "delete"] == "unknown"


def test_text_shows_each_difference_with_its_place(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        directory = copy_project(EXAMPLES / "minimal", tmp_path / "project", sandbox)
    document = with_note(own())
    schemas = document["components"]["schemas"]
    schemas["CategoryRequest"]["properties"]["in_menu"] = {"type": "boolean"}
    del document["paths"]["/brand"], document["paths"]["/brand/{brand_id}"]
    del document["paths"]["/supplier/{supplier_id}"]["delete"]
    document["paths"]["/other"] = {"$ref": "x.json#/other"}
    document["paths"]["/order"] = {"get": {}}
    (directory / "vendor.json").write_text(json.dumps(document), "utf-8")
    found = run(directory, "doctor", "--openapi", "vendor.json")
    assert found.exit == 0, found.text
    lines = found.out.split("\n")
    assert lines[0] == "vendor.json: Sandbox of shopform 0.1.0, OpenAPI 3.1.0"
    for line in (
        "brand: the document has no `/brand`",
        "  unknown       delete",
        "  not modelled  link_to",
        (
            "  contradicted  in_menu: it is sent as boolean, not integer or number"
            "  (#/components/schemas/Category/properties/in_menu)"
        ),
        "  /note  (list, create, update)  kind `note` proposed",
        "  /order  (list)  not proposed: its objects are made while the shop is open",
        "Not read (1 place):",
        "  #/paths/~1other: refers to `x.json#/other`, outside of the document, which is not read",
    ):
        assert line in lines, found.out


def test_what_cannot_be_compared_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        directory = copy_project(EXAMPLES / "minimal", tmp_path / "project", sandbox)
    (directory / "page.html").write_text("<html>", "utf-8")
    (directory / "kinds").mkdir()
    (directory / "kinds" / "note.yaml").write_text("# mine\n", "utf-8")
    (directory / "vendor.json").write_text(json.dumps(with_note(own())), "utf-8")
    settings = (directory / "shopform.yaml").read_bytes()
    for code, arguments in (
        (64, ("none.json",)),
        (10, ("page.html",)),
        (64, ("http://example.dk/swagger.json",)),
        (64, ("vendor.json", "--probe")),
        (64, ("vendor.json", "--record", "shop.json")),
        (64, ("vendor.json", "--write")),  # the file of a proposal exists
    ):
        found = run(directory, "doctor", "--openapi", *arguments)
        assert found.exit == code, (arguments, found.text)
    assert (directory / "shopform.yaml").read_bytes() == settings
    assert not (directory / "shop.json").exists()
