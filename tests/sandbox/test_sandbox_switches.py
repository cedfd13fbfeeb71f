"""Every switch changes what it says on the wire, and nothing is a switch that does not."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sandbox_asking import Answer, Asker, shop
from support import at_port

from shopform.errors import UsageError
from shopform.kinds.standard import STANDARD
from shopform.sandbox import Sandbox
from shopform.sandbox.behaviour.questions import Switch
from shopform.sandbox.behaviour.tables import Endpoints

SWITCHES = Endpoints.of(STANDARD).switches

OLD = [{"source": "/a", "target": "/b"}, {"from_url": "/a", "to_url": "/b"}]
OLD += [{"old_url": "/a", "new_url": "/b"}, {"path": "/a", "destination": "/b"}]


def walk(ask: Asker) -> dict[str, str]:
    """One long visit to a shop: every request with its whole answer."""
    seen: dict[str, str] = {}

    def go(method: str, path: str, body: object = None) -> None:
        answer = ask(method, path, body)
        seen[f"{len(seen)} {method} {path}"] = f"{answer.status} {answer.text}"

    go("POST", "/supplier", {"name": "Nordisk", "dropshipping_mail": ""})
    go("POST", "/brand", {"name": "Ecco"})
    go("POST", "/supplier", {"name": "Æbler  &amp; Pærer", "invented": 7})
    go("POST", "/profile", {"name": "Sko"})
    go("POST", "/profile-attribute?profile_id=201", {"name": "Str.", "type": "valuelist"})
    for val in ("37", "36"):
        go("POST", "/profile-attribute-value?attribute_id=301", {"val": val})
    go("POST", "/category", {"name": "Sko", "description_a": "\n<P>a</P>\n<P>b</P>"})
    go("POST", "/category", {"name": "Sko", "parent_id": 502, "tag": ""})
    go("POST", "/category", {"name": "Sko"})
    go("POST", "/category", {"name": "Væk", "rewrite_url": "vaek"})
    for body in OLD:
        go("POST", "/redirect", body)
    for events in (["paid", "stock"], ["nonsense"]):
        go("POST", "/webhook", {"url": "https://erp.dk/hook", "events": events})
    go("PUT", "/profile/201", {"name": "Støvler"})
    go("DELETE", "/category/505")
    go("GET", "/category/505")
    go("POST", "/category", {"name": "Ny", "rewrite_url": "vaek"})
    lists = [kind.wire.endpoint.value for kind in STANDARD.kinds if kind.nesting is None]
    lists += [kind.wire.endpoint.value for kind in STANDARD.lookups]
    for path in (*lists, "product"):
        go("GET", f"/{path}")
    go("GET", "/category/502")
    go("GET", "/webhook/701")
    go("GET", "/category?limit=1")
    go("GET", "/product?limit=1")
    go("GET", "/redirect?limit=101")
    go("GET", "/profile-attribute")
    go("GET", "/profile-attribute?profile_id=201")
    go("GET", "/profile-attribute-value?attribute_id=301")
    go("GET", "/profile/201")
    go("GET", "/category/999")
    go("GET", "/country")
    go("DELETE", "/profile/201")
    return seen


def visit(switches: dict[str, str]) -> dict[str, str]:
    seed: dict[str, list[dict[str, Any]]]
    seed = {name: [{"name": "Ecco"}] for name in ("brand", "manufacturer", "label")}
    seed |= {kind.name: [{kind.identity[0]: "X"}] for kind in STANDARD.lookups}
    seed["menu"] = [{"location": "top"}]
    seed["page"] = [{"headline": "Om", "no_index": 1}]
    settings: dict[str, Any] = {"products": 2, "deny": ["brand:write"], "seed": seed}
    with shop(switches=switches, **settings) as (sandbox, ask):
        text = at_port(json.dumps(walk(ask)), sandbox.port, "PORT")
        for hook in sandbox.data("webhook"):
            text = text.replace(hook["secret"], "SECRET")
        seen: dict[str, str] = json.loads(text)
        return seen


@pytest.fixture(scope="module")
def usual() -> dict[str, str]:
    return visit({})


def test_a_visit_can_be_repeated(usual: dict[str, str]) -> None:
    assert visit({}) == usual


@pytest.mark.parametrize(
    ("switch", "word"),
    [
        pytest.param(switch, word, id=f"{switch.name}={word}")
        for switch in SWITCHES
        for word in switch.words[1:]
    ],
)
def test_every_word_changes_the_wire(usual: dict[str, str], switch: Switch, word: str) -> None:
    assert visit({switch.name: word}) != usual


def test_each_switch_has_a_source_and_different_words() -> None:
    assert len({switch.name for switch in SWITCHES}) == len(SWITCHES)
    for switch in SWITCHES:
        assert switch.source
        assert len(set(switch.words)) == len(switch.words) > 1


def set_up(ask: Asker) -> None:
    ask("POST", "/profile", {"name": "Sko"})
    ask("POST", "/profile-attribute?profile_id=201", {"name": "Str.", "type": "valuelist"})
    ask("POST", "/profile-attribute-value?attribute_id=301", {"val": "36"})
    ask("POST", "/category", {"name": "Top"})
    ask("POST", "/category", {"name": "Under", "parent_id": 502})
    ask("POST", "/webhook", {"url": "https://erp.dk/hook", "events": ["stock", "paid"]})


CHECKS: list[tuple[str, str, Callable[[Asker], object], object]] = [
    (
        "shape.category",
        "envelope",
        lambda a: [*a("GET", "/category").json],
        ["paging", "categories"],
    ),
    ("shape.webhook", "bare", lambda a: len(a("GET", "/webhook").json), 1),
    ("typing", "strings", lambda a: a("GET", "/category/503").json["parent_id"], "502"),
    ("typing", "ints", lambda a: a("GET", "/category/503").json["is_removed"], 0),
    ("typing", "bools", lambda a: a("GET", "/category/503").json["in_menu"], True),
    ("empty_text", "null", lambda a: a("GET", "/category/503").json["meta_title"], None),
    ("empty_text", "blank", lambda a: a("GET", "/category/503").json["tag"], ""),
    ("post", "id_only", lambda a: a("POST", "/brand", {"name": "x"}).json, {"brand_id": 801}),
    ("post", "empty", lambda a: a("POST", "/brand", {"name": "x"}).text, ""),
    ("post", "wrapped", lambda a: [*a("POST", "/brand", {"name": "x"}).json], ["brand"]),
    ("put", "empty204", lambda a: a("PUT", "/profile/201", {"name": "x"}).status, 204),
    ("put", "empty200", lambda a: a("PUT", "/profile/201", {"name": "x"}).text, ""),
    ("delete", "object200", lambda a: a("DELETE", "/category/503").json["name"], "Under"),
    ("delete", "empty204", lambda a: a("DELETE", "/category/503").status, 204),
    ("errors", "json", lambda a: a("GET", "/category/99").json["error"], "Not Found"),
    ("removed", "show", lambda a: removed(a)["is_removed"], "1"),
    ("read_removed", "show", lambda a: read_removed(a).json["is_removed"], "1"),
    ("read_removed", "404", lambda a: read_removed(a).status, 404),
    ("parent_key", "hide", lambda a: "profile_id" in only_attribute(a), False),
    ("missing_filter", "all", lambda a: len(a("GET", "/profile-attribute").items), 1),
    ("missing_filter", "empty", lambda a: a("GET", "/profile-attribute").items, []),
    ("delete_parent", "orphan", lambda a: (a("DELETE", "/category/502"), names(a))[1], ["Under"]),
    ("delete_parent", "cascade", lambda a: (a("DELETE", "/category/502"), names(a))[1], []),
    ("attribute_type", "data_type", lambda a: "type" in only_attribute(a), False),
    ("slugs", "refuse", lambda a: a("POST", "/category", {"name": "Top"}).status, 400),
    ("unique_names", "refuse", lambda a: a("POST", "/profile", {"name": "Sko"}).status, 400),
    ("webhook_secret", "always", lambda a: len(a("GET", "/webhook/701").json["secret"]), 64),
    ("webhook_events", "comma", lambda a: a("GET", "/webhook/701").json["events"], "paid,stock"),
    ("limit_over", "refuse", lambda a: a("GET", "/redirect?limit=101").status, 400),
    ("page_max", "50", lambda a: a("GET", "/redirect?limit=99").json["paging"]["limit"], 50),
    ("total", "none", lambda a: "total" in a("GET", "/redirect").json["paging"], False),
    ("bare_limit", "honour", lambda a: len(a("GET", "/category?limit=1&offset=1").json), 1),
]


def removed(ask: Asker) -> dict[str, object]:
    ask("DELETE", "/category/503")
    assert (ask("GET", "/category/503").status, ask("PUT", "/category/503", {}).status) == (
        410,
        410,
    )
    (found,) = (each for each in ask("GET", "/category").items if each["category_id"] == 503)
    return dict(found)


def read_removed(ask: Asker) -> Answer:
    ask("DELETE", "/category/503")
    assert len(ask("GET", "/category").items) == 2
    return ask("GET", "/category/503")


def only_attribute(ask: Asker) -> dict[str, object]:
    return ask("GET", "/profile-attribute?profile_id=201").items[0]


def names(ask: Asker) -> list[object]:
    return [each["name"] for each in ask("GET", "/category").items if not each["is_front"]]


@pytest.mark.parametrize(
    ("name", "word", "look", "expected"),
    [pytest.param(*check, id=f"{check[0]}={check[1]}") for check in CHECKS],
)
def test_a_switch_does_what_it_says(
    name: str, word: str, look: Callable[[Asker], object], expected: object
) -> None:
    with shop() as (sandbox, ask):
        set_up(ask)
        sandbox.set_switch(name, word)
        assert look(ask) == expected


@pytest.mark.parametrize(
    ("names", "body"),
    list(zip(next(s.words for s in SWITCHES if s.name == "redirect_names"), OLD, strict=True)),
)
def test_a_redirect_is_known_by_the_switchs_names_alone(names: str, body: dict[str, str]) -> None:
    with shop(switches={"redirect_names": names}) as (sandbox, ask):
        made = ask.made("/redirect", **body)
        assert list(made) == ["redirect_id", *names.split(",")]
        assert sandbox.data("redirect")[0]["target"] == "b"
        others = [other for other in OLD if other != body]
        assert {ask("POST", "/redirect", other).status for other in others} == {400}


@pytest.mark.parametrize(("name", "word"), [("typos", "x"), ("typing", "odd")])
def test_an_unknown_switch_or_word_is_told(name: str, word: str) -> None:
    with pytest.raises(UsageError) as raised:
        Sandbox(switches={name: word})
    assert raised.value.diagnostics[0].hint
