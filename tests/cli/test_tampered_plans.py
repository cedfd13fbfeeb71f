"""A saved plan that was changed is refused, also by whoever computes its digests again."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import Run, environment_of, run_here

from shopform.errors import ShopformError, StalePlan
from shopform.kinds.standard import STANDARD
from shopform.model.canonical import canonical
from shopform.model.plan import Plan, Step
from shopform.model.prior import Prior
from shopform.model.values import Ref
from shopform.planning.plan_digest import digest_of
from shopform.render.json.plan_document import INTEGRITY, integrity_of
from shopform.render.json.plan_reader import read_document
from shopform.sandbox import Sandbox
from shopform.terminal.console import Console
from shopform.terminal.reporter import Reporter
from shopform.workflow.open_project import open_project, open_workspace
from shopform.workflow.plan.saved_plan import prepare_saved
from shopform.workflow.records.plan_file import read_plan, unchanged
from shopform.workflow.requests import ProjectRequest
from shopform.workflow.workspace import Workspace

MARK = "delivered.txt"
BEFORE = {
    "suppliers": {"a": {"name": "A"}, "b": {"name": "B"}},
    "categories": {
        "men": {"name": "Herre", "rewrite_url": "herre", "tag": "x"},
        "women": {"name": "Dame", "rewrite_url": "dame"},
        "old": {"name": "Gammel"},
        "out": {"name": "Udgået"},
    },
}
AFTER = {
    "suppliers": {"a": {"name": "A", "dropshipping_mail": "${env:HOOK}@a.example"}},
    "profiles": {
        "p": {
            "name": "P",
            "attributes": {"s": {"name": "S", "type": "valuelist", "values": ["36"]}},
        }
    },
    "categories": {
        "men": {"name": "Herre", "rewrite_url": "dame", "images": [{"file": "men.png"}]},
        "women": {"name": "Dame", "rewrite_url": "herre", "tag": "y"},
        "shoes": {"name": "Sko", "parent": "men", "lifecycle": {"protect": True}},
    },
    "redirects": {"x": {"source": "/forrige", "target": "/kontakt"}},
    "webhooks": {
        "w": {
            "url": "https://e.example/in?key=${env:HOOK}",
            "events": ["paid"],
            "secret_to": {"command": ["sh", "-c", f"cat > {MARK}"]},
        }
    },
    "removed": [{"address": "category.old", "destroy": False}],
}


class Shop:
    """A project whose plan, in `p.json`, holds every kind of step."""

    def __init__(self, directory: Path, sandbox: Sandbox) -> None:
        self.directory, self.sandbox = directory, sandbox
        shop = {"url": sandbox.url, "token": "${env:SHOPFORM_TOKEN}"}
        self.write("shopform.yaml", {"shops": {"demo": shop}})
        (directory / "men.png").write_bytes(b"picture")
        self.write("catalogue.yaml", BEFORE)
        assert self.run("apply", "--auto-approve").exit == 0
        self.write("catalogue.yaml", AFTER)
        assert self.run("plan", "--out", "p.json").exit == 0
        self.before = self.files()
        self.writes = [call for call in sandbox.calls if call.method != "GET"]
        self.plan: dict[str, Any] = json.loads((directory / "p.json").read_text("utf-8"))

    def untouched(self) -> bool:
        """Whether nothing was written: no call, no state, no file, and no command was run."""
        calls = [call for call in self.sandbox.calls if call.method != "GET"]
        return calls == self.writes and self.files() == self.before

    def files(self) -> dict[str, bytes]:
        """What the project holds, but for plans and what only counts."""
        found = (path for path in self.directory.rglob("*") if path.is_file())
        names = {path.relative_to(self.directory).as_posix(): path for path in found}
        own = (".shopform/", "state/demo.json.lock")
        return {
            name: path.read_bytes()
            for name, path in sorted(names.items())
            if (not name.startswith(own) and "/" in name) or name == MARK
        }

    def write(self, name: str, content: object) -> None:
        (self.directory / name).write_text(json.dumps(content), "utf-8")

    def run(self, *arguments: str, hook: str = "hemmeligt") -> Run:
        return run_here(self.directory, *arguments, environment=environment_of(HOOK=hook))


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with tempfile.TemporaryDirectory() as folder, Sandbox() as sandbox:
        yield Shop(Path(folder), sandbox)


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value at every level."""
    if path:
        yield path
    pairs = (
        data.items()
        if isinstance(data, dict)
        else enumerate(data if isinstance(data, list) else ())
    )
    for name, part in pairs:
        yield from places(part, (*path, name))


def keys(data: Any) -> list[tuple[Any, ...]]:
    """One path for each key at each level: of the elements of a list the first that has it."""
    found: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for path in places(data):
        found.setdefault(tuple(0 if isinstance(name, int) else name for name in path), path)
    assert len(found) > 250
    return list(found.values())


def holder(data: Any, path: tuple[Any, ...]) -> Any:
    for name in path[:-1]:
        data = data[name]
    return data


def varied(data: dict[str, Any], path: tuple[Any, ...]) -> Iterator[dict[str, Any]]:
    """The document with one value changed, taken out, and another beside it."""
    text = json.dumps(data)
    for change in ("change", "delete", "add"):
        copy = json.loads(text)
        held = holder(copy, path)
        if change == "change":
            held[path[-1]] = "another" if held[path[-1]] != "another" else 1
        elif change == "delete":
            del held[path[-1]]
        elif isinstance(held, dict):
            held["another"] = True
        else:
            held.append("another")
        yield copy


def test_a_change_of_any_key_at_any_level_is_refused(shop: Shop) -> None:
    file = shop.directory / "changed.json"
    for path in keys(shop.plan):
        for copy in varied(shop.plan, path):
            with pytest.raises(StalePlan):
                unchanged(copy, file, STANDARD)
    shop.write(file.name, copy)
    for command in ("apply", "show"):
        assert shop.run(command, "changed.json").exit == StalePlan.exit_code


def test_the_order_of_keys_and_white_space_are_no_change(shop: Shop) -> None:
    file = shop.directory / "spaced.json"
    file.write_text(json.dumps(shop.plan, indent=1, sort_keys=True), "utf-8")
    assert read_plan(shop.directory, file, STANDARD) == read_plan(
        shop.directory, Path("p.json"), STANDARD
    )


def forged(data: dict[str, Any]) -> dict[str, Any]:
    """The document with its digests computed again, as by somebody who knows how."""
    data["digest"] = digest_of(read_document(data, STANDARD))
    return {**data, INTEGRITY: integrity_of(data)}


def test_the_expected_digest_is_compared_with_what_would_be_done(shop: Shop) -> None:
    """Somebody who computes all digests again still does something else than was reviewed."""
    approved = shop.plan["digest"]
    data = json.loads(json.dumps(shop.plan).replace("Sko", "Andet"))
    lie = {**data, "digest": approved}
    shop.write("forged.json", {**lie, INTEGRITY: integrity_of(lie)})
    assert shop.run("apply", "forged.json", "--expect-digest", approved).exit == 12
    shop.write("forged.json", forged(data))
    assert shop.run("apply", "forged.json", "--expect-digest", approved).exit == 12
    assert "Andet" in shop.run("show", "forged.json").out
    assert shop.untouched()


DEEP = json.loads("[" * 30 + "]" * 30)
REPLACEMENTS: list[Any] = [None, [], "x", -1, True, {"x": DEEP}]
DONE = (
    *("op", "address", "id", "parent", "previous", "deliver", "temporary", "linking"),
    *("after", "children"),
)


def accepted(data: dict[str, Any], prior: Prior, workspace: Workspace) -> Plan | None:
    """The plan of a document whose digests were computed again, or None where it is refused."""
    try:
        return prepare_saved(unchanged(forged(data), Path("p.json"), STANDARD), workspace, prior)
    except StalePlan:
        return None
    except ShopformError as problem:
        if "the plan is damaged: " in str(problem) or "the plan has format" in str(problem):
            return None
        raise


def doing(plan: Plan) -> list[tuple[object, ...]]:
    """All that a plan does in the shop, with files and with commands, step by step."""

    def sent(step: Step) -> object:
        kind = STANDARD[step.kind]
        return {
            n: v if isinstance(v, Ref) else canonical(kind.type(n), v)
            for n, v in step.fields.items()
        }

    def kept(step: Step) -> object:
        entry = step.entry
        return entry and (entry.sent, entry.depends_on, entry.parent, entry.protect, entry.keep)

    return [(*(getattr(s, name) for name in DONE), sent(s), kept(s)) for s in plan.steps]


@pytest.fixture(scope="module")
def opened(shop: Shop) -> tuple[Workspace, Prior]:
    environment = environment_of(HOOK="hemmeligt")
    request = ProjectRequest(directory=shop.directory, environment=environment, catalogue=STANDARD)
    workspace = open_workspace(open_project(request, Reporter(Console(environment))))
    return workspace, workspace.store().read()


def test_any_value_replaced_is_refused_or_does_nothing_else(
    shop: Shop, opened: tuple[Workspace, Prior]
) -> None:
    """By whoever computes the digests again: no defect, and nothing is done that was not planned.

    What is left is what a reader is shown without a step, and what the state remembers besides.
    """
    text = json.dumps(shop.plan)
    first = accepted(json.loads(text), opened[1], opened[0])
    assert first
    read = ("resource_changes", "basis", "steps", "names", "absent", "notes", "calls", "digest")
    paths = [path for path in keys(shop.plan) if path[0] in read or len(path) == 1]
    paths += [path for path in places(shop.plan) if path[0] == "steps" and len(path) == 3]
    for path in dict.fromkeys(paths):
        for other in REPLACEMENTS:
            data = json.loads(text)
            holder(data, path)[path[-1]] = other
            found = accepted(data, opened[1], opened[0])
            assert found is None or doing(found) == doing(first), (path, other)


def test_nothing_of_a_step_can_be_left_out(shop: Shop, opened: tuple[Workspace, Prior]) -> None:
    """Each value at each level of each step: refused, or the same, or of another digest.

    Only what is counted in the shop has no other evidence than the digest.
    """
    text = json.dumps(shop.plan)
    first = accepted(json.loads(text), opened[1], opened[0])
    assert first
    tried = [path for path in places(shop.plan) if path[0] == "steps"]
    assert len(tried) > 250
    for path in tried:
        data = json.loads(text)
        del holder(data, path)[path[-1]]
        found = accepted(data, opened[1], opened[0])
        if found is not None:
            assert doing(found) == doing(first), path
            assert (digest_of(found) == shop.plan["digest"]) is (path[-1] != "counted"), path


DERIVED = (
    *("applyable", "complete", "errored", "variables", "planned_values", "relevant_attributes"),
    *("output_changes", "prior_state", "configuration", "checks"),
)


def test_what_other_tools_read_is_what_is_applied(
    shop: Shop, opened: tuple[Workspace, Prior]
) -> None:
    """Terraform's own keys, which policies are written for, cannot be forged beside the changes."""
    paths = [path for path in keys(shop.plan) if path[0] in DERIVED]
    assert {path[0] for path in paths} == {*DERIVED}
    for path in paths:
        for copy in varied(shop.plan, path):
            assert accepted(copy, opened[1], opened[0]) is None, path
    extra = {**shop.plan, "steps": [{**step, "another": 1} for step in shop.plan["steps"]]}
    assert accepted(extra, opened[1], opened[0]) is None


def test_a_plan_of_another_format_is_refused_with_the_reason(shop: Shop) -> None:
    shop.write("forged.json", forged({**shop.plan, "format_version": "1.1"}))
    for command in ("apply", "show"):
        done = shop.run(command, "forged.json")
        assert done.exit == StalePlan.exit_code
        assert "has format 1.1, and this shopform writes 1.2" in done.err
    assert shop.untouched()


@settings(max_examples=20)
@given(data=st.data())
def test_random_tampering_does_nothing_else(
    shop: Shop, opened: tuple[Workspace, Prior], data: st.DataObject
) -> None:
    copy = json.loads(json.dumps(shop.plan))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from([p for p in places(copy) if p[0] == "steps"]))
        other = data.draw(st.sampled_from(REPLACEMENTS) | st.sampled_from(list(places(copy))))
        value = holder(copy, other)[other[-1]] if isinstance(other, tuple) else other
        holder(copy, path)[path[-1]] = json.loads(json.dumps(value))
    first, found = (accepted(each, opened[1], opened[0]) for each in (shop.plan, copy))
    assert found is None or (first and doing(found) == doing(first))


def step_of(data: dict[str, Any], key: str) -> dict[str, Any]:
    return next(step for step in data["steps"] if step["key"] == key)


def change_of(data: dict[str, Any], address: str) -> dict[str, Any]:
    return next(each for each in data["resource_changes"] if each["address"] == address)


def attacks(shop: Shop) -> Iterator[tuple[str, dict[str, Any]]]:
    """What somebody may want who changes steps and what is shown of them alike."""

    def copy() -> dict[str, Any]:
        return dict(json.loads(json.dumps(shop.plan)))

    for command in (["sh", "-c", f"touch {MARK}"], ["cat"]):
        data = copy()
        step_of(data, "webhook.w:create")["deliver"]["command"] = command
        yield f"another command {command}", data
    for file in ("../outside", "/tmp/outside", "state/demo.json", "secrets/w"):
        data = copy()
        step_of(data, "webhook.w:create")["deliver"] = {"file": file, "command": []}
        yield f"another destination {file}", data
    unknownrs = {"category": 999_999, "supplier": 999_999}
    for key, number in {"supplier.b:delete": unknownrs["supplier"]}.items():
        data = copy()
        step_of(data, key)["id"] = number
        change_of(data, key.partition(":")[0])["shopform"]["id"] = number
        yield "a delete of what is not owned", data
    data = copy()
    other = step_of(data, "category.men:update")["id"]
    step = step_of(data, "category.women:update")
    step["id"] = step["entry"]["id"] = other
    change_of(data, "category.women")["shopform"]["id"] = other
    yield "an update of what another address owns", data
    for file in ("shopform.yaml", "../outside.png", "link.png", "state/demo.json"):
        data = json.loads(json.dumps(shop.plan).replace("men.png", file))
        yield f"an upload of {file}", data
    data = copy()
    data["steps"].append({"key": "category.men:forget", "op": "forget", "address": "category.men"})
    yield "an owned object is removed from the state", data
    data = copy()
    data["basis"]["state"] = "elsewhere.json"
    yield "another state", data
    data = copy()
    data["basis"]["source"] = "../../outside"
    yield "the state of a copy", data
    data = copy()
    data["names"]["supplier"] = {"name": "dropshipping_mail", "dropshipping_mail": "name"}
    yield "other wire names", data
    data = copy()
    data["names"]["category"] = {}
    yield "no wire names", data
    data = copy()
    del data["steps"][0]
    yield "a step less", data
    data = copy()
    data["basis"]["fingerprints"] = {}
    yield "no fingerprints", data
    data = copy()
    data["steps"].reverse()
    yield "another order", data
    data = copy()
    step_of(data, "category.out:delete")["children"] = ["supplier"]
    yield "a deletion that looks for suppliers in it", data
    data = copy()
    del step_of(data, "category.out:delete")["children"]
    yield "a deletion that looks for nothing in it", data
    data = copy()
    del step_of(data, "webhook.w:create")["fields"]["url"]
    yield "a secret that is shown and not sent", data
    data = copy()
    step_of(data, "category.shoes:create")["entry"]["protect"] = False
    yield "protection that is shown and not kept", data


def test_what_a_forged_plan_could_be_made_to_do_is_refused(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "outside.png").write_bytes(b"picture")
    (shop.directory / "link.png").symlink_to(tmp_path / "outside.png")
    for what, data in attacks(shop):
        shop.write("forged.json", forged(data))
        done = shop.run("apply", "forged.json")
        assert done.exit in (StalePlan.exit_code, 64), (what, done.text)
        assert "defect" not in done.err, what
        assert shop.untouched(), what


def test_the_plan_is_applied_after_all(shop: Shop) -> None:
    """Last: nothing of what was tried stands in its way."""
    done = shop.run("apply", "p.json")
    assert done.exit == 0, done.text
    assert (shop.directory / MARK).exists()
