"""The names of a table in requests and responses."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shopform.kinds import Wire


@dataclass(frozen=True, slots=True)
class Surface:
    """The names of a table in requests."""

    endpoint: str
    id: str
    list_key: str
    parent: str = ""

    @classmethod
    def of(cls, wire: Wire) -> "Surface":
        parent = wire.parent.value if wire.parent else ""
        return cls(wire.endpoint.value, wire.id.value[0], wire.list_key.value, parent)


@dataclass(frozen=True, slots=True)
class Likeness:
    """What a recorded shop names otherwise, as far as it is not empty.

    `columns` are all that its objects have, each with an empty value of its type.
    """

    endpoint: str = ""
    id: str = ""
    list_key: str = ""
    columns: Mapping[str, object] = field(default_factory=dict)

    def of(
        self, shown: Mapping[str, Any], own: str, always: Container[str], new: Iterable[str]
    ) -> dict[str, Any]:
        """Return an object with these names and columns.

        `own` is the key of its id, `always` are the keys that stay, and `new` the columns that the
        object may lack.
        """
        kept = {
            self.id if self.id and name == own else name: value
            for name, value in shown.items()
            if not self.columns or name in self.columns or name in always
        }
        return kept | {n: self.columns[n] for n in new if n not in kept and n not in always}
