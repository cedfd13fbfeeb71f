"""What the shop holds in fields that nobody declares, as far as its defaults are known. Pure."""

from shopform.kinds import Kind
from shopform.model.canonical import canonical
from shopform.model.desired import Resource
from shopform.model.live import LiveObject


def beside(
    kind: Kind, resource: Resource, item: LiveObject, hosts: frozenset[str]
) -> dict[str, object]:
    """Undeclared fields whose canonical value is not the known default; of a place, the root.

    What `lifecycle.ignore` names is left to the shop, and no matter of the files.
    """
    found = {}
    root = dict.fromkeys(kind.refers.keys() & set(kind.identity))
    for name, default in sorted({**root, **kind.defaults}.items()):
        if name in resource.fields or name in resource.ignore or name not in item.fields:
            continue
        form = kind.type(name)
        value = canonical(form, item.fields[name], hosts)
        if value != canonical(form, default, hosts):
            found[name] = value
    return found
