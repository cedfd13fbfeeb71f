"""The state as text: JSON that is fit for git, checked with care when it is read."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from shopform import __version__
from shopform.diagnostics import error
from shopform.errors import StateError
from shopform.model.prior import Anchor, Entry, Prior
from shopform.model.values import KEY, Address

FORMAT = 2
Document = dict[str, Any]
T = TypeVar("T")

UPGRADES: Mapping[int, Callable[[Document], Document]] = {
    1: lambda old: old,  # 2 only adds optional keys, which an older shopform takes for damage
}
"""From each older version to the next. A pure function each, with a stored sample in the tests."""

RESTORE = "restore it from git or from a backup; leftovers of a merge are the usual cause"
_TOP = frozenset(
    "format_version shopform_version lineage serial shop source anchor keys resources".split()
)
_ANCHOR = frozenset(("kind", "id", "host", "name"))
_PART = KEY.pattern.removesuffix(r"\Z")
_ADDRESS = re.compile(rf"{_PART}(?:\.{_PART})+\Z")
_ENTRY = frozenset(
    "id identity sent stored parent depends_on protect keep origin unclaimed made".split()
)


def dumps(prior: Prior) -> bytes:
    """UTF-8, two-space indent, sorted keys, a line end at the end; pending creates are left out."""
    document = {
        "format_version": FORMAT,
        "shopform_version": __version__,
        "lineage": prior.lineage,
        "serial": prior.serial,
        "shop": prior.shop,
        "resources": {name: entry_record(entry) for name, entry in prior.resources.items()},
    }
    if prior.source:
        document["source"] = prior.source
    if prior.anchor:
        document["anchor"] = asdict(prior.anchor)
    if prior.keys:
        document["keys"] = list(prior.keys)
    text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    try:
        return f"{text}\n".encode()
    except UnicodeEncodeError:  # half a surrogate pair, which JSON can carry and UTF-8 cannot
        return json.dumps(document, indent=2, sort_keys=True, allow_nan=False).encode() + b"\n"


def loads(data: bytes, path: Path) -> Prior:
    """The state in `data`; `path` is only named in messages.

    Raises StateError, saying what is wrong, when it is damaged or of an unknown version.
    """
    try:
        document = parse_object(data)
        version = take(document, "format_version", int)
        if version > FORMAT:
            raise StateError(
                f"the state `{path}` has format {version}, and this shopform knows {FORMAT}",
                hint="upgrade shopform",
            )
        if version < min([*UPGRADES, FORMAT]):
            raise ValueError(f"`format_version` {version} never existed")
        for step in range(version, FORMAT):
            document = UPGRADES[step](document)
        return _prior(document)
    except (ValueError, RecursionError) as problem:
        raise StateError(f"the state `{path}` is damaged: {problem}", hint=RESTORE) from None


def entry_record(entry: Entry) -> Document:
    """An entry as JSON data, with empty parts left out."""
    parts = {
        "identity": plain(entry.identity),
        "sent": plain(entry.sent),
        "stored": plain(entry.stored),
        "parent": str(entry.parent) if entry.parent else None,
        "depends_on": list(entry.depends_on),
        "protect": entry.protect,
        "keep": entry.keep,
        "origin": entry.origin,
        "unclaimed": list(entry.unclaimed),
        "made": entry.made,
    }
    return {"id": entry.id, **{name: part for name, part in parts.items() if part}}


def entry_of(record: object) -> Entry:
    """The entry in JSON data. Raises ValueError."""
    fields = as_object(record)
    refuse_unknown(fields, _ENTRY)
    parent = take(fields, "parent", str, "")
    depends_on = take(fields, "depends_on", list, [])
    return Entry(
        id=take(fields, "id", int),
        identity=tuple([frozen(item) for item in take(fields, "identity", list, [])]),
        sent=frozen_fields(take(fields, "sent", dict, {})),
        stored=frozen_fields(take(fields, "stored", dict, {})),
        parent=address_of(parent) if parent else None,
        depends_on=tuple([address_of(item) for item in depends_on]),
        protect=take(fields, "protect", bool, False),
        keep=take(fields, "keep", bool, False),
        origin=take(fields, "origin", int, 0),
        unclaimed=tuple(map(str, take(fields, "unclaimed", list, []))),
        made=take(fields, "made", int, 0),
    )


def entries_of(record: object) -> dict[Address, Entry]:
    """Entries by address. Raises ValueError that names the entry."""
    entries: dict[Address, Entry] = {}
    for name, item in as_object(record).items():
        try:
            entries[address_of(name)] = entry_of(item)
        except ValueError as problem:
            raise ValueError(f"`{name}`: {problem}") from None
    return entries


def refuse_shared(entries: Mapping[Address, Entry], path: Path, flags: str) -> None:
    """Raise StateError where one object has two addresses, as after a merge of two branches."""
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


def address_of(text: object) -> Address:
    if not isinstance(text, str) or not _ADDRESS.match(text):
        raise ValueError(f"`{text}` is no address")
    return Address(text)


def plain(item: object) -> object:
    """Tuples as lists and mappings as dicts, deeply."""
    if isinstance(item, Mapping):
        return {name: plain(part) for name, part in item.items()}
    if isinstance(item, (tuple, list)):
        return [plain(part) for part in item]
    return item


def frozen(item: object) -> object:
    """Lists as tuples, deeply: the form of canonical values, so that equal ones are equal."""
    if isinstance(item, list):
        return tuple([frozen(part) for part in item])
    return frozen_fields(item) if isinstance(item, dict) else item


def frozen_fields(fields: Document) -> dict[str, object]:
    return {name: frozen(part) for name, part in fields.items()}


def parse_object(data: bytes) -> Document:
    """A JSON object that names nothing twice. Raises ValueError."""
    return as_object(
        json.loads(data.decode(), object_pairs_hook=_once, parse_constant=_no_constant)
    )


def as_object(item: object) -> Document:
    if not isinstance(item, dict):
        raise ValueError("an object is expected")
    return item


def refuse_unknown(fields: Document, known: frozenset[str]) -> None:
    if not fields.keys() <= known:
        raise ValueError(f"unknown key `{min(fields.keys() - known)}`")


def take(fields: Document, name: str, kind: type[T], default: T | None = None) -> T:
    """The part called `name`, which must be of exactly this type. Raises ValueError."""
    part = fields.get(name, default)
    if part is None:
        raise ValueError(f"`{name}` is missing")
    if type(part) is not kind:
        raise ValueError(f"`{name}` is not of type {kind.__name__}")
    return part


def _prior(document: Document) -> Prior:
    refuse_unknown(document, _TOP)
    serial = take(document, "serial", int)
    lineage = take(document, "lineage", str)
    if serial < 0 or not lineage:
        raise ValueError("`serial` or `lineage` is empty")
    return Prior(
        lineage=lineage,
        serial=serial,
        shop=take(document, "shop", str),
        source=take(document, "source", str, ""),
        anchor=_anchor(document.get("anchor")),
        keys=tuple(map(str, take(document, "keys", list, []))),
        resources=entries_of(document.get("resources")),
    )


def _anchor(record: object) -> Anchor | None:
    if record is None:
        return None
    fields = as_object(record)
    refuse_unknown(fields, _ANCHOR)
    return Anchor(
        kind=take(fields, "kind", str),
        id=take(fields, "id", int),
        host=take(fields, "host", str, ""),
        name=take(fields, "name", str, ""),
    )


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"`{twice}` stands there twice")
    return found


def _no_constant(text: str) -> object:
    raise ValueError(f"`{text}` is no JSON")
