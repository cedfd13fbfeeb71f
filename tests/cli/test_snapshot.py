"""A shop in a file: the same plan, without the shop, its key or a network, and never applied."""

import http.client
import json
import re
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from demo_shop import Shopform, applied, demo
from support import Prepared, Run, environment_of, run_here

from shopform.kinds.standard import STANDARD
from shopform.sandbox import Sandbox
from shopform.workflow.records.snapshot_file import read_snapshot

SECRETS = {
    "MAIL": "canary-mail@example.dk",
    "HOOK": "https://hooks.example.dk/canary-hook",
    "OTHER": "https://hooks.example.dk/canary-other",
}
CATALOGUE = """\
brands:
  nord: {name: Nord}
categories:
  men: {name: Herre, meta_title: Sko, rewrite_url: herre}
  old: {name: Gammel, parent: men, rewrite_url: gammel}
profiles:
  shoes: {name: Sko, attributes: {size: {name: Str, type: valuelist, values: [A, B]}}}
suppliers:
  fjord: {name: Fjord, dropshipping_mail: "${env:MAIL}"}
webhooks:
  erp: {url: "${env:HOOK}", events: [paid]}
  plain: {url: "https://erp.example.dk/in", events: [paid]}
"""
CHANGED = """\
brands:
  nord: {name: Nord}
  syd: {name: Syd}
categories:
  men: {name: Herre, meta_title: Sko og støvler, rewrite_url: maend}
  old: {name: Gammel, parent: men, rewrite_url: gammel}
profiles:
  shoes: {name: Sko, attributes: {size: {name: Str, type: valuelist, values: [A, C]}}}
suppliers:
  fjord: {name: Fjord AS, dropshipping_mail: "${env:MAIL}"}
webhooks:
  erp: {url: "${env:HOOK}", events: [paid, stock]}
  adopted: {url: "${env:OTHER}", events: [paid]}
"""


@pytest.fixture
def project(tmp_path: Path, sandbox: Sandbox) -> Path:
    return demo(tmp_path / "project", sandbox, CATALOGUE)


@pytest.fixture
def run(project: Path) -> Shopform:
    return applied(project, **SECRETS)


@pytest.fixture
def alone(project: Path, monkeypatch: pytest.MonkeyPatch) -> Shopform:
    """Runs without a key, without secrets, and where every connection is an error."""

    def refuse(*_: object) -> None:
        raise AssertionError("a connection")

    def go(*arguments: str) -> Run:
        environment = environment_of()
        del environment["SHOPFORM_TOKEN"]
        with monkeypatch.context() as here:
            for name in ("connect", "connect_ex", "sendto"):
                here.setattr(socket.socket, name, refuse)
            here.setattr("shopform.shop.transport.Transport._respond", refuse)
            return run_here(project, *arguments, environment=environment)

    return go


def create(sandbox: Sandbox, path: str, body: dict[str, Any]) -> None:
    """What somebody does in the shop's own administration."""
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.port)
    connection.request("POST", f"/REST/{path}", json.dumps(body), {"Authorization": "sandbox"})
    assert connection.getresponse().status < 300
    connection.close()


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


MARKS = re.compile(
    r"Calls: .* to verify(?: \(.*? left today\))?\."
    r"|(?: \*\*|<p class=\"verdict\">)?Planned from a snapshot of .* old\. It cannot be applied\."
    r"(?:\*\*|</p>|\n)|a snapshot of the shop|the live shop"
)


def unmarked(text: str) -> str:
    """The output without what only one of the two plans can say."""
    return MARKS.sub("", text)


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_the_plan_is_that_of_the_shop_without_the_shop(
    form: str, run: Shopform, alone: Shopform, sandbox: Sandbox, project: Path
) -> None:
    create(sandbox, "webhook", {"url": SECRETS["OTHER"], "events": ["paid"]})
    (project / "catalogue.yaml").write_text(CHANGED, "utf-8")
    assert run("snapshot", "--out", "shop.json").exit == 0
    live = run("plan", "--format", form)
    sandbox.close()
    found = alone("plan", "--snapshot", "shop.json", "--format", form)
    assert live.exit == found.exit == 0
    assert "Planned from a snapshot of" in found.out
    assert unmarked(found.out) == unmarked(live.out)
    assert "webhook.adopted" in found.out


def test_the_document_is_that_of_the_shop(
    run: Shopform, alone: Shopform, sandbox: Sandbox, project: Path
) -> None:
    create(sandbox, "webhook", {"url": SECRETS["OTHER"], "events": ["paid"]})
    (project / "catalogue.yaml").write_text(CHANGED, "utf-8")
    run("snapshot", "--out", "shop.json")
    live = json.loads(run("plan", "--json").out)
    found = json.loads(alone("plan", "--snapshot", "shop.json", "--json").out)
    assert found["coverage"]["offline"] is True
    assert not found["applyable"]
    assert live["applyable"]
    for each in (live, found):
        for name in ("coverage", "applyable", "calls", "integrity"):
            each.pop(name, None)
        for address, name in (
            ("supplier.fjord", "dropshipping_mail"),
            ("webhook.erp", "url"),
            ("webhook.adopted", "url"),
        ):
            del each["basis"]["fingerprints"][address][name]
    assert json.dumps(found) == json.dumps(live)


def test_a_snapshot_has_no_secret(run: Shopform, sandbox: Sandbox, project: Path) -> None:
    create(sandbox, "webhook", {"url": SECRETS["OTHER"], "events": ["paid"]})
    password = {"url": "https://user:canary-word@example.dk/", "events": ["paid"]}
    create(sandbox, "webhook", password)
    create(sandbox, "brand", {"name": "canary-key is sandbox-canary"})
    generated = [row["secret"] for row in sandbox.data("webhook")]
    (project / "catalogue.yaml").write_text(CHANGED, "utf-8")
    (project / "shopform.yaml").write_text(
        (project / "shopform.yaml").read_text("utf-8").replace("SHOPFORM_TOKEN", "KEY"), "utf-8"
    )
    made = run_here(
        project,
        *("snapshot", "--out", "shop.json"),
        environment=environment_of(**SECRETS, KEY="sandbox"),
    )
    assert made.exit == 0, made.text
    held = (project / "shop.json").read_text("utf-8")
    assert len(generated) == 4
    assert [text for text in (*generated, "canary", "hemmeligt") if text and text in held] == []
    assert held.count("hmac-sha256:") > len(SECRETS)
    assert (project / "shop.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("key", ["", "k" * 32])
def test_a_password_in_the_files_is_compared(
    key: str, run: Shopform, alone: Shopform, project: Path
) -> None:
    """The state holds it as it is, so no key of digests is needed to compare it."""
    file = project / "catalogue.yaml"
    file.write_text(CATALOGUE.replace("https://erp", "https://user:word@erp"), "utf-8")
    keyed = environment_of(**SECRETS, SHOPFORM_DIGEST_KEY=key)
    assert run_here(project, "apply", "--auto-approve", environment=keyed).exit == 0
    assert run_here(project, "snapshot", "--out", "shop.json", environment=keyed).exit == 0
    assert alone("plan", "--snapshot", "shop.json", "--detailed-exitcode").exit == 0
    file.write_text(file.read_text("utf-8").replace("user:word", "user:other"), "utf-8")
    assert alone("plan", "--snapshot", "shop.json", "--detailed-exitcode").exit == 2


def test_a_secret_that_the_snapshot_does_not_know_is_a_change(
    run: Shopform, alone: Shopform, project: Path
) -> None:
    run("snapshot", "--out", "shop.json")
    file = project / "catalogue.yaml"
    file.write_text(CATALOGUE.replace("${env:MAIL}", "${env:NEW_MAIL}"), "utf-8")
    assert "1 to change" in alone("plan", "--snapshot", "shop.json").out


def test_such_a_plan_is_never_applied(run: Shopform, alone: Shopform, project: Path) -> None:
    run("snapshot", "--out", "shop.json")
    (project / "catalogue.yaml").write_text(CHANGED, "utf-8")
    before = files(project)
    assert alone("plan", "--snapshot", "shop.json", "--out", "plan.json").exit == 0
    assert files(project) == before | {"plan.json"}
    refused = run("apply", "plan.json")
    assert refused.exit == 12
    assert "was planned from a snapshot" in refused.err
    assert "Planned from a snapshot" in run("show", "plan.json").out


def test_products_of_deletes_are_not_counted_and_that_is_said(
    run: Shopform, alone: Shopform, project: Path
) -> None:
    run("snapshot", "--out", "shop.json")
    text = CATALOGUE.replace("  old: {name: Gammel, parent: men, rewrite_url: gammel}\n", "")
    (project / "catalogue.yaml").write_text(text, "utf-8")
    assert "products of 1 object" in alone("plan", "--snapshot", "shop.json").err
    assert "are not counted" not in run("plan").err


def test_an_interrupted_create_is_in_the_snapshot(
    run: Shopform, alone: Shopform, sandbox: Sandbox, project: Path
) -> None:
    (project / "catalogue.yaml").write_text(CHANGED, "utf-8")
    sandbox.set_fault("POST /brand:1:lose", "GET /brand:2+:500")
    assert run("apply", "--auto-approve").exit != 0
    sandbox.clear_faults()
    assert run("snapshot", "--out", "shop.json").exit == 0
    live, found = run("plan"), alone("plan", "--snapshot", "shop.json")
    assert "Adopted: 1" in live.out
    assert unmarked(found.out) == unmarked(live.out)


def test_another_shop_and_other_wire_names_are_refused(
    run: Shopform, alone: Shopform, sandbox: Sandbox, project: Path
) -> None:
    run("snapshot", "--out", "shop.json")
    settings = project / "shopform.yaml"
    text = settings.read_text("utf-8")
    settings.write_text(text.replace('"demo"', '"other"'), "utf-8")
    refused = alone("plan", "--snapshot", "shop.json")
    assert refused.exit == 64
    assert (
        f"the snapshot is of `demo` at `{sandbox.url.removesuffix('/REST')}`, not of `other`"
        in " ".join(refused.err.split())
    )
    wire = '"wire": {"brand": {"endpoint": "maker"}}, "token"'
    settings.write_text(text.replace('"token"', wire), "utf-8")
    assert "other wire names" in alone("plan", "--snapshot", "shop.json").err


def change(path: Path, edit: Callable[[dict[str, Any]], object]) -> None:
    data = json.loads(path.read_text("utf-8"))
    edit(data)
    path.write_text(json.dumps(data), "utf-8")


BROKEN: dict[str, Callable[[dict[str, Any]], object]] = {
    "format": lambda data: data.update(format_version="2.0"),
    "key": lambda data: data.update(more=1),
    "twice": lambda data: data["lists"].append(data["lists"][0]),
    "kind": lambda data: data["lists"][0].update(kind="order"),
    "parent": lambda data: data["lists"][0].update(parent=7),
    "time": lambda data: data["lists"][0].update(read="yesterday"),
    "id": lambda data: data["lists"][0]["objects"].append(data["lists"][0]["objects"][0]),
    "field": lambda data: data["lists"][0]["objects"][0]["fields"].update(colour="red"),
    "digest": lambda data: data["lists"][0]["objects"][0].update(digests={"name": "plain"}),
    "state": lambda data: data["state"].update(serial="1"),
    "old": lambda data: data["state"].update(format_version=1),
}


def test_a_snapshot_is_read_strictly(run: Shopform, alone: Shopform, project: Path) -> None:
    run("snapshot", "--out", "shop.json")
    whole = (project / "shop.json").read_bytes()
    for what, edit in BROKEN.items():
        (project / "shop.json").write_bytes(whole)
        change(project / "shop.json", edit)
        refused = alone("plan", "--snapshot", "shop.json")
        assert refused.exit == 1, what
        assert "is not a snapshot that this version reads" in refused.err, what


@pytest.mark.parametrize(("text", "code"), [("", 1), ("[]", 1), ("[" * 100_000, 1), (None, 64)])
def test_what_is_no_snapshot(text: str | None, code: int, alone: Shopform, project: Path) -> None:
    if text is not None:
        (project / "shop.json").write_text(text, "utf-8")
    assert alone("plan", "--snapshot", "shop.json").exit == code


def test_a_list_that_could_not_be_read_is_missing_only_where_it_matters(
    run: Shopform, alone: Shopform, sandbox: Sandbox, project: Path
) -> None:
    sandbox.set_fault("GET /redirect:1+:403")
    made = run("snapshot", "--out", "shop.json")
    assert made.exit == 0
    assert "the redirects are omitted" in made.err
    assert alone("plan", "--snapshot", "shop.json").exit == 0
    text = CATALOGUE + "redirects:\n  old: {source: /a, target: /herre}\n"
    (project / "catalogue.yaml").write_text(text, "utf-8")
    refused = alone("plan", "--snapshot", "shop.json")
    assert refused.exit == 18
    assert "has no complete list of redirects" in refused.err


def test_an_old_snapshot_is_refused(run: Shopform, alone: Shopform, project: Path) -> None:
    run("snapshot", "--out", "shop.json")
    old = (datetime.now(UTC) - timedelta(hours=3, minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    change(project / "shop.json", lambda data: data["lists"][0].update(read=old))
    allowed = alone("plan", "--snapshot", "shop.json", "--max-age", "4h")
    assert allowed.exit == 0
    assert f"snapshot of {old[:10]} {old[11:16]} UTC, 3 hours old" in allowed.out
    refused = alone("plan", "--snapshot", "shop.json", "--max-age", "2h")
    assert refused.exit == 11
    assert "3 hours old, and `--max-age` allows 2 hours" in refused.err


def test_a_snapshot_is_written_over_its_like_only(run: Shopform, project: Path) -> None:
    assert run("snapshot", "--out", "catalogue.yaml").exit == 64
    assert run("snapshot", "--out", "shop.json").exit == 0
    before = (project / "shop.json").read_bytes()
    assert run("snapshot", "--out", "shop.json").exit == 0
    assert read_snapshot(project, Path("shop.json"), STANDARD).shop == "demo"
    assert before.splitlines()[0][:60] == (project / "shop.json").read_bytes()[:60]
    assert run("snapshot").exit == 64


def test_in_processes_of_their_own(prepared: Prepared, project: Path) -> None:
    environment = environment_of(**SECRETS)
    assert prepared.run(project, "apply", "--auto-approve", environment=environment).exit == 0
    taken = prepared.run(project, "snapshot", "--out", "shop.json", environment=environment)
    assert taken.exit == 0
    assert "Wrote `shop.json`: " in taken.err
    del environment["SHOPFORM_TOKEN"]
    named = {**environment, "SHOPFORM_SNAPSHOT": "shop.json"}
    found = prepared.run(project, "plan", environment=named)
    assert found.exit == 0, found.text
    assert "Planned from a snapshot" in found.out
