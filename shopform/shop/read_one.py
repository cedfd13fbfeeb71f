"""Read one object of the shop by its id."""

from shopform.errors import Absent, Nonsense
from shopform.kinds import Kind
from shopform.model.live import LiveKind
from shopform.shop.client import Client
from shopform.shop.codec import discover, names_of, reader, required, unwrap, with_columns
from shopform.shop.fetch import list_one


def read_one(client: Client, kind: Kind, number: int, parent_id: int | None = None) -> LiveKind:
    """Return the kind with this object, or with none if it does not exist or is removed.

    A nested object is looked up in its parent's list, since a response for it alone need not name
    the parent. One call; more for a list in pages. Errors: those of `Client`, and `Nonsense` for
    a response that is not such an object.
    """
    if kind.nesting:
        return list_one(client, kind, parent_id=parent_id)
    names = names_of(client.shop, kind)
    try:
        item = unwrap(kind, names, client.get(f"{names.endpoint}/{number}"))
    except Absent:
        return LiveKind(names=names.fields)
    if item:
        names = discover(kind, names, [item])
    if item and client.shop.columns is None:
        names = with_columns(kind, names, [item])
    found = reader(kind, names)(item, None) if item else None
    lost = required(kind) - found.fields.keys() if found else ()
    if lost:
        raise Nonsense(f"`/{names.endpoint}/{number}` answered without `{min(lost)}`")
    objects = {number: found} if found and found.id == number else {}
    return LiveKind(objects=objects, names=names.fields)
