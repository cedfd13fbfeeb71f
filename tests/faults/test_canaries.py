"""Three secrets go through a whole life; none of them is seen anywhere but where it belongs."""

import base64
import json
import traceback
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from unittest.mock import patch
from urllib.parse import quote

import pytest
from support import Prepared, Run, copy_project, environment_of, run_here, sampled

from shopform.kinds.standard import STANDARD
from shopform.sandbox import Sandbox
from shopform.shop import write

PROJECT = Path(__file__).with_name("projects") / "start"
KEY = "canary-key-7f3a9e51c0d84b6f"
FIELD = "canary/field 5b1e8c27=a94d"
EDITED = "canary/edited 4d8a1c70=e65b"
LATER = "canary/later 9c0d2e48=b17f"
HOOK = """webhooks:
  erp:
    url: https://erp.example/stock?key=${env:HOOK_KEY}
    events: [EVENTS]
    secret_to: {file: secrets/erp}
"""


FORMS = ("text", "json", "markdown", "html")
FAILING = ("400", "401", "422", "500", "lose", "garble", "html", "empty")
STRUCK = ("POST /webhook:1", "POST /webhook:1+", "GET:1+", "POST:3+")
# Every field of every kind that may hold a text, and so a secret.
TEXTS = [
    (kind.name, name)
    for kind in STANDARD.kinds
    for name in kind.fields
    if kind.type(name).textual and not kind.type(name).listed
    if name not in kind.generated
]
REQUIRED: dict[str, dict[str, object]] = {
    "webhook": {"events": ["paid"]},
    "attribute": {"type": "valuelist"},
}


class Watched:
    """A project whose every run is kept, in this process and in others."""

    def __init__(self, directory: Path, sandbox: Sandbox, prepared: Prepared) -> None:
        self.directory = directory
        self.prepared = prepared
        self.sandbox = sandbox
        self.field = FIELD
        self.secrets = {KEY, FIELD, LATER}
        self.said: list[str] = []
        self.variables: dict[str, str] = {}
        self.declare("stock")

    def declare(self, events: str) -> None:
        (self.directory / "hook.yaml").write_text(HOOK.replace("EVENTS", events), "utf-8")

    def everything(self, tag: str, *, secret: bool, key: str = "k", **more: object) -> None:
        """Declare one object of each kind, with every text a secret or none."""
        made: dict[str, dict[str, object]] = {}
        for kind, name in TEXTS:
            variable = f"{kind}_{name}".upper()
            text = canary(kind, name, tag)
            self.variables[variable] = text
            value = f"${{env:{variable}}}" if secret else text
            made.setdefault(kind, dict(REQUIRED.get(kind, {})))[name] = value
        for kind in ("value", "attribute"):
            above = STANDARD[kind].nesting
            assert above
            made[above.kind][STANDARD[kind].section] = {"n": made.pop(kind)}
        sections = {STANDARD[kind].section: {key: fields} for kind, fields in made.items()}
        (self.directory / "every.yaml").write_text(json.dumps({**sections, **more}), "utf-8")

    def looked_at(self) -> None:
        for form in FORMS:
            self.run("plan", "--format", form)
            self.run("drift", "--format", form)
            self.run("undo", "--format", form)
        owned = self.run("state", "list").out.split()
        for arguments in (
            ("plan", "--destroy"), ("plan", "--json-stream"), ("plan", "--refresh-only"),
            ("drift", "--write", "-"), ("state", "pull"), ("plan", "--out", "p.json"),
            ("show", "p.json"), *(("state", "show", a) for a in owned),
        ):  # fmt: skip
            assert self.run(*arguments).exit in (0, 2), arguments

    def run(self, *arguments: str, key: str = KEY, real: bool = False) -> Run:
        environment = environment_of(key, HOOK_KEY=self.field, SHOPFORM_TRACEBACK="1")
        environment |= self.variables
        runner = self.prepared.run if real else run_here
        run = runner(self.directory, *arguments, environment=environment)
        self.said.append(run.text)
        self.secrets |= {hook["secret"] for hook in self.sandbox.data("webhook")}
        return run

    def hooks_edited(self) -> None:
        """Somebody writes another secret into the shop by hand."""
        self.secrets.add(EDITED)
        found = [hook for hook in self.sandbox.data("webhook") if "stock?key=" in hook["url"]]
        connection = HTTPConnection("127.0.0.1", self.sandbox.port)
        body = json.dumps({"url": f"https://erp.example/stock?key={EDITED}"})
        path = f"/REST/webhook/{found[0]['webhook_id']}"
        connection.request("PUT", path, body, {"Authorization": KEY})
        assert connection.getresponse().status < 300
        connection.close()

    def nothing_leaked(self) -> None:
        forms = {form for secret in self.secrets for form in written(secret)}
        for text in self.said:
            assert not [form for form in forms if form in text], text
        for path in self.directory.rglob("*"):
            held = path.read_bytes() if path.is_file() else b""
            here = path.parent == self.directory / "secrets"
            assert not here or path.stat().st_mode & 0o777 == 0o600
            found = [form for form in forms if form.encode() in held and not here]
            assert not found, f"{path} holds {found}"


def canary(kind: str, name: str, tag: str) -> str:
    return (
        f"https://canary.example/{tag}-{kind}-{name}" if name == "url" else f"{tag}-{kind}-{name}"
    )


def written(secret: str) -> set[str]:
    """A secret in the ways in which it may show."""
    return {secret, quote(secret), quote(secret, safe=""), repr(secret)[1:-1]} | {
        base64.b64encode(secret.encode()).decode().rstrip("="),
        secret.encode().hex(),
    }


@pytest.fixture
def watched(
    tmp_path: Path, prepared: Prepared, request: pytest.FixtureRequest
) -> Iterator[Watched]:
    with Sandbox(token=KEY, switches=getattr(request, "param", None)) as sandbox:
        yield Watched(copy_project(PROJECT, tmp_path / "project", sandbox), sandbox, prepared)


def test_a_whole_life_shows_no_secret(watched: Watched) -> None:
    assert watched.run("plan", real=True).exit == 0
    assert watched.run("apply", "--auto-approve", real=True).exit == 0
    url = {hook["url"] for hook in watched.sandbox.data("webhook")}
    assert f"https://erp.example/stock?key={FIELD}" in url
    assert (watched.directory / "secrets/erp").read_text().strip() in watched.secrets
    assert watched.run("plan", "--detailed-exitcode").exit == 0
    assert watched.run("drift", real=True).exit == 0
    assert watched.run("state", "show", "webhook.erp", real=True).exit == 0
    watched.run("state", "list")
    watched.declare("paid")
    assert watched.run("apply", "--auto-approve").exit == 0
    watched.field = LATER
    assert watched.run("plan", "--detailed-exitcode").exit == 2
    watched.hooks_edited()
    for form in ("text", "json", "markdown", "html"):
        assert watched.run("drift", "--format", form).exit == 2
    assert watched.run("drift", "--write", "-").exit == 2
    assert watched.run("apply", "--auto-approve", "--replace", "webhook.orders").exit == 0
    (watched.directory / "state/sandbox.json").unlink()
    assert watched.run("apply", "--auto-approve").exit == 0
    assert watched.run("destroy", "--auto-approve", real=True).exit == 0
    watched.nothing_leaked()


def test_undoing_shows_no_secret(watched: Watched) -> None:
    """Created, changed, destroyed and let go of, each of them undone and done again."""
    assert watched.run("apply", "--auto-approve").exit == 0
    watched.field = LATER
    watched.declare("paid")
    assert watched.run("apply", "--auto-approve").exit == 0
    watched.hooks_edited()
    for form in ("text", "json", "markdown", "html"):
        assert watched.run("undo", "--format", form).exit == 0
    assert watched.run("undo", "--out", "undo.json", real=True).exit == 0
    assert watched.run("undo", "--auto-approve", real=True).exit == 0
    assert watched.run("undo", "--auto-approve").exit == 0
    assert watched.run("destroy", "--auto-approve").exit == 0
    assert watched.run("undo", "--auto-approve").exit == 0
    (watched.directory / "hook.yaml").write_text(
        "removed: [{address: webhook.erp, destroy: false}]", "utf-8"
    )
    assert watched.run("apply", "--auto-approve").exit == 0
    assert watched.run("undo", "--auto-approve").exit == 0
    assert watched.run("undo", "--list", "--json").exit == 0
    watched.nothing_leaked()


def test_a_secret_that_turns_into_a_text_is_shown_nowhere(watched: Watched) -> None:
    """Nor does a text that turns into one: the shop holds the old value until it is applied."""
    path = watched.directory / "ways.yaml"
    way = "redirects: {way: {source: /old, target: '%s'}}"
    path.write_text(way % "/x?key=${env:HOOK_KEY}", "utf-8")
    assert watched.run("apply", "--auto-approve").exit == 0
    literal = HOOK.replace("stock?key=${env:HOOK_KEY}", "open")
    (watched.directory / "hook.yaml").write_text(literal.replace("EVENTS", "stock"), "utf-8")
    path.write_text(way % "/open", "utf-8")
    for form in ("text", "json", "markdown", "html"):
        assert watched.run("plan", "--format", form).exit == 0
    assert watched.run("plan", "--json-stream").exit == 0
    assert watched.run("plan", "--out", "p.json", real=True).exit == 0
    assert watched.run("show", "p.json").exit == 0
    assert watched.run("graph", "--plan", "p.json").exit == 0
    watched.sandbox.set_fault("PUT:1+:422")
    watched.run("apply", "p.json")
    watched.sandbox.clear_faults()
    watched.nothing_leaked()
    assert watched.run("apply", "--auto-approve", "--json").exit == 0
    for form in ("text", "json", "markdown", "html"):
        assert watched.run("undo", "--format", form).exit == 0
        assert watched.run("drift", "--format", form).exit == 0
    watched.nothing_leaked()


@pytest.mark.parametrize("watched", [{"identity": "lower", "html": "clean"}], indirect=True)
def test_no_text_of_any_kind_is_shown_once_it_was_or_is_a_secret(watched: Watched) -> None:
    """Made, replaced by others, by texts under other keys, undone, let go of; the shop rewrites
    names and rich text, and what it stores is warned of."""
    (watched.directory / "hook.yaml").unlink()
    for tag in ("canary-One", "canary-Two"):
        watched.secrets.add(tag.lower())
        watched.secrets.add(tag)
        watched.everything(tag, secret=True)
        watched.looked_at()
        assert watched.run("apply", "--auto-approve").exit == 0
    watched.looked_at()
    kinds = {kind for kind, _ in TEXTS} - {"attribute", "value"}
    moved = [{"from": f"{kind}.k", "to": f"{kind}.m"} for kind in kinds]
    watched.everything("open", secret=False, key="m", moved=moved)
    watched.looked_at()
    assert watched.run("apply", "--auto-approve", "--json").exit == 0
    watched.looked_at()
    (watched.directory / "every.yaml").write_text(
        json.dumps({"removed": [{"address": f"{kind}.m", "destroy": False} for kind in kinds]})
    )
    watched.looked_at()
    assert watched.run("apply", "--auto-approve").exit == 0
    watched.run("undo", "--auto-approve")
    watched.nothing_leaked()


def test_no_record_keeps_a_text_that_became_a_secret(watched: Watched) -> None:
    (watched.directory / "hook.yaml").unlink()
    watched.everything("canary-Was", secret=False)
    assert watched.run("apply", "--auto-approve").exit == 0
    watched.said.clear()
    before = set(watched.directory.rglob("*.json"))
    watched.everything("canary-Was", secret=True)
    assert watched.run("apply", "--auto-approve").exit == 0
    watched.looked_at()
    watched.secrets.add("canary-Was")
    for path in before - {watched.directory / "state/sandbox.json"}:
        path.unlink()
    watched.nothing_leaked()


@pytest.mark.parametrize("watched", [{"slug_removed": "reserved"}], indirect=True)
def test_a_path_that_is_a_secret_is_not_in_what_visitors_find(watched: Watched) -> None:
    """The shop gives the page another path, which redirects lead to and begin at."""
    pages = {"categories": {"u": {"name": "U", "rewrite_url": "canary-path"}}}
    ways = {
        "to": {"source": "/forhen", "target": "/canary-path"},
        "at": {"source": "/canary-path-x", "target": "/ny"},
    }
    file = watched.directory / "every.yaml"
    file.write_text(json.dumps({"redirects": ways, **pages}))
    assert watched.run("apply", "--auto-approve").exit == 0
    number = next(r for r in watched.sandbox.data("category") if r["name"] == "U")["category_id"]
    with closing(HTTPConnection("127.0.0.1", watched.sandbox.port)) as connection:
        connection.request("DELETE", f"/REST/category/{number}", headers={"Authorization": KEY})
        assert connection.getresponse().status < 300
    watched.variables["PATH_OF_IT"] = "canary-path"
    pages["categories"]["u"]["rewrite_url"] = "${env:PATH_OF_IT}"
    file.write_text(json.dumps({"redirects": ways, **pages}))
    done = watched.run("apply", "--auto-approve")
    assert "stores `rewrite_url` of `category.u` differently" in " ".join(done.text.split())
    assert "canary-path" not in done.text


def failing(watched: Watched, spec: str, action: str) -> None:
    watched.sandbox.set_fault(f"{spec}:{action}")
    watched.run("apply", "--auto-approve")
    watched.nothing_leaked()
    watched.sandbox.clear_faults()
    assert watched.run("apply", "--auto-approve").exit == 0
    watched.nothing_leaked()


@pytest.mark.parametrize("number", sampled(range(len(FAILING)), 2))
def test_some_runs_that_fail_show_no_secret(watched: Watched, number: int) -> None:
    failing(watched, STRUCK[number % len(STRUCK)], FAILING[number])


@pytest.mark.wide
@pytest.mark.parametrize("action", FAILING)
@pytest.mark.parametrize("spec", STRUCK)
def test_runs_that_fail_show_no_secret(watched: Watched, spec: str, action: str) -> None:
    failing(watched, spec, action)


def test_wrong_keys_are_not_shown(watched: Watched) -> None:
    for key in ("canary-wrong", "canary\nbroken", "canary-wröng", ""):
        watched.secrets.add(key or KEY)
        assert watched.run("plan", key=key).exit in (10, 16)
        if key:
            assert watched.run("plan", key=key, real=True).exit in (10, 16)
    watched.nothing_leaked()


@pytest.mark.parametrize("broken", ["encode", "unwrap", "generated"])
def test_a_traceback_shows_no_secret(watched: Watched, broken: str) -> None:
    with (
        patch.object(write, broken, side_effect=RuntimeError("broken")),
        pytest.raises(RuntimeError) as caught,
    ):
        watched.run("apply", "--auto-approve")
    watched.said.append("".join(traceback.format_exception(caught.value)))
    watched.nothing_leaked()


def test_what_a_killed_run_leaves_shows_no_secret(watched: Watched) -> None:
    watched.sandbox.set_fault("POST /webhook:1+:lose")
    watched.sandbox.set_fault("GET /webhook:2+:drop")
    assert watched.run("apply", "--auto-approve").exit in (14, 18)
    assert (watched.directory / "state/sandbox.json.journal").exists()
    watched.nothing_leaked()
