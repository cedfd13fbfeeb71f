"""Exchange one request and response with the shop, within limits of size and time."""

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import closing
from http.cookiejar import CookieJar, DefaultCookiePolicy
from queue import SimpleQueue
from threading import Event, Thread
from typing import NamedTuple
from urllib.parse import quote, urlencode

import httpx

from shopform.errors import ConfigError, Unreachable
from shopform.kit.url_paths import is_loopback
from shopform.model.shop import Shop
from shopform.shop.http_client import body_of, open_client
from shopform.shop.responses import Call

SCHEMES = {"bearer": "Bearer ", "raw": "", "shoporama": "Shoporama ", "app": "App "}
MAX_BYTES = 128 * 1024 * 1024  # of a response, decompressed
MAX_SECONDS = 180.0  # for a whole response; `timeout` applies between two of its bytes
# Raised before any byte was sent: refused, unknown host, no TLS, no proxy.
UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
# Events of httpcore, after which it sends a part of the request.
SENDING = ("http11.send_request_headers.started", "http11.send_request_body.started")


Jobs = SimpleQueue[Callable[[], None] | None]
Check = Callable[[], None] | None


class Response(NamedTuple):
    status: int
    headers: httpx.Headers
    body: bytes


class NoResponse(NamedTuple):
    """No response. `sent`: the request may have arrived; `retry`: another try may help."""

    reason: str
    sent: bool
    retry: bool


class ResponseTooLarge(httpx.RequestError):
    """A response that exceeds the limit of size or time."""


class Transport:
    """Up to `connections` connections to one shop, used by as many threads.

    Raises `ConfigError` for invalid settings and `Unreachable` for an invalid environment.
    """

    def __init__(self, shop: Shop, *, connections: int, timeout: float, user_agent: str) -> None:
        self.token = _token(shop)
        url = _address(shop)
        self._idle: list[Jobs] = []  # of threads without a response to read
        self._host = f"{url.scheme}://{url.netloc.decode()}"
        self._base = f"{shop.url.rstrip('/')}/REST/"
        self._http = open_client(
            url.scheme,
            url.host,
            Unreachable,
            headers={
                "Authorization": SCHEMES[shop.auth] + self.token,
                "Accept": "application/json",
                "Content-Type": "application/json",
                "User-Agent": user_agent,
            },
            timeout=timeout,
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
            # A session cookie would make a PHP server answer one request after the other.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        )

    def close(self) -> None:
        while self._idle:
            self._idle.pop().put(None)
        self._http.close()

    def exchange(self, call: Call, check: Check) -> Response | NoResponse:
        """Return a response or why there is none; no exception keeps the request and its key.

        `check` is called when the request has a thread and a connection and is sent next. What it
        raises is raised here, and the shop has no complete request then.
        """
        try:
            return self._respond(call, check)
        except UNSENT as exc:
            reason = f"no connection to {self._host}: {_reason(exc)}"
            return NoResponse(reason, sent=False, retry=True)
        except httpx.RequestError as exc:
            return NoResponse(_reason(exc), sent=True, retry=not isinstance(exc, ResponseTooLarge))

    def _respond(self, call: Call, check: Check) -> Response:
        """Read a whole response. Raises RequestError, also after MAX_SECONDS.

        It is read by another thread, which is abandoned when it is late: a server that sends a
        byte now and then never exceeds `timeout`, and httpx has no limit for the whole.
        """
        response: Future[Response] = Future()
        late = Event()

        def run() -> None:
            try:
                response.set_result(self._read(call, check, late))
            except Exception as exc:  # noqa: BLE001  raised in the thread that waits for it
                response.set_exception(exc)

        try:
            jobs = self._idle.pop()
        except IndexError:
            jobs = _worker()
        jobs.put(run)
        try:
            return response.result(MAX_SECONDS)
        except UnicodeError:
            raise httpx.ConnectError(
                "the host's name, or that of the proxy, is not valid"
            ) from None
        except TimeoutError:
            raise ResponseTooLarge(
                f"the response took more than {MAX_SECONDS:,.0f} seconds"
            ) from None
        finally:
            if response.done():
                self._idle.append(jobs)
            else:
                late.set()
                jobs.put(None)

    def _request(self, call: Call, check: Check) -> httpx.Request:
        def trace(event: str, _: object) -> None:
            if check and event in SENDING:
                check()

        # A URL with its query is parsed once; httpx parses it again for `params`.
        query = f"?{urlencode(call.params)}" if call.params else ""
        return self._http.build_request(
            call.method,
            self._base + quote(call.path) + query,
            content=call.content,
            extensions={"trace": trace} if check else None,
        )

    def _read(self, call: Call, check: Check, late: Event) -> Response:
        response = self._http.send(self._request(call, check), stream=True)
        with closing(response):
            body = body_of(response, MAX_BYTES, late)
            if body is None:
                raise ResponseTooLarge(f"the answer is larger than {MAX_BYTES:,} bytes")
        # A response and its stream refer to each other, and the garbage collector is off.
        response.stream = httpx.ByteStream(b"")
        return Response(response.status_code, response.headers, body)


def _worker() -> Jobs:
    """Start a daemon thread that runs jobs until it gets None.

    Starting a thread for each response took a sixth of a run's time.
    """
    jobs: Jobs = SimpleQueue()

    def work() -> None:
        while job := jobs.get():
            job()

    Thread(target=work, daemon=True).start()
    return jobs


def _reason(exc: httpx.RequestError) -> str:
    """Why there was no response; errors other than a failed connection may quote headers."""
    text = str(exc) if isinstance(exc, httpx.ConnectError | ResponseTooLarge) else ""
    return text or type(exc).__name__


def _token(shop: Shop) -> str:
    token = shop.token.text.strip()
    if not token or not (token.isascii() and token.isprintable()):
        problem = "has characters that no header can carry" if token else "is empty"
        raise ConfigError(
            f"the token of shop `{shop.name}` {problem}", hint=f"look at `{shop.token.source}`"
        )
    return token


def _address(shop: Shop) -> httpx.URL:
    try:
        url = httpx.URL(shop.url)
    except httpx.InvalidURL:
        url = httpx.URL()
    if not url.host or url.userinfo or url.query or url.fragment:
        raise ConfigError(
            f"the `url` of shop `{shop.name}` is not a plain address",
            hint="write it like https://shop.example.dk",
        )
    if url.scheme != "https" and not (url.scheme == "http" and is_loopback(url.host)):
        raise ConfigError(
            f"the `url` of shop `{shop.name}` is not https",
            hint="only a server on this machine may be reached without",
        )
    return url
