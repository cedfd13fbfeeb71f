"""What a command asks of a use case, made once from its options, and what comes of a run.

What is asked of the plan itself is `planning.scope.Options`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from shopform.errors import ShopformError
from shopform.kinds import Catalogue
from shopform.model.plan import Outcome, Plan
from shopform.model.shop import Shop
from shopform.model.values import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRequest:
    """A shop of the project in `directory`, and the variables that are set for it.

    Without a `shop` it is the only one. Some use cases take several: `a,b`, or `all`.
    """

    directory: Path
    catalogue: Catalogue
    environment: Mapping[str, str]
    shop: str | None = None
    variables: tuple[tuple[str, str], ...] = ()
    variable_files: tuple[str, ...] = ()

    @property
    def in_ci(self) -> bool:
        """Whether this is a machine of CI, which is lost when the job ends."""
        return self.environment.get("CI", "").lower() in ("true", "1")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLimits:
    """How many calls may be in flight at once, and how many this run may make.

    `partial`: a plan that the budget of calls cannot hold is begun all the same.
    """

    parallelism: int = 4
    max_calls: int | None = None
    partial: bool = False

    def after(self, calls: int) -> "ReadLimits":
        """What is left when so many were made."""
        left = None if self.max_calls is None else self.max_calls - calls
        return replace(self, max_calls=left)


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Who approves a plan: `auto_approve` instead of a person, for a plan of `expect_digest`.

    `lock_timeout` is how many seconds a run waits for another one.
    """

    auto_approve: bool = False
    expect_digest: str | None = None
    lock_timeout: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyRequest:
    """Which shop is copied to which. `kinds` are all where it is None."""

    source: str
    target: str
    kinds: frozenset[str] | None
    targets: tuple[str, ...]
    excludes: tuple[str, ...]
    rewrite: tuple[tuple[str, str], ...]
    delete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRequest:
    """Which object is imported as what; with `generate` its block is written, `into` a file."""

    address: Address
    number: int
    generate: bool
    into: str | None
    lock_timeout: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """What came of a run on one shop; no `outcome` of a plan that was not carried out."""

    shop: Shop
    plan: Plan
    outcome: Outcome | None = None
    exit_code: int


@dataclass(frozen=True, slots=True)
class FailedRun:
    """A run on one of several shops that ended with an error."""

    shop: Shop
    problem: ShopformError

    @property
    def exit_code(self) -> int:
        return self.problem.exit_code


@dataclass(frozen=True, slots=True)
class SkippedRun:
    """A run that did not begin because the shop `after` did not end well."""

    shop: Shop
    after: str
    exit_code: int
