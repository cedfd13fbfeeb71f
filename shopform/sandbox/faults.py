"""Faults on request: which requests fail, and how.

A spec is `N:ACTION`, `METHOD:N:ACTION` or `METHOD /path:N:ACTION`. N counts the matching requests
since the fault was set, from 1; `N+` is all from there on, `N-M` a range.
"""

import math
import re
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from shopform.errors import UsageError
from shopform.sandbox.messages import HTML, JSON, Fate, Refusal, SandboxResponse

SPEC = re.compile(
    r"(?:(?P<method>[A-Z]+|\*)?(?: ?(?P<path>/[^:]*))?:)?"
    r"(?P<first>[1-9]\d*)(?:(?P<open>\+)|-(?P<last>\d+))?"
    r":(?P<action>[a-z]+|302|[45]\d\d(?:_after)?|[a-z]+_after)(?:=(?P<seconds>\d+(?:\.\d+)?))?"
)
BEFORE = ("drop", "html", "302")
AFTER = ("lose", "garble", "cut", "html_after", "null", "empty", "short", "double", "slow")
PAGE = b"<!DOCTYPE html>\n<html><head><title>Log ind</title></head><body>Log ind</body></html>\n"
ELSEWHERE = "https://elsewhere.invalid/REST"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `seconds` is the number after the action's `=`, if any."""

    spec: str
    action: str
    method: str = ""
    path: str = ""
    first: int = 1
    last: float = 1
    seconds: float | None = None

    def concerns(self, method: str, path: str) -> bool:
        below = path == self.path or path.startswith(self.path + "/")
        return self.method in ("", method) and (not self.path or below)

    @property
    def status(self) -> int:
        """The status of an error response; 0 for other faults."""
        number = self.action.removesuffix("_after")
        return int(number) if number.isdigit() and number != "302" else 0


def parse_fault(spec: str) -> Fault:
    """Parse a fault. Raises UsageError for an invalid one."""
    found = SPEC.fullmatch(spec.strip())
    action = found["action"] if found else ""
    timed = action in ("slow", "429", "503")
    if (
        not found
        or not (action in BEFORE + AFTER or action[:3].isdigit())
        or (found["seconds"] and not timed)
        or (action == "slow" and not found["seconds"])
    ):
        words = ", ".join((*BEFORE, *AFTER))
        raise UsageError(
            f"`{spec}` is not a fault",
            hint=f"write `3:lose` or `POST /path:1+:500`; actions: {words}, or a status of 400-599",
        )
    first = int(found["first"])
    return Fault(
        spec=spec,
        action=action,
        method=(found["method"] or "").replace("*", ""),
        path=(found["path"] or "").rstrip("/"),
        first=first,
        last=math.inf if found["open"] else int(found["last"] or first),
        seconds=float(found["seconds"]) if found["seconds"] else None,
    )


class Faults:
    """The active faults, each with the number of requests it has seen."""

    def __init__(self) -> None:
        self.active: list[tuple[Fault, list[int]]] = []

    def add(self, spec: str) -> None:
        self.active.append((parse_fault(spec), [0]))

    def clear(self) -> None:
        self.active.clear()

    def strike(self, method: str, path: str) -> Fault | None:
        """Count a request, and return the first fault that is due, if any."""
        due = None
        for fault, seen in self.active:
            if fault.concerns(method, path):
                seen[0] += 1
                if due is None and fault.first <= seen[0] <= fault.last:
                    due = fault
        return due


def before(fault: Fault | None) -> SandboxResponse | None:
    """Return the response to a request that is not executed. Raises Refusal for a status."""
    if fault is None:
        return None
    if fault.status and not fault.action.endswith("_after"):
        seconds = fault.seconds
        raise Refusal(
            fault.status, "", () if seconds is None else (("Retry-After", f"{seconds:g}"),)
        )
    if fault.action == "drop":
        return SandboxResponse(0, fate=Fate.CLOSE)
    if fault.action == "html":
        return SandboxResponse(200, PAGE, HTML)
    if fault.action == "302":
        return SandboxResponse(302, headers=(("Location", ELSEWHERE),))
    return None


def tamper(fault: Fault | None, items: list[Any]) -> list[Any]:
    """Return the items of a list after a fault; the total is unchanged."""
    action = fault.action if fault else ""
    if action == "empty":
        return []
    if action == "short":
        return items[:-1]
    if action == "double" and len(items) > 1:
        return [*items[:-1], items[0]]
    return items


def after(fault: Fault | None, response: SandboxResponse, *, listed: bool) -> SandboxResponse:
    """Return the response to a request that was executed. Raises Refusal."""
    action = fault.action if fault else ""
    half = response.body[: len(response.body) // 2]
    if fault and fault.status:
        raise Refusal(fault.status)
    if action == "lose":
        return replace(response, fate=Fate.CLOSE)
    if action == "cut":
        return replace(response, fate=Fate.CUT)
    if action == "garble":
        # An empty body cannot be garbled; then the garbage is the whole body.
        return replace(response, status=_full(response.status), body=half or b"{")
    if action == "html_after":
        return SandboxResponse(200, PAGE, HTML)
    if action == "null":
        return SandboxResponse(200, b"null", JSON)
    if action == "empty" and not listed:
        return replace(response, status=_full(response.status), body=b"")
    if action == "slow" and fault:
        return replace(response, delay=fault.seconds or 0.0)
    return response


def _full(status: int) -> int:
    return HTTPStatus.OK if status == HTTPStatus.NO_CONTENT else status
