"""The settings of a shop."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from shopform.diagnostics import Span
from shopform.kinds import Catalogue
from shopform.kit.url_paths import is_loopback
from shopform.model.values import Secret

if TYPE_CHECKING:
    from shopform.model.freeze_windows import FreezeWindow


class DeleteLimits(NamedTuple):
    """Deletions without `--allow-delete`: a share of a kind's owned objects, from `floor` owned
    objects up, and a total over all kinds."""

    share: float = 0.3
    floor: int = 10
    total: int = 50


class PolicyRule(NamedTuple):
    """A rule of the project; without `kinds` or `shops` it applies to all.

    More than `limit` changes in `deny`, of CHANGE_WORDS, are refused. Or the declared value of
    `field` must match a pattern in `allow`, if there are any, and none in `forbid`.
    """

    name: str
    kinds: frozenset[str] = frozenset()
    shops: frozenset[str] = frozenset()
    deny: frozenset[str] = frozenset()
    limit: int = 0
    field: str = ""
    allow: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    message: str = ""
    span: Span | None = None


class Rules(NamedTuple):
    """The project's `policy`. `url_changes` is `warn`, `require_redirect` or `off`."""

    deletes: DeleteLimits = DeleteLimits()
    url_changes: str = "warn"
    rules: tuple[PolicyRule, ...] = ()
    windows: tuple["FreezeWindow", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WireNames:
    """API names of one shop that differ from the Wire facts of the kind."""

    endpoint: str = ""
    id: str = ""
    list_key: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The wire names of one kind in one shop.

    `fields` maps field names to wire names. `fixed` are those that the project file sets. `unused`
    are the keys of objects that belong to no field, if a field was not found.
    """

    endpoint: str
    ids: tuple[str, ...]
    list_key: str
    fields: Mapping[str, str]
    fixed: frozenset[str] = field(default_factory=frozenset)
    unused: tuple[str, ...] = ()


OBJECT_STORES = ("s3", "gs", "az")  # the schemes of their addresses


def refused_address(location: str) -> str:
    """Return why an address cannot be that of a remote state; empty if it can."""
    try:
        address = urlsplit(location)
        host, path = address.hostname or "", address.path.strip("/")
        _ = address.port
    except ValueError:
        return "an address that is not valid"
    if address.scheme not in (*OBJECT_STORES, "https", "http"):
        return f"in that store (write one of {', '.join((*OBJECT_STORES, 'https'))})"
    if not host or {"", ".", ".."} & {*path.split("/")}:
        return "an address without a host or bucket, and a plain path"
    if "@" in address.netloc:
        return "an address with a user name or password"
    if address.query or address.fragment:
        return "an address with `?` or `#`"
    if address.scheme == "http" and not is_loopback(host):
        return "an address that starts with `http://`, which is for this machine only"
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StateStore:
    """Where object stores of remote state are, as far as their addresses do not say it."""

    region: str = ""
    endpoint: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A shop of the project.

    `url` has neither /REST nor a trailing slash. `state` is a path relative to the project, or a
    URL such as s3://bucket/key or https://host/path. `rewrite` maps strings of other shops to
    their replacements in a clone. `columns` are those beyond the fields that are read, by kind;
    None for all that the shop shows.
    """

    name: str
    url: str
    token: Secret
    catalogue: Catalogue = field(repr=False)
    auth: str = "bearer"
    state: str = ""
    state_store: StateStore = StateStore()
    daily_calls: int = 10_000
    rules: Rules = field(default_factory=Rules)
    rewrite: Mapping[str, str] = field(default_factory=dict)
    wire: Mapping[str, WireNames] = field(default_factory=dict)
    columns: Mapping[str, frozenset[str]] | None = field(default_factory=dict)

    @property
    def remote(self) -> bool:
        """Whether the state is not in a file."""
        return "://" in self.state

    @property
    def in_object_store(self) -> bool:
        """Whether the state, and what is kept with it, is in an object store."""
        return self.state.startswith(tuple(f"{scheme}://" for scheme in OBJECT_STORES))

    @property
    def hosts(self) -> frozenset[str]:
        """The shop's host names, with the port if its URL has one."""
        address = urlsplit(self.url)
        plain = (address.hostname or "").removeprefix("www.")
        names = {plain, f"www.{plain}"}
        ports = {f"{name}:{address.port}" for name in names} if address.port else set()
        return frozenset(names | ports)
