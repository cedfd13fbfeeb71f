"""The addresses below /_sandbox, by which a test or a reader steers the shop while it runs."""

import json
from typing import Any

from shopform.errors import UsageError
from shopform.sandbox.app import App
from shopform.sandbox.messages import JSON, Response, answer

ROOT = "/_sandbox/"


def handle(app: App, method: str, path: str, body: bytes) -> Response:
    """They need no key and are not calls."""
    try:
        given = json.loads(body) if body.strip() else None
        return _answer(app, method, path.removeprefix(ROOT), given)
    except (TypeError, ValueError, UsageError) as problem:
        return answer(400, {"error": str(problem)})


def _answer(app: App, method: str, name: str, given: Any) -> Response:
    match method, name:
        case "GET", "log":
            lines = "[" + ",\n".join(call.as_json() for call in list(app.calls)) + "]"
            return Response(200, lines.encode(), JSON)
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
    return Response(204)
