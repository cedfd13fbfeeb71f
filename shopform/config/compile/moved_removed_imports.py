"""Read the lists `moved`, `removed` and `imports`."""

from collections.abc import Collection
from typing import Any

from pydantic import ValidationError

from shopform.config.compile.coercion import Reader, report_invalid
from shopform.config.compile.settings_spec import ImportSpec, MovedSpec, RemovedSpec
from shopform.config.compile.shapes import shape_of
from shopform.config.compile.shop_selection import check_shop_name
from shopform.config.read.files import Suggestions
from shopform.config.read.project import Project
from shopform.config.read.yaml_nodes import Node, child
from shopform.diagnostics import Collector, Span, did_you_mean
from shopform.kinds import Catalogue
from shopform.kinds.spec import StrictModel
from shopform.kit.text import backquoted
from shopform.model.desired import Import, Moved, Removed
from shopform.model.values import KEY, Address


class Refactorings:
    """Reads the lists. `declared` are the addresses of this shop, `elsewhere` the others."""

    def __init__(
        self,
        project: Project,
        shop: str,
        declared: Collection[Address],
        elsewhere: Collection[Address],
        collector: Collector,
    ) -> None:
        self._project = project
        self._shop = shop
        self._declared = declared
        self._elsewhere = elsewhere
        self._collector = collector
        self._suggest = Suggestions()

    def moved(self) -> tuple[Moved, ...]:
        found: dict[Address, Moved] = {}
        for node, data in self._items("moved", MovedSpec):
            place = child(node, "to") or node
            before = self._address(data["from"], child(node, "from") or node)
            after = self._address(data["to"], place)
            if before is None or after is None:
                continue
            if before.kind != after.kind or before == after:
                hint = "write two addresses of the same kind"
                self._error("invalid-move", f"`{before}` cannot become `{after}`", hint, place.span)
            elif before in found:
                hint = "remove one of the two"
                self._error("moved-twice", f"`{before}` is moved twice", hint, node.span)
            else:
                if after not in self._declared and after not in self._elsewhere:
                    hint = self._suggest.hint(
                        after, self._declared, "declare it, or remove this line"
                    )
                    self._collector.warning(
                        "move-undeclared", f"`{after}` is not declared", hint=hint, span=place.span
                    )
                found[before] = Moved(before=before, after=after, span=node.span)
        return tuple(found.values())

    def removed(self) -> tuple[Removed, ...]:
        found: dict[Address, Removed] = {}
        for node, data in self._items("removed", RemovedSpec):
            place = child(node, "address") or node
            address = self._address(data["address"], place)
            if address is None:
                continue
            if address in self._declared:
                hint = "remove one of the two"
                self._error("still-declared", f"`{address}` is still declared", hint, place.span)
            elif address in found:
                hint = "remove one of the two"
                self._error("removed-twice", f"`{address}` is removed twice", hint, place.span)
            else:
                found[address] = Removed(
                    address=address,
                    destroy=bool(data.get("destroy", True)),
                    gone=bool(data.get("gone", False)),
                    span=node.span,
                )
        return tuple(found.values())

    def imports(self) -> tuple[Import, ...]:
        found: dict[Address, Import] = {}
        owners: dict[tuple[str, int], Address] = {}
        for node, data in self._items("imports", ImportSpec):
            place = child(node, "address") or node
            address = self._address(data["address"], place)
            if address is None or not self._applies(data.get("shop"), node):
                continue
            if address in self._elsewhere:
                continue
            number: int = data.get("id") or 0
            if bool(number) == bool(data.get("not")):
                hint = "`id` names the object to import, `not` objects that it is not"
                self._error(
                    "import-choice", "an import needs either `id` or `not`", hint, node.span
                )
                continue
            other = address if address in found else owners.get((address.kind, number))
            if address not in self._declared:
                hint = self._suggest.hint(address, self._declared, "declare it first")
                summary = f"`{address}` is not declared"
                self._error("undeclared-import", summary, hint, place.span)
            elif other is not None:
                twice = f"`{address}`" if other == address else f"the object {number}"
                summary = f"{twice} is imported twice"
                hint = "import one object at each address"
                self._error("import-twice", summary, hint, place.span, found[other].span)
            else:
                others = frozenset(data.get("not") or ())
                found[address] = Import(address=address, id=number, without=others, span=node.span)
                if number:
                    owners[address.kind, number] = address
        return tuple(found.values())

    def _applies(self, shop: str | None, node: Node) -> bool:
        """Whether an entry applies to this shop; without `shop`, it applies to all."""
        if shop is not None:
            place = child(node, "shop") or node
            check_shop_name(self._project, shop, place.span, self._collector)
        return shop in (None, self._shop)

    def _items(self, name: str, model: type[StrictModel]) -> list[tuple[Node, dict[str, Any]]]:
        """Return the valid entries of a list; errors of the others are reported."""
        valid: list[tuple[Node, dict[str, Any]]] = []
        for node in self._project.refactorings.get(name, ()):
            data: Any = Reader(self._collector).read(node, shape_of(model))
            try:
                model.model_validate(data)
            except ValidationError as refused:
                report_invalid(refused, model, node, data, self._collector)
            else:
                valid.append((node, data))
        return valid

    def _address(self, text: str, node: Node) -> Address | None:
        address = Address(text)
        catalogue = self._project.catalogue
        if address.kind not in catalogue:
            hint = did_you_mean(address.kind, catalogue, f"kinds are {backquoted(catalogue)}")
            self._error("unknown-kind", f"`{text}` names no kind", hint, node.span)
            return None
        form = address_form(catalogue, address.kind)
        if len(address.keys) != form.count(".") or not all(map(KEY.match, address.keys)):
            hint = f"write `{form}`"
            self._error("invalid-address", f"`{text}` is not an address", hint, node.span)
            return None
        return address

    def _error(
        self, code: str, summary: str, hint: str, span: Span, first: Span | None = None
    ) -> None:
        related = (("the other", first),) if first else ()
        self._collector.error(code, summary, hint=hint, span=span, related=related)


def address_form(catalogue: Catalogue, name: str) -> str:
    """Return the form of a kind's addresses, such as `KIND.PARENT.KEY`."""
    parents = [kind.name.upper() for kind in catalogue.lineage(name)[:-1]]
    return ".".join((name, *parents, "KEY"))
