"""Files that commands write: all of them, or none where one stands in the way."""

from collections.abc import Mapping
from pathlib import Path

from shopform.errors import ShopformError, UsageError
from shopform.files import real, reporting, typed
from shopform.state.atomic_files import check_writable, make_directory, read_bytes, write_atomic


def write_new(folder: Path, files: Mapping[str, str], *, hint: str) -> list[str]:
    """Write files that are not there; returns the names of those it wrote.

    A file with the same bytes is left alone. Raises UsageError, with this hint, for one that
    holds anything else, and then nothing has been written.
    """
    missing = []
    for name, text in files.items():
        path = folder / name
        with reporting(path, UsageError):
            found = read_bytes(typed(folder, name))
        if found is None:
            missing.append(name)
        elif found != text.encode():
            raise UsageError(f"`{path}` exists with other content", hint=hint)
    for name in missing:
        path = folder / name
        with reporting(path, ShopformError):
            make_directory(path.parent)
            write_atomic(typed(folder, name), files[name].encode())
    return missing


def write_over(folder: Path, files: Mapping[str, str]) -> None:
    """Write files in place of those of the same names. Raises ShopformError."""
    for name in files:
        with reporting(folder / name, ShopformError):
            check_writable(typed(folder, name))
    for name, text in files.items():
        with reporting(folder / name, ShopformError):
            # The file behind a link is written, or the link would be replaced by a file.
            write_atomic(real(typed(folder, name)), text.encode())
