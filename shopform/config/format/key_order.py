"""The order in which a file's keys stand, read off the kinds and the settings."""

from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from shopform.config.compile.field_types import Shape, shape_of
from shopform.config.compile.kind_models import model_of
from shopform.config.compile.settings_spec import ProjectSpec, TableSpec
from shopform.config.format.cst import Block, Leaf
from shopform.config.read.project import SECTIONS
from shopform.kinds import CHILDREN, KINDS, Kind
from shopform.kinds.spec import Spec


@dataclass(frozen=True, slots=True)
class Rule:
    """How a mapping is laid out: the order of its keys, where it has one, and what is inside.

    `apart`: a blank line stands between its entries; `blocks`: only next to those of many lines.
    `table`: instead of entries it may name a file that holds them, which has a layout of its own.
    """

    order: tuple[str, ...] = ()
    inside: Map[str, "Rule"] = field(default_factory=dict)
    each: "Rule | None" = None
    apart: bool = False
    blocks: bool = False
    table: "Rule | None" = None

    def at(self, node: Leaf | Block) -> "Rule":
        """The rule of what stands where this one is expected."""
        named = isinstance(node, Block) and any(
            item.name == "table" and isinstance(item.node, Leaf) and item.node.text
            for item in node.items
        )
        return self.table if named and self.table else self

    def of(self, name: str) -> "Rule":
        return self.inside.get(name) or self.each or ANY


ANY: Final = Rule()


@cache
def project_rule() -> Rule:
    """The rule of a whole file: settings, then sections, containers before what is in them."""
    settings = _shaped(shape_of(ProjectSpec))
    sections = {k.section: _section(k) for k in KINDS if k.nesting is None}
    return Rule((*settings.order, *SECTIONS), {**settings.inside, **sections}, apart=True)


def arrange(block: Block, rule: Rule) -> None:
    """Put the entries in order, here and in all that is inside; others stay, behind them."""
    if rule.order and not block.sequence:
        ranks = {name: number for number, name in enumerate(rule.order)}
        before = block.items
        block.items = sorted(before, key=lambda item: ranks.get(item.name, len(ranks)))
        block.moved = block.items != before
    for item in block.items:
        if isinstance(item.node, Block):
            arrange(item.node, rule.of(item.name).at(item.node))
            block.moved |= item.node.moved


def _section(kind: Kind) -> Rule:
    return Rule(each=_resource(kind), blocks=True, table=_shaped(shape_of(TableSpec)))


def _resource(kind: Kind) -> Rule:
    """Fields in the order of the kind, then what is nested in it, then what every kind has."""
    fields = _shaped(shape_of(model_of(kind)))
    nested = {inner.section: _section(inner) for inner in CHILDREN[kind.name]}
    last = tuple(Spec.model_fields)
    own = tuple(name for name in fields.order if name not in nested and name not in last)
    return Rule((*own, *nested, *last), {**fields.inside, **nested})


def _shaped(shape: Shape) -> Rule:
    return Rule(
        tuple(shape.fields),
        {name: _shaped(inner) for name, inner in shape.fields.items()},
        _shaped(shape.inner) if shape.inner else None,
    )
