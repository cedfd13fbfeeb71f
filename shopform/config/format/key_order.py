"""The order of keys in a file, derived from the kinds and the settings."""

from collections.abc import Callable, Iterable
from collections.abc import Mapping as Map
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Final, TypeVar

from shopform.config.compile.kind_models import model_of
from shopform.config.compile.settings_spec import FromAppSpec, ProjectSpec, TableSpec
from shopform.config.compile.shapes import Shape, shape_of
from shopform.config.read.project import FROM_APP
from shopform.config.read.yaml_nodes import Node, is_table
from shopform.kinds import Catalogue, Kind
from shopform.kinds.spec import Spec

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rule:
    """The layout of a mapping: the order of its keys, and the rules of its values.

    `apart`: blank lines separate its entries; `blocks`: only next to those of several lines.
    `table`: the rule if it is a table, which has settings and not entries.
    """

    order: tuple[str, ...] = ()
    inside: Map[str, "Rule"] = field(default_factory=dict)
    each: "Rule | None" = None
    apart: bool = False
    blocks: bool = False
    table: "Rule | None" = None

    def at(self, node: Node) -> "Rule":
        """Return the rule for a node: this one, or that of a table."""
        return self.table if self.table and is_table(node) else self

    def of(self, name: str) -> "Rule":
        return self.inside.get(name) or self.each or ANY

    def arranged(self, items: Iterable[T], name: Callable[[T], str]) -> list[T]:
        """Sort entries; unknown ones come last, in their written order."""
        ranks = {each: number for number, each in enumerate(self.order)}
        return sorted(items, key=lambda item: ranks.get(name(item), len(ranks)))


ANY: Final = Rule()


@cache
def project_rule(catalogue: Catalogue) -> Rule:
    """Return the rule of a whole file: settings, then sections, parents before children."""
    settings = _shaped(shape_of(ProjectSpec))
    app = {FROM_APP: _shaped(shape_of(FromAppSpec))}
    shops = {"shops": replace(settings.inside["shops"], inside=app)}
    sections = {name: _section(catalogue, kind) for name, kind in catalogue.sections.items()}
    return Rule((*settings.order, *sections), {**settings.inside, **shops, **sections}, apart=True)


def _section(catalogue: Catalogue, kind: Kind) -> Rule:
    return Rule(each=_resource(catalogue, kind), blocks=True, table=_shaped(shape_of(TableSpec)))


def _resource(catalogue: Catalogue, kind: Kind) -> Rule:
    """Fields in the order of the kind, then children, then the fields of every kind."""
    fields = _shaped(shape_of(model_of(catalogue, kind)))
    children = catalogue.children[kind.name]
    nested = {inner.section: _section(catalogue, inner) for inner in children}
    last = tuple(Spec.model_fields)
    own = tuple(name for name in fields.order if name not in nested and name not in last)
    return Rule((*own, *nested, *last), {**fields.inside, **nested})


def _shaped(shape: Shape, known: dict[object, Rule] | None = None) -> Rule:
    """Return the rule of a shape; `known` are those of the models around it."""
    known = {} if known is None else known
    if shape.model in known:
        return known[shape.model]
    inside: dict[str, Rule] = {}
    each = _shaped(shape.inner, known) if shape.inner else None
    rule = Rule(tuple(shape.fields), inside, each)
    if shape.model:
        known[shape.model] = rule
    inside.update({name: _shaped(inner, known) for name, inner in shape.fields.items()})
    return rule
