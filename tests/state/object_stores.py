"""Object stores for the tests: in memory, and a layer that fails or dies at a request."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from obstore.store import MemoryStore
from state_samples import HOST

from shopform.errors import StoreError
from shopform.kinds.standard import STANDARD
from shopform.state.objects.blobs import Blob, Blobs, StoredObject, Tag
from shopform.state.objects.lease import Times
from shopform.state.objects.obstore_blobs import ObstoreBlobs
from shopform.state.objects.store import ObjectStore
from shopform.state.ownership import Expected

KEY = "shops/staging.json"
# No beat comes between the requests that a test counts, and a silent holder is dead at once.
QUICK = Times(beat=600, work=600, lease=0.05, poll=0.01)

NOWHERE = Path("no-such-folder")


class Killed(BaseException):
    """The process ends here: nothing may catch it."""


@dataclass
class Faults(Blobs):
    """Passes requests on, and counts them; `act` is called before and after each."""

    blobs: Blobs
    act: Callable[[int, str, bool], None] = lambda number, verb, after: None
    requests: list[str] = field(default_factory=list)

    @contextmanager
    def _request(self, verb: str, key: str) -> Iterator[None]:
        self.requests.append(f"{verb} {key}")
        number = len(self.requests)
        self.act(number, verb, False)
        yield
        self.act(number, verb, True)

    def get(self, key: str) -> Blob | None:
        with self._request("get", key):
            return self.blobs.get(key)

    def create(self, key: str, data: bytes) -> Tag:
        with self._request("create", key):
            return self.blobs.create(key, data)

    def replace(self, key: str, data: bytes, tag: Tag) -> Tag:
        with self._request("replace", key):
            return self.blobs.replace(key, data, tag)

    def delete(self, keys: Sequence[str]) -> None:
        with self._request("delete", " ".join(keys)):
            self.blobs.delete(keys)

    def list(self, prefix: str) -> Iterable[StoredObject]:
        with self._request("list", prefix):
            return self.blobs.list(prefix)

    def place(self, key: str) -> str:
        return self.blobs.place(key)


def dying(at: int, after: bool) -> Callable[[int, str, bool], None]:
    """Kill at a request and refuse all later ones, as the threads of a dead process do nothing."""

    def act(number: int, verb: str, done: bool) -> None:
        if number > at or (number == at and done == after):
            raise Killed

    return act


def losing(at: int, after: bool) -> Callable[[int, str, bool], None]:
    """Lose one request, or its answer."""

    def act(number: int, verb: str, done: bool) -> None:
        if number == at and done == after:
            raise StoreError("the store does not answer")

    return act


def memory() -> Blobs:
    return ObstoreBlobs(MemoryStore(), "memory://bucket")


def at_once(_seconds: float) -> None:
    """Let `force_unlock` wait for nothing: the run is dead, or trusts its lock for long."""


def store_of(blobs: Blobs, folder: Path = NOWHERE, times: Times = QUICK) -> ObjectStore:
    return ObjectStore(blobs, KEY, Expected(shop=HOST, catalogue=STANDARD), folder, times)
