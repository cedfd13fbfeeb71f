"""A plan that was saved is what runs, or nothing runs."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import Run, environment_of, run_here

from shopform.sandbox import Sandbox

Shopform = Callable[..., Run]


@pytest.fixture
def run(project: Path) -> Shopform:
    def go(*arguments: str, **environment: str) -> Run:
        return run_here(project, *arguments, environment=environment_of(**environment))

    return go


def writes(sandbox: Sandbox) -> int:
    return sum(call.method != "GET" for call in sandbox.calls)


def edit(project: Path, before: str, after: str) -> None:
    file = project / "catalogue.yaml"
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after), "utf-8")


def by_hand(sandbox: Sandbox, path: str, body: dict[str, Any]) -> None:
    """What somebody does in the shop's own administration."""
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", sandbox.port)
    headers = {"Authorization": "sandbox"}
    connection.request("PUT", f"/REST/{path}", json.dumps(body), headers)
    assert connection.getresponse().status < 300
    connection.close()


def test_a_saved_plan_is_applied_without_planning_or_asking(
    run: Shopform, sandbox: Sandbox, project: Path
) -> None:
    assert run("plan", "--out", "p.json").exit == 0
    edit(project, "Nordlys Design", "Something else")
    done = run("apply", "p.json")
    assert done.exit == 0
    assert "13 added" in done.out
    assert [row["name"] for row in sandbox.data("supplier")] == ["Nordlys Design"]
    assert (project / "p.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["catalogue.yaml", ".", "nowhere/p.json"])
def test_a_plan_is_written_over_no_other_file(name: str, run: Shopform, project: Path) -> None:
    before = (project / "catalogue.yaml").read_bytes()
    done = run("plan", "--out", name)
    assert (done.exit, "defect" in done.err) == (64, False)
    assert (project / "catalogue.yaml").read_bytes() == before
    assert [run("plan", "--out", "p.json").exit for _ in range(2)] == [0, 0]


def test_a_plan_is_applied_once(run: Shopform, sandbox: Sandbox) -> None:
    run("plan", "--out", "p.json")
    assert run("apply", "p.json").exit == 0
    before = writes(sandbox)
    again = run("apply", "p.json")
    assert (again.exit, writes(sandbox)) == (12, before)
    assert run("show", "p.json").exit == 0


def test_a_plan_is_stale_once_the_state_moved_on(run: Shopform, project: Path) -> None:
    run("plan", "--out", "p.json")
    run("apply", "--auto-approve")
    assert run("apply", "p.json").exit == 12


def test_an_edit_in_the_shop_stops_the_plan_and_is_named(
    run: Shopform, sandbox: Sandbox, project: Path
) -> None:
    run("apply", "--auto-approve")
    edit(project, "Nordlys Design", "Nordlys ApS")
    run("plan", "--out", "p.json")
    number = sandbox.data("supplier")[0]["supplier_id"]
    by_hand(sandbox, f"supplier/{number}", {"dropshipping_mail": "new@nordlys.example"})
    before = writes(sandbox)
    done = run("apply", "p.json")
    assert (done.exit, writes(sandbox)) == (13, before)
    assert "`supplier.nordlys` was edited in the shop: `dropshipping_mail`" in done.err


def test_an_edit_of_the_state_alone_rests_on_the_object_too(
    run: Shopform, sandbox: Sandbox, project: Path
) -> None:
    assert run("apply", "--auto-approve").exit == 0
    edit(project, "name: Nordlys Design", "name: Nordlys Design\n    lifecycle: {protect: true}")
    assert run("plan", "--out", "p.json").exit == 0
    assert [s["op"] for s in json.loads((project / "p.json").read_text("utf-8"))["steps"]] == [
        "edit"
    ]
    number = sandbox.data("supplier")[0]["supplier_id"]
    by_hand(sandbox, f"supplier/{number}", {"name": "Another"})
    state = next((project / "state").glob("*.json"))
    held = state.read_bytes()
    done = run("apply", "p.json")
    assert done.exit == 13, done.text
    assert "was edited in the shop: `name`" in done.text
    assert state.read_bytes() == held
    by_hand(sandbox, f"supplier/{number}", {"name": "Nordlys Design"})
    assert run("apply", "p.json").exit == 0


def test_an_object_that_came_meanwhile_is_not_doubled(
    run: Shopform, sandbox: Sandbox, project: Path
) -> None:
    run("plan", "--out", "p.json")
    state = project / "state"
    run("apply", "--auto-approve")
    for file in state.iterdir():
        file.unlink()
    before = writes(sandbox)
    done = run("apply", "p.json")
    assert (done.exit, writes(sandbox)) == (13, before)
    assert "`supplier.nordlys` is in the shop by now" in done.err


def test_a_plan_of_another_shop_is_refused(run: Shopform, project: Path) -> None:
    run("plan", "--out", "p.json")
    settings = project / "shopform.yaml"
    text = settings.read_text("utf-8")
    settings.write_text(text.replace("127.0.0.1", "localhost"), "utf-8")
    assert run("apply", "p.json").exit == 12


def test_a_plan_changed_by_hand_is_refused(run: Shopform, project: Path) -> None:
    run("plan", "--out", "p.json")
    file = project / "p.json"
    file.write_text(file.read_text("utf-8").replace("Nordlys Design", "Sydlys Design"), "utf-8")
    assert run("apply", "p.json").exit == 12


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"format_version": "2.0"}'])
def test_what_is_no_plan_is_said_to_be_none(run: Shopform, project: Path, content: str) -> None:
    (project / "p.json").write_text(content, "utf-8")
    done = run("apply", "p.json")
    assert (done.exit, "Traceback" in done.err) == (1, False)
    assert run("show", "nowhere.json").exit == 64


def test_a_secret_is_read_when_the_plan_is_applied_and_must_be_the_same(
    run: Shopform, sandbox: Sandbox, project: Path
) -> None:
    edit(project, "https://erp.example/hooks/orders", "https://erp.example/${env:HOOK}")
    run("plan", "--out", "p.json", HOOK="canary-1")
    assert "canary-1" not in (project / "p.json").read_text("utf-8")
    assert run("apply", "p.json", HOOK="canary-2").exit == 12
    assert run("apply", "p.json", HOOK="canary-1").exit == 0
    assert [row["url"] for row in sandbox.data("webhook")] == ["https://erp.example/canary-1"]


def test_only_the_expected_digest_is_applied(run: Shopform, sandbox: Sandbox) -> None:
    plan = json.loads(run("plan", "--json").out)
    done = run("apply", "--auto-approve", "--expect-digest", "0" * 64)
    assert (done.exit, writes(sandbox)) == (12, 0)
    assert run("apply", "--auto-approve", "--expect-digest", plan["digest"]).exit == 0


def test_what_is_other_than_expected_is_told(
    run: Shopform, sandbox: Sandbox, project: Path
) -> None:
    digest = json.loads(run("plan", "--json").out)["digest"]
    edit(project, "Nordlys Design", "Nordlys ApS")
    edit(project, "  nordlys:", "  solveig: {name: Solveig}\n  nordlys:")
    (project / "catalogue.yaml").write_text(
        re.sub(r"redirects:\n.*?\n(?=\w)", "", (project / "catalogue.yaml").read_text(), flags=re.S)
    )
    done = run("apply", "--auto-approve", "--expect-digest", digest)
    assert (done.exit, writes(sandbox)) == (12, 0)
    assert "`supplier.solveig` is new" in done.err
    assert "`redirect.old-mugs` is no longer changed" in done.err
    assert "`supplier.nordlys` is another change" in done.err


def test_options_that_make_a_plan_do_not_go_with_a_saved_one(run: Shopform) -> None:
    run("plan", "--out", "p.json")
    assert run("apply", "p.json", "--target", "supplier.nordlys").exit == 64


def test_another_template_destination_image_or_setting_has_another_digest(
    run: Shopform, project: Path
) -> None:
    """With a value that is the same, or in a place where it is not shown."""
    webhook = "https://erp.example/hooks/orders"
    template = "${var.erp}/in?key=${env:ERP_KEY}"
    edit(project, webhook, template)
    settings, image = project / "shopform.yaml", project / "mugs.png"
    image.write_bytes(b"one")
    edit(project, "categories:\n", "categories:\n  pic: {name: Pic, images: [{file: mugs.png}]}\n")
    settings.write_text(settings.read_text() + "variables: {erp: {default: https://a.example}}\n")

    def digest() -> str:
        found = run("plan", "--json", ERP_KEY="k", OTHER_KEY="k", KEPT="k")
        assert found.exit == 0, found.err
        return str(json.loads(found.out)["digest"])

    first = digest()
    assert digest() == first
    seen = {first}

    def differs(file: Path, before: str, after: str) -> None:
        text = file.read_text("utf-8")
        assert before in text
        file.write_text(text.replace(before, after, 1), "utf-8")
        found = digest()
        assert found not in seen, after
        seen.add(found)

    catalogue = project / "catalogue.yaml"
    differs(catalogue, "/in?key=${env:ERP_KEY}", "/in?key=${env:OTHER_KEY}")
    differs(catalogue, "/in?key=", "/out?key=")
    differs(settings, "https://a.example", "https://b.example")
    differs(catalogue, template[:10], "https://${env:KEPT}.example/")
    differs(catalogue, "    events:", "    secret_to: {file: secrets/erp}\n    events:")
    differs(catalogue, "secret_to: {file: secrets/erp}", "secret_to: {command: cat}")
    image.write_bytes(b"two")
    assert digest() not in seen
    seen.add(digest())
    differs(settings, "    token:", "    state: elsewhere/x.json\n    token:")
    differs(settings, "    token:", "    wire: {redirect: {fields: {status: code}}}\n    token:")
    differs(settings, "127.0.0.1", "localhost")


def profile(*attributes: str, values: tuple[str, ...] = ()) -> dict[str, Any]:
    held = {"type": "valuelist", "values": {f"v{name}": {"val": name} for name in values}}
    return {"name": "Sko", "attributes": {key: {"name": key, **held} for key in attributes}}


MOVED = {
    "by its name": ({"b": profile()}, []),
    "as the files say": ({"b": profile()}, [{"from": "profile.a", "to": "profile.b"}]),
    "inside": (
        {"a": profile("z", values=("36",))},
        [{"from": "attribute.a.x", "to": "attribute.a.z"}],
    ),
    "with the rest of what is in it": ({"b": profile("x", values=("36",))}, []),
}


@pytest.mark.parametrize("how", MOVED)
def test_what_is_deleted_inside_of_what_moves_is_in_a_saved_plan(
    how: str, run: Shopform, sandbox: Sandbox, project: Path
) -> None:
    file = project / "catalogue.yaml"
    before = {"profiles": {"a": profile("x", "y", values=("36", "37"))}}
    file.write_text(json.dumps(before), "utf-8")
    assert run("apply", "--auto-approve").exit == 0
    profiles, moved = MOVED[how]
    file.write_text(json.dumps({"profiles": profiles, "moved": moved}), "utf-8")
    leave = [f"--allow-delete={kind}=9" for kind in ("attribute", "value")]
    made = run("plan", "--out", "p.json", *leave)
    assert made.exit == 0, made.text
    done = run("apply", "p.json", SHOPFORM_TRACEBACK="1")
    assert done.exit == 0, done.text
    assert run("plan", "--detailed-exitcode").exit == 0
    assert len(sandbox.data("profile-attribute")) == sum(
        len(p["attributes"]) for p in profiles.values()
    )
