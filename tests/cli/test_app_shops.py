"""The shops that installed an app: each gets the declaration, and has its own key and state."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from click.shell_completion import ShellComplete
from listening import listening
from own_kinds import catalogue_of
from support import Run, environment_of, run_here

from shopform.cli.main import main
from shopform.config import load_project
from shopform.config.compile import shop_settings
from shopform.config.compile.app_shops import AppShop, add_app_shops, names_of
from shopform.config.write.wire_edits import with_wire
from shopform.kinds.standard import STANDARD
from shopform.sandbox import Sandbox
from shopform.terminal.console import Console

TOKEN = "canary-of-the-app"
CATALOGUE = {"brands": {"nord": {"name": "Nord"}}, "suppliers": {"fjord": {"name": "${var.erp}"}}}


class App:
    """The list of an app at `url`; `items` and `envelope`, or `body`, are what it answers."""

    def __init__(self) -> None:
        self.url = ""
        self.items: list[dict[str, Any]] = []
        self.envelope: str | None = None
        self.status, self.body = 200, ""
        self.asked: list[tuple[str, str]] = []


@contextmanager
def installed() -> Iterator[App]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            app.asked.append((self.path, self.headers["Authorization"]))
            found: object = app.items
            if app.envelope:
                found = {"paging": {"total": len(app.items)}, app.envelope: app.items}
            refused = self.headers["Authorization"] != f"App {TOKEN}"
            body = (app.body or json.dumps(found)).encode()
            self.send_response(401 if refused else app.status)
            self.send_header("Content-Length", str(0 if refused else len(body)))
            self.end_headers()
            self.wfile.write(b"" if refused else body)

    app = App()
    with listening(Handler) as app.url:
        yield app


class Fleet:
    """A project of an app that two shops installed."""

    def __init__(self, folder: Path, app: App, shops: list[Sandbox]) -> None:
        self.folder, self.app, self.shops = folder, app, shops
        folder.mkdir()
        self.declare()
        app.items = [self.item(number, shop) for number, shop in enumerate(shops, 7)]

    @staticmethod
    def item(number: int, shop: Sandbox, **more: Any) -> dict[str, Any]:
        return {
            "webshop_id": str(number),
            "webshop_url": shop.url.removesuffix("/REST"),
            "app_token": f"canary-{number}",
            "app_token_daily_limit": 500 + number,
            "installed": 1767225600,
            **more,
        }

    @staticmethod
    def name(shop: Sandbox) -> str:
        return f"127-0-0-1-{shop.port}"

    def declare(self, shops: dict[str, Any] | None = None, **defaults: Any) -> None:
        given = {"variables": {"erp": "Fjord"}, **defaults}
        app = {"token": "${env:APP}", "url": self.app.url, "defaults": given}
        settings = {"shops": {**(shops or {}), "from_app": app}, "variables": {"erp": {}}}
        (self.folder / "shopform.yaml").write_text(json.dumps(settings), "utf-8")
        (self.folder / "catalogue.yaml").write_text(json.dumps(CATALOGUE), "utf-8")

    def run(self, *arguments: str, **environment: str) -> Run:
        run = run_here(
            self.folder, *arguments, environment=environment_of(**{"APP": TOKEN, **environment})
        )
        assert "canary" not in run.text
        for path in self.folder.rglob("*"):
            assert not path.is_file() or b"canary" not in path.read_bytes(), path
        return run


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    with ExitStack() as stack:
        shops = [stack.enter_context(Sandbox(token=f"canary-{number}")) for number in (7, 8)]
        app = stack.enter_context(installed())
        yield Fleet(tmp_path / "project", app, shops)


def test_every_shop_of_the_app_gets_the_declaration(fleet: Fleet) -> None:
    names = [fleet.name(shop) for shop in fleet.shops]
    planned = fleet.run("plan", "--shop", "all")
    assert planned.exit == 0, planned.text
    assert all(name in planned.out for name in names)
    assert fleet.app.asked == [("/REST/app-status", f"App {TOKEN}")]
    applied = fleet.run("apply", "--shop", "all", "--auto-approve")
    assert applied.exit == 0, applied.text
    for number, shop in enumerate(fleet.shops, 7):
        assert [brand["name"] for brand in shop.data("brand")] == ["Nord"]
        assert [each["name"] for each in shop.data("supplier")] == ["Fjord"]
        state = json.loads((fleet.folder / f"state/app-{number}.json").read_text("utf-8"))
        assert set(state["resources"]) == {"brand.nord", "supplier.fjord"}
    again = fleet.run("plan", "--shop", names[0])
    assert "No changes." in again.out
    assert "of 507 left today" in again.out, "each key has its own budget"


def test_commands_for_one_shop_work_on_one_of_the_app(fleet: Fleet) -> None:
    shop, other = fleet.shops
    chosen = ("--shop", fleet.name(shop))
    assert fleet.run("plan", *chosen, "--out", "plan.json").exit == 0
    assert fleet.run("apply", "plan.json").exit == 0
    assert len(shop.data("brand")) == 1
    assert not other.data("brand")
    assert fleet.run("drift", *chosen).exit == 0
    dumped = fleet.run("dump", *chosen)
    assert "name: Nord" in dumped.out
    assert fleet.run("snapshot", *chosen, "--out", "shop.json").exit == 0
    asked = len(fleet.app.asked)
    assert "No changes." in fleet.run("plan", *chosen, "--snapshot", "shop.json").out
    assert len(fleet.app.asked) == asked, "without a key"
    assert fleet.run("undo", *chosen, "--auto-approve").exit == 0
    assert not shop.data("brand")
    source = fleet.name(other)
    cloned = fleet.run("clone", "--from", source, "--to", fleet.name(shop))
    assert cloned.exit == 0, cloned.text


def test_what_needs_no_key_works_from_the_record(fleet: Fleet) -> None:
    assert fleet.run("validate").out.startswith("from_app: 2 resources\n")
    unknown = fleet.run("state", "list", "--shop", "x")
    assert unknown.exit == 10
    assert "the shops of the app are not known on this machine" in unknown.err
    assert fleet.run("apply", "--shop", "all", "--auto-approve").exit == 0
    asked = len(fleet.app.asked)
    name = fleet.name(fleet.shops[1])
    assert fleet.run("state", "list", "--shop", name).out == "supplier.fjord\nbrand.nord\n"
    assert f"{name}: 2 resources" in fleet.run("validate").out
    assert fleet.run("graph", "--shop", name).exit == 0
    assert fleet.run("fmt", "--check").exit in (0, 1)
    login = fleet.run("login", "--shop", name)
    assert (login.exit, f"the key of `{name}` comes from the list" in login.err) == (10, True)
    complete = ShellComplete(main, {"obj": Console()}, "shopform", "_SHOPFORM_COMPLETE")
    words = ["-C", str(fleet.folder), "plan", "--shop"]
    found = {item.value for item in complete.get_completions(words, "127")}
    assert found == {fleet.name(shop) for shop in fleet.shops}
    assert len(fleet.app.asked) == asked


def test_validate_says_which_names_only_a_call_can_check(fleet: Fleet) -> None:
    name = fleet.name(fleet.shops[0])
    others = {"policy": {"rules": [{"name": "calm", "deny": ["delete"], "shops": ["krus-dk"]}]}}
    others["imports"] = [{"address": "brand.nord", "id": 3, "shop": "kop-dk"}]  # type: ignore[assignment]
    settings = json.loads((fleet.folder / "shopform.yaml").read_text("utf-8")) | others
    (fleet.folder / "shopform.yaml").write_text(json.dumps(settings), "utf-8")
    catalogue = {"brands": {"nord": {"name": "Nord"}, "syd": {"name": "Syd"}}}
    catalogue["brands"]["syd"]["lifecycle"] = {"shops": [name]}  # type: ignore[assignment]
    (fleet.folder / "catalogue.yaml").write_text(json.dumps(catalogue), "utf-8")
    fresh = fleet.run("validate")
    assert fresh.exit == 0, fresh.text
    assert fresh.out.startswith("from_app: 1 resource\n")
    for each in (name, "krus-dk", "kop-dk"):
        assert f"warning: whether `{each}` is a shop of the app was not checked" in fresh.err
    assert "--> catalogue.yaml:1:" in fresh.err
    one = fleet.run("validate", "--shop", name)
    assert one.exit == 0, one.text
    assert one.out.startswith(f"{name}: 2 resources\n"), "as that shop would have them"
    both = fleet.run("validate", "--shop", f"krus-dk,{name}")
    assert both.out.startswith(f"krus-dk: 1 resource\n{name}: 2 resources\n"), both.text
    (fleet.folder / "catalogue.yaml").write_text('{"brands": {"nord": {}}}', "utf-8")
    assert fleet.run("validate", "--shop", name).exit == 10, "the declarations are checked"
    (fleet.folder / "catalogue.yaml").write_text(json.dumps(catalogue), "utf-8")
    planned = fleet.run("plan", "--shop", "all")
    assert planned.exit == 10
    assert planned.err.count("error: unknown shop `") == 2, planned.text
    assert name not in planned.err.replace("declared are", "").partition("hint")[0]
    known = fleet.run("validate", "--shop", "krus-dk")
    assert known.exit == 0, known.text
    assert f"`{name}` is a shop" not in known.err
    assert "hint: `shopform plan --shop all` reads which shops the app has" in known.err
    listed = fleet.run("state", "list", "--shop", "krus-dk")
    assert listed.exit == 64
    assert "hint: `shopform plan --shop all` reads which shops the app has" in listed.err


@pytest.mark.parametrize(
    ("status", "body", "code", "said"),
    [
        (403, "", 16, "the key may not `GET app-status` (403)"),
        (500, "", 18, "failed: the shop answered 500"),
        (500, json.dumps({"error": ["canary of a shop"]}), 18, "failed: the shop answered 500"),
        (200, "<!doctype html><p>Log ind", 18, "JSON"),
        (200, " ", 18, "JSON"),
        (200, "{}", 18, "list"),
        (200, "null", 18, "JSON"),
        (200, '{"webshops": {"7": {}}}', 18, "its keys are none"),
        (200, "[7]", 18, "list"),
        (404, "", 18, "there is no list of the app: `GET app-status`: nothing is there (404)"),
        (422, "", 18, "check the `url` of `from_app`"),
    ],
)
def test_an_app_that_does_not_answer_with_a_list_changes_nothing(
    fleet: Fleet, status: int, body: str, code: int, said: str
) -> None:
    assert fleet.run("plan", "--shop", "all").exit == 0
    (record,) = fleet.folder.rglob("app-shops.json")
    before = record.read_bytes()
    fleet.app.status, fleet.app.body = status, body
    run = fleet.run("apply", "--shop", "all", "--auto-approve")
    assert run.exit == code, run.text
    assert said in " ".join(run.err.split()), run.text
    assert record.read_bytes() == before
    assert not any(shop.data("brand") for shop in fleet.shops)


def test_a_record_that_shopform_did_not_write_is_reported(fleet: Fleet) -> None:
    assert fleet.run("plan", "--shop", "all").exit == 0
    (record,) = fleet.folder.rglob("app-shops.json")
    for content in ("[]", "{", '{"x": "y"}', "[" * 100_000):
        record.write_text(content, "utf-8")
        run = fleet.run("validate")
        assert run.exit == 1, run.text
        assert "was not written by shopform" in run.err


def test_wire_names_of_a_shop_of_the_app_are_those_of_all(fleet: Fleet) -> None:
    project = load_project(fleet.folder, STANDARD)
    shops = [AppShop(7, "https://www.krus.dk"), AppShop(8, "https://kop.dk")]
    names = names_of(project, shops)
    assert names == {7: "krus-dk", 8: "kop-dk"}
    add_app_shops(project, names, shops)
    made = with_wire(project, "krus-dk", {"supplier": {"id": "number"}})
    assert made is not None
    added = ', wire: {supplier: {id: number}}}}}, "variables"'
    assert made.text.count(added) == 1
    assert "krus-dk" not in made.text


def test_the_settings_of_many_shops_are_read_once(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    settings = shop_settings.Settings._read

    def counted(self: shop_settings.Settings) -> dict[str, Any]:
        read.append(1)
        return settings(self)

    monkeypatch.setattr(shop_settings.Settings, "_read", counted)
    assert fleet.run("plan", "--shop", "all").exit == 0
    few = len(read)
    shops = range(100, 130)
    fleet.app.items += [
        Fleet.item(7, fleet.shops[0], webshop_id=n, webshop_url=f"http://127.0.0.1:{n}")
        for n in shops
    ]
    read.clear()
    fleet.run("plan", "--shop", ",".join(map(fleet.name, fleet.shops)))
    assert len(read) == few


def test_a_shop_that_removed_the_app_is_said_once(fleet: Fleet) -> None:
    assert fleet.run("apply", "--shop", "all", "--auto-approve").exit == 0
    removed = fleet.app.items.pop()
    run = fleet.run("plan", "--shop", "all")
    assert run.exit == 0
    name = fleet.name(fleet.shops[1])
    assert f"`{name}` ({removed['webshop_url']}) no longer has the app" in run.err
    assert (fleet.folder / "state/app-8.json").exists()
    assert "no longer has the app" not in fleet.run("plan", "--shop", "all").err


def test_a_shop_that_is_added_and_one_with_the_host_of_another(fleet: Fleet) -> None:
    assert fleet.run("apply", "--shop", "all", "--auto-approve").exit == 0
    with Sandbox(token="canary-9") as added:
        fleet.app.items.append(Fleet.item(9, added))
        planned = fleet.run("plan", "--shop", "all")
        assert "Plan: 2 to add" in planned.out
        assert planned.out.count("No changes.") == 2
        assert fleet.run("apply", "--shop", fleet.name(added), "--auto-approve").exit == 0
        assert (fleet.folder / "state/app-9.json").exists()
    # At one host only the key selects the shop.
    fleet.app.items[2] = Fleet.item(9, fleet.shops[0], app_token="canary-other")
    name = fleet.name(fleet.shops[0])
    several = fleet.run("plan", "--shop", f"{name}-7,{name}-9")
    assert f"{name}-7" in several.out
    assert "app-9" in several.err, "its state is of another host"
    unknown = fleet.run("plan", "--shop", name)
    assert unknown.exit == 64
    assert f"did you mean `{name}-" in unknown.err
    fleet.app.items[2]["app_token"] = "canary-7"
    (fleet.folder / "state/app-9.json").unlink()
    same = fleet.run("plan", "--shop", "all")
    assert same.exit == 10
    assert "are one shop" in " ".join(same.err.split()), same.text


def test_shops_with_one_key_share_its_budget(tmp_path: Path) -> None:
    with Sandbox(token="canary-7") as one, Sandbox(token="canary-7") as two, installed() as app:
        fleet = Fleet(tmp_path / "project", app, [one, two])
        app.items[1] |= {"app_token": "canary-7", "app_token_daily_limit": 507}
        assert fleet.run("plan", "--shop", "all").exit == 0
        calls = len(one.calls) + len(two.calls)
        assert calls
        assert fleet.run("plan", "--shop", fleet.name(one)).exit == 0
        calls = len(one.calls) + len(two.calls)
        (counted,) = (
            path for path in fleet.folder.rglob("calls/*") if path.stat().st_size == calls
        )
        assert len(list(counted.parent.iterdir())) == 2, "of the app and of that key"


def test_a_shop_that_moved_to_another_host_keeps_its_state(fleet: Fleet) -> None:
    assert fleet.run("apply", "--shop", "all", "--auto-approve").exit == 0
    fleet.app.items[0]["webshop_url"] = f"http://localhost:{fleet.shops[0].port}"
    run = fleet.run("plan", "--shop", f"localhost-{fleet.shops[0].port}")
    assert "state/app-7.json" in run.err
    assert "shopform state rehome" in run.err


def test_lists_in_an_envelope_and_numbers_in_other_forms_are_read(fleet: Fleet) -> None:
    fleet.app.envelope = "shops"
    first, second = fleet.app.items
    del first["app_token_daily_limit"]
    second |= {"webshop_id": 8, "app_token_daily_limit": "250", "installed": None}
    second["webshop_url"] += "/"
    assert fleet.run("plan", "--shop", "all").exit == 0
    name = fleet.name(fleet.shops[1])
    assert "of 250 left today" in fleet.run("plan", "--shop", name).out
    name = fleet.name(fleet.shops[0])
    assert "of 10,000 left today" in fleet.run("plan", "--shop", name).out


def test_doctor_shows_the_usage_of_which_the_ledger_makes_nothing(fleet: Fleet) -> None:
    first, second = fleet.app.items
    first["app_token_current_usage"] = "506"
    second["app_token_current_usage"] = 0
    for shop, usage in zip(fleet.shops, (506, 0), strict=True):
        planned = fleet.run("plan", "--shop", fleet.name(shop))
        assert planned.exit == 0, planned.text
        calls = len(shop.calls)
        found = json.loads(fleet.run("doctor", "--shop", fleet.name(shop), "--json").out)
        (row,) = [each for each in found["answers"] if each["question"] == "app_usage"]
        assert row["answer"] == str(usage)
        assert row["evidence"] == f"shopform had counted {calls} calls of the day"
    del first["app_token_current_usage"]
    found = fleet.run("doctor", "--shop", fleet.name(fleet.shops[0]))
    assert "no list of an app shows the usage of the key: app_usage" in found.out


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"app_token": None}, "has no usable `app_token`; its keys are `app_token`,"),
        ({"webshop_id": 0}, "a shop in the list of the app has no usable `webshop_id`"),
        ({"webshop_id": "../x"}, "a shop in the list of the app has no usable `webshop_id`"),
        ({"webshop_url": " "}, "has no usable `webshop_url`"),
        ({"webshop_id": 8}, "has a shop twice"),
    ],
)
def test_a_list_without_what_is_needed_is_refused(
    fleet: Fleet, change: dict[str, Any], said: str
) -> None:
    fleet.app.items[0] |= change
    run = fleet.run("plan", "--shop", "all")
    assert run.exit == 18, run.text
    assert said in " ".join(run.err.split())


def test_an_app_that_is_refused_or_installed_nowhere_is_an_error(fleet: Fleet) -> None:
    assert fleet.run("plan", "--shop", "all", APP="other").exit == 16
    fleet.app.items = []
    run = fleet.run("plan", "--shop", "all")
    assert run.exit == 10
    assert "no shop has installed the app" in run.err


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://krus.example", "at `http://krus.example`: `url` must start with `https://`"),
        ("https://[krus", "at `https://[krus`: `url` is not a URL"),
        ("https://u:canary@krus.example", "must not contain a user name or password"),
        ("https://\x1b[31mkrus.example", "`url` is not a URL"),
    ],
)
def test_a_shop_with_an_address_that_cannot_be_used_is_named(
    fleet: Fleet, url: str, said: str
) -> None:
    fleet.app.items[1]["webshop_url"] = url
    run = fleet.run("plan", "--shop", "all")
    assert run.exit == 18, run.text
    assert "shop 8 in the list of the app, at `http" in " ".join(run.err.split())
    assert said in " ".join(run.err.split())
    assert "\x1b" not in run.err


def test_what_an_address_has_is_not_replaced(fleet: Fleet) -> None:
    fleet.app.items[0]["webshop_url"] += "/${env:APP}/${var.erp}/$${x}/${"
    assert fleet.run("plan", "--shop", fleet.name(fleet.shops[0])).exit == 18
    for call in fleet.shops[0].calls:
        assert unquote(call.path).startswith("/${env:APP}/${var.erp}/$${x}/${"), call.path
    assert fleet.shops[0].calls


@pytest.mark.parametrize(
    ("app", "said"),
    [
        (None, "`from_app` must be a mapping"),
        ({"url": "https://x.example"}, "missing"),
        ({"token": "canary"}, "a token must not be in the files"),
        ({"token": "${env:NONE}"}, "`NONE` is not set"),
        ({"token": "${env:APP}", "url": "http://x.example"}, "must start with `https://`"),
        ({"token": "${env:APP}", "defaults": {"url": "https://x.example"}}, "unknown"),
    ],
)
def test_mistakes_in_the_settings_have_their_place(fleet: Fleet, app: Any, said: str) -> None:
    settings = {"shops": {"from_app": app}, "variables": {"erp": {}}}
    (fleet.folder / "shopform.yaml").write_text(json.dumps(settings), "utf-8")
    run = run_here(fleet.folder, "plan", "--shop", "all", environment=environment_of(APP=TOKEN))
    assert run.exit == 10, run.text
    assert "--> shopform.yaml:1:" in run.err, run.text
    assert said in run.err, run.text


def test_declared_shops_are_beside_those_of_the_app(fleet: Fleet) -> None:
    with Sandbox(token="own") as own:
        name = fleet.name(fleet.shops[0])
        shop = {"url": own.url, "token": "${env:OWN}", "variables": {"erp": "Egen"}}
        fleet.declare({name: shop}, state="state/fleet/{id}.json")
        applied = fleet.run("apply", "--shop", "all", "--auto-approve", OWN="own")
        assert applied.exit == 0, applied.text
        assert f"{name}-7" in applied.text
        assert [each["name"] for each in own.data("supplier")] == ["Egen"]
        assert (fleet.folder / "state/fleet/7.json").exists()
        fleet.declare(state="state/fleet.json")
        shared = fleet.run("plan", "--shop", "all")
        assert shared.exit == 10
        assert "share the state `state/fleet.json`" in " ".join(shared.err.split())


def test_the_sandbox_answers_for_itself(tmp_path: Path) -> None:
    with Sandbox(token=TOKEN) as shop:
        folder = tmp_path / "project"
        folder.mkdir()
        app = {"token": "${env:APP}", "url": shop.url}
        (folder / "shopform.yaml").write_text(json.dumps({"shops": {"from_app": app}}), "utf-8")
        (folder / "catalogue.yaml").write_text("brands: {nord: {name: Nord}}\n", "utf-8")
        run = run_here(folder, "apply", "--auto-approve", environment=environment_of(APP=TOKEN))
        assert run.exit == 0, run.text
        assert [brand["name"] for brand in shop.data("brand")] == ["Nord"]


@pytest.mark.wide
def test_kinds_of_the_project_are_those_of_every_shop(fleet: Fleet) -> None:
    """A shop without the endpoint of one has an error of its own."""
    rows = {"headline": {"type": "text", "required": True}}
    note = {"section": "notes", "endpoint": "note", "id": "note_id", "identity": ["headline"]}
    kinds = {"note": {**note, "fields": rows}}
    made = catalogue_of(note=kinds["note"])
    with Sandbox(token="canary-9", catalogue=made) as shop:
        fleet.app.items = [fleet.item(9, shop)]
        (fleet.folder / "kinds.yaml").write_text(json.dumps({"kinds": kinds}), "utf-8")
        (fleet.folder / "notes.yaml").write_text('notes: {"a": {"headline": "A"}}', "utf-8")
        applied = fleet.run("apply", "--shop", "all", "--auto-approve")
        assert applied.exit == 0, applied.text
        assert [row["headline"] for row in shop.data("note")] == ["A"]
        fleet.app.items.append(fleet.item(7, fleet.shops[0]))
        planned = fleet.run("plan", "--shop", "all")
        assert planned.exit == 18
        assert f"{fleet.name(fleet.shops[0])}: the shop has no `/note`" in planned.err
        assert "No changes." in planned.out
