"""Everything shopform raises on purpose, and the exit code each becomes.

    ShopformError               1   failed otherwise
    ├── UsageError             64   the command line is wrong
    ├── ConfigError            10   the files are wrong
    ├── Refused                11   a guard or policy refused
    ├── StalePlan              12   the saved plan is stale, or the digest differs
    ├── ShopChanged            13   the shop changed under the plan
    ├── PartlyApplied          14   some steps ran, some did not
    ├── Locked                 15   another run holds the state
    ├── AccessRefused          16   the key is refused
    ├── BudgetSpent            17   the call budget is spent
    ├── ShopError              18   the shop cannot be reached, or answers nonsense
    │   ├── Unreachable             no answer: the request may be sent again if it is safe
    │   ├── Nonsense                an answer that cannot be understood
    │   ├── ListMissing             the shop does not offer a list
    │   └── OutcomeUnknown          a create was sent and its answer is lost
    ├── RequestRefused          1   the shop refused one request (4xx); others may still work
    │   └── Absent                  404 or 410: the object does not exist
    ├── StateError              1   the state file is damaged, or belongs to another shop
    │   ├── StoreError         19   the state store cannot be reached, or refuses
    │   ├── LockLost           15   another run acquired the lock of this one
    │   └── StaleState         12   a state to push is older than the stored one, or unrelated
    ├── ForgeError              1   GitHub or GitLab cannot be reached, or refuses
    └── Interrupted           130   stopped by the user

An error carries diagnostics: one message each, with a place where there is one.
"""

from collections.abc import Iterable

from shopform.diagnostics import Diagnostic, error


class ShopformError(Exception):
    """Base of every error that is reported without a traceback."""

    exit_code = 1
    code = "failed"

    def __init__(
        self, summary: str = "", *, hint: str = "", diagnostics: Iterable[Diagnostic] = ()
    ) -> None:
        self.diagnostics: tuple[Diagnostic, ...] = tuple(diagnostics) or (
            error(self.code, summary, hint=hint),
        )
        super().__init__(summary or self.diagnostics[0].summary)


class UsageError(ShopformError):
    exit_code = 64
    code = "usage"


class ConfigError(ShopformError):
    exit_code = 10
    code = "config"


class Refused(ShopformError):
    exit_code = 11
    code = "refused"


class StalePlan(ShopformError):
    exit_code = 12
    code = "stale-plan"


class ShopChanged(ShopformError):
    exit_code = 13
    code = "shop-changed"


class PartlyApplied(ShopformError):
    exit_code = 14
    code = "partly-applied"


class Locked(ShopformError):
    exit_code = 15
    code = "locked"


class AccessRefused(ShopformError):
    exit_code = 16
    code = "access-refused"


class BudgetSpent(ShopformError):
    exit_code = 17
    code = "budget-spent"


class ShopError(ShopformError):
    exit_code = 18
    code = "shop-error"


class Unreachable(ShopError):
    code = "unreachable"


class Nonsense(ShopError):
    code = "nonsense"


class ListMissing(ShopError):
    """`assumed`: no source names the path of the kind, so the shop may have none of it."""

    code = "list-missing"
    assumed = False


class OutcomeUnknown(ShopError):
    code = "outcome-unknown"


class RequestRefused(ShopformError):
    code = "request-refused"

    def __init__(self, summary: str, *, status: int, hint: str = "") -> None:
        super().__init__(summary, hint=hint)
        self.status = status


class Absent(RequestRefused):
    code = "absent"


class StateError(ShopformError):
    code = "state"


class StoreError(StateError):
    exit_code = 19
    code = "state-store"


class LockLost(StateError):
    exit_code = Locked.exit_code
    code = Locked.code


class StaleState(StateError):
    exit_code = StalePlan.exit_code
    code = "stale-state"


class ForgeError(ShopformError):
    code = "forge"

    def __init__(self, summary: str, *, hint: str = "", status: int = 0) -> None:
        super().__init__(summary, hint=hint)
        self.status = status


class Interrupted(ShopformError):
    exit_code = 130
    code = "interrupted"
