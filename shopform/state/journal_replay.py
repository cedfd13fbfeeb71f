"""Replay a journal on a state; see journal.py for the lines and the order of writes."""

from pathlib import Path

from shopform.errors import StateError
from shopform.kit.documents import parse_object, read
from shopform.model.prior import Prior
from shopform.state.folded_state import Ledger
from shopform.state.records import FORMAT, Compacted, Header, Record, decode, digest_of


def whole_length(data: bytes) -> int:
    """Return the length of the complete lines."""
    return data.rfind(b"\n") + 1


def replay(base: Prior | None, state: bytes | None, data: bytes, path: Path | str) -> Ledger:
    """Return the ledger of `base`, whose bytes are `state`, after the journal `data`.

    Raises StateError if the journal is damaged, or adds to another state.
    """
    head, *lines = data[: whole_length(data)].split(b"\n")
    start = _header(head, path)
    records = [_record(line, number, path) for number, line in enumerate(lines[:-1], start=2)]
    saved = _saved(records, state)
    if base is None:
        base = Prior(lineage=start.lineage, shop=start.shop)
    # One that names the digest of this state belongs to it; `state push` may change the lineage.
    if not saved and (start.lineage, start.serial) != (base.lineage, base.serial):
        raise unrelated(start, base, path)
    ledger = Ledger(base)
    for number, record in enumerate(records, start=1):
        ledger.fold(record)
        if number == saved:
            ledger.rebase(base)
    return ledger


def _header(line: bytes, path: Path | str) -> Header:
    try:
        start = read(Header, parse_object(line))
    except (ValueError, RecursionError) as problem:
        raise _damaged(path, 1, problem) from None
    if start.format > FORMAT:
        raise StateError(
            f"the journal `{path}` has format {start.format}, and this shopform knows {FORMAT}",
            hint="upgrade shopform",
        )
    return start


def _record(line: bytes, number: int, path: Path | str) -> Record:
    try:
        return decode(line)
    except (ValueError, RecursionError) as problem:
        raise _damaged(path, number, problem) from None


def _saved(records: list[Record], state: bytes | None) -> int:
    """Return the number of records that the state file contains."""
    if state is None:
        return 0
    digest = digest_of(state)
    found = [isinstance(record, Compacted) and record.sha256 == digest for record in records]
    return max((number for number, fits in enumerate(found, start=1) if fits), default=0)


def unrelated(start: Header, base: Prior, path: Path | str) -> StateError:
    """Return the error of a journal with this header, which does not add to `base`."""
    return StateError(
        f"the journal `{path}`, left by a run that stopped, does not belong to the state: it adds "
        f"to serial {start.serial} of lineage `{start.lineage}`, and the state is serial "
        f"{base.serial} of `{base.lineage}`",
        hint="restore the state from which that run started; or remove the journal if its results "
        "are in the state already",
    )


def _damaged(path: Path | str, line: int, problem: Exception) -> StateError:
    return StateError(
        f"the journal `{path}` is damaged in line {line}: {problem}",
        hint="move it away and check the next plan: objects that only the journal recorded are "
        "then matched by their identity",
    )
