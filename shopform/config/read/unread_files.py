"""Find files that look like part of the project but are not read."""

import os
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from stat import S_ISREG

from shopform.config.read.included_files import SUFFIXES
from shopform.files import read as read_file
from shopform.kinds import Catalogue
from shopform.model.values import Address

FILES = 1_000
BYTES = 1_000_000


def declared_unread(
    catalogue: Catalogue, directory: Path, read: Collection[str], addresses: Iterable[Address]
) -> Iterator[tuple[str, list[Address]]]:
    """Yield the files below a folder that were not read, with the addresses that they declare.

    These are backups of editors, hidden files, `.yaml.txt`, JSON, and files in folders without
    `include`. A file declares an address if it contains its section and its key, each as a key.
    """
    wanted = [
        (address, _key(catalogue.lineage(address.kind)[0].section), _key(address.keys[-1]))
        for address in addresses
    ]
    for name in _candidates(directory, read) if wanted else ():
        try:
            text = read_file(directory / name).decode("utf-8-sig")
        except (OSError, UnicodeDecodeError):
            continue
        if found := [a for a, section, key in wanted if section.search(text) and key.search(text)]:
            yield name, found


def _candidates(directory: Path, read: Collection[str]) -> Iterator[str]:
    seen = 0
    for folder, folders, files in os.walk(directory):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for file in sorted(files):
            path = Path(folder) / file
            name = path.relative_to(directory).as_posix()
            lower = file.lower()
            if name in read or not (lower.endswith(".json") or any(s in lower for s in SUFFIXES)):
                continue
            seen += 1
            if seen > FILES:
                return
            status = path.lstat()
            if S_ISREG(status.st_mode) and status.st_size <= BYTES:
                yield name


def _key(text: str) -> re.Pattern[str]:
    return re.compile(rf"""(?m)(?:^|[\s{{,"']){re.escape(text)}["']?[ \t]*:""")
