"""Documents that are kept with a state: records of runs, reviewed plans, counts of calls."""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from shopform import files
from shopform.errors import StoreError
from shopform.files import make_directory, own_files, read_bytes, reporting, write_atomic

if TYPE_CHECKING:
    from shopform.state.objects.blobs import Blobs

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class Shelf(Protocol):
    """Documents by name. All methods raise StateError if the disk or the store refuses."""

    def names(self) -> Mapping[str, float]:
        """Return the names in order, each with the time of the last write."""

    def read(self, name: str) -> bytes | None:
        """Return the content; None without that document."""

    def write(self, name: str, data: bytes | Iterable[bytes]) -> None:
        """Create or replace a document; after a crash it has the old or the new content."""

    def add(self, documents: Iterable[tuple[str, bytes, float]]) -> None:
        """Write documents in order, each with its time, or 0 for now.

        Only a store that deletes the oldest itself keeps the times.
        """
        for name, data, _ in documents:
            self.write(name, data)

    def delete(self, names: Iterable[str]) -> None:
        """Delete documents that may be missing; a store may keep what the key may not delete."""

    def place(self, name: str = "") -> str:
        """Return the location of a document, or of all of them, for messages."""


class FolderShelf(Shelf):
    """A Shelf in a folder, which is created with its first document."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self) -> Mapping[str, float]:
        found = {}
        with reporting(self._folder):
            for path in own_files(self._folder, NAME):
                with suppress(FileNotFoundError):  # another run deleted it
                    found[path.name] = path.stat().st_mtime
        return found

    def read(self, name: str) -> bytes | None:
        with reporting(self._folder / name):
            return read_bytes(self._folder / name)

    def write(self, name: str, data: bytes | Iterable[bytes]) -> None:
        with reporting(self._folder / name):
            make_directory(self._folder)
            write_atomic(self._folder / name, data, mode=0o600)

    def delete(self, names: Iterable[str]) -> None:
        for name in names:
            with reporting(self._folder / name):
                files.remove(self._folder / name)

    def place(self, name: str = "") -> str:
        return str(self._folder / name)


class ObjectShelf(Shelf):
    """A Shelf of the objects whose keys begin with `prefix`, which ends with a slash."""

    def __init__(self, blobs: "Blobs", prefix: str) -> None:
        self._blobs = blobs
        self._prefix = prefix

    def names(self) -> Mapping[str, float]:
        listed = self._blobs.list(self._prefix)
        times = {each.key.removeprefix(self._prefix): each.modified.timestamp() for each in listed}
        return {name: times[name] for name in sorted(times) if NAME.fullmatch(name)}

    def read(self, name: str) -> bytes | None:
        found = self._blobs.get(self._prefix + name)
        return found.data if found else None

    def write(self, name: str, data: bytes | Iterable[bytes]) -> None:
        from shopform.state.objects.blobs import write

        key, tag = self._prefix + name, None
        content = data if isinstance(data, bytes) else b"".join(data)
        while write(self._blobs, key, content, tag) is None:
            found = self._blobs.get(key)
            tag = found.tag if found else None

    def delete(self, names: Iterable[str]) -> None:
        if keys := [self._prefix + name for name in names]:
            with suppress(StoreError):  # they do no harm, and another run may delete them
                self._blobs.delete(keys)

    def place(self, name: str = "") -> str:
        return self._blobs.place(self._prefix + name)
