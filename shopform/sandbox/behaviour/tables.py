"""Set up the tables of a shop and fill them."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from shopform.errors import UsageError
from shopform.kinds import Catalogue, Kind
from shopform.sandbox.behaviour.categories import Categories
from shopform.sandbox.behaviour.columns import NUMBERS, ColumnType, number
from shopform.sandbox.behaviour.generic import table_of
from shopform.sandbox.behaviour.menus import Menus
from shopform.sandbox.behaviour.plain import Brands, Suppliers
from shopform.sandbox.behaviour.products import Products
from shopform.sandbox.behaviour.profiles import Attributes, Profiles, Values
from shopform.sandbox.behaviour.questions import ALL_ENDPOINTS, LISTS, NEWER, Switch
from shopform.sandbox.behaviour.table import Table, World
from shopform.sandbox.behaviour.traffic import Redirects, Webhooks
from shopform.sandbox.messages import Refusal

# Those written by hand. Referenced kinds come before those that refer to them.
TABLES: tuple[type[Table], ...] = (
    Suppliers,
    Profiles,
    Attributes,
    Values,
    Categories,
    Menus,
    Redirects,
    Webhooks,
    Brands,
    Products,
)

Seed = Mapping[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The tables and kinds of a shop by endpoint, and the endpoints of its kinds."""

    tables: Mapping[str, type[Table]]
    of_kind: Mapping[str, str]
    kinds: Mapping[str, Kind]

    @classmethod
    def of(cls, catalogue: Catalogue) -> "Endpoints":
        """Return the tables written by hand, and one for each other kind of a catalogue."""
        of_kind = {kind.name: kind.wire.endpoint.value for kind in catalogue.kinds}
        tables = {table.surface.endpoint: table for table in TABLES}
        others = [kind for kind in catalogue.kinds if of_kind[kind.name] not in tables]
        for place, kind in enumerate(others):
            tables[of_kind[kind.name]] = table_of(kind, 2001 + 100 * place, of_kind)
        for place, kind in enumerate(catalogue.lookups):
            table = table_of(kind, 9001 + 100 * place, of_kind)
            table.read_only = True
            tables[kind.wire.endpoint.value] = table
        return cls(tables, of_kind, {of_kind[kind.name]: kind for kind in catalogue.kinds})

    @property
    def switches(self) -> tuple[Switch, ...]:
        """The open questions of each endpoint, and those of all."""
        shapes = (
            Switch(f"shape.{name}", words, f"form of the list of /{name}", source)
            for name in self.tables
            for words, source in [LISTS.get(name, NEWER)]
        )
        typing = (
            Switch(f"typing.{name}", words, f"numbers and booleans of /{name}", "2.4, 7")
            for name, table in self.tables.items()
            if len(words := _typing(table)) > 1
        )
        return *shapes, *typing, *ALL_ENDPOINTS

    @property
    def first_ids(self) -> dict[str, int]:
        return {name: table.first_id for name, table in self.tables.items()}

    def named(self, name: str) -> str:
        """Return the endpoint of a kind's name, or of the endpoint itself. Raises UsageError."""
        found = self.of_kind.get(name, name)
        if found not in self.tables:
            raise UsageError(
                f"there is no endpoint `{name}`", hint=f"use one of {', '.join(self.tables)}"
            )
        return found


def _typing(table: type[Table]) -> tuple[str, ...]:
    """Return the forms of numbers that differ in an endpoint.

    They are a question of each endpoint: one shop had strings throughout in one and both in another
    (M-cat, M-prod).
    """
    columns = [table.id_column, *table.columns.values()]
    numbers = [column for column in columns if column.type_ in NUMBERS]
    words = {
        "strings": any(column.cast for column in numbers),
        "ints": not all(column.cast for column in numbers),
        "bools": any(column.type_ is ColumnType.FLAG for column in numbers),
    }
    return "mixed", *(word for word, differs in words.items() if differs)


def open_shop(world: World, endpoints: Endpoints, seed: Seed, products: int) -> None:
    """Set up the tables, and fill them if they are empty. Raises UsageError."""
    world.tables = {name: table(world) for name, table in endpoints.tables.items()}
    if not world.store.empty:
        return
    given = {endpoints.named(name): rows for name, rows in seed.items()}
    Categories(world).open(given.get(Categories.surface.endpoint, ()))
    world.seeding = True
    try:
        for name, table in world.tables.items():
            for row in given.get(name, []):
                _insert(table, row)
    except Refusal as refusal:
        world.store.clear()
        raise UsageError(f"the seed's {name} is refused: {refusal.why}") from None
    finally:
        world.seeding = False
    _add_products(world, products)


def _insert(table: Table, row: dict[str, Any]) -> None:
    """Create an object as a request does, with the id of the seed if it has one."""
    parent = table.surface.parent
    query = {parent: str(row[parent])} if parent in row else {}
    table.create(query, row, number(table.surface.id, row.get(table.surface.id) or 0))


def _add_products(world: World, count: int) -> None:
    ids = {
        name: cycle([table.id(row) for row in world.store.rows(name)] or [None])
        for name, table in world.tables.items()
    }
    for each in range(1, count + 1):
        in_category = next(ids[Categories.surface.endpoint])
        world.tables[Products.surface.endpoint].create(
            {},
            {
                "name": f"Produkt {each}",
                "supplier_id": next(ids[Suppliers.surface.endpoint]),
                "profile_id": next(ids[Profiles.surface.endpoint]),
                "categories": [in_category],
                "is_online": 1,
                "price": 100,
            },
        )
