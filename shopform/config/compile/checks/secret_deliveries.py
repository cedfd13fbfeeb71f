"""The files that secrets are delivered to: each for one secret, and nothing else."""

import posixpath
from collections.abc import Collection, Iterable
from collections.abc import Mapping as Map
from pathlib import PurePosixPath

from shopform.config.compile.declarations import Declaration
from shopform.config.read.included_files import is_yaml
from shopform.config.read.yaml_nodes import Node, child
from shopform.diagnostics import Collector
from shopform.model.desired import Desired

_INDEX = "secrets/.delivered.json"
_RESERVED = (".git/", ".shopform/")


def check_deliveries(
    declarations: Iterable[Declaration],
    desired: Desired,
    used: Collection[str],
    states: Map[str, str],
    collector: Collector,
) -> None:
    """Report files that have another use, or would get two secrets.

    `used` are the files of the project, `states` the paths of the states by shop.
    """
    files = {r.address: r.deliver.file for r in desired.resources.values() if r.deliver}
    needed = (*used, *states.values(), _INDEX, *(f"{folder}x" for folder in _RESERVED))
    parents = (PurePosixPath(name).parents for name in (*needed, *files.values()) if name)
    folders = {str(folder) for each in parents for folder in each}
    first: dict[str, tuple[Declaration, Node]] = {}
    for declaration in declarations:
        name = files.get(declaration.address, "")
        node = child(declaration.node, "secret_to")
        if not name or node is None:
            continue
        what = "a folder" if name in folders else _use(name, used, states)
        if what:
            collector.error(
                "delivery-taken",
                f"the secret would be written to `{name}`, which is {what}",
                hint=f"use a separate file, such as `secrets/{declaration.address.keys[-1]}`",
                span=node.span,
                address=declaration.address,
            )
        other = first.setdefault(name, (declaration, node))
        if other[0] is not declaration:
            collector.error(
                "delivery-shared",
                f"`{other[0].address}` and `{declaration.address}` both deliver to `{name}`",
                hint="use a separate file for each",
                span=node.span,
                address=declaration.address,
                related=(("the other", other[1].span),),
            )


def _use(name: str, used: Collection[str], states: Map[str, str]) -> str:
    if name in used or is_yaml(name):
        return "a source of the project"
    for shop, place in states.items():
        state = posixpath.normpath(place)
        stem = state.removesuffix(".json")
        # The journal, the lock and the states of clones into the shop are beside it.
        if name == state or name.startswith((f"{state}.", f"{stem}.from-")):
            return f"part of the state of `{shop}`"
        if name == f"secrets/{shop}.json":
            return f"the file for all other secrets of `{shop}`"
    if name == _INDEX or name.startswith(_RESERVED):
        return "reserved for another use"
    return ""
