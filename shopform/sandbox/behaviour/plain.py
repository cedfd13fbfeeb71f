"""Suppliers and brands: a name and little else."""

from shopform.kinds.brand import BRAND
from shopform.kinds.supplier import SUPPLIER
from shopform.sandbox.behaviour.columns import Column, ColumnType
from shopform.sandbox.behaviour.table import NAME, Surface, Table, columns_of


class Suppliers(Table):
    """Every column is a string on the wire, numbers too (M-sup)."""

    surface = Surface.of(SUPPLIER.wire)
    first_id = 101
    id_column = Column(ColumnType.ID, cast=False)
    columns = columns_of(
        name=NAME,
        dropshipping_mail=Column(default=None),
        link_to=Column(default=None, writable=False),
        is_removed=Column(ColumnType.FLAG, 0, cast=False, writable=False),
    )


class Brands(Table):
    """Nothing but a name is known (A1, F1)."""

    surface = Surface.of(BRAND.wire)
    first_id = 801
    columns = columns_of(name=NAME)
    newest_first = True
