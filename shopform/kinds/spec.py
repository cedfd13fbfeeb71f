"""Pydantic models of YAML mappings: their base, and the parts that kinds share."""

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field


def must(description: str) -> Any:
    """Return a required field."""
    return Field(description=description)


def may(description: str, default: object = None) -> Any:
    """Return an optional field; a field of a kind is unmanaged if omitted, and null clears it."""
    return Field(default=default, description=description)


class StrictModel(BaseModel):
    """A mapping with known keys only."""

    # Most runs need few of the models, so each is built on first use. Descriptions are arguments,
    # because reading them from docstrings would parse the source in every run.
    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, defer_build=True
    )


class ImageSpec(StrictModel):
    """An image, which is sent when its bytes, its description or its weight change."""

    file: str = must("The file, relative to the YAML that names it.")
    description: str = may("Alternative text of the image.", "")
    weight: int | None = may(
        "Sort order among the images; the position in the list times ten if omitted."
    )


class LifecycleSpec(StrictModel):
    """How this resource is managed."""

    protect: bool = may(
        "Never delete the object. Kept in the state, so it outlives the block.",
        False,
    )
    on_delete: Literal["delete", "keep"] = may(
        "What happens to the object when its block is removed: `delete` it, or `keep` it in the"
        " shop and remove it from the state. Kept in the state, so it outlives the block.",
        "delete",
    )
    ignore: list[str] = may("Fields that are sent on creation and never compared afterwards.", [])
    shops: list[str] | None = may("The shops it exists in; all if omitted.")


class DeliverySpec(StrictModel):
    """Where a generated secret is delivered: `file` or `command`."""

    file: str | None = may("A file, written with mode 0600.")
    command: str | list[str] | None = may(
        "A command that reads the secret from standard input; run without a shell."
    )


COLUMN: Final = r"^[A-Za-z_][A-Za-z0-9_]*$"
Column = Annotated[str, Field(pattern=COLUMN)]
RawValue = str | bool | int | float


class Spec(StrictModel):
    """The fields of one kind, as written in YAML."""

    extra: dict[Column, RawValue | None] | None = may(
        "Columns of the shop beyond the fields here, by their names in the API: sent as written"
        " (a string, a number or a boolean), and compared as strings."
    )
    lifecycle: LifecycleSpec | None = may("Protection, fields to ignore, shops.")


KEY: Final = r"^[a-z0-9][a-z0-9_-]*$"
Key = Annotated[str, Field(pattern=KEY)]
