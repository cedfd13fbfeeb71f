"""What public clients that wrote to real shops count on (L 2017, R 2019, M 2025), over the wire."""

from collections.abc import Iterator
from typing import Any

import pytest
from sandbox_asking import Asker, shop

from shopform.sandbox import Sandbox

# A complete create of each endpoint that L's integration tests wrote to, and what they change.
WRITTEN: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("supplier", {"name": "Nordisk", "dropshipping_mail": "a@b.dk"}, {"name": "Fjord"}),
    ("category", {"name": "Sko", "description_a": "<p>En</p>"}, {"name": "Støvler"}),
    ("product", {"name": "Sko", "description": "<p>En</p>", "price": "149.95"}, {"name": "Støvle"}),
]
EACH = pytest.mark.parametrize(("endpoint", "full", "part"), WRITTEN)


@pytest.fixture(params=["mixed", "strings"])
def typed(request: pytest.FixtureRequest) -> Iterator[tuple[Sandbox, Asker]]:
    """A shop of either typing: one month of one shop showed both (M-cat, M-prod)."""
    with shop(switches={"typing": request.param}) as opened:
        yield opened


@EACH
def test_an_update_answers_200_with_the_merged_object(
    typed: tuple[Sandbox, Asker], endpoint: str, full: dict[str, Any], part: dict[str, Any]
) -> None:
    """L and R read the id from the answer of PUT; L found the description unchanged."""
    ask = typed[1]
    made = ask.made(f"/{endpoint}", **full)
    number = made[f"{endpoint}_id"]
    answer = ask("PUT", f"/{endpoint}/{number}", part)
    kept = {name: made[name] for name in full if name not in part}
    assert (answer.status, answer.json[f"{endpoint}_id"]) == (200, number)
    assert answer.json == ask("GET", f"/{endpoint}/{number}").json
    assert {name: answer.json[name] for name in full} == kept | part


@EACH
def test_a_deleted_object_is_410_in_plain_text(
    typed: tuple[Sandbox, Asker], endpoint: str, full: dict[str, Any], part: dict[str, Any]
) -> None:
    """M counts on 200 for the delete; L reads the object again and counts on "410 Gone"."""
    ask = typed[1]
    path = f"/{endpoint}/{ask.made(f'/{endpoint}', **full)[f'{endpoint}_id']}"
    assert (ask("DELETE", path).status, ask("GET", path).text) == (200, "410 Gone")
    assert [ask(method, path, part).status for method in ("GET", "PUT", "DELETE")] == [410] * 3
    assert path.split("/")[-1] not in [
        str(each[f"{endpoint}_id"]) for each in ask("GET", f"/{endpoint}").items
    ]


@pytest.mark.parametrize("form", [int, str])
def test_ids_of_bodies_and_addresses_are_integers_or_strings(
    typed: tuple[Sandbox, Asker], form: type
) -> None:
    """L sends ids as it read them, R as strings."""
    sandbox, ask = typed
    supplier = form(ask.made("/supplier", name="Nordisk")["supplier_id"])
    top = form(ask.made("/category", name="Sko")["category_id"])
    below = ask.made("/category", name="Støvler", parent_id=top)["category_id"]
    ask.made("/product", name="A", supplier_id=supplier, categories=[top, form(below)])
    (row,) = sandbox.data("product")
    assert (row["supplier_id"], row["categories"]) == (int(supplier), [int(top), int(below)])
    assert sandbox.data("category")[-1]["parent_id"] == int(top)
    assert ask("GET", f"/product?supplier_id={supplier}").json["paging"]["total"] == 1


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "error"),
    [
        ("GET", "/product/999", None, 404, "Not Found"),
        ("PUT", "/product/999", {"name": "x"}, 404, "Not Found"),
        ("POST", "/category", {}, 400, "name is missing"),
        ("GET", "/invented", None, 404, "Not Found"),
    ],
)
def test_an_error_is_text_or_json(
    method: str, path: str, body: object, status: int, error: str
) -> None:
    """Captured errors are text and no client parses them; R would show JSON as it is."""
    with shop() as (sandbox, ask):
        plain = ask(method, path, body)
        sandbox.set_switch("errors", "json")
        other = ask(method, path, body)
    assert plain.status == other.status == status
    assert plain.text.startswith(f"{status} ")
    assert (other.headers["content-type"], other.json) == (
        "application/json",
        {"error": error, "status": status},
    )
