"""The declarations of the files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from shopform.diagnostics import Span
from shopform.kinds import Catalogue, Kind
from shopform.kit.immutable import immutable
from shopform.model.values import Address, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The destination of a generated secret: a file, or a command's standard input."""

    file: str = ""
    command: tuple[str, ...] = ()


@immutable
class Resource:
    """A declared object. `fields` holds only declared fields.

    `keep`: once it is no longer declared, it is removed from the state and not deleted. `once` are
    fields that are sent only on creation. `origin` is the id of the original in the source shop of
    a clone, or 0, and `uncopied` are fields of the original that are not copied. `forget`: it is
    made as declared, then removed from the state. `notes` are for a plan that changes it.
    """

    address: Address
    kind: Kind
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
    notes: tuple[str, ...] = ()


class Moved(NamedTuple):
    before: Address
    after: Address
    span: Span | None = None


class Removed(NamedTuple):
    """An address that is no longer declared; with `destroy` false it is only removed from the
    state. `gone`: its paths need no redirects."""

    address: Address
    destroy: bool = True
    gone: bool = False
    span: Span | None = None


class Import(NamedTuple):
    """The id of the object at an address; if it is 0, `without` are ids of other objects."""

    address: Address
    id: int = 0
    without: frozenset[int] = frozenset()
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Desired:
    """Everything declared for one shop. Resources are in order of address.

    `skipped_rows` are the addresses of invalid table rows, whose state is kept.
    `rows` are the addresses whose keys are derived from the identity of a table row.
    """

    catalogue: Catalogue = field(repr=False)
    resources: Mapping[Address, Resource] = field(default_factory=dict)
    moved: tuple[Moved, ...] = ()
    removed: tuple[Removed, ...] = ()
    imports: tuple[Import, ...] = ()
    skipped_rows: frozenset[Address] = frozenset()
    rows: frozenset[Address] = frozenset()
