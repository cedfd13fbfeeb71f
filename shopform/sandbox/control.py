"""The paths below /_sandbox, which control the running shop."""

import json
from typing import Any

from shopform.errors import UsageError
from shopform.sandbox.app import App
from shopform.sandbox.messages import JSON, SandboxResponse, answer

ROOT = "/_sandbox/"


def handle(app: App, method: str, path: str, body: bytes) -> SandboxResponse:
    """Handle a request that needs no key and does not count as a call."""
    try:
        given = json.loads(body) if body.strip() else None
        return _answer(app, method, path.removeprefix(ROOT), given)
    except (TypeError, ValueError, RecursionError, UsageError) as problem:
        return answer(400, {"error": str(problem)})


def _answer(app: App, method: str, name: str, given: Any) -> SandboxResponse:
    match method, name:
        case "GET", "log":
            lines = "[" + ",\n".join(call.as_json() for call in list(app.calls)) + "]"
            return SandboxResponse(200, lines.encode(), JSON)
        case "GET", "state":
            return answer(200, app.state())
        case "POST", "reset":
            app.reset()
        case "POST", "faults":
            for spec in given if isinstance(given, list) else [given]:
                app.faults.add(str(spec))
        case "DELETE", "faults":
            app.faults.clear()
        case "POST", "switches":
            for switch, word in dict(given).items():
                app.world.switches.set(str(switch), str(word))
        case _:
            return answer(404, {"error": f"no {method} {ROOT}{name}"})
    return SandboxResponse(204)
