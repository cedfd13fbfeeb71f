"""One state on a server of Terraform's `http` protocol: its content and its lock.

What servers do, from the source of GitLab 18 and Gitea 1.27:

- GitLab returns the version with the highest `serial`, and 422 for a serial that exists. A lower
  serial is accepted and never returned.
- GitLab names the holder of a lock by `ID`, `Who` and `Created` only: the other keys of its answer
  are those of the request. A write under a lock that is no longer held fails with 500.
- Gitea accepts a document only if it has the keys of a Terraform state, and returns 409 for a
  serial that exists. It accepts a write under any id while the state is not locked.
- 404 is also what GitLab answers for a project that the credentials may not see.
"""

import json
import re
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import httpx

from shopform import __version__
from shopform.errors import StoreError
from shopform.shop.http_client import TIMEOUT, open_client, request
from shopform.state.lock_info import LockInfo

GITLAB: Final = re.compile(r"/api/v4/projects/[^/]+/terraform/state/[^/]+$")
GITEA: Final = re.compile(r"/api/packages/[^/]+/terraform/state/[^/]+$")
ENVELOPE: Final = b'{"version":4,"terraform_version":"shopform","outputs":{},'
HELD: Final = (409, 423)
RIGHTS: Final = (
    "GitLab: reading needs the role Developer, writing and locking Maintainer, and a job token only"
    " works while its job runs; Gitea: a token with the right to write packages"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervals:
    """Seconds: between two tries, between two looks at a held lock, and of trust in the lock.

    `arrive`: after which a call that was sent to the shop has been carried out; the timeout of its
    response. `give_up`: after which the lock of documents, which is held shortly, is one of a
    killed run.
    """

    pause: float = 0.5
    poll: float = 2.0
    check: float = 20.0
    arrive: float = TIMEOUT
    give_up: float = 15.0

    @property
    def fence(self) -> float:
        """After which nothing of a run arrives at the shop whose journal was sealed.

        The run may trust a check from just before the seal.
        """
        return self.check + self.arrive


def how_to_unlock(holder: LockInfo) -> str:
    """Say how to free the lock of a dead run."""
    return f"`shopform force-unlock {holder.id}`" if holder.id else "unlock it on the server"


class StateServer:
    """The connections to a server, with the credentials for it."""

    def __init__(self, address: str, environment: Mapping[str, str], times: Intervals) -> None:
        """Raises StoreError if GitLab is without credentials."""
        self._pause = times.pause
        url = urlsplit(address)
        self._http = open_client(
            url.scheme,
            url.hostname or "",
            StoreError,
            auth=_credentials(address, environment),
            headers={
                "Content-Type": "application/json",
                "User-Agent": f"shopform/{__version__}",
            },
        )
        weakref.finalize(self, self._http.close)

    def send(
        self, verb: str, method: str, url: str, content: bytes = b"", lock: str = ""
    ) -> httpx.Response:
        """Return the response, after several tries if it is one of a server that is busy."""
        params = {"ID": lock} if lock else None
        found = request(self._http, method, url, pause=self._pause, content=content, params=params)
        if isinstance(found, str):
            raise StoreError(
                f"cannot {verb} `{url}`: {found}", hint="check the connection and the address"
            )
        return found


class RemoteState:
    """One state on a server. Every method raises StoreError when the server does not do its work.

    A request is repeated if it gets no answer, so an answer that was lost is taken into account.
    `serials_once`: the server accepts each serial once.
    """

    def __init__(self, server: StateServer, address: str) -> None:
        self.address = address
        self._server = server
        path = urlsplit(address).path
        gitlab = GITLAB.search(path)
        apart = gitlab or GITEA.search(path)
        self._lock_address = f"{address}/lock" if apart else address
        self._lock, self._unlock = ("POST", "DELETE") if apart else ("LOCK", "UNLOCK")
        self._gitlab = bool(gitlab)
        self.serials_once = bool(apart)

    def get(self) -> bytes | None:
        response = self._server.send("read", "GET", self.address)
        data = response.content
        hidden = self._gitlab and b"404 Project Not Found" in data
        if response.status_code == 204 or (response.status_code == 404 and not hidden):
            return None
        if response.status_code != 200:
            raise self._refused("read", response)
        if data.startswith(ENVELOPE):
            data = b"{" + data.removeprefix(ENVELOPE)
        return data or None

    def post(self, data: bytes, info: LockInfo, *, locked: bool = True) -> bool:
        """Write the document of a new serial; False if another run has the lock or wrote it.

        Not `locked`: the state must be free, and only the serial distinguishes two writes.
        """
        lock = info.id if locked or not self._gitlab else ""
        sent = data if self._gitlab else ENVELOPE + data.removeprefix(b"{")
        response = self._server.send("write", "POST", self.address, sent, lock)
        status = response.status_code
        if response.is_success:
            return True
        if status in (*HELD, 422) or status >= 500:
            if self.get() == data:
                return True
            if status in HELD or (self._lost(info) if locked else self._refuses(status, info)):
                return False
        raise self._refused("write", response)

    def lock(self, info: LockInfo) -> LockInfo | None:
        """Lock the state, unless the holder that is returned has it."""
        response = self._send_lock(info)
        if response.is_success:
            return None
        holder = self._holder(response)
        return None if holder.id == info.id else holder

    def unlock(self, lock_id: str) -> None:
        """Free the lock if it is held under this id."""
        content = json.dumps({"ID": lock_id}).encode()
        response = self._server.send("unlock", self._unlock, self._lock_address, content)
        if not response.is_success and response.status_code not in HELD:
            raise self._refused("unlock", response)

    def _lost(self, info: LockInfo) -> bool:
        holder = self._locked_by(info)
        return holder is None or holder.id != info.id

    def _refuses(self, status: int, info: LockInfo) -> bool:
        """Whether an answer to a write without a lock is about its serial, or about a lock."""
        return status == 422 or self._locked_by(info) is not None

    def _locked_by(self, info: LockInfo) -> LockInfo | None:
        """Return the holder of the lock; None if it is free."""
        response = self._send_lock(info)
        if response.is_success:
            self.unlock(info.id)
            return None
        return self._holder(response)

    def _send_lock(self, info: LockInfo) -> httpx.Response:
        content = {
            "ID": info.id,
            "Operation": info.operation,
            "Info": f"process {info.pid}",
            "Who": info.who,
            "Version": info.version,
            "Created": info.created,
            "Path": info.path,
        }
        response = self._server.send(
            "lock", self._lock, self._lock_address, json.dumps(content).encode()
        )
        if response.is_success or response.status_code in HELD:
            return response
        raise self._refused("lock", response)

    def _holder(self, response: httpx.Response) -> LockInfo:
        """Return who holds a lock, as far as the server says it."""
        names = ("ID", "Who", "Created")
        try:
            found = response.json()
            lock_id, who, created = (str(found[name]) for name in names)
            said = {} if self._gitlab else found
            operation, version = (str(said.get(name, "")) for name in ("Operation", "Version"))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            lock_id, who, created, operation, version = "", "another run", "", "", ""
        return LockInfo(
            id=lock_id,
            who=who,
            created=created,
            operation=operation,
            version=version,
            pid=0,
            path=self.address,
        )

    def _refused(self, verb: str, response: httpx.Response) -> StoreError:
        status = response.status_code
        if status in (401, 403):
            return StoreError(f"may not {verb} `{self.address}` (HTTP {status})", hint=RIGHTS)
        if status == 413:
            size = len(response.request.content)
            return StoreError(
                f"the server refuses `{self.address}` for its size of {size:,} bytes (HTTP 413)",
                hint="raise its limit for Terraform states, or apply in parts with `--target`",
            )
        if moved := response.headers.get("Location", ""):
            return StoreError(
                f"`{self.address}` has moved to `{moved}`",
                hint="if you trust that address, make it the shop's `state`",
            )
        text = response.text[:200].strip()
        said = "".join(c if c.isprintable() else " " for c in text)
        return StoreError(
            f"cannot {verb} `{self.address}`: HTTP {status}" + (f", {said}" if said else ""),
            hint="check the project in the address, and whether the credentials may see it"
            if status == 404
            else "look at the server's own log",
        )


def _credentials(address: str, environment: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the user name and the password; None for a server that may need none."""
    user = environment.get("TF_HTTP_USERNAME", "")
    password = environment.get("TF_HTTP_PASSWORD", "")
    if user and password:
        return user, password
    url = urlsplit(address)
    if not GITLAB.search(url.path):
        return None
    token = environment.get("CI_JOB_TOKEN", "")
    if token and environment.get("CI_SERVER_HOST") == url.hostname:
        return "gitlab-ci-token", token
    raise StoreError(
        f"no credentials for the state `{address}` were found",
        hint="set `TF_HTTP_USERNAME` and `TF_HTTP_PASSWORD` to your user name and an access token "
        "with the scope `api`; jobs of that GitLab have `CI_JOB_TOKEN` and `CI_SERVER_HOST`",
    )
