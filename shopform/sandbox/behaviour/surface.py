"""The names of a table in requests."""

from dataclasses import dataclass

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
