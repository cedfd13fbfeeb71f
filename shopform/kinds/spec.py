"""What may be written in YAML: the base of every kind's fields, and the parts they share."""

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field


def must(description: str) -> Any:
    """A field that must be in the files."""
    return Field(description=description)


def may(description: str, default: object = None) -> Any:
    """A field that may be omitted; one of a kind is then not managed, and null clears it."""
    return Field(default=default, description=description)


class Closed(BaseModel):
    """A mapping in the files with no other keys than the ones named."""

    # Most runs need few of the models, so each is built when it is first used. Descriptions are
    # arguments, because reading them off docstrings parses the source again in every run.
    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, defer_build=True
    )


class ImageSpec(Closed):
    """A picture; it is sent when its bytes, its description or its weight change."""

    file: str = must("The file, relative to the YAML that names it.")
    description: str = may("Text for those who do not see the picture.", "")
    weight: int | None = may(
        "Order among the pictures; the place in the list times ten when omitted."
    )


class LifecycleSpec(Closed):
    """How this one resource is treated."""

    protect: bool = may(
        "Never delete it. Kept in the state, so that it outlives this block.", False
    )
    on_delete: Literal["delete", "keep"] = may(
        "What becomes of the object when this block goes: deleted, or kept in the shop and"
        " forgotten. Kept in the state, so that it outlives this block.",
        "delete",
    )
    ignore: list[str] = may(
        "Fields that are sent when the object is created and left alone afterwards.", []
    )
    shops: list[str] | None = may("The shops it exists in; all when omitted.")


class DeliverySpec(Closed):
    """Where a secret made by the shop goes: `file` or `command`."""

    file: str | None = may("A file, written with mode 0600.")
    command: str | list[str] | None = may(
        "A command that reads the secret on its standard input; no shell is involved."
    )


class Spec(Closed):
    """The fields of one kind, as written in YAML."""

    lifecycle: LifecycleSpec | None = may("Protection, fields to ignore, shops.")


KEY: Final = r"^[a-z0-9][a-z0-9_-]*$"
Key = Annotated[str, Field(pattern=KEY)]
