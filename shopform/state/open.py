"""Opens the store that a location names."""

from pathlib import Path

from shopform import files
from shopform.errors import ConfigError
from shopform.state.store import Store


def open_store(
    location: str,
    directory: Path,
    shop_host: str,
    source: str = "",
    flags: str = "",
    *,
    anywhere: bool = False,
) -> Store:
    """The store at `location`, a path relative to `directory`. Raises ConfigError for others.

    `flags` choose it on the command line, for hints. `anywhere`: its shop may be at another host.
    """
    from shopform.state.local_store import LocalStore

    scheme, separator, _ = location.partition("://")
    if separator:
        reason = "remote state is not built yet" if scheme == "s3" else "no such kind of state"
        raise ConfigError(f"{reason}: `{location}`", hint="give a path, such as `state/NAME.json`")
    with files.reporting(directory / location, ConfigError):
        files.typed(directory, location)
        store = LocalStore(directory / location, shop_host, source, flags, anywhere=anywhere)
    for path in (store.journal, store.lock):
        with files.reporting(path, ConfigError):
            files.inside(path.parent, path.name)
    return store
