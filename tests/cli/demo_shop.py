"""A project with one shop, `demo`, in the sandbox, and what staff do in it."""

import http.client
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from support import Run, environment_of, run_here

from shopform.sandbox import Sandbox

Shopform = Callable[..., Run]
CATEGORIES = 12


def demo(folder: Path, sandbox: Sandbox, text: str) -> Path:
    """The project in this folder, with these declarations."""
    folder.mkdir()
    settings = {"shops": {"demo": {"url": sandbox.url, "token": "${env:SHOPFORM_TOKEN}"}}}
    (folder / "shopform.yaml").write_text(json.dumps(settings), "utf-8")
    (folder / "catalogue.yaml").write_text(text, "utf-8")
    return folder


def applied(project: Path, **environment: str) -> Shopform:
    """Apply the project, and return what runs commands in it."""

    def go(*arguments: str) -> Run:
        return run_here(project, *arguments, environment=environment_of(**environment))

    assert go("apply", "--auto-approve").exit == 0
    return go


def catalogue(**more: Any) -> dict[str, Any]:
    """Categories, and profiles with a list of attributes each."""
    profiles = {
        f"p{n}": {"name": f"Profil {n}", "attributes": {"a": {"name": "Str", "type": "string"}}}
        for n in range(4)
    }
    return {
        "brands": {"nord": {"name": "Nord"}, "syd": {"name": "Syd"}},
        "categories": {f"c{n}": {"name": f"Kategori {n}"} for n in range(CATEGORIES)},
        "profiles": profiles,
        "suppliers": {"fjord": {"name": "Fjord"}},
        **more,
    }


def write(folder: Path, sections: dict[str, Any]) -> None:
    (folder / "catalogue.yaml").write_text(json.dumps(sections), "utf-8")


def renamed() -> dict[str, Any]:
    sections = catalogue()
    sections["categories"]["c7"] = {"name": "Kategori 7", "meta_title": "Syv"}
    return sections


def ask(sandbox: Sandbox, method: str, path: str, body: dict[str, Any] | None = None) -> None:
    """What somebody does in the shop's own administration."""
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.port)
    headers = {"Authorization": "sandbox"}
    connection.request(method, f"/REST/{path}", json.dumps(body) if body else None, headers)
    assert connection.getresponse().status < 300
    connection.close()


def number(sandbox: Sandbox, kind: str, name: str) -> int:
    """The id of the object with this name."""
    (found,) = [row[f"{kind}_id"] for row in sandbox.data(kind) if row["name"] == name]
    assert isinstance(found, int)
    return found


def paths(sandbox: Sandbox) -> list[str]:
    return sorted(call.path.removeprefix("/REST") for call in sandbox.calls)
