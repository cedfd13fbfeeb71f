"""The shop as a function of requests: authorization, routing and the form of responses."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from shopform.sandbox import faults
from shopform.sandbox.behaviour.table import Table, View, World
from shopform.sandbox.behaviour.tables import Endpoints, Seed, open_shop
from shopform.sandbox.calls import Hook, LoggedRequest, received
from shopform.sandbox.faults import Fault, Faults
from shopform.sandbox.gate import APP_STATUS, Gate
from shopform.sandbox.messages import Refusal, SandboxResponse, answer

ROOT = "/REST"
VERBS = {("POST", False), ("PUT", True), ("DELETE", True)}  # with an id, or without


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    query: Mapping[str, str]
    key: str
    body: bytes


class App:
    """Handles requests one at a time; thread-safe.

    `calls` are the handled requests, answered or not. The hooks in `before` are called when a
    request has arrived, those in `after` when its effect is stored but the response not sent.
    """

    def __init__(
        self, world: World, endpoints: Endpoints, gate: Gate, seed: Seed, generated: int
    ) -> None:
        self.world = world
        self.faults = Faults()
        self.calls: list[LoggedRequest] = []
        self.before: list[Hook] = []
        self.after: list[Hook] = []
        self._endpoints = endpoints
        self._gate = gate
        self._seed = seed
        self._generated = generated
        self._arrived = 0
        self._lock = threading.RLock()
        moved = {name: each.endpoint for name, each in world.like.items() if each.endpoint}
        # The endpoints by the names in requests; a usual one that this shop lacks is none.
        self._names = dict.fromkeys(moved, "") | {new: name for name, new in moved.items()}
        self._taking = {
            t.list_endpoint: name for name, t in endpoints.tables.items() if t.list_endpoint
        }
        open_shop(world, endpoints, seed, generated)

    def handle(
        self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes
    ) -> SandboxResponse:
        """Return the response to one request. Keys of `headers` are in lower case."""
        params = dict(parse_qsl(query, keep_blank_values=True))
        request = Request(method, path, params, headers.get("authorization", ""), body)
        with self._lock:
            self._arrived += 1
            place = path.removeprefix(ROOT)
            fault = self.faults.strike(method, place)
            action = fault.action if fault else ""
            call = received(self._arrived, method, place, query, body, action)
        for hook in self.before:
            hook(call)
        with self._lock:
            try:
                response = self._respond(request, fault)
            except Refusal as refusal:
                response = self._refused(refusal)
            call = replace(call, status=response.status)
            self.calls.append(call)
        for hook in self.after:
            hook(call)
        return response

    def reset_log(self) -> None:
        with self._lock:
            self.calls.clear()
            self._arrived = 0

    def reset(self) -> None:
        """Restore the start: the seed's data, no faults, no calls."""
        with self._lock:
            self.faults.clear()
            self.reset_log()
            self._gate.used = 0
            self.world.store.clear()
            open_shop(self.world, self._endpoints, self._seed, self._generated)

    def data(self, kind: str) -> list[dict[str, Any]]:
        """Return the objects of a kind that were not removed, as stored.

        Numbers are ints, whatever the switches.
        """
        with self._lock:
            rows = [
                row
                for row in self.world.store.rows(self._endpoints.named(kind))
                if not row["_removed"]
            ]
        return [{key: row[key] for key in row if not key.startswith("_")} for row in rows]

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document of the shop as its switches are."""
        from shopform.sandbox.own_document import own_document

        present = [t for name, t in self.world.tables.items() if name not in self._gate.missing]
        installed = self._gate.installed(self.world.origin)
        return own_document(self.world, present, self._endpoints, ROOT, installed)

    def state(self) -> dict[str, list[dict[str, Any]]]:
        return {name: self.data(name) for name in self.world.tables}

    def _respond(self, request: Request, fault: Fault | None) -> SandboxResponse:
        early = faults.before(fault)
        if early:
            return early
        name, number = self._route(request.path)
        self._gate.admit(request.method, name, request.key, self.world.switches["denied"])
        if name == APP_STATUS:
            return answer(200, [self._gate.installed(self.world.origin)])
        if name in self._taking:
            taking = self.world.tables[self._taking[name]]
            return faults.after(fault, self._post_list(taking, request), listed=False)
        if name not in self.world.tables:
            raise Refusal(404)
        table = self.world.tables[name]
        listed = request.method == "GET" and not number
        if listed:
            response = self._list(table, request.query, fault)
        elif request.method == "GET":
            shown = table.respond(table.read(number), View.SINGLE)
            response = answer(200, _picked(shown, request.query))
        else:
            response = self._write(table, number, request)
        return faults.after(fault, response, listed=listed)

    def _route(self, path: str) -> tuple[str, int]:
        """Return endpoint and id; an id of 0 is not valid (K-cap)."""
        root, _, rest = path.partition(f"{ROOT}/")
        name, _, number = rest.partition("/")
        if root or not name or (number and not number.isdecimal()):
            raise Refusal(404)
        return self._names.get(name, name), int(number or 0)

    def _list(
        self, table: Table, params: Mapping[str, str], fault: Fault | None
    ) -> SandboxResponse:
        switches = self.world.switches
        rows = table.rows(params)
        total = len(rows)
        envelope = switches[f"shape.{table.endpoint}"] == "envelope"
        limit, offset = total, 0
        if envelope or (switches["bare_limit"] == "honour" and "limit" in params):
            limit, offset = self._page(table, params)
        rows = faults.tamper(fault, rows[offset : offset + limit])
        items = [_picked(table.respond(row, View.LISTED), params) for row in rows]
        if not envelope:
            return answer(200, items)
        paging: dict[str, object] = {"offset": offset, "limit": limit}
        if switches["paging_count"] != "none":
            paging["count"] = total if switches["paging_count"] == "total" else len(items)
        if switches["total"] != "none":
            paging["total"] = str(total) if switches["total"] == "string" else total
        return answer(200, {"paging": paging, table.like.list_key or table.surface.list_key: items})

    def _page(self, table: Table, params: Mapping[str, str]) -> tuple[int, int]:
        most = int(self.world.switches["page_max"])
        limit, offset = params.get("limit", ""), params.get("offset", "")
        wanted = int(limit) if limit.isdecimal() and int(limit) else table.page
        if wanted > most and self.world.switches["limit_over"] == "refuse":
            raise Refusal(400, f"limit is above {most}")
        return min(wanted, most), int(offset) if offset.isdecimal() else 0

    def _write(self, table: Table, number: int, request: Request) -> SandboxResponse:
        if table.read_only or (request.method, number > 0) not in VERBS:
            raise Refusal(405)
        if request.method == "DELETE":
            return self._done("delete", table, table.delete(number))
        content = _json_object(request.body)
        if request.method == "PUT":
            return self._done("put", table, table.update(number, content))
        created = table.respond(table.create(request.query, content), View.CREATED)
        form = self.world.switches["post"]
        if form == "empty":
            return SandboxResponse(201)
        if form == "id_only":
            created = dict([next(iter(created.items()))])
        wrapped = {table.endpoint.replace("-", "_"): created}
        return answer(201, wrapped if form == "wrapped" else created)

    def _post_list(self, table: Table, request: Request) -> SandboxResponse:
        """Execute a write of a list; no source shows how it is answered."""
        if request.method != "POST":
            raise Refusal(405)
        content = _json(request.body)
        if not isinstance(content, list):
            raise Refusal(400, "the body is not a JSON array")
        table.post_list(content)
        return SandboxResponse(200)

    def _done(self, switch: str, table: Table, row: dict[str, Any]) -> SandboxResponse:
        form = self.world.switches[switch]
        if form == "object200":
            return answer(200, table.respond(row, View.SINGLE))
        return SandboxResponse(204 if form == "empty204" else 200)

    def _refused(self, refusal: Refusal) -> SandboxResponse:
        phrase = HTTPStatus(refusal.status).phrase
        if self.world.switches["errors"] == "json":
            content = {"error": refusal.why or phrase, "status": refusal.status}
            return replace(answer(refusal.status, content), headers=refusal.headers)
        text = f"{refusal.status} {phrase}" + (f": {refusal.why}" if refusal.why else "")
        return SandboxResponse(refusal.status, text.encode(), headers=refusal.headers)


def _picked(shown: dict[str, Any], params: Mapping[str, str]) -> dict[str, Any]:
    """Return the columns that `fields` names, or all (A3, D1)."""
    names = params.get("fields", "").split(",")
    return shown if names == [""] else {name: shown[name] for name in names if name in shown}


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Refusal(400, "the body is not JSON") from None


def _json_object(body: bytes) -> dict[str, Any]:
    content = _json(body)
    if not isinstance(content, dict):
        raise Refusal(400, "the body is not a JSON object")
    return content
