"""Create, update, delete and read single objects."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from shopform.errors import Nonsense
from shopform.kinds import Kind
from shopform.kinds.field_types import Seed, Unreadable
from shopform.model.live import LiveObject
from shopform.model.shop import Names
from shopform.model.values import Secret
from shopform.shop.client import Client
from shopform.shop.codec import encode, generated, identify, names_of, reader, unwrap


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteResult:
    """The object of a response, as far as the response has it.

    `keys` are those of the object. `generated` are secrets that the shop generated; it shows them
    once.
    """

    id: int | None = None
    object: LiveObject | None = None
    keys: tuple[str, ...] = ()
    generated: Mapping[str, str] = field(default_factory=dict, repr=False)


def create(
    client: Client,
    kind: Kind,
    names: Mapping[str, str],
    fields: Mapping[str, object],
    parent_id: int | None = None,
) -> WriteResult:
    """Create one object. A response without an id is a success too: list the kind to find it.
    It may still have secrets.

    `names` are the wire names in use; the kind's own if empty. Raises `OutcomeUnknown` if the
    object may exist now, and the errors of `Client`.
    """
    known = _known(client, kind, names)
    body = encode(kind, known, fields)
    params: dict[str, str | int] = {}
    if kind.wire.parent and parent_id is not None:
        # D1 wants the container in the query string, and in the body too for some.
        params = {kind.wire.parent.value: parent_id}
        body = {**params, **body}
    answer = client.send("POST", known.endpoint, params, body, quotable=_quotable(fields))
    return _written(kind, known, answer, parent_id=parent_id)


def update(
    client: Client,
    kind: Kind,
    names: Mapping[str, str],
    number: int,
    fields: Mapping[str, object],
    *,
    secret: bool = False,
) -> WriteResult:
    """Set these fields and no others: the shop merges (L, M).

    `secret`: the object has one, so the response is not quoted. Raises `OutcomeUnknown` only if
    an image was added, since a retry would add it twice.
    """
    known = _known(client, kind, names)
    answer = client.send(
        kind.wire.update.value,
        _path(known, number),
        body=encode(kind, known, fields),
        repeatable=not _adds_image(kind, fields),
        quotable=not secret and _quotable(fields),
    )
    return _written(kind, known, answer, number=number)


def seed(client: Client, type_: Seed, item: str, value: object) -> None:
    """Set a value once, for the object with this identity. Raises as `create` does."""
    client.send("POST", type_.endpoint, body=[{type_.key: item, type_.value: value}])


def delete(client: Client, kind: Kind, number: int, *, secret: bool = False) -> None:
    """Delete one object, if it exists. `secret` is that of `update`."""
    client.send("DELETE", _path(_known(client, kind, {}), number), quotable=not secret)


def read(client: Client, kind: Kind, names: Mapping[str, str], number: int) -> WriteResult:
    """Read one object. `object` is `None` if the shop keeps it only as removed.

    Raises `Absent` if there is none, `Nonsense` if the response is not that object.
    """
    known = _known(client, kind, names)
    path = _path(known, number)
    written = _written(kind, known, client.get(path), number=number)
    if written.id is None:
        raise Nonsense(f"`GET {path}` returned something other than that object")
    return written


def _known(client: Client, kind: Kind, names: Mapping[str, str]) -> Names:
    known = names_of(client.shop, kind)
    return replace(known, fields=names) if names else known


def _path(names: Names, number: int) -> str:
    if number < 1:
        # The shop takes 0 for "no id" and answers with the whole list (K-cap).
        raise Nonsense(f"`{number}` is not an id that `/{names.endpoint}` can have")
    return f"{names.endpoint}/{number}"


def _written(
    kind: Kind,
    names: Names,
    answer: object,
    *,
    number: int | None = None,
    parent_id: int | None = None,
) -> WriteResult:
    item = unwrap(kind, names, answer)
    if item is None:
        return WriteResult(generated=generated(kind, names, answer))
    if number is not None and identify(names, item) != number:
        return WriteResult()
    found = reader(kind, names)(item, None)
    if found and found.parent_id is None:
        found = found._replace(parent_id=parent_id)
    return WriteResult(
        id=identify(names, item),
        object=found if found and found.fields else None,
        keys=tuple(sorted(item)),
        generated=generated(kind, names, answer),
    )


def _quotable(fields: Mapping[str, object]) -> bool:
    return not any(isinstance(given, Secret) for given in fields.values())


def _adds_image(kind: Kind, fields: Mapping[str, object]) -> bool:
    types = ((kind.type(name), operations) for name, operations in fields.items())
    return any(isinstance(t, Unreadable) and t.adds(operations) for t, operations in types)
