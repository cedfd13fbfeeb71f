"""What an OpenAPI document says of the endpoints of a shop."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from shopform.openapi.schemas import SchemaShape


@dataclass(slots=True)
class DocumentedColumn:
    """A column of an endpoint: its JSON types in requests and in responses.

    They are None where no request, or no response, has the column, and empty if the document does
    not say. `required`: a create must have it.
    """

    name: str
    place: str
    sent: set[str] | None = None
    shown: set[str] | None = None
    allowed: dict[str, None] = field(default_factory=dict)
    required: bool = False
    read_only: bool = False
    description: str = ""
    format: str = ""
    items: SchemaShape | None = None


class Operation(NamedTuple):
    """A method of a path: with the id of an object, or without."""

    method: str
    single: bool
    place: str
    arguments: frozenset[str]  # of the query string
    required: frozenset[str]


@dataclass(slots=True)
class DocumentedEndpoint:
    """An endpoint below /REST.

    `list_key` is the key of the list in an envelope, if it has one; `number` the name of the id in
    its paths. `described` are the methods that have a schema of their request.
    """

    name: str
    path: str
    place: str
    operations: dict[tuple[str, bool], Operation] = field(default_factory=dict)
    columns: dict[str, DocumentedColumn] = field(default_factory=dict)
    list_key: str = ""
    number: str = ""
    described: set[str] = field(default_factory=set)

    @property
    def has_requests(self) -> bool:
        """Whether the document says all that requests have, which an example does not."""
        writes = {method for method, _ in self.operations} - {"GET", "DELETE"}
        return bool(writes) and writes <= self.described


class Reading(NamedTuple):
    """What a document says. `problems` are what could not be read, by place."""

    title: str
    version: str
    format: str
    endpoints: Mapping[str, DocumentedEndpoint]
    problems: Mapping[str, str]


def plural_of(endpoint: str) -> str:
    """Return the key that lists have by pattern: landing_pages, categories (dossier 2.2)."""
    stem = endpoint.replace("-", "_")
    return f"{stem[:-1]}ies" if stem.endswith("y") else f"{stem}s"


def operations_of(endpoint: DocumentedEndpoint) -> Iterator[str]:
    """Yield what can be done: list, read, create, update, delete."""
    for word, method, single in OPERATIONS:
        if (method, single) in endpoint.operations:
            yield word


OPERATIONS: Final = (
    ("list", "GET", False),
    ("read", "GET", True),
    ("create", "POST", False),
    ("update", "PUT", True),
    ("update", "PATCH", True),
    ("delete", "DELETE", True),
)
