"""Suppliers and brands."""

from shopform.kinds.brand import BRAND
from shopform.kinds.supplier import SUPPLIER
from shopform.sandbox.behaviour.columns import (
    NAME,
    Column,
    ColumnType,
    columns_of,
    undocumented,
    unwritable,
)
from shopform.sandbox.behaviour.surface import Surface
from shopform.sandbox.behaviour.table import Table


class Suppliers(Table):
    """All values are strings on the wire, numbers too (M-sup)."""

    surface = Surface.of(SUPPLIER.wire)
    first_id = 101
    id_column = Column(ColumnType.ID, cast=False)
    evidence = ("CLI", "M-sup")
    columns = columns_of(
        name=NAME,
        dropshipping_mail=Column(default=None),
        link_to=undocumented(default=None),
        is_removed=unwritable(ColumnType.FLAG, 0, cast=False),
    )


class Brands(Table):
    """Only the name is known (A1, F1)."""

    surface = Surface.of(BRAND.wire)
    first_id = 801
    columns = columns_of(name=NAME)
    newest_first = True
