"""One exchange with the shop: a request out, and its whole answer in, within bounds."""

import ipaddress
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from queue import SimpleQueue
from threading import Event, Thread
from urllib.parse import quote

import httpx

from shopform.errors import ConfigError, Unreachable
from shopform.model.shop import Shop
from shopform.shop.responses import Call

SCHEMES = {"bearer": "Bearer ", "raw": "", "shoporama": "Shoporama "}
LARGEST_ANSWER = 128 * 1024 * 1024  # bytes, unpacked
ANSWER_SECONDS = 180.0  # for a whole answer; between two of its bytes there is `timeout`
# Raised before a byte of the request has left: refused, no such host, no TLS, no proxy.
UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


Jobs = SimpleQueue[Callable[[], None] | None]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: httpx.Headers
    body: bytes


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Why there is none. `sent`: the request may have arrived; `again`: another try may help."""

    reason: str
    sent: bool
    again: bool


class Unbounded(httpx.RequestError):
    """An answer that is longer, or takes longer, than any shop's."""


class Transport:
    """Connections to one shop, for as many threads as there are `connections`.

    Raises `ConfigError` for an unfit shop, and `Unreachable` for an unfit environment.
    """

    def __init__(self, shop: Shop, *, connections: int, timeout: float, user_agent: str) -> None:
        self.token = _token(shop)
        url = _address(shop)
        self._idle: list[Jobs] = []  # of threads that read no answer now
        self._base = f"{shop.url.rstrip('/')}/REST/"
        try:
            self._http = httpx.Client(
                headers={
                    "Authorization": SCHEMES[shop.auth] + self.token,
                    "Accept": "application/json",
                    "Content-Type": "application/json",
                    "User-Agent": user_agent,
                },
                # Building a TLS context costs 16 ms; plain HTTP only ever goes to this machine.
                verify=url.scheme == "https",
                trust_env=not _loopback(url.host),
                timeout=timeout,
                limits=httpx.Limits(
                    max_connections=connections, max_keepalive_connections=connections
                ),
                # A session cookie would make a PHP server answer one request after the other.
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
                follow_redirects=False,
            )
        except (OSError, ValueError, ImportError, httpx.InvalidURL):
            # What these say may quote a proxy's password.
            raise Unreachable(
                "the proxy or the certificates that the environment names cannot be used",
                hint="check HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE and"
                " SSL_CERT_DIR",
            ) from None

    def close(self) -> None:
        while self._idle:
            self._idle.pop().put(None)
        self._http.close()

    def exchange(self, call: Call) -> Answer | NoAnswer:
        """A value either way, so that no error keeps hold of a request and the key in it."""
        try:
            return self._answer(call)
        except UNSENT as exc:
            return NoAnswer(_reason(exc), sent=False, again=True)
        except httpx.RequestError as exc:
            return NoAnswer(_reason(exc), sent=True, again=not isinstance(exc, Unbounded))

    def _answer(self, call: Call) -> Answer:
        """The whole of an answer. Raises RequestError, also after ANSWER_SECONDS.

        In another thread, which is left behind then: a server that sends a byte now and again is
        never late for `timeout`, and httpx has no limit for the whole.
        """
        answer: Future[Answer] = Future()
        late = Event()

        def run() -> None:
            try:
                answer.set_result(self._read(call, late))
            except Exception as exc:  # noqa: BLE001  raised in the thread that waits for it
                answer.set_exception(exc)

        try:
            jobs = self._idle.pop()
        except IndexError:
            jobs = _worker()
        jobs.put(run)
        try:
            return answer.result(ANSWER_SECONDS)
        except UnicodeError:
            raise httpx.ConnectError("the host's name, or that of the proxy, is no name") from None
        except TimeoutError:
            raise Unbounded(f"the answer took more than {ANSWER_SECONDS:,.0f} seconds") from None
        finally:
            if answer.done():
                self._idle.append(jobs)
            else:
                late.set()
                jobs.put(None)

    def _request(self, call: Call) -> httpx.Request:
        return self._http.build_request(
            call.method,
            self._base + quote(call.path),
            params=dict(call.params) if call.params else None,
            content=call.content,
        )

    def _read(self, call: Call, late: Event) -> Answer:
        parts, size = [], 0
        response = self._http.send(self._request(call), stream=True)
        with closing(response):
            for part in response.iter_bytes():
                parts.append(part)
                size += len(part)
                if size > LARGEST_ANSWER or late.is_set():
                    raise Unbounded(f"the answer is larger than {LARGEST_ANSWER:,} bytes")
            return Answer(response.status_code, response.headers, b"".join(parts))


def _worker() -> Jobs:
    """A thread that does one job after the other until it is given None: starting one for each
    answer took a sixth of a run's time. It keeps no program from ending."""
    jobs: Jobs = SimpleQueue()

    def work() -> None:
        while job := jobs.get():
            job()

    Thread(target=work, daemon=True).start()
    return jobs


def _reason(exc: httpx.RequestError) -> str:
    """Why there was no answer; texts of other errors than a failed connection may quote headers."""
    text = str(exc) if isinstance(exc, httpx.ConnectError | Unbounded) else ""
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
    if url.scheme != "https" and not (url.scheme == "http" and _loopback(url.host)):
        raise ConfigError(
            f"the `url` of shop `{shop.name}` is not https",
            hint="only a server on this machine may be reached without",
        )
    return url


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
