"""What `shopform.yaml` may hold beside resources. These models are also the schema."""

from typing import Annotated, Final, Literal

from pydantic import Field

from shopform.kinds.spec import KEY, Closed, Key, may, must

SHOP_NAME: Final = r"^[A-Za-z0-9][A-Za-z0-9_-]*$"
VARIABLE_NAME: Final = r"^[A-Za-z_][A-Za-z0-9_]*$"
SEPARATOR: Final = r'^[^"\r\n]$'
PATTERNS: Final = {  # of every text that has one, with what a hint says of it
    KEY: "use small letters, digits, `-` and `_`, and start with a letter or digit",
    SHOP_NAME: "use letters, digits, `-` and `_`, and start with a letter or digit",
    VARIABLE_NAME: "use letters, digits and `_`, and start with a letter or `_`",
    SEPARATOR: 'write the character itself, such as `";"`; a tab is `"\\t"`',
}
Auth = Literal["bearer", "raw", "shoporama"]
UrlChanges = Literal["warn", "require_redirect", "off"]
ShopName = Annotated[str, Field(pattern=SHOP_NAME)]
Rewritten = Annotated[str, Field(min_length=1)]
VariableName = Annotated[str, Field(pattern=VARIABLE_NAME)]


class WireSpec(Closed):
    """What one shop calls things, where that differs from what shopform assumes."""

    endpoint: str = may("The path below /REST.", "")
    id: str = may("The field that holds an object's id.", "")
    list_key: str = may("The key that holds the objects where a list comes in an envelope.", "")
    fields: dict[str, str] = may(
        "Names of fields on the wire, by the names used in these files.", {}
    )


class ShopSpec(Closed):
    """One shop: where it answers, and what differs there."""

    url: str = must("Its address: https, except on this machine; with or without /REST.")
    token: str = must("Its API key, as `${env:NAME}` or `${file:PATH}`; never the key itself.")
    auth: Auth = may(
        "How the key is sent: `Bearer KEY`, `KEY` alone, or `Shoporama KEY`.", "bearer"
    )
    state: str | None = may("Where the state lies: a path in the project, or s3://bucket/key.")
    daily_calls: Annotated[int, Field(ge=1)] = may(
        "The API calls this key may make in a day.", 10_000
    )
    variables: dict[VariableName, str | None] = may("Texts for `${var.NAME}` in this shop.", {})
    rewrite: dict[Rewritten, str] = may(
        "Texts of other shops, such as hosts, and what they are here when one is copied.", {}
    )
    wire: dict[Key, WireSpec] = may("Names on the wire, by kind.", {})


class VariableSpec(Closed):
    """A variable that texts may use as `${var.NAME}`."""

    description: str = may("What it is for.", "")
    default: str | None = may("Its text in shops that do not set it; without one every shop must.")


class DeletesSpec(Closed):
    """How many deletions a plan may hold before it is refused."""

    share: Annotated[float, Field(ge=0, le=1)] = may(
        "The share of a kind's owned objects, from 0 to 1.", 0.3
    )
    floor: Annotated[int, Field(ge=0)] = may(
        "The share counts from this many owned objects up.", 10
    )
    total: Annotated[int, Field(ge=0)] = may("The number over all kinds.", 50)


class RuleSpec(Closed):
    """A rule of the project's own: `deny` or `max` about changes, or `field` about a text."""

    name: Key = must("Its name, which refusals tell and `--allow` takes.")
    kinds: list[str] = may("The kinds it is about; all when omitted.", [])
    shops: list[str] = may("The shops it holds in; all when omitted.", [])
    deny: str | list[str] = may(
        "Changes that are refused: `create`, `update`, `replace`, `delete`, `import`, `move`,"
        " `forget`; a replacement deletes too.",
        [],
    )
    max: Annotated[int, Field(ge=0)] = may(
        "So many of the changes in `deny` are let pass; of any changes where it is omitted.", 0
    )
    field: str = may("A field whose declared text is held to patterns.", "")
    allow: list[str] = may(
        "It must match one of these; `*` is any text, `?` one sign, `[ab]` one of these.", []
    )
    forbid: list[str] = may("It must match none of these.", [])
    message: str = may("Why, for those who are refused.", "")


class PolicySpec(Closed):
    """What a plan may do without asking."""

    deletes: DeletesSpec = may("Limits on deletions.", DeletesSpec())
    url_changes: UrlChanges = may(
        "What to do when a page's path changes and nothing sends visitors on.", "warn"
    )
    rules: list[RuleSpec] = may("Rules of your own; each may be lifted for one run.", [])


class MovedSpec(Closed):
    """An address that got another name; the object stays."""

    before: str = Field(alias="from", description="The old address.")
    after: str = Field(alias="to", description="The new address, which is declared.")


class RemovedSpec(Closed):
    """An address that is no longer declared."""

    address: str = must("The address, such as KIND.KEY.")
    destroy: bool = may("Whether the object is deleted; if not, it is only forgotten.", True)
    gone: bool = may(
        "Whether its path may cease to answer, with nothing that sends visitors on.", False
    )


class ImportSpec(Closed):
    """An object of the shop that a declared address takes over, or objects that it is not."""

    address: str = must("The address, which is declared.")
    id: int | None = Field(default=None, ge=1, description="The object's id in the shop.")
    without: list[int] | None = Field(
        default=None,
        alias="not",
        description="Ids of objects that are much the same and are other ones.",
    )
    shop: str | None = may("The shop that the id is of; every shop when omitted.")


class TableSpec(Closed):
    """Resources that stand in a CSV file, one a row."""

    table: str = must("The CSV file, relative to this one: UTF-8, with a row of headers.")
    key: str = may(
        "The field whose text makes the key, or another header; the identity makes it when"
        " omitted.",
        "",
    )
    columns: dict[str, str] = may(
        "The headers of the file, by the fields they are for; without it the headers are names of"
        " fields.",
        {},
    )
    where: dict[str, str | list[str]] = may(
        "Which rows are read: those that hold such a text, or one of several, under each header.",
        {},
    )
    header_row: Annotated[int, Field(ge=1)] | None = may(
        "The row of the headers, counted from 1; the row with most of the headers when omitted."
    )
    separator: Annotated[str, Field(pattern=SEPARATOR)] | None = may(
        "What separates cells: a comma, a semicolon or a tab is found when omitted."
    )


class ProjectSpec(Closed):
    """The settings of a project."""

    shops: dict[ShopName, ShopSpec] = may("The shops, by name.", {})
    variables: dict[VariableName, VariableSpec | None] = may(
        "The variables that texts may use.", {}
    )
    policy: PolicySpec = may("What a plan may do without asking.", PolicySpec())
    include: str | list[str] = may(
        "Patterns of more YAML files, relative to this one; `**` matches folders.", []
    )
    moved: list[MovedSpec] = may("Addresses that got another name.", [])
    removed: list[RemovedSpec] = may("Addresses that are no longer declared.", [])
    imports: list[ImportSpec] = may("Objects of the shop to take over.", [])
