"""A shop as the settings of a project describe it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from shopform.diagnostics import Span
from shopform.model.values import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteLimits:
    """More deletions than this need leave: a share of a kind's owned objects, from `floor`
    owned objects up, and a number over all kinds."""

    share: float = 0.3
    floor: int = 10
    total: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRule:
    """One rule of the project's own; with no `kinds` or `shops` it holds for all of them.

    `deny` are of CHANGE_WORDS: more than `limit` such changes are refused. Or
    `field`: what is declared there must match a pattern of `allow`, if it has any, and none of
    `forbid`.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The project's `policy`. `url_changes` is `warn`, `require_redirect` or `off`."""

    deletes: DeleteLimits = field(default_factory=DeleteLimits)
    url_changes: str = "warn"
    rules: tuple[PolicyRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WireNames:
    """What one shop calls things, where that differs from the kind's Wire facts."""

    endpoint: str = ""
    id: str = ""
    list_key: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """One shop of the project. `url` has neither /REST nor a trailing slash; `state` is a path
    relative to the project, or an address such as s3://bucket/key. `rewrite` maps texts of other
    shops to what they are here when one is copied."""

    name: str
    url: str
    token: Secret
    auth: str = "bearer"
    state: str = ""
    daily_calls: int = 10_000
    rules: Rules = field(default_factory=Rules)
    rewrite: Mapping[str, str] = field(default_factory=dict)
    wire: Mapping[str, WireNames] = field(default_factory=dict)

    @property
    def hosts(self) -> frozenset[str]:
        """The names under which its addresses are written, with the port where it has one."""
        address = urlsplit(self.url)
        plain = (address.hostname or "").removeprefix("www.")
        names = {plain, f"www.{plain}"}
        ports = {f"{name}:{address.port}" for name in names} if address.port else set()
        return frozenset(names | ports)
