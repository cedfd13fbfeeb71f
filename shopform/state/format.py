"""The format of the state: JSON with stable diffs, validated when it is read."""

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated

from pydantic import Field, WithJsonSchema

from shopform import __version__
from shopform.diagnostics import error
from shopform.errors import StateError
from shopform.kit.documents import (
    Closed,
    Count,
    Document,
    Number,
    Whole,
    about,
    parse_object,
    read,
    schema_of,
    write,
)
from shopform.model.prior import Anchor, Entry, Prior
from shopform.model.values import Address

FORMAT = 2

UPGRADES: Mapping[int, Callable[[Document], Document]] = {
    1: lambda old: old,  # 2 only adds optional keys, which older versions would report as damage
}
"""Pure functions from each older version to the next; tests have a sample of each version."""

RESTORE = "restore it from git or a backup; conflict markers of a merge are a common cause"


@dataclass(frozen=True, slots=True, kw_only=True)
class StateFile(Closed):
    format_version: Annotated[Number, WithJsonSchema({"const": FORMAT})]
    shopform_version: str = field(metadata=about("The version that wrote the file."))
    lineage: Annotated[str, Field(min_length=1)] = field(
        metadata=about("Made once, at the first write.")
    )
    serial: Count = field(metadata=about("Rises with every recorded change, and never falls."))
    shop: str = field(metadata=about("The host of the shop this state belongs to."))
    source: str = field(
        default="", metadata=about("The host of the shop that is copied, if one is.")
    )
    anchor: Annotated[Anchor, Whole()] | None = field(
        default=None, metadata=about("The shop's front page: another one is another shop.")
    )
    keys: tuple[str, ...] = field(
        default=(), metadata=about("Salted digests of the API keys that wrote this state.")
    )
    endpoints: Mapping[str, str] = field(
        default_factory=dict,
        metadata=about("Paths below /REST of kinds that are not documented, or set by `wire`."),
    )
    migrated_to: str = field(
        default="", metadata=about("The location of the state that replaces this one.")
    )
    resources: Mapping[Address, Entry]


def state_schema() -> Document:
    """Return the schema of the current format."""
    return schema_of(
        StateFile,
        "shopform state",
        "The state of one shop. Written by shopform; keep it in git.",
    )


def dumps(prior: Prior) -> bytes:
    """Serialize a state to UTF-8 with sorted keys, without its pending creates.

    Raises ValueError for a secret.
    """
    data = write(StateFile, _stored(prior))
    try:
        return _encode(data, ascii_only=False)
    except UnicodeEncodeError:  # an unpaired surrogate, which JSON can escape
        return _encode(data, ascii_only=True)


def streamed(prior: Prior) -> Document:
    """Return the document of a state for `json_stream`, without its pending creates."""
    from shopform.kit.json_stream import Entries

    document: Document = write(StateFile, _stored(replace(prior, resources={})))
    held = prior.resources
    return document | {"resources": Entries(lambda: ((a, write(Entry, held[a])) for a in held))}


def _stored(prior: Prior) -> StateFile:
    return StateFile(
        format_version=FORMAT,
        shopform_version=__version__,
        lineage=prior.lineage,
        serial=prior.serial,
        shop=prior.shop,
        source=prior.source,
        anchor=prior.anchor,
        keys=prior.keys,
        endpoints=prior.endpoints,
        migrated_to=prior.migrated_to,
        resources=prior.resources,
    )


def _encode(data: Document, *, ascii_only: bool) -> bytes:
    """Return the data as JSON; `json.dumps` would hold each of its millions of pieces."""
    with io.TextIOWrapper(io.BytesIO(), "utf-8", newline="\n") as text:
        json.dump(data, text, indent=2, sort_keys=True, ensure_ascii=ascii_only, allow_nan=False)
        text.write("\n")
        text.flush()
        return text.buffer.getvalue()


def loads(data: bytes, path: Path | str) -> Prior:
    """Parse a state; `path` is only for messages.

    Raises StateError if it is damaged or of an unknown version.
    """
    try:
        document = parse_object(data)
        version = document.get("format_version")
        if type(version) is not int:
            raise ValueError("`format_version` is not a number")
        if version > FORMAT:
            raise StateError(
                f"the state `{path}` has format {version}, and this shopform knows {FORMAT}",
                hint="upgrade shopform",
            )
        if version < min([*UPGRADES, FORMAT]):
            raise ValueError(f"`format_version` {version} never existed")
        for step in range(version, FORMAT):
            document = UPGRADES[step](document)
        found = read(StateFile, document)
    except (ValueError, RecursionError) as problem:
        raise StateError(f"the state `{path}` is damaged: {problem}", hint=RESTORE) from None
    return restored(found)


def restored(found: StateFile) -> Prior:
    """Return the state of a file."""
    return Prior(
        lineage=found.lineage,
        serial=found.serial,
        shop=found.shop,
        source=found.source,
        anchor=found.anchor,
        keys=found.keys,
        endpoints=found.endpoints,
        migrated_to=found.migrated_to,
        resources=found.resources,
    )


def refuse_shared(entries: Mapping[Address, Entry], path: Path | str, flags: str) -> None:
    """Raise StateError if one object has two addresses, as after a merge of two branches."""
    owners: dict[tuple[str, int], Address] = {}
    found = []
    for address, entry in sorted(entries.items()):
        first = owners.setdefault((address.kind, entry.id), address)
        if first != address:
            found.append(
                error(
                    "owned-twice",
                    f"the state `{path}` has the {address.kind} {entry.id} at two addresses:"
                    f" `{first}` and `{address}`",
                    address=address,
                    hint=f"keep one: `shopform state rm {address}{flags}`, or"
                    f" `shopform state rm {first}{flags}`; the object stays in the shop",
                )
            )
    if found:
        raise StateError(diagnostics=found)
