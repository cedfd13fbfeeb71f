"""The client of httpx, for the shop, for servers of states, forges and receivers of webhooks."""

import time
from concurrent.futures import Future
from threading import Event, Thread
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from shopform.errors import ShopformError
from shopform.kit.url_paths import is_loopback, without_secrets

TRIES: Final = 3
TIMEOUT: Final = 30.0  # seconds


def open_client(
    scheme: str,
    host: str,
    error: type[ShopformError],
    timeout: float = TIMEOUT,
    **settings: Any,
) -> httpx.Client:
    """Return a client for one host, which follows no redirects.

    Raises `error` if a proxy or certificate that the environment names cannot be used.
    """
    try:
        return httpx.Client(
            # Building a TLS context costs 16 ms; plain HTTP only ever goes to this machine.
            verify=scheme == "https",
            trust_env=not is_loopback(host),
            # A redirect may lead to another host, which must not get the credentials.
            follow_redirects=False,
            timeout=timeout,
            **settings,
        )
    except (OSError, ValueError, ImportError, httpx.InvalidURL):
        # What these say may quote a proxy's password.
        raise error(
            "the proxy or the certificates that the environment names cannot be used",
            hint="check HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE and"
            " SSL_CERT_DIR",
        ) from None


def open_https(url: str, otherwise: ShopformError, **settings: Any) -> httpx.Client:
    """Return a client for the host of a URL.

    Raises `otherwise` if it is not https; this machine may do without.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        raise otherwise from None
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))):
        raise otherwise
    return open_client(parts.scheme, host, type(otherwise), **settings)


def download(http: httpx.Client, url: str, *, largest: int, seconds: float) -> bytes | str:
    """Return the body of a response, or why there is none, within limits of size and time.

    It is read by another thread, which is abandoned when it is late: a server that sends a byte now
    and then never exceeds the timeouts of httpx.
    """
    found: Future[bytes | str] = Future()
    late = Event()

    def read() -> None:
        try:
            body = _read(http, url, largest, late)
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as problem:
            body = _reason(problem)
        found.set_result(body)

    Thread(target=read, daemon=True).start()
    try:
        return found.result(seconds)
    except TimeoutError:
        late.set()
        return f"the response took more than {seconds:,.0f} seconds"


def _read(http: httpx.Client, url: str, largest: int, late: Event) -> bytes | str:
    with http.stream("GET", url) as response:
        if "Location" in response.headers:
            return f"it leads to `{without_secrets(response.headers['Location'])[:200]}`"
        if not response.is_success:
            return f"it answered {response.status_code}"
        body = body_of(response, largest, late)
        return f"it is larger than {largest:,} bytes" if body is None else body


def body_of(response: httpx.Response, largest: int, late: Event) -> bytes | None:
    """Return the body, decompressed; None if it is larger, or `late` was set meanwhile."""
    parts, size = [], 0
    for part in response.iter_bytes():
        parts.append(part)
        size += len(part)
        if size > largest or late.is_set():
            return None
    return b"".join(parts)


def _reason(problem: Exception) -> str:
    """Return why there was no response; most errors may quote headers."""
    return str(problem) if isinstance(problem, httpx.ConnectError) else type(problem).__name__


def status_of(http: httpx.Client, method: str, url: str, **content: Any) -> int | str:
    """Return the status of a response, or why there is none. Its body is not read."""
    try:
        with http.stream(method, url, **content) as response:
            return response.status_code
    except (httpx.RequestError, httpx.InvalidURL, UnicodeError) as problem:
        return _reason(problem)


def request(
    http: httpx.Client, method: str, url: str, *, tries: int = TRIES, pause: float, **content: Any
) -> httpx.Response | str:
    """Return the response, after several tries if there is none or the server is busy.

    Without one, return why. `pause` are the seconds before the second try.
    """
    for left in reversed(range(tries)):
        try:
            response = http.request(method, url, **content)
        except (httpx.RequestError, httpx.InvalidURL, UnicodeError) as problem:
            reason = _reason(problem)
        else:
            if not left or (response.status_code != 429 and response.status_code < 500):
                return response
        if left:
            time.sleep(pause * (tries - left))
    return reason
