"""Open the store at a location."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from shopform import files
from shopform.errors import ConfigError, StateError
from shopform.model.shop import OBJECT_STORES, StateStore, refused_address
from shopform.state.ownership import Expected
from shopform.state.shelf import ObjectShelf, Shelf
from shopform.state.store import Store

if TYPE_CHECKING:
    from shopform.state.objects.blobs import Blobs


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteAccess:
    """How a remote state is reached: what the project says of its store, and the environment.

    `folder` is for results that cannot be stored while the store is away.
    """

    settings: StateStore
    environment: Mapping[str, str]
    folder: str


def open_store(
    location: str, directory: Path, expected: Expected, remote: RemoteAccess | None = None
) -> Store:
    """Open the store at `location`: a path relative to `directory`, or an address.

    Raises ConfigError for an address that is none, or without `remote`; StoreError where the
    credentials of a remote store are missing.
    """
    if "://" in location:
        if remote is None:
            raise ConfigError(f"`{location}` is not a path", hint="give the path of a file")
        return _remote(location, directory, expected, remote)
    from shopform.state.local.store import LocalStore

    with files.reporting(directory / location, ConfigError):
        files.typed(directory, location)
        store = LocalStore(directory / location, expected)
    for path in (store.journal, store.lock):
        with files.reporting(path, ConfigError):
            files.inside(path.parent, path.name)
    return store


def open_shelf(location: str, name: str, remote: RemoteAccess) -> Shelf:
    """Open the documents `name` beside a state in an object store. Raises as `open_store` does."""
    blobs, key = _objects(location, remote)
    return ObjectShelf(blobs, f"{key}.{name}/")


def open_http_shelf(
    location: str,
    name: str,
    remote: RemoteAccess,
    here: Shelf,
    failed: Callable[[StateError], None],
) -> Shelf:
    """Open the documents `name` of a state on a server of the `http` protocol.

    Those that are not kept there are `here`. So are records of runs that the server refuses:
    `failed` is called with the reason. Raises as `open_store` does.
    """
    from shopform.state.http.server import Intervals, RemoteState, StateServer
    from shopform.state.http.shelf import KEPT, HttpShelf

    if name not in KEPT:
        return here
    address, times = location.rstrip("/"), Intervals()
    server = StateServer(address, remote.environment, times)
    state = RemoteState(server, f"{address}-{name}")
    return HttpShelf(state, KEPT[name], times, here if name == "runs" else None, failed)


def _remote(location: str, directory: Path, expected: Expected, remote: RemoteAccess) -> Store:
    if wrong := refused_address(location):
        raise ConfigError(
            f"the state cannot be {wrong}: `{location}`",
            hint="write `s3://BUCKET/KEY`, `gs://BUCKET/KEY`, `az://CONTAINER/KEY`, or the https "
            "address of a state on GitLab, Gitea or another server of Terraform's `http` protocol",
        )
    if urlsplit(location).scheme not in OBJECT_STORES:
        from shopform.state.http.store import HttpStore

        return HttpStore(location.rstrip("/"), expected, remote.environment)
    blobs, key = _objects(location, remote)
    from shopform.state.objects.store import ObjectStore

    with files.reporting(directory / remote.folder):
        folder = files.typed(directory, remote.folder)
    return ObjectStore(blobs, key, expected, folder)


def _objects(location: str, remote: RemoteAccess) -> "tuple[Blobs, str]":
    """Return the bucket of a location, and the key of the state in it."""
    try:
        from shopform.state.objects.obstore_blobs import open_blobs
    except ModuleNotFoundError as missing:
        raise ConfigError(
            f"the state `{location}` needs the package `{missing.name}`, which is not installed",
            hint="install it: `pip install '.[remote]'` in a checkout of shopform",
        ) from missing
    address = urlsplit(location)
    blobs = open_blobs(address.scheme, address.netloc, remote.settings, remote.environment)
    return blobs, address.path.strip("/")
