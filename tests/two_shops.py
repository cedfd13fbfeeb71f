"""Two shops and a project that declares nothing but them: what tests of copies share."""

import http.client
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support import Run, environment_of, run_here

from shopform.sandbox import Sandbox

KEYS = {"KEY_A": "0a6f3c1d8e5b4a79", "KEY_B": "7d21b9e04f6c8a35"}
BETWEEN = ("--from", "old", "--to", "new")
MAPPED = ("--rewrite", "old.example=new.example", "--rewrite", "nordlys.example=test.example")
# The other shop has other ids, and says everything otherwise.
OTHER_IDS = {"supplier": 4_000, "profile": 70, "attribute": 8_100, "value": 9_900} | {
    "category": 31, "redirect": 555, "webhook": 12, "brand": 6
}  # fmt: skip
OTHER_WIRE = {
    "typing": "strings", "empty_text": "null", "post": "id_only", "put": "object200",
    "order": "newest", "total": "none", "parent_key": "hide", "attribute_type": "data_type",
    "value_id": "profile_attribute_value_id", "webhook_events": "comma", "webhook_id": "id",
    "redirect_id": "id", "redirect_path": "slash", "shape.supplier": "envelope",
    "shape.profile": "envelope", "shape.category": "envelope", "shape.webhook": "bare",
}  # fmt: skip
ENDPOINTS = {"attribute": "profile-attribute", "value": "profile-attribute-value"}
VOLATILE = {"last_modified", "secret", "images", "search", "extension_data"}
REFERENCES = {
    "parent_id": "category", "canonical_id": "category", "profile_id": "profile",
    "attribute_id": "profile-attribute",
}  # fmt: skip

SEED: dict[str, list[dict[str, Any]]] = {
    "supplier": [
        {"supplier_id": 5, "name": "Nordlys & Søn", "dropshipping_mail": "ordre@nordlys.example"},
        {"supplier_id": 6, "name": "Fjord"},
    ],
    "brand": [{"brand_id": 3, "name": "Nordisk"}],
    "profile": [{"profile_id": 21, "name": "Krus"}],
    "profile-attribute": [
        {"attribute_id": 31, "profile_id": 21, "name": "Størrelse", "type": "valuelist"},
        {"attribute_id": 32, "profile_id": 21, "name": "Materiale", "type": "string"},
    ],
    "profile-attribute-value": [
        {"attribute_value_id": 41, "attribute_id": 31, "val": "Lille", "weight": 1, "tag": "s"},
        {"attribute_value_id": 42, "attribute_id": 31, "val": "Stor", "weight": 2},
    ],
    "category": [
        {"category_id": 61, "name": "Herre", "rewrite_url": "herre", "meta_title": "Herre 👞"},
        {"category_id": 62, "name": "Sko", "parent_id": 61, "rewrite_url": "herre/sko",
         "canonical_id": 61, "description_a": "<p>Fra OLD</p>"},
        {"category_id": 63, "name": "Dame", "rewrite_url": "dame", "in_menu": 0},
    ],
    "redirect": [{"redirect_id": 81, "source": "gammel", "target": "herre", "status": 301}],
    "webhook": [{"webhook_id": 91, "url": "https://erp.old.example/hook", "events": ["paid"]}],
}  # fmt: skip


@dataclass
class TwoShops:
    """The shop that is copied, the other one, and the folder of the project."""

    old: Sandbox
    new: Sandbox
    directory: Path
    runs: list[Run] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        return environment_of(**KEYS)

    def run(self, *arguments: str) -> Run:
        done = run_here(self.directory, *arguments, environment=self.environment)
        self.runs.append(done)
        return done

    def clone(self, *arguments: str) -> Run:
        """A clone that is carried out, and must go well."""
        done = self.run("clone", *BETWEEN, "--auto-approve", *arguments)
        assert done.exit == 0, done.text
        return done

    def promote(self, *arguments: str) -> Run:
        done = self.run("promote", *BETWEEN, "--auto-approve", *arguments)
        assert done.exit == 0, done.text
        return done

    def settled(self, verb: str = "clone", *arguments: str) -> None:
        """The next run finds nothing to do, and writes nothing."""
        self.new.reset_log()
        done = self.run(verb, *BETWEEN, "--detailed-exitcode", *arguments)
        assert done.exit == 0, done.text
        assert "No changes." in done.out
        done = self.run(verb, *BETWEEN, "--auto-approve", *arguments)
        assert done.exit == 0, done.text
        assert not writes(self.new)

    def memory(self) -> dict[str, Any]:
        path = self.directory / "state/new.from-old.json"
        text = path.read_text("utf-8") if path.exists() else '{"resources": {}}'
        found: dict[str, Any] = json.loads(text)["resources"]
        return found


@contextmanager
def two_shops(
    directory: Path,
    seed: Mapping[str, list[dict[str, Any]]] | None = None,
    *,
    settings: Mapping[str, Any] | None = None,
    first: Mapping[str, Any] | None = None,
    other: Mapping[str, Any] | None = None,
    kinds: Mapping[str, Any] | None = None,
) -> Iterator[TwoShops]:
    """The first shop holds the seed; `settings` are of the second one.

    `first` and `other` say how the sandboxes are, and `kinds` are those of the project.
    """
    with ExitStack() as stack:
        seeds = {name: [dict(row) for row in rows] for name, rows in (seed or SEED).items()}
        old = stack.enter_context(Sandbox(seed=seeds, token=KEYS["KEY_A"], **(first or {})))
        facts = {"first_ids": OTHER_IDS, "switches": OTHER_WIRE, **(other or {})}
        new = stack.enter_context(Sandbox(token=KEYS["KEY_B"], **facts))
        directory.mkdir(parents=True, exist_ok=True)
        shops = {
            "old": {"url": old.url, "token": "${env:KEY_A}"},
            "new": {"url": new.url, "token": "${env:KEY_B}", **(settings or {})},
        }
        (directory / "shopform.yaml").write_text(
            json.dumps({"shops": shops, "kinds": kinds or {}}), "utf-8"
        )
        yield TwoShops(old, new, directory)


def ask(sandbox: Sandbox, method: str, path: str, body: Mapping[str, Any] | None = None) -> int:
    """What somebody does in a shop's own administration; the id of what was made."""
    content = json.dumps(body) if body else None
    kind, slash, rest = path.partition("/")
    path = f"/REST/{ENDPOINTS.get(kind, kind)}{slash}{rest}"
    with closing(http.client.HTTPConnection("127.0.0.1", sandbox.port)) as connection:
        for key in KEYS.values():
            connection.request(method, path, content, {"Authorization": key})
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 401:
                break
    assert answer.status < 300, text
    made = json.loads(text) if text else {}
    return next((int(n) for key, n in made.items() if key.endswith("id")), 0)


def row(sandbox: Sandbox, kind: str, name: str) -> dict[str, Any]:
    found = [r for r in sandbox.data(kind) if name in (r.get("name"), r.get("val"), r.get("url"))]
    assert len(found) == 1, (kind, name, found)
    return found[0]


def number(sandbox: Sandbox, kind: str, name: str) -> int:
    found: int = next(iter(row(sandbox, kind, name).values()))
    return found


def edit(sandbox: Sandbox, kind: str, name: str, /, **fields: Any) -> None:
    ask(sandbox, "PUT", f"{kind}/{number(sandbox, kind, name)}", fields)


def writes(sandbox: Sandbox) -> list[str]:
    return [f"{call.method} {call.path}" for call in sandbox.calls if call.method != "GET"]


def tree(sandbox: Sandbox) -> dict[str, list[str]]:
    """All objects without ids; each reference is the text of what it points to."""
    tables = sandbox.app.state()
    ids = {name: next(iter(rows[0])) for name, rows in tables.items() if rows}
    found = {
        name: {each[ids[name]]: each for each in rows} for name, rows in tables.items() if rows
    }

    def told(name: str, each: dict[str, Any]) -> str:
        hidden = {ids[name], *VOLATILE} | (set() if name == "webhook" else {"url"})
        shown = {key: held or "" for key, held in each.items() if key not in hidden}
        for key in REFERENCES.keys() & shown.keys():
            above = found[REFERENCES[key]].get(shown[key])
            shown[key] = told(REFERENCES[key], above) if above else ""
        return json.dumps(shown, sort_keys=True, ensure_ascii=False)

    return {
        name: sorted(told(name, each) for each in rows)
        for name, rows in tables.items()
        if rows and name != "product"
    }


def mapped(shop: Sandbox) -> dict[str, list[str]]:
    """A shop as its copy with all mapped should be."""
    text = json.dumps(tree(shop), ensure_ascii=False)
    for old, new in (("old.example", "new.example"), ("nordlys.example", "test.example")):
        text = text.replace(old, new)
    # The other shop keeps paths with a leading slash.
    text = text.replace(r"\"source\": \"", r"\"source\": \"/")
    found: dict[str, list[str]] = json.loads(text.replace(r"\"target\": \"", r"\"target\": \"/"))
    return found
