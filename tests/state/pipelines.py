"""The pipelines of a team: each job is a fresh checkout on a machine of its own, with one state."""

import http.client
import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Timer
from typing import Any

import s3_server
import terraform_server
from servers import BUCKET, Server
from support import Prepared, Run, environment_of

from shopform.sandbox import Sandbox
from shopform.sandbox.calls import LoggedRequest

KEY = "shops/demo.json"
LEASE = 1.0  # seconds, where a run is killed or paused
STOPPED = {14, 15, 19}  # by the loss of its lock, or of its store
KINDS = {"supplier": "suppliers", "category": "categories"}
ALLOWED = ("--allow-delete", "supplier=99", "--allow-delete", "category=99")
APPLY = ("apply", "--auto-approve", *ALLOWED)
Sections = dict[str, dict[str, dict[str, Any]]]


@dataclass
class Job:
    """A run of `apply` of what the main branch declared when it was checked out."""

    declared: Sections
    pid: int
    ended: Future[Run]
    wrote: Event
    lock: list[str]  # the id of its lock, once it was struck

    def wait(self) -> Run:
        return self.ended.result(timeout=120)


@dataclass
class Team:
    """A shop, its state, the main branch, and what staff added in the shop's administration."""

    prepared: Prepared
    sandbox: Sandbox
    folder: Path
    server: Server
    location: str
    state: Callable[[], bytes | None]
    holder: Callable[[], str]  # the id of the lock; empty if it is free
    pool: ThreadPoolExecutor
    main: Sections = field(default_factory=dict)
    staff: list[str] = field(default_factory=list)
    free: Event = field(default_factory=Event)
    lease: float = 60.0  # seconds; no run that lives loses it, however busy the machine is
    jobs: int = 0
    before: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.before = self.names()

    @property
    def leased(self) -> bool:
        return self.server.scheme == "s3"

    def names(self) -> dict[str, list[str]]:
        return {kind: sorted(row["name"] for row in self.sandbox.data(kind)) for kind in KINDS}

    def checkout(self) -> Path:
        """A machine with what the main branch declares."""
        self.jobs += 1
        folder = self.folder / f"job{self.jobs}"
        folder.mkdir()
        shop = {"url": self.sandbox.url, "token": "${env:SHOPFORM_TOKEN}", "state": self.location}
        settings: dict[str, Any] = {"shops": {"demo": shop}}
        if self.server.settings:
            settings["state_store"] = dict(self.server.settings)
        (folder / "shopform.yaml").write_text(json.dumps(settings), "utf-8")
        (folder / "main.yaml").write_text(json.dumps(self.main), "utf-8")
        return folder

    @property
    def environment(self) -> dict[str, str]:
        return environment_of(**self.server.environment, SHOPFORM_TEST_LEASE=str(self.lease))

    def run(self, *arguments: str, at: Path | None = None) -> Run:
        folder = at or self.checkout()
        return self.prepared.run(folder, *arguments, environment=self.environment)

    def apply(self, *, wait: str = "", strike: str = "", at: int = 0) -> Job:
        """Start an apply of the main branch; it is struck at its write number `at`.

        `strike` is to `kill` it before or after the write is carried out, to `pause` it, to `stop`
        it by SIGTERM, to `cancel` it as runners of CI do, by SIGTERM and SIGKILL, or to `hold` the
        answer of the shop until it is `free`.
        """
        wrote, started, lock = Event(), Event(), list[str]()
        writes = pid = 0

        def hook(seen: LoggedRequest) -> None:
            nonlocal writes
            if seen.method == "GET":
                return
            writes += 1
            wrote.set()
            if writes == at and started.wait(60):
                lock.append(self.holder())
                self._strike(strike, pid)

        app = self.sandbox.app
        hooks = app.before if strike == "kill before" else app.after
        hooks.append(hook)
        timeout = ("--lock-timeout", wait) if wait else ()
        # With several calls at once, one may be paused between the last look at the lock and its
        # bytes, where nothing can stop it; test_pauses.py has these.
        alone = ("--parallelism", "1") if strike == "pause" else ()
        arguments = (*APPLY, *timeout, *alone)
        run = self.prepared.start(self.checkout(), *arguments, environment=self.environment)
        pid = run.pid
        started.set()

        def wait_for() -> Run:
            try:
                return run.wait(timeout=120)
            finally:
                hooks.remove(hook)

        return Job(self.main, pid, self.pool.submit(wait_for), wrote, lock)

    def _strike(self, strike: str, pid: int) -> None:
        with suppress(ProcessLookupError):
            if strike == "hold":
                self.free.wait(60)
            elif strike == "pause":
                os.kill(pid, signal.SIGSTOP)
            elif strike in ("stop", "cancel"):
                os.kill(pid, signal.SIGTERM)
                if strike == "cancel":
                    Timer(0.03, self._strike, ("end", pid)).start()
            elif strike:
                os.kill(pid, signal.SIGKILL)
                if strike != "end":
                    raise ConnectionAbortedError

    def unlock(self) -> Run | None:
        """Take the lock from its holder as the message of a refused apply says; None if free."""
        refused = self.apply().wait()
        if refused.exit != 15:
            return None
        holder = re.search(r"force-unlock\s+([0-9a-f-]{36})", refused.err)
        assert holder, refused.text
        return self.run("force-unlock", holder[1])

    def require(self, declared: Sections) -> None:
        """The shop is as declared, and the state knows it: no doubles, no orphans."""
        wanted = {
            kind: sorted(
                [
                    *self.before[kind],
                    *(self.staff if kind == "supplier" else ()),
                    *(each["name"] for each in declared.get(section, {}).values()),
                ]
            )
            for kind, section in KINDS.items()
        }
        assert self.names() == wanted
        ids = {
            kind: {row[f"{kind}_id"]: row["name"] for row in self.sandbox.data(kind)}
            for kind in KINDS
        }
        data = self.state()
        resources = json.loads(data)["resources"] if data else {}
        known = {
            address: ids[address.partition(".")[0]][entry["id"]]
            for address, entry in resources.items()
        }
        assert known == {
            f"{kind}.{key}": each["name"]
            for kind, section in KINDS.items()
            for key, each in declared.get(section, {}).items()
        }

    def settle(self) -> None:
        """Apply until a run completes, then hold the shop and the state to what is declared."""
        for _ in range(6):
            done = self.apply(wait="5m" if self.leased else "").wait()
            if done.exit == 0:
                break
            assert done.exit in STOPPED, done.text
            if not self.leased:
                self.unlock()
        assert done.exit == 0, done.text
        self.require(self.main)
        again = self.run("plan", "--detailed-exitcode", *ALLOWED)
        assert again.exit == 0, again.text
        assert not self.holder()

    def edit(self, method: str, path: str, body: dict[str, Any] | None = None) -> None:
        """What staff do in the shop's own administration."""
        connection = http.client.HTTPConnection("127.0.0.1", self.sandbox.port)
        headers = {"Authorization": "sandbox"}
        connection.request(method, f"/REST/{path}", json.dumps(body) if body else None, headers)
        assert connection.getresponse().status < 300
        connection.close()

    def hire(self) -> None:
        """Staff add a supplier of their own."""
        self.staff.append(f"Staff {len(self.staff)}")
        self.edit("POST", "supplier", {"name": self.staff[-1]})

    def number(self, name: str) -> int:
        (found,) = [r for r in self.sandbox.data("supplier") if r["name"] == name]
        return int(found["supplier_id"])


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that other processes do."""
    for _ in range(6000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen within a minute")


@contextmanager
def team(store: str, prepared: Prepared, folder: Path) -> Iterator[Team]:
    """A team whose state is in a bucket, or on GitLab, both in the memory of this process."""
    with ExitStack() as stack:
        sandbox = stack.enter_context(Sandbox())
        pool = stack.enter_context(ThreadPoolExecutor())
        if store == "bucket":
            bucket = s3_server.Bucket()
            server = stack.enter_context(s3_server.serving(bucket))
            location = f"s3://{BUCKET}/{KEY}"
            yield Team(
                prepared,
                sandbox,
                folder,
                server,
                location,
                lambda: bucket.objects.get(KEY),
                lambda: (json.loads(bucket.objects[f"{KEY}.lock"])["holder"] or {"id": ""})["id"],
                pool,
            )
        else:
            gitlab = stack.enter_context(terraform_server.serving(terraform_server.GitLab()))
            server = Server("gitlab", "https", {}, terraform_server.ENVIRONMENT)
            yield Team(
                prepared,
                sandbox,
                folder,
                server,
                gitlab.address,
                lambda: gitlab.content() if gitlab.versions.get("staging") else None,
                lambda: str(gitlab.locks.get("staging", {}).get("ID", "")),
                pool,
            )
