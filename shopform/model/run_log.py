"""The recorded runs of a shop, as `shopform log` shows them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from shopform.kinds import Catalogue
from shopform.model.plan import Change
from shopform.model.provenance import Provenance
from shopform.model.values import Address


class Ending(StrEnum):
    """How a run or a change ended; UNKNOWN if the run has no recorded outcome."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedChange:
    """A change that a run planned, and how it ended. `error` is why it failed, if known."""

    change: Change
    ending: Ending
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedRun:
    """A recorded run.

    `time` and `ended` are in UTC. `counts` are planned. `changes` are those that were asked for.
    `names` are the objects' own names, by address. `stopped` is why the run ended early.
    """

    name: str
    verb: str
    time: str
    catalogue: Catalogue
    counts: Mapping[str, int]
    ending: Ending
    ended: str = ""
    who: str = ""
    origin: Provenance = field(default_factory=Provenance)
    digest: str = ""
    allowed: tuple[str, ...] = ()
    stopped: str = ""
    changes: tuple[LoggedChange, ...] = ()
    names: Mapping[Address, str] = field(default_factory=dict)

    @property
    def undoes(self) -> str:
        """The name of the run that it undid, if any."""
        return self.verb.removeprefix("undo ") if self.verb.startswith("undo ") else ""
