"""Results that a run could not store, because the store went away, in a file of this machine.

The next run on this machine takes from it the results of the creates that wait in the journal; any
other run looks them up in the shop.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from shopform.errors import StateError
from shopform.files import make_directory, own_files, read_bytes, reporting, write_atomic
from shopform.kit.documents import Count, parse_object, read
from shopform.state.folded_state import Ledger
from shopform.state.records import Failed, Record, Result, decode

NAME = re.compile(r"spool-[0-9a-f-]+\.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spool:
    """The records of the run that held the lock of `state` in an epoch."""

    state: str
    epoch: Count
    records: tuple[str, ...]

    def answers(self, ledger: Ledger) -> Iterator[Record]:
        """The outcomes of creates that wait in `ledger`."""
        waiting = {key: address for address, (key, _) in ledger.waiting.items()}
        for record in map(decode, (line.encode() for line in self.records)):
            match record:
                case Result(result=key) if key in waiting and waiting[key] in record.set:
                    yield record
                case Failed():
                    yield record


def keep(folder: Path, lock_id: str, spool: Spool) -> Path:
    """Write the records of a run durably."""
    path = folder / f"spool-{lock_id}.json"
    data = json.dumps(asdict(spool), indent=2).encode() + b"\n"
    with reporting(path):
        make_directory(folder)
        write_atomic(path, data, mode=0o600)
    return path


def find(folder: Path, state: str) -> dict[Path, Spool]:
    """The spools of a state. Raises StateError for one that is damaged."""
    found = {}
    for path in own_files(folder, NAME):
        with reporting(path):
            data = read_bytes(path)
        try:
            spool = read(Spool, parse_object(data or b""))
        except (ValueError, RecursionError) as problem:
            raise StateError(
                f"`{path}` is damaged: {problem}",
                hint="remove it: what it recorded is then looked up in the shop",
            ) from None
        if spool.state == state:
            found[path] = spool
    return found
