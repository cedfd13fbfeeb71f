"""Open the store at a location."""

from pathlib import Path

from shopform import files
from shopform.errors import ConfigError
from shopform.state.ownership import Expected
from shopform.state.store import Store


def open_store(
    location: str,
    directory: Path,
    expected: Expected,
) -> Store:
    """Return the store at a path relative to `directory`. Raises ConfigError for URLs."""
    from shopform.state.local.store import LocalStore

    scheme, separator, _ = location.partition("://")
    if separator:
        reason = "remote state is not supported yet" if scheme == "s3" else "unknown type of state"
        raise ConfigError(f"{reason}: `{location}`", hint="give a path, such as `state/NAME.json`")
    with files.reporting(directory / location, ConfigError):
        files.typed(directory, location)
        store = LocalStore(directory / location, expected)
    for path in (store.journal, store.lock):
        with files.reporting(path, ConfigError):
            files.inside(path.parent, path.name)
    return store
