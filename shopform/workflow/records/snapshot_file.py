"""The file of a snapshot: JSON, read as strictly as a saved plan."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from shopform import __version__
from shopform.errors import ShopformError, UsageError
from shopform.files import read_typed, reporting
from shopform.kinds import Catalogue, Kind
from shopform.kit.documents import Closed, Count, Flag, parse_object, read, write
from shopform.kit.json_stream import Items, encode
from shopform.model.canonical import Digested
from shopform.model.live import Live, LiveKind, LiveObject
from shopform.model.prior import Intent, Prior
from shopform.model.shop import WireNames
from shopform.model.snapshot import Digests, ListId, Snapshot
from shopform.planning.checks.changed_kinds import changed_kind
from shopform.state.format import FORMAT as STATE_FORMAT
from shopform.state.format import StateFile, restored, streamed
from shopform.workflow.records.timestamps import seconds_of, timestamp

FORMAT = "1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptObject(Closed):
    """An object: its values as the shop returned them, and digests in place of secrets."""

    id: Count
    fields: dict[str, Any]
    digests: Mapping[str, Annotated[str, Field(pattern="^hmac-sha256:")]] = field(
        default_factory=dict
    )
    fixed: Flag = False
    site: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptList(Closed):
    """The objects of one kind, or those of one parent, and when they were read."""

    kind: str
    parent: Count | None = None
    read: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")]
    objects: tuple[KeptObject, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptKind(Closed):
    names: Mapping[str, str]
    unused: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    paged: Flag = False
    definition: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotFile(Closed):
    format_version: Annotated[str, Field(pattern=r"^1\.\d+$")]
    shopform_version: str
    shop: str
    url: str
    wire: Mapping[str, WireNames] = field(default_factory=dict)
    state: StateFile | None = None
    pending: tuple[Intent, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)
    secrets: Digests = field(default_factory=dict)
    kinds: Mapping[str, KeptKind]
    lists: tuple[KeptList, ...]


def encoded(snapshot: Snapshot) -> Iterator[bytes]:
    """Yield the file of a snapshot in pieces; equal snapshots give equal files."""
    header = SnapshotFile(
        format_version=FORMAT,
        shopform_version=__version__,
        shop=snapshot.shop,
        url=snapshot.url,
        wire=snapshot.wire,
        pending=snapshot.prior.pending,
        unread=snapshot.unread,
        secrets=snapshot.secrets,
        kinds={
            name: KeptKind(
                names=kind.names,
                unused=kind.unused,
                assumed=tuple(sorted(kind.assumed)),
                paged=kind.paged,
                definition=snapshot.live.catalogue[name].definition,
            )
            for name, kind in snapshot.live.kinds.items()
        },
        lists=(),
    )
    document = write(SnapshotFile, header) | {"lists": Items(lambda: _lists(snapshot))}
    if snapshot.prior.lineage:
        document["state"] = streamed(snapshot.prior)
    return encode(document)


def _lists(snapshot: Snapshot) -> Iterator[Any]:
    held: dict[ListId, list[LiveObject]] = {one: [] for one in snapshot.read}
    for name, kind in snapshot.live.kinds.items():
        for item in kind.objects.values():
            held[name, item.parent_id].append(item)
    for (name, parent), objects in held.items():
        found = KeptList(kind=name, parent=parent, read=timestamp(snapshot.read[name, parent]))
        items = {"objects": Items(partial(map, _stored, objects))} if objects else {}
        yield write(KeptList, found) | items


def _stored(item: LiveObject) -> Any:
    digests = {name: v for name, v in item.fields.items() if type(v) is Digested}
    kept = KeptObject(
        id=item.id,
        fields={**item.fields, **dict.fromkeys(digests)},
        digests={name: str(value) for name, value in digests.items()},
        fixed=item.fixed,
        site=item.site,
    )
    return write(KeptObject, kept)


def read_snapshot(directory: Path, path: Path, catalogue: Catalogue) -> Snapshot:
    """Read the file of a snapshot.

    Raises UsageError without a file, and ShopformError if it is not a snapshot.
    """
    with reporting(directory / path, UsageError):
        data = read_typed(directory, path)
    return decoded(data, f"`{path}`", catalogue)


def decoded(data: bytes, name: str, catalogue: Catalogue) -> Snapshot:
    """Return the snapshot of a file; `name` is for messages. Raises ShopformError."""
    try:
        found = read(SnapshotFile, parse_object(data))
        return _snapshot(found, catalogue)
    except (ValueError, RecursionError) as problem:
        raise ShopformError(
            f"{name} is not a snapshot that this version reads: {problem}",
            hint="take another one: `shopform snapshot --out FILE`",
        ) from None


def _snapshot(found: SnapshotFile, catalogue: Catalogue) -> Snapshot:
    if found.state and found.state.format_version != STATE_FORMAT:
        raise ValueError(f"its state has format {found.state.format_version}")
    prior = restored(found.state) if found.state else Prior()
    _check_kinds(found, prior, catalogue)
    objects: dict[str, dict[int, LiveObject]] = {name: {} for name in found.kinds}
    read_at: dict[ListId, int] = {}
    for each in found.lists:
        one, kind = (each.kind, each.parent), catalogue.get(each.kind)
        if kind is None or each.kind not in objects or one in read_at:
            raise ValueError(f"it has two lists of `{each.kind}`, or a list without a kind")
        if (each.parent is None) is not (kind.nesting is None):
            raise ValueError(f"a list of `{each.kind}` has the wrong parent")
        read_at[one] = seconds_of(each.read)
        for item in each.objects:
            if item.id in objects[each.kind]:
                raise ValueError(f"the {each.kind} {item.id} is there twice")
            objects[each.kind][item.id] = _object(kind, item, each.parent)
    kinds = {
        name: LiveKind(
            objects=dict(sorted(objects[name].items())),
            names=kind.names,
            unused=kind.unused,
            assumed=frozenset(kind.assumed),
            paged=kind.paged,
        )
        for name, kind in found.kinds.items()
    }
    return Snapshot(
        shop=found.shop,
        url=found.url,
        wire=found.wire,
        live=Live(catalogue=catalogue, kinds=kinds),
        prior=replace(prior, pending=found.pending),
        read=read_at,
        unread=found.unread,
        secrets=found.secrets,
    )


def _check_kinds(found: SnapshotFile, prior: Prior, catalogue: Catalogue) -> None:
    """Raise ValueError for kinds that are unknown, or were defined otherwise.

    The definition of a kind is kept with its lists; the state of one without a list is read as
    any state is.
    """
    named = {*found.kinds, *(a.kind for a in prior.resources), *(i.kind for i in found.pending)}
    if unknown := named - catalogue.keys():
        raise ValueError(f"the kind `{min(unknown)}` is unknown")
    made = {name: kind.definition for name, kind in found.kinds.items() if kind.definition}
    if changed := changed_kind(made, catalogue, found.kinds.keys()):
        raise ValueError(changed)


def _object(kind: Kind, item: KeptObject, parent: int | None) -> LiveObject:
    digests = {name: Digested(value) for name, value in item.digests.items()}
    unknown = {name for name in item.fields if name not in kind.fields}
    if unknown := unknown or digests.keys() - item.fields.keys():
        raise ValueError(f"the {kind.name} {item.id} has an unknown field `{min(unknown)}`")
    return LiveObject(item.id, {**item.fields, **digests}, parent, item.fixed, item.site)
