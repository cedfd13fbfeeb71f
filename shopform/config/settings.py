"""What `shopform.yaml` may hold beside resources. These models are also the schema."""

from typing import Annotated, Literal

from pydantic import Field

from shopform.kinds.spec import Closed, Key

Auth = Literal["bearer", "raw", "shoporama"]
UrlChanges = Literal["warn", "require_redirect", "off"]
ShopName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]
VariableName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


class WireSpec(Closed):
    """What one shop calls things, where that differs from what shopform assumes."""

    endpoint: str = ""
    """The path below /REST."""
    id: str = ""
    """The field that holds an object's id."""
    list_key: str = ""
    """The key that holds the objects where a list comes in an envelope."""
    fields: dict[str, str] = Field(default_factory=dict)
    """Names of fields on the wire, by the names used in these files."""


class ShopSpec(Closed):
    """One shop: where it answers, and what differs there."""

    url: str
    """Its address: https, except on this machine; with or without /REST."""
    token: str
    """Its API key, as `${env:NAME}` or `${file:PATH}`; never the key itself."""
    auth: Auth = "bearer"
    """How the key is sent: `Bearer KEY`, `KEY` alone, or `Shoporama KEY`."""
    state: str | None = None
    """Where the state lies: a path in the project, or s3://bucket/key."""
    daily_calls: Annotated[int, Field(ge=1)] = 10_000
    """The API calls this key may make in a day."""
    variables: dict[VariableName, str | None] = Field(default_factory=dict)
    """Texts for `${var.NAME}` in this shop."""
    wire: dict[Key, WireSpec] = Field(default_factory=dict)
    """Names on the wire, by kind."""


class VariableSpec(Closed):
    """A variable that texts may use as `${var.NAME}`."""

    description: str = ""
    """What it is for."""
    default: str | None = None
    """Its text in shops that do not set it; without one every shop must."""


class DeletesSpec(Closed):
    """How many deletions a plan may hold before it is refused."""

    share: Annotated[float, Field(ge=0, le=1)] = 0.3
    """The share of a kind's owned objects, from 0 to 1."""
    floor: Annotated[int, Field(ge=0)] = 10
    """The share counts from this many owned objects up."""
    total: Annotated[int, Field(ge=0)] = 50
    """The number over all kinds."""


class PolicySpec(Closed):
    """What a plan may do without asking."""

    deletes: DeletesSpec = DeletesSpec()
    """Limits on deletions."""
    url_changes: UrlChanges = "warn"
    """What to do when a page's path changes and nothing sends visitors on."""


class MovedSpec(Closed):
    """An address that got another name; the object stays."""

    before: str = Field(alias="from", description="The old address.")
    after: str = Field(alias="to", description="The new address, which is declared.")


class RemovedSpec(Closed):
    """An address that is no longer declared."""

    address: str
    """The address, such as KIND.KEY."""
    destroy: bool = True
    """Whether the object is deleted; if not, it is only forgotten."""


class ImportSpec(Closed):
    """An object of the shop that a declared address takes over."""

    address: str
    """The address, which is declared."""
    id: Annotated[int, Field(ge=1)]
    """The object's id in the shop."""


class ProjectSpec(Closed):
    """The settings of a project."""

    shops: dict[ShopName, ShopSpec] = Field(default_factory=dict)
    """The shops, by name."""
    variables: dict[VariableName, VariableSpec | None] = Field(default_factory=dict)
    """The variables that texts may use."""
    policy: PolicySpec = PolicySpec()
    """What a plan may do without asking."""
    include: str | list[str] = Field(default_factory=list)
    """Patterns of more YAML files, relative to this one; `**` matches folders."""
    moved: list[MovedSpec] = Field(default_factory=list)
    """Addresses that got another name."""
    removed: list[RemovedSpec] = Field(default_factory=list)
    """Addresses that are no longer declared."""
    imports: list[ImportSpec] = Field(default_factory=list)
    """Objects of the shop to take over."""
