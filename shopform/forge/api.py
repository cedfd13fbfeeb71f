"""Requests to the REST API of a forge, which the token of the run reaches and nothing else."""

import weakref
from collections.abc import Iterator, Mapping
from typing import Any, Final

import httpx

from shopform import __version__
from shopform.diagnostics import printable
from shopform.errors import ForgeError
from shopform.forge.records import part
from shopform.kit.text import shorten
from shopform.shop.http_client import TRIES, open_https, request

PAUSE: Final = 1.0  # seconds before the second try
PAGE: Final = 100  # records, the maximum of both forges
AGAIN: Final = frozenset({"GET", "PUT", "PATCH"})


class ForgeApi:
    """The API at `url`. Every method raises ForgeError for an answer that is not a success.

    The address of each request is made here, and no redirect is followed, so that no answer leads
    the token to another host.
    """

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        """Raises ForgeError for an address that is not https; this machine may do without."""
        self.url = url.rstrip("/")
        agent = {"User-Agent": f"shopform/{__version__}"}
        where = f"the address of the API is not an https URL: `{printable(url)}`"
        self._http = open_https(url, ForgeError(where), headers={**agent, **headers})
        weakref.finalize(self, self._http.close)

    def request(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        params: Mapping[str, Any] | None = None,
    ) -> httpx.Response:
        """Return the response, redirects included, after several tries if that is safe."""
        tries = TRIES if method in AGAIN else 1
        found = request(
            self._http, method, self.url + path, tries=tries, pause=PAUSE, json=body, params=params
        )
        if isinstance(found, str):
            raise ForgeError(f"no answer from `{self.url}` to {method} {path}: {found}")
        return _checked(found)

    def json(self, method: str, path: str, **more: Any) -> Any:
        return _json(self.request(method, path, **more))

    def pages(self, path: str, *, key: str = "", **params: str) -> Iterator[dict[str, Any]]:
        """Yield the records of all pages of a list, which is under `key` of an object if given.

        GitHub names the next page in the header `Link`, GitLab in `X-Next-Page` too.
        """
        page = 1
        while True:
            response = self.request("GET", path, params={**params, "per_page": PAGE, "page": page})
            data = _json(response)
            found = data.get(key) if key and isinstance(data, dict) else data
            if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
                raise _unknown(response)
            yield from found
            if not found or not (response.headers.get("X-Next-Page") or "next" in response.links):
                return
            page += 1


def _checked(response: httpx.Response) -> httpx.Response:
    if response.status_code < 400:
        return response
    status, said = response.status_code, ""
    try:
        data = response.json()
        said = part(data, "message") or part(data, "error")
    except (ValueError, RecursionError):
        pass
    about = f" ({shorten(printable(said), 200)})" if said else ""
    request = response.request
    raise ForgeError(
        f"{request.method} `{request.url.copy_with(query=None)}` failed with HTTP {status}{about}",
        status=status,
    )


def _json(response: httpx.Response) -> Any:
    try:
        return response.json()
    except (ValueError, RecursionError):
        raise _unknown(response) from None


def _unknown(response: httpx.Response) -> ForgeError:
    url = response.request.url.copy_with(query=None)
    return ForgeError(f"the answer of `{url}` is not what its API documents")
