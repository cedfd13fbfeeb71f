"""The only way to the shop: HTTP with a key, a budget, and rules for sending again."""

import ipaddress
import json
import random as _random
import time
from collections.abc import Callable, Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx

from shopform import __version__
from shopform.errors import (
    AccessRefused,
    BudgetSpent,
    ConfigError,
    Nonsense,
    ShopformError,
    Unreachable,
)
from shopform.model import Shop
from shopform.shop.answers import Again, Call, Json, judge, lost
from shopform.shop.ledger import Ledger

SCHEMES = {"bearer": "Bearer ", "raw": "", "shoporama": "Shoporama "}
FIRST_WAIT = 0.5
LARGEST_ANSWER = 128 * 1024 * 1024  # bytes, unpacked
ANSWER_SECONDS = 180.0  # for a whole answer; between two of its bytes there is `timeout`
# Raised before a byte of the request has left: refused, no such host, no TLS, no proxy.
UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


class Unbounded(httpx.RequestError):
    """An answer that is longer, or takes longer, than any shop's."""


class Client:
    """Sends requests to one shop. May be shared by threads; close it, or use it in a `with`.

    Every request is counted before it is sent, retries too: against `max_calls` of this client and
    the `ledger` of the key. One that could not be sent is given back. When either is used up, or
    the key is refused, that error is raised again for every later request and nothing more is sent.

    GET, PUT and DELETE are sent up to three times; a POST is sent again only if it surely never
    left, and otherwise raises `OutcomeUnknown`. `on_call` is told method, path and status of every
    request, status 0 for no answer, from the thread that sent it. `timeout` is in seconds.

    Errors: `AccessRefused`, `BudgetSpent`, `Unreachable`, `Nonsense`, `OutcomeUnknown`,
    `RequestRefused` (`Absent` for 404 and 410), `ShopError`; `ConfigError` for an unfit shop.
    """

    def __init__(
        self,
        shop: Shop,
        *,
        ledger: Ledger | None = None,
        max_calls: int | None = None,
        parallelism: int = 4,
        timeout: float = 30,
        user_agent: str = f"shopform/{__version__}",
        on_call: Callable[[str, str, int], None] | None = None,
        sleep: Callable[[float], None] = time.sleep,
        random: Callable[[], float] = _random.random,
    ) -> None:
        self.shop = shop
        self.parallelism = max(1, parallelism)
        self.calls = 0
        self._ledger = ledger
        self._max_calls = max_calls
        self._on_call = on_call
        self._sleep = sleep
        self._random = random
        self._lock = Lock()
        self._stopped: ShopformError | None = None
        self._resume_at = 0.0
        self._token = _token(shop)
        url = _address(shop)
        self._base = f"{shop.url.rstrip('/')}/REST/"
        try:
            self._http = httpx.Client(
                headers={
                    "Authorization": SCHEMES[shop.auth] + self._token,
                    "Accept": "application/json",
                    "Content-Type": "application/json",
                    "User-Agent": user_agent,
                },
                # Building a TLS context costs 16 ms; plain HTTP only ever goes to this machine.
                verify=url.scheme == "https",
                trust_env=not _loopback(url.host),
                timeout=timeout,
                limits=httpx.Limits(
                    max_connections=self.parallelism, max_keepalive_connections=self.parallelism
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

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def stop(self, why: ShopformError) -> None:
        """Raise `why` for every later request, and send nothing more. From any thread."""
        self._stopped = self._stopped or why

    def close(self) -> None:
        self._http.close()

    def get(
        self, path: str, params: Mapping[str, str | int] | None = None, *, fatal: bool = True
    ) -> Json:
        """The object or array at a path below /REST.

        With `fatal` false a refused key stops nothing but this request.
        """
        answer = self._call(Call(method="GET", path=path, params=params), fatal=fatal)
        if answer is None:
            raise Nonsense(f"`GET {path}` was answered with nothing")
        return answer

    def send(
        self,
        method: str,
        path: str,
        params: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
        *,
        repeatable: bool | None = None,
        quotable: bool = True,
    ) -> Json | None:
        """Write, and return the answer's object or array, `None` for an answer without one.

        A POST is not repeatable and everything else is, unless said otherwise. `quotable` false
        keeps the shop's words out of error texts, for a body that holds a secret. A DELETE of what
        does not exist is done.
        """
        return self._call(
            Call(
                method=method,
                path=path,
                params=params,
                content=None if body is None else json.dumps(body).encode(),
                repeatable=method != "POST" if repeatable is None else repeatable,
                quotable=quotable,
            )
        )

    def _call(self, call: Call, *, fatal: bool = True) -> Json | None:
        try:
            return self._tries(call)
        except (AccessRefused, BudgetSpent) as exc:
            if fatal or isinstance(exc, BudgetSpent):
                self._stopped = self._stopped or exc
            raise

    def _tries(self, call: Call) -> Json | None:
        tried = 0
        while True:
            answer = self._once(call)
            tried += 1
            if not isinstance(answer, Again):
                return answer
            if tried >= answer.tries:
                raise answer.error
            if answer.wait is None:
                self._sleep(FIRST_WAIT * 2 ** (tried - 1) * (0.75 + self._random() / 2))
            else:
                self._resume_at = max(self._resume_at, time.monotonic() + answer.wait)

    def _once(self, call: Call) -> Json | Again | None:
        pause = self._resume_at - time.monotonic()
        if pause > 0:
            self._sleep(pause)
        self._spend()
        status, headers, body, reason, sent = 0, httpx.Headers(), b"", "", True
        try:
            status, headers, body = self._answer(call)
        except UNSENT as exc:
            reason, sent = _reason(exc), False
            self._give_back()
        except httpx.RequestError as exc:
            reason = _reason(exc)
        if self._on_call:
            self._on_call(call.method, call.path, status)
        # Outside the handlers, so that no error keeps hold of a request and the key in its headers.
        if not status:
            return lost(call, reason, sent=sent)
        return judge(call, status, headers, body, self._token)

    def _answer(self, call: Call) -> tuple[int, httpx.Headers, bytes]:
        """Status, headers and the whole body. Raises RequestError, also after ANSWER_SECONDS.

        In a thread of its own, which is left behind then: a server that sends a byte now and
        again is never late for `timeout`, and httpx has no limit for the whole.
        """
        found: list[tuple[int, httpx.Headers, bytes] | Exception] = []
        late = Event()

        def run() -> None:
            try:
                found.append(self._read(call, late))
            except Exception as exc:  # noqa: BLE001  raised in the thread that waits for it
                found.append(exc)

        thread = Thread(target=run, daemon=True)
        thread.start()
        thread.join(ANSWER_SECONDS)
        if not found:
            late.set()
            raise Unbounded(f"the answer took more than {ANSWER_SECONDS:,.0f} seconds")
        if isinstance(found[0], UnicodeError):
            raise httpx.ConnectError("the host's name, or that of the proxy, is no name")
        if isinstance(found[0], Exception):
            raise found[0]
        return found[0]

    def _read(self, call: Call, late: Event) -> tuple[int, httpx.Headers, bytes]:
        parts, size = [], 0
        with self._http.stream(
            call.method,
            self._base + quote(call.path),
            params=dict(call.params) if call.params else None,
            content=call.content,
        ) as response:
            for part in response.iter_bytes():
                parts.append(part)
                size += len(part)
                if size > LARGEST_ANSWER or late.is_set():
                    raise Unbounded(f"the answer is larger than {LARGEST_ANSWER:,} bytes")
            return response.status_code, response.headers, b"".join(parts)

    def _spend(self) -> None:
        with self._lock:
            if self._stopped:
                raise type(self._stopped)(diagnostics=self._stopped.diagnostics)
            if self._max_calls is not None and self.calls >= self._max_calls:
                raise BudgetSpent(
                    f"all {self._max_calls} calls of this run are spent",
                    hint="allow more with `--max-calls`",
                )
            if self._ledger:
                self._ledger.spend()
            self.calls += 1

    def _give_back(self) -> None:
        with self._lock:
            self.calls -= 1
            if self._ledger:
                self._ledger.give_back()


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
