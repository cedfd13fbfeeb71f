"""The client of a shop's API: authentication, call budget and retries."""

import json
import random as _random
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from threading import Lock
from typing import Any, Final, Self

from shopform import __version__
from shopform.errors import AccessRefused, BudgetSpent, Nonsense, ShopformError, Unreachable
from shopform.model.shop import Shop
from shopform.shop.call_budget import CallCounter
from shopform.shop.codec import names_for
from shopform.shop.http_client import TIMEOUT
from shopform.shop.pace import Pace
from shopform.shop.responses import Call, Json, Retry, evaluate, limited, no_response
from shopform.shop.transport import Check, NoResponse, Response, Transport

APP_STATUS: Final = "app-status"  # P: its items have the keys of shops
FIRST_WAIT = 0.5


class Client:
    """Sends requests to one shop; thread-safe and a context manager.

    Every request is counted before it is sent, retries too: against `max_calls` of this client and
    the `ledger` of the key. A request that could not be sent is given back. When either is used
    up, or the key is refused, every later request raises that error and nothing more is sent.

    GET, PUT and DELETE are sent up to three times; a POST is sent again only if it certainly did
    not leave, and otherwise raises `OutcomeUnknown`. At most `parallelism` requests are in flight,
    fewer while the shop is slow or fails; see `Pace`. `on_call` is called with method, path and
    status (0: no response) of every request, in the thread that sent it. `timeout` is in seconds.

    Errors: `AccessRefused`, `BudgetSpent`, `Unreachable`, `Nonsense`, `OutcomeUnknown`,
    `RequestRefused` (`Absent` for 404 and 410), `ShopError`; `ConfigError` for an unfit shop.
    """

    def __init__(
        self,
        shop: Shop,
        *,
        ledger: CallCounter | None = None,
        max_calls: int | None = None,
        parallelism: int = 4,
        timeout: float = TIMEOUT,
        user_agent: str = f"shopform/{__version__}",
        on_call: Callable[[str, str, int], None] | None = None,
        sleep: Callable[[float], None] = time.sleep,
        random: Callable[[], float] = _random.random,
    ) -> None:
        self.shop = shop
        self.parallelism = max(1, parallelism)
        self.pace = Pace(self.parallelism)
        self.calls = 0
        self._ledger = ledger
        self._max_calls = max_calls
        self._on_call = on_call
        self._sleep = sleep
        self._random = random
        self._lock = Lock()
        self.stopped: ShopformError | None = None
        self._resume_at = 0.0
        self._secret = _secret_endpoints(shop)
        self.before_write: Check = None  # raises if the lock is lost
        self._transport = Transport(
            shop, connections=self.parallelism, timeout=timeout, user_agent=user_agent
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read_columns(self, columns: Mapping[str, frozenset[str]] | None) -> None:
        """Read these columns too from now on, by kind; None for all."""
        self.shop = replace(self.shop, columns=columns)

    def stop(self, why: ShopformError) -> None:
        """Raise `why` for every later request; may be called from any thread."""
        self.stopped = self.stopped or why

    def close(self) -> None:
        self._transport.close()

    @property
    def left(self) -> int | None:
        """The calls that are left to this run, of the day and of `max_calls`; None: no limit."""
        with self._lock:
            limits = [self._max_calls - self.calls] if self._max_calls is not None else []
            limits += [self._ledger.left] if self._ledger else []
        return min(limits, default=None)

    def get(
        self, path: str, params: Mapping[str, str | int] | None = None, *, fatal: bool = True
    ) -> Json:
        """Return the object or array at a path below /REST.

        If `fatal` is false, a refused key fails this request only. Error messages do not quote an
        endpoint whose objects have secrets of the shop.
        """
        call = Call(method="GET", path=path, params=params)
        answer = self._call(call._replace(quotable=call.endpoint not in self._secret), fatal=fatal)
        if answer is None:
            raise Nonsense(f"`GET {path}` returned an empty response")
        return answer

    def send(
        self,
        method: str,
        path: str,
        params: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | list[Mapping[str, Any]] | None = None,
        *,
        repeatable: bool | None = None,
        quotable: bool = True,
    ) -> Json | None:
        """Send a write, and return the object or array of the response, if it has one.

        Everything but a POST is repeatable by default. If `quotable` is false, error messages do
        not quote the shop, because the body holds a secret. A DELETE of a missing object succeeds.
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

    def exchange(
        self,
        method: str,
        path: str,
        params: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Response:
        """Send a request once, and return the response whatever it is.

        It is sent again only if the shop asks to wait (429). Raises `Unreachable` without a
        response, and `BudgetSpent`.
        """
        content = None if body is None else json.dumps(body).encode()
        call = Call(method=method, path=path, params=params, content=content)
        tried = 0
        while True:
            found = self._send(call)
            tried += 1
            if isinstance(found, NoResponse):
                raise Unreachable(
                    f"no answer to {call}: {found.reason}", hint="check the `url` and the network"
                )
            if found.status != 429:
                return found
            self._wait(limited(call, found.headers), tried)

    def _call(self, call: Call, *, fatal: bool = True) -> Json | None:
        try:
            return self._with_retries(call)
        except (AccessRefused, BudgetSpent) as exc:
            if fatal or isinstance(exc, BudgetSpent):
                self.stopped = self.stopped or exc
            raise

    def _with_retries(self, call: Call) -> Json | None:
        tried = 0
        while True:
            answer = self._once(call)
            tried += 1
            if not isinstance(answer, Retry):
                return answer
            self._wait(answer, tried)

    def _wait(self, retry: Retry, tried: int) -> None:
        """Wait before another try. Raises its error if there have been enough."""
        if tried >= retry.tries:
            raise retry.error
        if retry.wait is None:
            self._sleep(FIRST_WAIT * 2 ** (tried - 1) * (0.75 + self._random() / 2))
        else:
            self._resume_at = max(self._resume_at, time.monotonic() + retry.wait)

    def _once(self, call: Call) -> Json | Retry | None:
        found = self._send(call)
        if isinstance(found, NoResponse):
            return no_response(call, found.reason, sent=found.sent, retry=found.retry)
        token, shop = self._transport.token, self.shop.name
        return evaluate(call, found.status, found.headers, found.body, token, shop)

    def _send(self, call: Call) -> Response | NoResponse:
        with self.pace.turn() as turn:
            pause = self._resume_at - time.monotonic()
            if pause > 0:
                self._sleep(pause)
            self._spend(call)
            found = self._exchange(call, turn)
        if isinstance(found, NoResponse):
            if not found.sent:
                self._give_back()
            self._report(call, 0)
        else:
            self._report(call, found.status)
        return found

    def _exchange(self, call: Call, turn: int) -> Response | NoResponse:
        check = None if call.method == "GET" else self.before_write
        began = time.monotonic()
        try:
            if check:
                check()
            found = self._transport.exchange(call, check)
        except ShopformError:
            self._give_back()
            raise
        good = isinstance(found, Response) and found.status != 429 and found.status < 500
        endpoint = f"{call.method} {call.endpoint}"
        self.pace.judge(turn, endpoint, time.monotonic() - began, good=good)
        return found

    def _report(self, call: Call, status: int) -> None:
        if self._on_call:
            self._on_call(call.method, call.path, status)

    def _spend(self, call: Call) -> None:
        with self._lock:
            if why := self.stopped:
                first, *others = why.diagnostics
                if call.method != "GET":
                    first = replace(first, summary=f"{call} was not sent: {first.summary}")
                raise type(why)(diagnostics=[first, *others])
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


def _secret_endpoints(shop: Shop) -> set[str]:
    kinds = (kind for kind in shop.catalogue.kinds if kind.generated)
    return {APP_STATUS, *(names_for(kind, shop.wire.get(kind.name)).endpoint for kind in kinds)}
