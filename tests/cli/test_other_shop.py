"""With the central host the key selects the shop: a state is not used in a stranger's."""

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from support import Run, environment_of, run_here

from shopform.sandbox import Sandbox

CATALOGUE: dict[str, Any] = {
    "categories": {"men": {"name": "Herre"}, "women": {"name": "Dame"}, "kids": {"name": "Børn"}},
    "redirects": {"old": {"source": "gammel", "target": "herre"}},
}
STRANGER: dict[str, Any] = {
    "category": [
        {"category_id": 502 + n, "name": f"Andet {n}", "rewrite_url": f"andet-{n}"}
        for n in range(5)
    ],
    "redirect": [{"source": "deres", "target": "andet"}],
}


class Central(ThreadingHTTPServer):
    """One address for several shops: the key says which."""

    daemon_threads = True

    def __init__(self, shops: dict[str, Sandbox]) -> None:
        self.shops = shops
        super().__init__(("127.0.0.1", 0), _Forward)


class _Forward(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _any(self) -> None:
        server = self.server
        assert isinstance(server, Central)
        key = self.headers["Authorization"].removeprefix("Bearer ")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        shop = server.shops[key]
        headers = {"Authorization": "mine" if shop is server.shops["mine"] else "theirs"}
        with closing(http.client.HTTPConnection("127.0.0.1", shop.port)) as line:
            line.request(self.command, self.path, body, headers)
            answer = line.getresponse()
            text = answer.read()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.headers.get("Content-Type", "application/json"))
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PUT = do_DELETE = _any  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


class Host:
    """A project of one shop, at an address with two shops behind it: `mine` and `theirs`."""

    def __init__(self, directory: Path, central: Central) -> None:
        self.directory = directory
        self.central = central
        self.mine, self.theirs = central.shops["mine"], central.shops["theirs"]

    def declare(self, shop_name: str = "demo", **sections: Any) -> None:
        url = f"http://127.0.0.1:{self.central.server_port}"
        shop = {"url": url, "token": "${env:SHOPFORM_TOKEN}"}
        (self.directory / "shopform.yaml").write_text(json.dumps({"shops": {shop_name: shop}}))
        (self.directory / "catalogue.yaml").write_text(json.dumps(sections))

    def run(self, *arguments: str, key: str = "mine") -> Run:
        return run_here(self.directory, *arguments, environment=environment_of(key))

    def done(self, *arguments: str, key: str = "mine") -> Run:
        run = self.run(*arguments, key=key)
        assert run.exit == 0, run.text
        return run

    def refused(self, *arguments: str, key: str = "theirs") -> str:
        """A command that is refused as another shop's, with nothing written."""
        before = writes(self.theirs)
        run = self.run(*arguments, key=key)
        assert run.exit == 1, (arguments, run.text)
        assert "the shop of its state" in words(run), (arguments, run.text)
        assert "`shopform state rehome --shop demo`" in words(run)
        assert writes(self.theirs) == before
        return words(run)

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.directory / "state/demo.json").read_text())
        return found

    def by_hand(self, *edits: tuple[str, str, dict[str, Any] | None]) -> None:
        for method, path, body in edits:
            with closing(http.client.HTTPConnection("127.0.0.1", self.mine.port)) as line:
                text = json.dumps(body) if body else None
                line.request(method, f"/REST/{path}", text, {"Authorization": "mine"})
                assert line.getresponse().status < 300

    def pages(self) -> list[dict[str, Any]]:
        return [row for row in self.mine.data("category") if not row["is_front"]]


def writes(shop: Sandbox) -> list[str]:
    return [f"{call.method} {call.path}" for call in shop.calls if call.method != "GET"]


def asked(shop: Sandbox) -> list[str]:
    return [call.path for call in shop.calls if "category" in call.path]


def words(run: Run) -> str:
    return " ".join(run.text.split())


def unidentified(state: dict[str, Any]) -> dict[str, Any]:
    """A state as format 1 had it: without the shop's front page and the digests of its keys."""
    return {name: part for name, part in state.items() if name not in ("anchor", "keys")}


def at(sandbox: Sandbox, origin: str) -> None:
    """What the shop calls itself in the addresses of its pages."""
    sandbox.app.world.origin = origin


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    with Sandbox(token="mine") as mine, Sandbox(token="theirs", seed=STRANGER) as theirs:
        shops = {"mine": mine, "theirs": theirs}
        for name, sandbox in shops.items():
            at(sandbox, f"https://{name}.example")
        with Central(shops) as central:
            thread = threading.Thread(target=central.serve_forever, args=(0.01,), daemon=True)
            thread.start()
            with patch("shopform.shop.client.FIRST_WAIT", 0.01):
                yield Host(tmp_path, central)
            central.shutdown()
            thread.join()


COMMANDS = [
    ["plan"], ["plan", "--refresh-only"], ["plan", "--destroy"], ["drift"],
    ["apply", "--auto-approve"], ["apply", "--auto-approve", "--target", "redirect.old"],
    ["destroy", "--auto-approve"], ["undo", "--auto-approve"], ["import", "category.new", "506"],
    ["dump", "--update"],
]  # fmt: skip


def test_another_key_changes_nothing_in_a_strangers_shop(host: Host) -> None:
    host.declare(**CATALOGUE)
    host.done("apply", "--auto-approve")
    anchor = {"kind": "category", "id": 501, "name": "Forside"}
    assert host.state()["anchor"] == {**anchor, "host": "mine.example"}
    host.declare(
        "demo", **{**CATALOGUE, "categories": {**CATALOGUE["categories"], "new": {"name": "Ny"}}}
    )
    host.done("plan", "--out", "p.json")
    for command in [*COMMANDS, ["apply", "p.json"]]:
        assert "501 `Forside` of theirs.example" in host.refused(*command)
    # Also where both front pages look alike: what is owned is not there.
    at(host.theirs, "https://mine.example")
    for command in COMMANDS:
        if command[0] != "import":
            host.refused(*command)
    assert host.done("plan").exit == 0


# Without categories among what is read, and in states of any size.
WAYS: list[dict[str, Any]] = [
    {"suppliers": {"a": {"name": "A"}, "b": {"name": "B"}}, **CATALOGUE},
    {"categories": {"men": {"name": "Herre"}}},
    {"redirects": CATALOGUE["redirects"]},
    {"suppliers": {"a": {"name": "A"}}},
]


@pytest.mark.parametrize("ways", [pytest.param(WAYS, marks=pytest.mark.wide), WAYS[2:]])
def test_what_says_that_it_is_another_shop(host: Host, ways: list[dict[str, Any]]) -> None:
    hook = {"webhooks": {"x": {"url": "https://x.example", "events": ["paid"]}}}
    for way in ways:
        host.declare(**way)
        host.done("apply", "--auto-approve")
        host.declare("demo", **way, **hook)
        for same in (False, True):
            at(host.theirs, f"https://{'mine' if same else 'theirs'}.example")
            host.refused("apply", "--auto-approve")
            if not same or "anchor" not in host.state():
                host.refused("apply", "--auto-approve", "--target", "webhook.x")
        host.declare()
        host.done("destroy", "--auto-approve")
        (host.directory / "state/demo.json").unlink()


def test_a_new_key_of_the_same_shop_costs_one_call_once(host: Host) -> None:
    host.declare(**CATALOGUE)
    host.done("apply", "--auto-approve")
    host.central.shops["rotated"] = host.mine
    hooks = {}
    for number, expected in enumerate((["/category/501"], [])):
        hooks[f"x{number}"] = {"url": f"https://y{number}.example", "events": ["paid"]}
        host.declare(**CATALOGUE, webhooks=hooks)
        host.mine.reset_log()
        target = ("--target", f"webhook.x{number}")
        host.done("apply", "--auto-approve", *target, key="rotated")
        assert asked(host.mine) == expected
    assert len(host.state()["keys"]) == 2


@pytest.mark.wide
def test_what_staff_do_locks_nobody_out(host: Host) -> None:
    for owned in (1, 2, 3):
        host.declare(categories=dict(list(CATALOGUE["categories"].items())[:owned]))
        host.done("apply", "--auto-approve")
        number = min(row["category_id"] for row in host.pages())
        host.by_hand(("PUT", f"category/{number}", {"name": "Andet navn"}))
        host.done("plan")
        host.by_hand(("DELETE", f"category/{number}", None))
        host.done("apply", "--auto-approve")
        host.done("destroy", "--auto-approve")
    # Renaming most of it looks like another shop; the way to accept that is in the hint.
    host.declare(**CATALOGUE)
    host.done("apply", "--auto-approve")
    ids = [row["category_id"] for row in host.pages()]
    host.by_hand(*(("PUT", f"category/{n}", {"name": f"Ny {n}"}) for n in ids))
    assert "0 do not exist and 3 have another identity" in host.refused("plan", key="mine")
    shown = host.run("state", "rehome")
    assert (shown.exit, "1 of 4 owned objects match" in shown.out) == (11, True), shown.text
    assert "category.kids: " in shown.out
    host.done("state", "rehome", "--auto-approve")
    assert "3 to change" in host.done("plan").out
    # A shop without most of what is owned is the same, if somebody says so.
    host.by_hand(*(("DELETE", f"category/{n}", None) for n in ids))
    host.refused("plan", key="mine")
    host.done("state", "rehome", "--auto-approve")
    assert "3 to add, 0 to change, 0 to destroy" in host.done("plan").out


def test_a_shop_that_moves_takes_its_state_along(host: Host) -> None:
    host.declare(**CATALOGUE)
    host.done("apply", "--auto-approve")
    before = host.state()
    settings = host.directory / "shopform.yaml"
    settings.write_text(settings.read_text().replace("127.0.0.1", "localhost"))
    at(host.mine, "https://ny.example")
    run = host.run("plan")
    assert (run.exit, "`shopform state rehome --shop demo`" in words(run)) == (1, True), run.text
    # Not into a stranger's shop, even at its address.
    refused = host.run("state", "rehome", key="theirs")
    assert (refused.exit, host.state()) == (11, before), refused.text
    shown = host.done("state", "rehome").out
    assert "4 of 4 owned objects match" in shown
    assert "was 501 `Forside` of mine.example" in shown
    after = host.state()
    assert after["shop"].startswith("localhost:")
    assert after["anchor"]["host"] == "ny.example"
    assert after["serial"] == before["serial"] + 1
    assert (after["lineage"], after["resources"]) == (before["lineage"], before["resources"])
    host.done("plan", "--detailed-exitcode")


def test_a_shop_that_is_renamed_takes_its_state_along(host: Host) -> None:
    host.declare(**CATALOGUE)
    host.done("apply", "--auto-approve")
    before = host.state()
    path = host.directory / "state/demo.json"
    for format_1 in (False, True):
        if format_1:  # without digests of keys
            path.write_text(json.dumps(unidentified(before)))
        host.declare("prod", **CATALOGUE)
        for command in [each for each in COMMANDS if each[0] not in ("undo", "import")]:
            run = host.run(*command)
            assert run.exit == 1, (command, run.text)
            assert "`state/demo.json` is of the same shop" in words(run), (command, run.text)
        assert not (host.directory / "state/prod.json").exists()
        if not format_1:  # another shop of the same host has another key
            assert "4 to add" in host.done("plan", key="theirs").out
    (host.directory / "state/other.from-demo.json").write_text("{}")
    moved = host.done("state", "rehome").out
    assert "Moved state/demo.json to state/prod.json." in moved
    assert (host.directory / "state/other.from-prod.json").exists()
    after = json.loads((host.directory / "state/prod.json").read_text())
    assert (after["lineage"], after["resources"]) == (before["lineage"], before["resources"])
    host.done("plan", "--detailed-exitcode")
    assert host.run("undo").exit in (0, 11)
    # What is left of a shop that owns nothing any more stops nobody.
    host.done("destroy", "--auto-approve")
    host.declare("third", **CATALOGUE)
    assert "4 to add" in host.done("plan").out


def test_keys_that_are_swapped_and_states_without_a_key(host: Host) -> None:
    url = f"http://127.0.0.1:{host.central.server_port}"
    shops = {name: {"url": url, "token": f"${{env:{name.upper()}}}"} for name in ("one", "two")}
    text = json.dumps({"shops": shops, **CATALOGUE})
    (host.directory / "shopform.yaml").write_text(text)

    def run(shop: str, one: str, two: str) -> Run:
        keys = environment_of("", ONE=one, TWO=two)
        verb = ("apply", "--auto-approve", "--shop", shop)
        return run_here(host.directory, *verb, environment=keys)

    for shop in shops:
        assert run(shop, "mine", "theirs").exit == 0
    host.mine.reset_log()
    host.theirs.reset_log()
    for same_front in (False, True):
        at(host.theirs, f"https://{'mine' if same_front else 'theirs'}.example")
        for keyless in (False, True):
            for shop in shops:
                path = host.directory / f"state/{shop}.json"
                if keyless:  # as an older format had it
                    held = json.loads(path.read_text())
                    path.write_text(json.dumps(unidentified(held)))
                refused = run(shop, "theirs", "mine")
                assert refused.exit == 1, refused.text
                assert "the shop of its state" in words(refused), refused.text
            assert not writes(host.mine)
            assert not writes(host.theirs)


def test_copies_between_two_shops_of_one_host(host: Host) -> None:
    url = f"http://127.0.0.1:{host.central.server_port}"
    shops = {name: {"url": url, "token": f"${{env:{name.upper()}}}"} for name in ("ours", "other")}
    (host.directory / "shopform.yaml").write_text(json.dumps({"shops": shops}))
    between = ("--from", "other", "--to", "ours", "--auto-approve", "--kinds", "categories")
    for ours, verb, expected in (
        ("theirs", "clone", 64), ("mine", "clone", 0), ("mine", "clone", 0), ("mine", "promote", 0)
    ):  # fmt: skip
        keys = environment_of("", OURS=ours, OTHER="theirs")
        run = run_here(host.directory, verb, *between, environment=keys)
        assert run.exit == expected, run.text
        assert ("are one shop" in words(run)) == (expected == 64)
    assert {row["name"] for row in host.pages()} == {f"Andet {n}" for n in range(5)}
    assert not writes(host.theirs)


def test_a_snapshot_does_not_show_to_which_shop_a_key_belongs(host: Host) -> None:
    host.declare(**CATALOGUE)
    host.done("apply", "--auto-approve")
    host.done("snapshot", "--out", "shop.json")
    changed = ("plan", "--snapshot", "shop.json", "--refresh=changed")
    host.done(*changed)
    host.refused(*changed)
