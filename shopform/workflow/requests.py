"""What a command asks of a use case. Made once, from its options; what is planned is `Options`."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRequest:
    """A shop of the project, and the variables that are set for it.

    Without a `shop` it is the only one. Some use cases take several: `a,b`, or `all`.
    """

    shop: str | None = None
    variables: tuple[tuple[str, str], ...] = ()
    variable_files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLimits:
    """How many calls may be under way at once, and how many this run may make."""

    parallelism: int = 4
    max_calls: int | None = None

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
    variables: tuple[tuple[str, str], ...]
    variable_files: tuple[str, ...]

    def project(self, shop: str) -> ProjectRequest:
        return ProjectRequest(
            shop=shop, variables=self.variables, variable_files=self.variable_files
        )
