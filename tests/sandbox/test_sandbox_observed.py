"""What was observed or documented of the real API (the dossier, 7.2) holds in the sandbox."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from sandbox_asking import Asker, shop

from shopform.sandbox import Sandbox

PNG = base64.b64encode(b"\x89PNG picture").decode()


@pytest.fixture
def open_shop() -> Iterator[tuple[Sandbox, Asker]]:
    with shop(products=7) as pair:
        yield pair


@pytest.fixture
def ask(open_shop: tuple[Sandbox, Asker]) -> Asker:
    return open_shop[1]


def test_categories_are_a_bare_list_sorted_by_name(ask: Asker) -> None:
    for name in ("Sko", "bukser", "Anorakker"):
        ask.made("/category", name=name)
    listed = ask("GET", "/category").json
    assert [each["name"] for each in listed] == ["Anorakker", "bukser", "Forside", "Sko"]


def test_products_come_in_an_envelope_newest_first_five_at_a_time(ask: Asker) -> None:
    listed = ask("GET", "/product").json
    assert listed["paging"] == {"offset": 0, "limit": 5, "count": 5, "total": 7}
    assert [each["product_id"] for each in listed["products"]] == [907, 906, 905, 904, 903]
    rest = ask("GET", "/product?limit=5&offset=5").json
    assert [each["product_id"] for each in rest["products"]] == [902, 901]


def test_products_have_the_67_keys_and_their_main_category_as_text(ask: Asker) -> None:
    product = ask("GET", "/product/901").json
    assert len(product) == 67
    assert product["main_category_id"] == "501"
    assert product["categories"] == [501]


def test_products_are_counted_by_filter(ask: Asker) -> None:
    assert ask("GET", "/product?category_id=501&limit=1").json["paging"]["total"] == 7
    assert ask("GET", "/product?category_id=999").json["paging"]["total"] == 0
    assert ask("GET", "/product?category_id=0").json["paging"]["total"] == 7
    assert ask("GET", "/product?search=produkt%203").json["paging"]["total"] == 1


def test_a_category_has_27_keys_of_mixed_types(ask: Asker) -> None:
    made = ask.made("/category", name="Sko", canonical_id=501)
    assert len(made) == 27
    assert (made["category_id"], made["parent_id"], made["is_removed"]) == (502, 0, "0")
    assert (made["canonical_id"], made["is_hidden"]) == ("501", None)
    assert (made["tag"], made["meta_title"]) == (None, "")


def test_a_supplier_is_all_text(ask: Asker) -> None:
    made = ask.made("/supplier", name="Nordisk")
    assert made["supplier_id"] == "101"
    assert made["is_removed"] == "0"
    assert made["dropshipping_mail"] is None


def test_json_has_four_spaces_escapes_letters_and_leaves_slashes(ask: Asker) -> None:
    text = ask("POST", "/category", {"name": "Støvler / Sko"}).text
    assert '\n    "name": "St\\u00f8vler / Sko",\n' in text


def test_id_zero_and_no_id_answer_the_list(ask: Asker) -> None:
    assert ask("GET", "/category/0").json == ask("GET", "/category").json
    assert ask("GET", "/category/").json == ask("GET", "/category").json


def test_unknown_query_arguments_are_ignored_and_computed_columns_kept(ask: Asker) -> None:
    assert ask("GET", "/category?invented=1").json == ask("GET", "/category").json
    body = {"is_front": 1, "category_id": 77, "is_removed": 1, "url": "x", "_removed": 1}
    made = ask.made("/category", name="Sko", **body)
    assert (made["category_id"], made["is_front"], made["is_removed"]) == (502, 0, "0")
    assert made["url"].endswith("/sko")
    assert "_removed" not in made


@pytest.mark.parametrize("path", ["/category", "/supplier", "/brand", "/manufacturer", "/profile"])
def test_unknown_columns_are_kept_as_sent_in_lists_reads_and_updates(ask: Asker, path: str) -> None:
    sent = {"colour": "7", "weight_kg": 7, "boxed": True, "parts": [{"a": 1}], "note": None}
    made = ask.made(path, name="Sko", **sent)
    number = next(iter(made.values()))
    assert {name: made[name] for name in sent} == sent
    ask("PUT", f"{path}/{number}", {"colour": "8"})
    shown = ask("GET", f"{path}/{number}").json
    assert {name: shown[name] for name in sent} == sent | {"colour": "8"}
    assert shown in ask("GET", path).items


def test_a_shop_that_drops_unknown_columns_does_so_without_a_word() -> None:
    with shop(switches={"unknown_columns": "drop"}) as (_, ask):
        made = ask.made("/category", name="Sko", colour="7", is_hidden="1", weight=5)
        assert (made["is_hidden"], made["weight"]) == (None, 0)
        assert len(made) == 27


@pytest.mark.parametrize("word", ["keep", "drop"])
def test_a_seed_has_columns_that_requests_cannot_set(word: str) -> None:
    extension = [{"title": "Farve", "type": "text", "id": "3", "value": False}]
    row = {"name": "Skjult", "is_hidden": "1", "weight": 9999999, "extension_data": extension}
    seed = {"category": [{"name": "Hjem", "is_front": 1}, row | {"colour": "7", "is_online": 0}]}
    with shop(switches={"unknown_columns": word}, seed=seed) as (_, ask):
        front, found = ask("GET", "/category").json
        assert (front["name"], front["is_front"], front["category_id"]) == ("Hjem", 1, 501)
        assert {name: found[name] for name in row} == row
        assert (found["colour"], found["is_online"]) == ("7", 0)
        ask("PUT", "/category/502", {"name": "Nu", "colour": "8"})
        assert ask("GET", "/category/502").json["colour"] == ("8" if word == "keep" else "7")


def test_deleted_is_410_in_plain_text_and_unknown_is_404(ask: Asker) -> None:
    number = ask.made("/category", name="Sko")["category_id"]
    gone = ask("DELETE", f"/category/{number}")
    assert (gone.status, gone.text) == (200, "")
    answer = ask("GET", f"/category/{number}")
    assert (answer.status, answer.text) == (410, "410 Gone")
    assert answer.headers["content-type"].startswith("text/plain")
    assert ask("PUT", f"/category/{number}", {"name": "x"}).status == 410
    unknown = ask("GET", "/category/999")
    assert (unknown.status, unknown.text) == (404, "404 Not Found")
    assert [each["name"] for each in ask("GET", "/category").items] == ["Forside"]


def test_put_merges_and_answers_with_the_object(ask: Asker) -> None:
    number = ask.made("/category", name="Sko", description_a="<p>En</p>", tag="a")["category_id"]
    answer = ask("PUT", f"/category/{number}", {"tag": "b"})
    kept = ask("GET", f"/category/{number}").json
    assert (answer.status, answer.json) == (200, kept)
    assert (kept["description_a"], kept["tag"]) == ("<p>En</p>", "b")


def test_a_path_that_is_taken_gets_x_until_it_is_free(ask: Asker) -> None:
    paths = [ask.made("/category", name="Sko")["rewrite_url"] for _ in range(3)]
    assert paths == ["sko", "sko-x", "sko-x-x"]
    assert ask.made("/category", name="Produkt 1")["rewrite_url"] == "produkt-1-x"
    assert ask("PUT", "/category/503", {"rewrite_url": "sko"}).status == 200
    assert ask("GET", "/category/503").json["rewrite_url"] == "sko-x"


def test_a_path_is_made_from_the_name_and_an_empty_one_is_the_root(ask: Asker) -> None:
    made = ask.made("/category", name="Sønderjyske Æbler & Gåder")
    assert made["rewrite_url"] == "soenderjyske-aebler-gaader"
    assert made["url"].endswith("/soenderjyske-aebler-gaader")
    empty = [ask.made("/category", name="Tom", rewrite_url="") for _ in range(2)]
    assert [each["rewrite_url"] for each in empty] == ["", ""]
    assert empty[0]["url"].count("/") == 3


def test_rich_text_is_kept_with_crlf_and_trimmed(ask: Asker) -> None:
    made = ask.made("/category", name="Sko", description_a=" <p>En</p>\n<p>To</p>\r\n")
    assert made["description_a"] == "<p>En</p>\r\n<p>To</p>"


def test_one_front_category_exists_and_stays(open_shop: tuple[Sandbox, Asker]) -> None:
    sandbox, ask = open_shop
    assert [each["is_front"] for each in ask("GET", "/category").items] == [1]
    assert ask("DELETE", "/category/501").status == 400
    assert len(sandbox.data("category")) == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "x", "parent_id": 999},
        {"name": "x", "canonical_id": 999},
        {"name": "x", "in_menu": "maybe"},
        {"name": "x", "sort_order": "up"},
        {"name": "x", "images": [{"data": "not base64!"}]},
        {"name": "x", "images": [{"data": "æ"}]},
        {"name": "x", "images": [{"description": "no picture"}]},
        {"name": "x", "images": {"data": PNG}},
        {"name": "x", "images": [{"image_id": 1, "remove": 1}]},
        {"name": ["x"]},
        ["x"],
    ],
)
def test_a_bad_category_is_refused_and_not_kept(
    open_shop: tuple[Sandbox, Asker], body: object
) -> None:
    sandbox, ask = open_shop
    assert ask("POST", "/category", body).status == 400
    assert len(sandbox.data("category")) == 1


def test_a_body_that_is_not_json_is_refused(ask: Asker) -> None:
    assert ask("POST", "/category", raw=b"{").status == 400


def test_a_circle_and_a_parent_with_children_are_refused(ask: Asker) -> None:
    top = ask.made("/category", name="Top")["category_id"]
    below = ask.made("/category", name="Under", parent_id=str(top))["category_id"]
    assert ask("PUT", f"/category/{top}", {"parent_id": below}).status == 400
    assert ask("PUT", f"/category/{top}", {"parent_id": top}).status == 400
    assert ask("DELETE", f"/category/{top}").status == 400
    assert ask("DELETE", f"/category/{below}").status == 200
    assert ask("DELETE", f"/category/{top}").status == 200


@pytest.mark.parametrize("cleared", [0, "0", "", None])
def test_a_parent_is_cleared_by_any_empty_word(ask: Asker, cleared: object) -> None:
    below = ask.made("/category", name="Under", parent_id=501)["category_id"]
    assert ask("PUT", f"/category/{below}", {"parent_id": cleared}).status == 200
    assert ask("GET", f"/category/{below}").json["parent_id"] == 0


def test_attributes_and_their_values_live_below_their_parent(ask: Asker) -> None:
    profile = ask.made("/profile", name="Sko")["profile_id"]
    assert ask("GET", "/profile-attribute").status == 400
    assert ask("POST", "/profile-attribute", {"name": "x", "profile_id": profile}).status == 400
    assert ask("POST", "/profile-attribute?profile_id=999", {"name": "x"}).status == 400
    size = ask.made(f"/profile-attribute?profile_id={profile}", name="Str.", type="valuelist")
    assert (size["profile_id"], size["data_type"]) == (profile, "valuelist")
    where = f"/profile-attribute-value?attribute_id={size['attribute_id']}"
    val = ask.made(where, val="36", weight=10, attribute_id=size["attribute_id"])
    assert (val["attribute_value_id"], val["weight"]) == (401, "10")
    assert ask("POST", where, {"val": "37", "attribute_id": 999}).status == 400
    assert ask("GET", where).items == [val]
    assert ask("DELETE", f"/profile/{profile}").status == 400
    assert ask("DELETE", f"/profile-attribute/{size['attribute_id']}").status == 400
    assert (
        ask("PUT", f"/profile-attribute/{size['attribute_id']}", {"type": "string"}).status == 400
    )


def test_only_a_valuelist_has_values(ask: Asker) -> None:
    ask.made("/profile", name="Sko")
    ask.made("/profile-attribute?profile_id=201", name="Note", type="string")
    assert ask("POST", "/profile-attribute-value?attribute_id=301", {"val": "1"}).status == 400
    assert (
        ask("POST", "/profile-attribute?profile_id=201", {"name": "x", "type": "y"}).status == 400
    )


def test_redirects_lose_host_and_slash_and_default_to_301(
    open_shop: tuple[Sandbox, Asker],
) -> None:
    sandbox, ask = open_shop
    host = sandbox.url.removesuffix("/REST")
    made = ask.made("/redirect", source=f"{host}/gammel?a=1", target="/ny")
    assert made == {"redirect_id": 601, "source": "gammel?a=1", "target": "ny", "status": 301}
    away = ask.made("/redirect", source="/b", target="https://andre.dk/x")
    assert away["target"] == "https://andre.dk/x"
    assert ask("POST", "/redirect", {"source": "c", "target": "d", "status": 200}).status == 400
    assert ask("POST", "/redirect", {"source": "/", "target": "d"}).status == 400
    assert ask("POST", "/redirect", {"source": "c", "target": "http://["}).status == 400
    assert ask("POST", "/redirect", {"source": "c", "target": "/c"}).status == 400


def test_a_webhook_tells_its_secret_once(open_shop: tuple[Sandbox, Asker]) -> None:
    sandbox, ask = open_shop
    made = ask.made("/webhook", url="https://erp.dk/hook", events=["stock", "paid"])
    assert len(made["secret"]) == 64
    assert "secret" not in ask("GET", "/webhook/701").json
    assert "secret" not in ask("GET", "/webhook").items[0]
    assert ask("PUT", "/webhook/701", {"events": ["paid"], "secret": "mine"}).status == 200
    assert sandbox.data("webhook")[0]["secret"] == made["secret"]
    assert ask("POST", "/webhook", {"url": "https://x.dk", "events": ["nonsense"]}).status == 400
    assert ask("POST", "/webhook", {"url": "https://x.dk", "events": []}).status == 400
    assert ask("POST", "/webhook", {"url": "ftp://x.dk", "events": ["paid"]}).status == 400


def test_images_are_operations_and_others_stay(ask: Asker) -> None:
    made = ask.made("/category", name="Sko", images=[{"data": PNG, "description": "En"}])
    first: dict[str, Any] = made["images"][0]
    assert (first["image_id"], first["weight"], first["variant_name"]) == ("502001", "10", None)
    assert first["url"].endswith("/cache/5/0/2/0/0/1/en-800x800.jpg")
    ask("PUT", "/category/502", {"images": [{"url": "https://x.dk/to.png", "weight": 5}]})
    both = ask("GET", "/category/502").json["images"]
    assert [each["image_id"] for each in both] == ["502002", "502001"]
    ask("PUT", "/category/502", {"images": [{"image_id": "502001", "description": "Ny"}]})
    assert ask("GET", "/category/502").json["images"][1]["description"] == "Ny"
    ask("PUT", "/category/502", {"images": [{"image_id": 502001, "remove": 1}]})
    assert [each["image_id"] for each in ask("GET", "/category/502").json["images"]] == ["502002"]


@pytest.mark.parametrize("key", ["sandbox", "Bearer sandbox", "Shoporama sandbox"])
def test_three_forms_of_the_key_are_good(open_shop: tuple[Sandbox, Asker], key: str) -> None:
    open_shop[1].key = key
    assert open_shop[1]("GET", "/supplier").status == 200


@pytest.mark.parametrize("key", ["", "other", "App sandbox", "Bearer  sandbox", "basic sandbox"])
def test_other_keys_are_refused(open_shop: tuple[Sandbox, Asker], key: str) -> None:
    open_shop[1].key = key
    answer = open_shop[1]("GET", "/supplier")
    assert (answer.status, answer.text) == (401, "401 Unauthorized")


def test_the_app_scheme_is_for_the_app_status_alone(open_shop: tuple[Sandbox, Asker]) -> None:
    ask = open_shop[1]
    assert ask("GET", "/app-status").status == 401
    ask.key = "App sandbox"
    (installed,) = ask("GET", "/app-status").json
    assert list(installed) == [
        "webshop_id",
        "webshop_url",
        "app_token",
        "app_token_daily_limit",
        "app_token_current_usage",
        "installed",
        "fields",
    ]


def test_a_missing_right_is_403_for_what_it_names() -> None:
    with shop(deny=["redirect:write", "webhook"]) as (_, ask):
        assert ask("GET", "/redirect").status == 200
        assert ask("POST", "/redirect", {"source": "a", "target": "b"}).status == 403
        assert ask("GET", "/webhook").status == 403


def test_calls_past_the_days_budget_are_429() -> None:
    with shop(daily_calls=2) as (_, ask):
        assert [ask("GET", "/brand").status for _ in range(3)] == [200, 200, 429]
        assert ask("GET", "/brand").text == "429 Too Many Requests"
        assert ask("GET", "/_sandbox/state").status == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/category/x", 404),
        ("PATCH", "/category/501", 405),
        ("PUT", "/category", 405),
        ("POST", "/category/501", 405),
        ("DELETE", "/product", 405),
        ("DELETE", "/category/0", 405),
    ],
)
def test_what_there_is_not_is_refused(ask: Asker, method: str, path: str, status: int) -> None:
    assert ask(method, path, {} if method != "GET" else None).status == status


def test_fields_picks_columns_and_a_large_limit_is_clamped(ask: Asker) -> None:
    assert ask("GET", "/category?fields=category_id,name").json == [
        {"category_id": 501, "name": "Forside"}
    ]
    assert ask("GET", "/redirect?limit=1000").json["paging"]["limit"] == 100


def test_a_connection_is_kept_for_many_requests(open_shop: tuple[Sandbox, Asker]) -> None:
    ask = open_shop[1]
    ask("GET", "/brand")
    first = ask.line.sock
    for _ in range(3):
        ask("POST", "/brand", {"name": "x"})
        ask("GET", "/brand/999")
    assert ask.line.sock is first
