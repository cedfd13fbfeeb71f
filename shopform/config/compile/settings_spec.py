"""The models of the settings in `shopform.yaml`, from which the schema is made too."""

from typing import Annotated, Final, Literal

from pydantic import Field

from shopform.kinds.declared.spec import ENDPOINT, FIELD_NAME, KindSpec
from shopform.kinds.field_types.decimal import DECIMAL
from shopform.kinds.spec import COLUMN, KEY, Key, StrictModel, may, must

SHOP_NAME: Final = r"^[A-Za-z0-9][A-Za-z0-9_-]*$"
VARIABLE_NAME: Final = r"^[A-Za-z_][A-Za-z0-9_]*$"
SEPARATOR: Final = r'^[^"\r\n]$'
PATTERNS: Final = {  # all patterns of strings, with their hints
    KEY: "use lower-case letters, digits, `-` and `_`, and start with a letter or digit",
    SHOP_NAME: "use letters, digits, `-` and `_`, and start with a letter or digit",
    VARIABLE_NAME: "use letters, digits and `_`, and start with a letter or `_`",
    FIELD_NAME: "use lower-case letters, digits and `_`, and start with a letter",
    COLUMN: "use letters, digits and `_`, and start with a letter or `_`",
    ENDPOINT: "use letters, digits, `-` and `_`, and `/` between two names",
    DECIMAL: "write digits, with a point before the decimals: `199` or `149.95`",
    SEPARATOR: 'write the character itself, such as `";"`; a tab is `"\\t"`',
}
Auth = Literal["bearer", "raw", "shoporama"]
UrlChanges = Literal["warn", "require_redirect", "off"]
ShopName = Annotated[str, Field(pattern=SHOP_NAME)]
Rewritten = Annotated[str, Field(min_length=1)]
VariableName = Annotated[str, Field(pattern=VARIABLE_NAME)]


class WireSpec(StrictModel):
    """API names of one shop that differ from what shopform assumes."""

    endpoint: Annotated[str, Field(pattern=ENDPOINT)] = may("The path below /REST.", "")
    id: str = may("Field with an object's id.", "")
    list_key: str = may("Key of the objects if a list comes in an envelope.", "")
    fields: dict[str, str] = may("API names of fields, by the names used in the files.", {})


class ReachedSpec(StrictModel):
    """How a shop is reached."""

    url: str = must("Its URL: https, except on this machine; with or without /REST.")
    token: str = must(
        "Its API key, as `${env:NAME}`, `${file:PATH}` or `${keyring:NAME}`; never itself."
    )


class ShopDefaultsSpec(StrictModel):
    """What a shop has besides its address and key."""

    auth: Auth = may(
        "How the key is sent: `Bearer KEY`, `KEY` alone, or `Shoporama KEY`.", "bearer"
    )
    state: str | None = may(
        "Path of the state, or an address: `s3://BUCKET/KEY`, or `https://` and that of a state on"
        " GitLab, Gitea or another server of Terraform's `http` protocol."
    )
    daily_calls: Annotated[int, Field(ge=1)] = may("Daily API call limit of the key.", 10_000)
    variables: dict[VariableName, str | None] = may("Values of `${var.NAME}` for this shop.", {})
    rewrite: dict[Rewritten, str] = may(
        "Replacements for strings of other shops, such as hosts, when one is cloned to this shop.",
        {},
    )
    wire: dict[Key, WireSpec] = may("API names, by kind.", {})


class ShopSpec(ShopDefaultsSpec, ReachedSpec):
    """One shop: its URL, and what differs there."""


class FromAppSpec(StrictModel):
    """All shops that installed an app, with the same settings."""

    token: str = must(
        "The token of the app, as `${env:NAME}`, `${file:PATH}` or `${keyring:NAME}`."
    )
    url: str = may("The host that lists the shops.", "https://www.shoporama.dk")
    # Made on first use: an object here would build its model in every run.
    defaults: ShopDefaultsSpec = Field(
        default_factory=ShopDefaultsSpec,
        description="Settings of each of these shops; `{id}` in `state` is the id of the shop.",
    )


class StateStoreSpec(StrictModel):
    """Where the remote states of all shops are, as far as their addresses do not say it."""

    region: str = may("Region of the bucket.", "")
    endpoint: str = may("Address of a store that is not the provider's own; https.", "")
    account: str = may("Name of the storage account, for `az://`.", "")


class VariableSpec(StrictModel):
    """A variable that strings may use as `${var.NAME}`."""

    description: str = may("What it is for.", "")
    default: str | None = may(
        "Value for shops that do not set it; without a default every shop must."
    )


class DeletesSpec(StrictModel):
    """How many deletions a plan may contain before it is refused."""

    share: Annotated[float, Field(ge=0, le=1)] = may(
        "Maximum share of a kind's owned objects, from 0 to 1.", 0.3
    )
    floor: Annotated[int, Field(ge=0)] = may(
        "Minimum number of owned objects for the share to apply.", 10
    )
    total: Annotated[int, Field(ge=0)] = may("Maximum number over all kinds.", 50)


class RuleSpec(StrictModel):
    """A rule of the project: `deny` or `max` for changes, or `field` for a value."""

    name: Key = must("Its name, shown in refusals and passed to `--allow`.")
    kinds: list[str] = may("The kinds it applies to; all if omitted.", [])
    shops: list[str] = may("The shops it applies to; all if omitted.", [])
    deny: str | list[str] = may(
        "Changes to refuse: `create`, `update`, `replace`, `delete`, `import`, `move`,"
        " `forget`; a replacement is also a delete.",
        [],
    )
    max: Annotated[int, Field(ge=0)] = may(
        "Number of changes in `deny` to allow; without `deny`, of changes of any sort.", 0
    )
    field: str = may("A field whose declared value must match patterns.", "")
    allow: list[str] = may(
        "It must match one of these; `*` is any string, `?` one character, `[ab]` one of these.", []
    )
    forbid: list[str] = may("It must match none of these.", [])
    message: str = may("Explanation shown with a refusal.", "")


class WindowSpec(StrictModel):
    """A time in which nothing is applied: between two times, or on public holidays."""

    name: Key = must("Its name, shown in refusals and passed to `--allow`.")
    start: str | None = Field(
        default=None,
        alias="from",
        description='Its start: `"18:00"` of each day, `fri 15:00` of each week, `12-20` of each'
        " year, or `2026-11-23`; a date may have a time.",
    )
    end: str | None = Field(
        default=None, alias="to", description="Its end, in the same form; a day is included."
    )
    holidays: str = may("Country, such as `DK` or `DE-BY`, whose holidays it is.", "")
    zone: str = may("Time zone of its times.", "Europe/Copenhagen")
    shops: list[str] = may("The shops it applies to; all if omitted.", [])
    exempt: list[str] = Field(
        default=[], alias="except", description="The kinds that may change in it."
    )
    message: str = may("Explanation shown with a refusal.", "")


class PolicySpec(StrictModel):
    """Limits for plans."""

    deletes: DeletesSpec = may("Limits on deletions.", DeletesSpec())
    url_changes: UrlChanges = may(
        "What to do if a path stops answering and nothing covers it.", "warn"
    )
    windows: list[WindowSpec] = may("Times in which nothing is applied.", [])
    rules: list[RuleSpec] = may("Your own rules; each can be lifted for one run.", [])


class MovedSpec(StrictModel):
    """An address that was renamed; the object stays."""

    before: str = Field(alias="from", description="The old address.")
    after: str = Field(alias="to", description="The new address, which is declared.")


class RemovedSpec(StrictModel):
    """An address that is no longer declared."""

    address: str = must("The address, such as KIND.KEY.")
    destroy: bool = may("Whether the object is deleted, or only removed from the state.", True)
    gone: bool = may("Whether its path may stop answering without a replacement.", False)


class ImportSpec(StrictModel):
    """An object of the shop to import at a declared address, or objects that it is not."""

    address: str = must("The address, which is declared.")
    id: int | None = Field(default=None, ge=1, description="The object's id in the shop.")
    without: list[int] | None = Field(
        default=None,
        alias="not",
        description="Ids of similar objects that are not this one.",
    )
    shop: str | None = may("The shop of the id; every shop if omitted.")


class TableSpec(StrictModel):
    """Resources in a CSV file, one per row."""

    table: str = must("The CSV file, relative to this one: UTF-8, with a header row.")
    key: str = may(
        "Field or header from which keys are derived; by default the identity.",
        "",
    )
    columns: dict[str, str] = may(
        "Headers by field; by default the headers are field names.",
        {},
    )
    where: dict[str, str | list[str]] = may(
        "Which rows are read: those with this value, or one of several, under each header.",
        {},
    )
    header_row: Annotated[int, Field(ge=1)] | None = may(
        "Header row, counted from 1; by default the row with the most known headers."
    )
    separator: Annotated[str, Field(pattern=SEPARATOR)] | None = may(
        "Cell separator; by default detected: comma, semicolon or tab."
    )


class ProjectSpec(StrictModel):
    """The settings of a project."""

    shops: dict[ShopName, ShopSpec] = may("The shops, by name.", {})
    state_store: StateStoreSpec = may("The store of remote states.", StateStoreSpec())
    variables: dict[VariableName, VariableSpec | None] = may(
        "The variables that strings may use.", {}
    )
    policy: PolicySpec = may("Limits for plans.", PolicySpec())
    kinds: dict[Key, KindSpec] = may("Kinds of objects that shopform does not know.", {})
    include: str | list[str] = may(
        "Patterns of additional YAML files, relative to this one; `**` matches folders.", []
    )
    moved: list[MovedSpec] = may("Addresses that were renamed.", [])
    removed: list[RemovedSpec] = may("Addresses that are no longer declared.", [])
    imports: list[ImportSpec] = may("Existing objects to import.", [])
