"""What the files declare."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shopform.diagnostics import Span
from shopform.model.values import Address, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Where a secret that the shop generates is written: a file, or a command's standard input."""

    file: str = ""
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One declared object. `fields` holds what was declared and nothing else.

    `keep`: once it is no longer declared it is forgotten, and stays in the shop. `once` are
    fields that are sent and then left to the shop. `origin` is the id of the object in another
    shop that this one is a copy of, or 0, and `uncopied` are fields of that one which it lacks.
    `forget`: it is made as declared, and then forgotten.
    """

    address: Address
    fields: Mapping[str, Value]
    parent: Address | None = None
    protect: bool = False
    keep: bool = False
    ignore: frozenset[str] = frozenset()
    once: frozenset[str] = frozenset()
    origin: int = 0
    uncopied: frozenset[str] = frozenset()
    forget: bool = False
    deliver: Delivery | None = None
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    before: Address
    after: Address
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """An address that is no longer declared; with `destroy` false it is only forgotten. `gone`:
    its paths are intended to answer no longer."""

    address: Address
    destroy: bool = True
    gone: bool = False
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """Which object an address is; or, with an id of 0, which ones it is not."""

    address: Address
    id: int = 0
    without: frozenset[int] = frozenset()
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Desired:
    """Everything declared for one shop. Resources are in order of address.

    `skipped_rows` are the addresses of table rows that are no valid resources; their state is kept.
    `rows` are the addresses whose keys are derived from the identity of a table row.
    """

    resources: Mapping[Address, Resource] = field(default_factory=dict)
    moved: tuple[Moved, ...] = ()
    removed: tuple[Removed, ...] = ()
    imports: tuple[Import, ...] = ()
    skipped_rows: frozenset[Address] = frozenset()
    rows: frozenset[Address] = frozenset()
