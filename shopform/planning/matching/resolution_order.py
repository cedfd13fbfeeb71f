"""The order in which resources are matched. Pure."""

from collections.abc import Iterable, Mapping

from shopform.kinds import KINDS
from shopform.model.desired import Resource
from shopform.model.values import Address, Ref


def by_dependency(resources: Mapping[Address, Resource]) -> Iterable[Resource]:
    """Yield parents, and targets of references in an identity, before the others."""
    grouped: dict[str, list[Resource]] = {kind.name: [] for kind in KINDS}
    for resource in resources.values():
        grouped[resource.address.kind].append(resource)
    for kind in KINDS:
        links = [n for n in kind.identity if n in kind.refers]
        mine = grouped[kind.name]
        if not links:
            yield from mine
            continue
        done: set[Address] = set()
        for resource in mine:
            chain = [resource]
            while (above := _above(chain[-1], links, resources)) and above.address not in done:
                chain.append(above)
            for item in reversed(chain):
                if item.address not in done:
                    done.add(item.address)
                    yield item


def _above(
    resource: Resource, links: list[str], resources: Mapping[Address, Resource]
) -> Resource | None:
    for name in links:
        value = resource.fields.get(name)
        if isinstance(value, Ref):
            return resources.get(value.address)
    return None
