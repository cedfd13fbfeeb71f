"""`shopform login` against a stub of the vendor's page, with a keyring in a file."""

import json
import socket
import sys
import time
import webbrowser
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import keyring
import pytest
from demo_shop import demo
from keyring.core import load_keyring
from support import Run, environment_of, run_here
from vendor import TOKEN, Vendor, ask, vendor

from shopform.sandbox import Sandbox
from shopform.workflow.login.callback import Callback
from shopform.workflow.login.callback import listening as awaited
from shopform.workflow.records import key_use

Browser = Callable[[str], object]
STORED = "shopform/main"
USED = "shopform/main.used"


class Login:
    """A project whose key is in the keyring, and the page that gives one."""

    def __init__(self, folder: Path, page: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.page, self._monkeypatch = folder, page, monkeypatch
        self.keyring = folder / "keyring.json"
        self.closed = Event()  # the browser of the last run
        self.keep()
        monkeypatch.setenv("KEYRING_FILE", str(self.keyring))

    def keep(self, **held: str) -> None:
        self.keyring.write_text(json.dumps(held), "utf-8")

    @property
    def kept(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(self.keyring.read_text("utf-8"))
        return found

    def run(self, *arguments: str, browser: Browser | None = None) -> Run:
        """A run, and what its browser does, which may go on after it."""
        opened, self.closed = Event(), Event()

        def open_page(address: str) -> None:
            opened.set()
            try:
                (browser or self.allow)(address)
            finally:
                self.closed.set()

        self._monkeypatch.setattr(webbrowser, "open", open_page)
        environment = environment_of(KEYRING_FILE=str(self.keyring))
        run = run_here(self.folder, *arguments, environment=environment)
        assert not opened.is_set() or self.closed.wait(60)
        assert TOKEN not in run.text
        assert "canary" not in run.text
        for path in self.folder.rglob("*"):
            if path.is_file() and path != self.keyring:
                assert TOKEN.encode() not in path.read_bytes(), path
        return run

    def login(self, *more: str, browser: Browser | None = None) -> Run:
        return self.run("login", "--host", self.page.url, *more, browser=browser)

    def allow(self, address: str) -> tuple[int, str]:
        """Open the page, allow it, and follow where it leads; the status and page of that."""
        assert ask("GET", address)[0] == 200
        status, back, _ = ask("POST", f"{self.page.url}/admin/oauth/allow")
        assert status == 302
        status, _, body = ask("GET", back)
        return status, body


@pytest.fixture
def one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Login]:
    before = keyring.get_keyring()
    keyring.set_keyring(load_keyring("keyring_in_a_file.KeyringInAFile"))
    with Sandbox(token=TOKEN) as sandbox, vendor(sandbox.url.removesuffix("/REST")) as page:
        folder = demo(tmp_path / "project", sandbox, "brands: {nord: {name: Nord}}\n")
        settings = folder / "shopform.yaml"
        text = settings.read_text("utf-8").replace("${env:SHOPFORM_TOKEN}", "${keyring:main}")
        settings.write_text(text, "utf-8")
        yield Login(folder, page, monkeypatch)
    keyring.set_keyring(before)


TODAY = date(2026, 11, 30)


@pytest.fixture(autouse=True)
def no_midnight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_use, "_today", lambda: TODAY)


def test_a_key_is_stored_and_used(one: Login) -> None:
    pages: list[Any] = []
    run = one.login(browser=lambda address: pages.append((address, one.allow(address))))
    assert run.exit == 0, run.text
    ((address, (status, body)),) = pages
    asked = dict(parse_qsl(urlsplit(address).query))
    assert address.startswith(f"{one.page.url}/admin/oauth/login?client_id=shopform&")
    assert asked["redirect_uri"].startswith("http://127.0.0.1:")
    assert len(asked["state"]) > 40
    assert f"Log in at {address}\n" in run.err
    host = urlsplit(one.page.shop_url).netloc
    assert run.out == (
        f"Stored the key of {host} (Krus & Kopper) as ${{keyring:main}}.\nAccess: write\n"
    )
    assert "after 90 days without use" in run.err
    assert (status, TOKEN in body, "replaceState" in body) == (200, False, True)
    assert one.kept == {STORED: TOKEN, USED: TODAY.isoformat()}
    assert one.run("apply", "--auto-approve").exit == 0
    one.login()
    assert one.page.asked[0]["state"] != one.page.asked[1]["state"]


def test_a_page_is_opened_only_if_it_may_be(one: Login) -> None:
    run = one.login("--no-browser", "--timeout", "0.05s", browser=pytest.fail)
    assert run.exit == 1
    assert "Log in at http://" in run.err
    assert "no answer within 0 seconds" in run.err
    assert not one.kept


def test_an_answer_to_another_login_is_refused_and_does_not_end_this_one(
    one: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[int, str]] = []

    def confuse(address: str) -> None:
        for state in ("", "another", "\u00e9", None):
            one.page.answer = {"state": state, "token": "canary-of-another"}
            seen.append(one.allow(address))
        one.page.answer = {}
        seen.append(one.allow(address))

    assert one.login(browser=confuse).exit == 0
    assert [status for status, _ in seen] == [400, 400, 400, 400, 200]
    assert "not an answer to the login" in seen[0][1]
    assert not any("canary" in body for _, body in seen)
    assert one.kept[STORED] == TOKEN
    one.keep()
    one.page.answer = {"state": "another"}
    wait = Callback.wait

    def wait_for_browser(callback: Callback, seconds: float) -> Mapping[str, str]:
        assert one.closed.wait(60)
        return wait(callback, seconds)

    monkeypatch.setattr(Callback, "wait", wait_for_browser)
    run = one.login("--timeout", "0.05s")
    assert run.exit == 11, run.text
    assert "no answer to this login within 0 seconds, but one with another `state`" in run.err
    assert not one.kept


def test_the_first_of_two_answers_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getfqdn", pytest.fail)  # it may take seconds
    with awaited(0) as callback:
        for number, token in enumerate(("one&token=two", "three"), 1):
            query = f"state={callback.state}&token={token}&shop_name=<script>"
            status, _, body = ask("GET", f"{callback.url}?{query}")
            assert status == 200
            assert "token" not in body
            assert body.count("<script>") == 1
            while callback._server.received.qsize() < number:  # it is answered before it is kept
                time.sleep(0.001)
        assert callback.wait(0)["token"] == "two"


def test_only_the_first_redirect_to_this_address_counts(one: Login) -> None:
    seen: list[int] = []

    def wander(address: str) -> None:
        back = dict(parse_qsl(urlsplit(address).query))["redirect_uri"]
        root = back.removesuffix("/callback")
        seen.append(ask("GET", f"{root}/favicon.ico")[0])
        seen.append(ask("GET", f"{back}?state=x", Host="evil.example")[0])
        seen.append(ask("POST", f"{back}?state=x")[0])
        one.allow(address)

    assert one.login(browser=wander).exit == 0
    assert seen == [404, 404, 501]
    assert one.kept[STORED] == TOKEN


def test_the_key_of_another_shop_is_not_stored(one: Login) -> None:
    one.page.answer = {"shop_url": "https://other.example.dk"}
    run = one.login()
    assert run.exit == 11
    assert "the key is of another shop than `demo`: other.example.dk and shoporama.dk" in run.err
    one.page.answer = {"shop_url": "https://x:y", "api_endpoint": "https://["}
    run = one.login()
    assert run.exit == 11, run.text
    assert "the key is of another shop than `demo`: no address" in run.err
    one.page.answer = {"shop_url": "https://[", "api_endpoint": one.page.shop_url}
    assert one.login().exit == 0
    one.page.answer = {"shop_url": "https://other.example.dk", "api_endpoint": one.page.shop_url}
    assert one.login().exit == 0


def test_an_answer_without_a_key_names_what_it_has(one: Login) -> None:
    one.page.answer = {"token": None, "error": "denied"}
    run = one.login()
    assert run.exit == 11
    assert (
        "its answer has: access_level, api_endpoint, error, shop_name, shop_url, state" in run.err
    )
    one.page.answer = {"token": "a\nb"}
    assert one.login().exit == 11
    assert not one.kept


def test_what_cannot_work_is_reported_before_the_browser_opens(one: Login) -> None:
    for host in ("http://vendor.example", "http://[", "https://", "https://x/?a=b", "ftp://x"):
        run = one.run("login", "--host", host, browser=pytest.fail)
        assert run.exit == 64, run.text
        assert f"`{host}` is not an https URL" in run.err
    port = urlsplit(one.page.url).port
    run = one.login("--port", str(port), browser=pytest.fail)
    assert run.exit == 64
    assert f"cannot listen on port {port}" in run.err
    settings = one.folder / "shopform.yaml"
    settings.write_text(settings.read_text("utf-8").replace("keyring:", "env:"), "utf-8")
    run = one.login(browser=pytest.fail)
    assert run.exit == 10
    assert "write `token: ${keyring:demo}` below this shop" in run.err


def test_a_keyring_that_cannot_be_used_is_an_error_with_its_place(one: Login) -> None:
    run = one.run("plan")
    assert run.exit == 10
    assert "the keyring has no secret `main`" in run.err
    assert "`shopform login` stores the key of a shop" in run.err
    assert "--> shopform.yaml:1:" in run.err
    one.keep(**{"read-only": "yes"})
    run = one.login()
    assert run.exit == 10
    assert "the keyring cannot be used (PasswordSetError)" in run.err
    one.keyring.unlink()
    for command in ("plan", "login"):
        run = one.run(command, browser=pytest.fail)
        assert run.exit == 10
        assert "the keyring cannot be used (KeyringLocked)" in run.err
    one.keyring.write_text("{", "utf-8")
    assert "the keyring cannot be used (JSONDecodeError)" in one.run("plan").err
    one.keep()
    assert one.run("validate").exit == 0


def test_a_keyring_that_keeps_nothing_is_not_said_to_have_stored_a_key(one: Login) -> None:
    keyring.set_keyring(load_keyring("keyring.backends.null.Keyring"))
    run = one.login()
    assert run.exit == 10
    assert "the keyring did not store `main`" in run.err
    assert run.out == ""


@pytest.mark.parametrize(
    ("backend", "said"),
    [
        ("keyring.backends.fail.Keyring", "this machine has no keyring"),
        ("no.such.Backend", "the keyring cannot be used (ModuleNotFoundError)"),
        ("x", "the keyring cannot be used (ValueError)"),
    ],
)
def test_a_machine_without_a_keyring_says_what_to_use(
    one: Login, monkeypatch: pytest.MonkeyPatch, backend: str, said: str
) -> None:
    for name in [each for each in sys.modules if each.partition(".")[0] == "keyring"]:
        monkeypatch.delitem(sys.modules, name)  # the library chooses when it is imported
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", backend)
    for command in ("plan", "login"):
        run = one.run(command, browser=pytest.fail)
        assert run.exit == 10, run.text
        assert said in run.err
        assert "CI jobs use `${env:NAME}`" in " ".join(run.err.split())


@pytest.mark.parametrize(("idle", "said"), [(75, ""), (76, "revokes it"), (90, "has revoked it")])
def test_a_key_that_is_not_used_is_reported(one: Login, idle: int, said: str) -> None:
    last = TODAY - timedelta(days=idle)
    one.keep(**{STORED: TOKEN, USED: last.isoformat()})
    run = one.run("plan")
    assert run.exit == 0, run.text
    assert (f"was last used on {last}" in run.err) == bool(said)
    assert said in run.err
    assert one.kept[USED] == TODAY.isoformat(), "the shop accepted it"
    assert "last used" not in one.run("plan").err


def test_a_key_that_the_shop_refuses_is_not_used(one: Login) -> None:
    before = {STORED: "another", USED: "2026-01-01"}
    one.keep(**before)
    run = one.run("plan")
    assert run.exit == 16
    assert "`shopform login --shop demo` gets another" in " ".join(run.err.split())
    (one.folder / "catalogue.yaml").write_text("", "utf-8")
    assert one.run("plan").exit == 0, "without a call"
    assert one.kept == before


def test_a_key_that_was_stored_by_hand_has_no_date(one: Login) -> None:
    one.keep(**{STORED: TOKEN})
    run = one.run("plan")
    assert (run.exit, one.kept) == (0, {STORED: TOKEN})
    one.keep(**{STORED: TOKEN, USED: "soon"})
    assert one.run("plan").exit == 0
