"""Values in the shop of fields that are not declared. Pure."""

from shopform.model.canonical import canonical
from shopform.model.desired import Resource
from shopform.model.live import LiveObject


def undeclared_values(
    resource: Resource, item: LiveObject, hosts: frozenset[str]
) -> dict[str, object]:
    """Return undeclared fields whose canonical value is not the known default.

    The default of a parent is the root, and no images that of images. Fields under
    `lifecycle.ignore` are omitted.
    """
    found, kind = {}, resource.kind
    root = dict.fromkeys(kind.refers.keys() & set(kind.identity))
    none = {name: () for name in kind.fields if kind.type(name).unreadable}
    for name, default in sorted({**root, **none, **kind.defaults}.items()):
        if name in resource.fields or name in resource.ignore or name not in item.fields:
            continue
        type_ = kind.type(name)
        value = canonical(type_, item.fields[name], hosts)
        if value != canonical(type_, default, hosts):
            found[name] = value
    return found
