"""What a journal adds to a state; see journal.py for the lines and the order of writes."""

import hashlib
from pathlib import Path

from shopform.errors import StateError
from shopform.model.prior import Prior
from shopform.state.folded_state import Ledger
from shopform.state.format import Document, parse_object, take
from shopform.state.journal import FORMAT, whole_length


def replay(base: Prior | None, state: bytes | None, data: bytes, path: Path) -> Ledger:
    """The ledger of `base`, whose file holds `state`, and of the journal `data`.

    Raises StateError when the journal is damaged, or adds to another state.
    """
    records = _records(data, path)
    start = records[0]
    saved = _saved(records, state)
    if base is None:
        base = Prior(lineage=start["lineage"], shop=start["shop"])
    if start["lineage"] != base.lineage or not (saved or start["serial"] == base.serial):
        raise _astray(start, base, path)
    ledger = Ledger(base)
    for number, record in enumerate(records[1:], start=1):
        try:
            ledger.fold(record)
        except ValueError as problem:
            raise _damaged(path, number + 1, problem) from None
        if number == saved:
            ledger.rebase(base)
    return ledger


def _records(data: bytes, path: Path) -> list[Document]:
    """The header and all whole lines after it."""
    records: list[Document] = []
    for number, line in enumerate(data[: whole_length(data)].split(b"\n")[:-1], start=1):
        try:
            records.append(parse_object(line))
        except (ValueError, RecursionError) as problem:
            raise _damaged(path, number, problem) from None
    try:
        start = records[0] if records else {}
        version = take(start, "format", int)
        take(start, "serial", int)
        take(start, "lineage", str)
        take(start, "shop", str)
    except ValueError as problem:
        raise _damaged(path, 1, problem) from None
    if version > FORMAT:
        raise StateError(
            f"the journal `{path}` has format {version}, and this shopform knows {FORMAT}",
            hint="upgrade shopform",
        )
    return records


def _saved(records: list[Document], state: bytes | None) -> int:
    """The number of the last record that the state file holds; 0 where it holds none."""
    if state is None:
        return 0
    digest = hashlib.sha256(state).hexdigest()
    return max((n for n, record in enumerate(records) if record.get("sha256") == digest), default=0)


def _astray(start: Document, base: Prior, path: Path) -> StateError:
    return StateError(
        f"the journal `{path}`, left by a run that stopped, does not belong to the state: it adds "
        f"to serial {start['serial']} of lineage `{start['lineage']}`, and the state is serial "
        f"{base.serial} of `{base.lineage}`",
        hint="put back the state that run started from; or remove the journal, if what it made "
        "is already in the state",
    )


def _damaged(path: Path, line: int, problem: Exception) -> StateError:
    return StateError(
        f"the journal `{path}` is damaged in line {line}: {problem}",
        hint="move it away and look at the next plan: what only the journal knew is then "
        "recognised by its identity",
    )
