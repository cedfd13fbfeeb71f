"""The requests that commands make of use cases, and the results of runs.

The options of the plan itself are `planning.scope.Options`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from shopform.errors import ShopformError
from shopform.kinds import Catalogue
from shopform.model.plan import Outcome, Plan
from shopform.model.shop import Shop
from shopform.model.values import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRequest:
    """A shop of the project in `directory`, with variables.

    Without `shop` it is the only one. Some use cases accept several: `a,b`, or `all`.
    """

    directory: Path
    catalogue: Catalogue
    environment: Mapping[str, str]
    shop: str | None = None
    variables: tuple[tuple[str, str], ...] = ()
    variable_files: tuple[str, ...] = ()

    @property
    def in_ci(self) -> bool:
        """Whether this is a CI machine, whose files are lost when the job ends."""
        return self.environment.get("CI", "").lower() in ("true", "1")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLimits:
    """The limits of calls: `parallelism` at the same time, `max_calls` in this run.

    `partial`: apply a plan even if the call budget is too small to finish it. `spend`: look at a
    part of the shop only, with so many calls.
    """

    parallelism: int = 4
    max_calls: int | None = None
    spend: int | None = None
    partial: bool = False

    def after(self, calls: int) -> "ReadLimits":
        left = None if self.max_calls is None else self.max_calls - calls
        return replace(self, max_calls=left)


class FromSnapshot(NamedTuple):
    """How a plan uses a snapshot: the one in the file `snapshot`, or the one that is kept.

    Without `refresh` nothing else is read; `changed` reads the lists that the plan depends on, and
    `all` needs no snapshot. `max_age` are seconds: if something that was not read is older, the
    plan is refused.
    """

    snapshot: Path | None = None
    refresh: str | None = None
    max_age: float | None = None

    @property
    def changed(self) -> bool:
        return self.refresh == "changed"

    @property
    def offline(self) -> bool:
        return self.snapshot is not None and self.refresh is None


class Approval(NamedTuple):
    """How a plan is approved: without a prompt by `auto_approve`, only with `expect_digest`.

    With `reviewed` it may have only changes of that plan. `lock_timeout` are the seconds to wait
    for another run.
    """

    auto_approve: bool = False
    expect_digest: str | None = None
    reviewed: Plan | None = None
    lock_timeout: float = 0.0


class ImportRequest(NamedTuple):
    """An import of an object by id; `generate` writes its block, `into` a file."""

    address: Address
    number: int
    generate: bool
    into: str | None
    lock_timeout: float


class RunResult(NamedTuple):
    """The result of a run on one shop; `outcome` is None if the plan was not applied."""

    shop: Shop
    plan: Plan
    exit_code: int
    outcome: Outcome | None = None


class FailedRun(NamedTuple):
    """A run on one of several shops that ended with an error."""

    shop: Shop
    problem: ShopformError

    @property
    def exit_code(self) -> int:
        return self.problem.exit_code


class SkippedRun(NamedTuple):
    """A run that did not begin because the run on the shop `after` failed."""

    shop: Shop
    after: str
    exit_code: int
