"""What a store of objects can do, and conditional writes whose answer may have been lost."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shopform.errors import StoreError

Tag = Mapping[str, str]  # what the store calls a version of an object
TRIES = 3


@dataclass(frozen=True, slots=True)
class Blob:
    """An object that was read; `modified` is a time of the store's clock."""

    data: bytes
    tag: Tag
    modified: datetime


@dataclass(frozen=True, slots=True)
class StoredObject:
    key: str
    modified: datetime


class ConflictError(Exception):
    """A conditional write was refused."""


class Blobs(Protocol):
    """Objects by key. Every method raises StoreError when the store does not do its work."""

    def get(self, key: str) -> Blob | None: ...

    def create(self, key: str, data: bytes) -> Tag:
        """Raise ConflictError where there is an object already."""

    def replace(self, key: str, data: bytes, tag: Tag) -> Tag:
        """Raise ConflictError if the object is no longer the one of `tag`."""

    def delete(self, keys: Sequence[str]) -> None:
        """Delete objects that may be missing."""

    def list(self, prefix: str) -> Iterable[StoredObject]:
        """The objects whose keys begin with `prefix`, which ends with a slash."""

    def place(self, key: str) -> str:
        """The address of an object, for messages."""


def write(blobs: Blobs, key: str, data: bytes, tag: Tag | None) -> Tag | None:
    """Create an object, or replace the one of `tag`; None where another writer was first.

    The answer to an earlier try may have been lost, by this process or by the library under it
    (aws-sdk-java-v2#6580), so a refusal counts only where the object has other bytes. S3 may also
    refuse with 409 where no other writer was first (arrow-rs-object-store#852).
    """
    for _ in range(TRIES):
        try:
            return blobs.create(key, data) if tag is None else blobs.replace(key, data, tag)
        except ConflictError:
            found = blobs.get(key)
        if (found and found.tag) != tag:
            return found.tag if found and found.data == data else None
    raise StoreError(
        f"`{blobs.place(key)}` cannot be written, although no other run wrote it",
        hint="run again; if that is the answer again, look at the store's own log",
    )
