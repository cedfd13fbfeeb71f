"""Evaluate responses: a result, a refusal, or a retry. This is the table of retries."""

import json
import re
import time
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from shopform.errors import (
    Absent,
    AccessRefused,
    BudgetSpent,
    Nonsense,
    OutcomeUnknown,
    RequestRefused,
    ShopError,
    ShopformError,
    Unreachable,
)
from shopform.kit.text import shorten

Json = dict[str, Any] | list[Any]

TRIES = 3
GARBLED_TRIES = 2
LIMITED_TRIES = 4
LONGEST_WAIT = 30.0
QUOTED = 200
_SECONDS = re.compile(r"([-+]?[0-9]+(?:\.[0-9]*)?) ?(?:s|secs?|seconds?)?", re.IGNORECASE)


class Call(NamedTuple):
    """One request. `repeatable`: it is idempotent.

    `quotable`: messages may quote the response, because the request holds no secret.
    """

    method: str
    path: str
    params: Mapping[str, str | int] | None = None
    content: bytes | None = None
    repeatable: bool = True
    quotable: bool = True

    def __str__(self) -> str:
        return f"`{self.method} {self.path}`"

    @property
    def endpoint(self) -> str:
        return self.path.partition("/")[0]


class Retry(NamedTuple):
    """Send the request again, up to `tries` times in all, then raise `error`.

    `wait` is the time in seconds that the shop asked for; without it the caller backs off.
    """

    error: ShopformError
    tries: int = TRIES
    wait: float | None = None


def no_response(call: Call, reason: str, *, sent: bool, retry: bool) -> Retry:
    """Evaluate a missing response; `retry`: another try may help.

    Raises `OutcomeUnknown` if the request is not idempotent and may have been executed.
    """
    if sent and not call.repeatable:
        raise _unknown(call, reason)
    return Retry(
        Unreachable(f"no answer to {call}: {reason}", hint="check the `url` and the network"),
        tries=TRIES if retry else 1,
    )


def evaluate(
    call: Call, status: int, headers: Mapping[str, str], body: bytes, token: str, shop: str
) -> Json | Retry | None:
    """Return the JSON of a response (`None`: no body), or `Retry`.

    Raises refusals; those of the key name the `shop`, since a run may use several.
    """
    if 200 <= status < 300:
        return _accept(call, status, headers, body)
    if status < 400:
        raise Nonsense(
            f"{call} was redirected to `{_host(headers.get('location', ''))}` ({status})",
            hint="set `url` to the address the shop answers at",
        )
    if status == 429:
        return limited(call, headers)
    if status >= 500:
        words = _quote(call, status, headers, body, token)
        if not call.repeatable:
            raise _unknown(call, f"the shop answered {status}{words}")
        return Retry(ShopError(f"{call} failed: the shop answered {status}{words}"))
    if call.method == "DELETE" and status in (404, 410):
        return None
    raise _refusal(call, status, _quote(call, status, headers, body, token), shop)


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or "nowhere"
    except ValueError:
        return "nowhere"


def _refusal(call: Call, status: int, words: str, shop: str) -> ShopformError:
    if status == 401:
        return AccessRefused(
            f"the shop refused the key for {call} ({status}{words})",
            hint=f"check the `token` and `auth` of `{shop}`",
        )
    if status == 403:
        right = "read" if call.method == "GET" else "write"
        return AccessRefused(
            f"the key may not {call} ({status}{words})",
            hint=f"give the key of `{shop}` the right to {right} `{call.endpoint}`, or check its"
            " `token`",
        )
    if status in (404, 410):
        return Absent(f"{call}: nothing is there ({status}{words})", status=status)
    return RequestRefused(f"the shop refused {call} ({status}{words})", status=status)


def limited(call: Call, headers: Mapping[str, str]) -> Retry:
    """429 means the daily limit (A3), unless the shop says when to retry, and that is soon.

    An unreadable `Retry-After` counts as soon: the caller backs off.
    """
    said = headers.get("retry-after", "").strip()
    wait = _retry_after(said)
    if not said or (wait and wait > LONGEST_WAIT):
        raise BudgetSpent(
            f"the daily limit of the key is reached: the shop answered 429 to {call}",
            hint="continue tomorrow, or raise the limit under Settings, API in the shop",
        )
    return Retry(BudgetSpent(f"the shop keeps answering 429 to {call}"), LIMITED_TRIES, wait)


def _retry_after(text: str) -> float | None:
    """Parse seconds, the longest of several, or an HTTP date; None if there is none.

    RFC 9110 has whole seconds. Proxies write fractions and units, and join two headers by a comma.
    """
    numbers = [_SECONDS.fullmatch(part.strip()) for part in text.split(",")]
    if all(numbers):
        wait = max(float(found[1]) for found in numbers if found)
    else:
        try:
            date = parsedate_to_datetime(text)
            wait = date.replace(tzinfo=date.tzinfo or UTC).timestamp() - time.time()
        except (ValueError, OverflowError):
            return None
    return wait if wait > 0 else None


def _accept(
    call: Call, status: int, headers: Mapping[str, str], body: bytes
) -> Json | Retry | None:
    reading = call.method == "GET"
    if not body.strip() and not reading:
        return None
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        # A server that responds to a write with a word instead of JSON has executed it.
        word = call.repeatable and not reading and not body.lstrip().startswith((b"{", b"[", b"<"))
    else:
        if isinstance(data, dict | list):
            return data
        word = not reading
    if word:
        return None
    kind = headers.get("content-type", "").partition(";")[0] or "no type"
    # The body is never quoted: it can hold a generated secret.
    said = f"{status} with {kind} of {len(body)} bytes, not JSON"
    if not call.repeatable:
        raise _unknown(call, f"the shop answered {said}")
    return Retry(
        Nonsense(f"{call} was answered {said}", hint="is `url` the address of the shop's API?"),
        GARBLED_TRIES,
    )


def _unknown(call: Call, reason: str) -> OutcomeUnknown:
    return OutcomeUnknown(
        f"{call} was sent and its outcome is unknown: {reason}",
        hint="run again: objects already created are looked up before anything is sent",
    )


def _quote(call: Call, status: int, headers: Mapping[str, str], body: bytes, token: str) -> str:
    """Quote the shop's error message after `: `, if it may be quoted."""
    if not call.quotable or "html" in headers.get("content-type", ""):
        return ""
    text = body.decode("utf-8-sig", "replace")
    try:
        said = _message(json.loads(text))
    except (ValueError, RecursionError):
        said = text
    said = " ".join("".join(c if c.isprintable() else " " for c in said).split())
    said = said.removeprefix(str(status)).lstrip()
    if not said or said.startswith("<") or _plain(token) in _plain(said.replace(token, "")):
        return ""
    said = said.replace(token, "(key)")
    return f": {shorten(said, QUOTED)}"


def _message(data: object) -> str:
    """Join what is under the usual keys of error messages (dossier 3.4)."""
    if isinstance(data, str):
        return data
    if isinstance(data, list):
        return "; ".join(filter(None, map(_message, data)))
    if isinstance(data, dict):
        known = [data[key] for key in ("error", "message", "errors") if data.get(key)]
        return _message(known or [v for v in data.values() if isinstance(v, str | list)])
    return ""


def _plain(text: str) -> str:
    """Letters and digits only, so that an escaped echo of a key is found too."""
    return re.sub(r"[^a-z0-9]", "", text.lower())
