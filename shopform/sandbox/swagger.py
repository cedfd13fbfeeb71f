"""What a Swagger page on this machine needs: the document of the shop, and leave to call it."""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from shopform.kit.url_paths import is_loopback
from shopform.sandbox.app import ROOT, App
from shopform.sandbox.messages import SandboxResponse, answer

DOCUMENT = "/openapi.json"
METHODS = "GET, POST, PUT, DELETE"


def handle(app: App, method: str, path: str, headers: Mapping[str, str]) -> SandboxResponse | None:
    """Return the document, or what a browser asks before it calls the API; None for other requests.

    Neither needs a key nor counts as a call.
    """
    if (method, path) == ("GET", DOCUMENT):
        return allowed(answer(200, app.openapi()), headers)
    if method == "OPTIONS" and path.startswith(f"{ROOT}/"):
        return allowed(SandboxResponse(204), headers)
    return None


def allowed(response: SandboxResponse, headers: Mapping[str, str]) -> SandboxResponse:
    """Return a response that pages of this machine, and no others, may read."""
    origin = headers.get("origin", "")
    try:
        here = is_loopback(urlsplit(origin).hostname or "")
    except ValueError:
        here = False
    if not here:
        return response
    more = (
        ("Access-Control-Allow-Origin", origin),
        ("Access-Control-Allow-Methods", METHODS),
        ("Access-Control-Allow-Headers", "Authorization, Content-Type"),
        ("Vary", "Origin"),
    )
    return replace(response, headers=(*response.headers, *more))
