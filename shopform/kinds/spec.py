"""What may be written in YAML: the base of every kind's fields, and the parts they share."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field


def must(description: str) -> Any:
    """A field that must be in the files."""
    return Field(description=description)


def may(description: str) -> Any:
    """A field that is not managed when it is omitted, and cleared when it is null."""
    return Field(default=None, description=description)


class Closed(BaseModel):
    """A mapping in the files with no other keys than the ones named."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True
    )


class ImageSpec(Closed):
    """A picture; it is sent when its bytes, its description or its weight change."""

    file: str
    """The file, relative to the YAML that names it."""
    description: str = ""
    """Text for those who do not see the picture."""
    weight: int | None = None
    """Order among the pictures; the place in the list times ten when omitted."""


class LifecycleSpec(Closed):
    """How this one resource is treated."""

    protect: bool = False
    """Never delete it. Kept in the state, so that it outlives this block."""
    ignore: list[str] = []
    """Fields that are sent when the object is created and left alone afterwards."""
    shops: list[str] | None = None
    """The shops it exists in; all when omitted."""


class DeliverySpec(Closed):
    """Where a secret made by the shop goes: `file` or `command`."""

    file: str | None = None
    """A file, written with mode 0600."""
    command: str | list[str] | None = None
    """A command that reads the secret on its standard input; no shell is involved."""


class Spec(Closed):
    """The fields of one kind, as written in YAML."""

    lifecycle: LifecycleSpec | None = None
    """Protection, fields to ignore, shops."""


Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
