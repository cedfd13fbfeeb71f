"""The Plan: what would change, for people, and the steps that do it, for apply. And the Outcome.

All values in here can be saved: texts, numbers, tuples, mappings, `Ref`, `Secret`, `Image`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from operator import attrgetter
from typing import Annotated, Any

from shopform.diagnostics import Diagnostic, Severity
from shopform.errors import ShopformError
from shopform.kit.documents import Count, Exact, Flag, Number, Stored, Whole, about
from shopform.model.desired import Delivery
from shopform.model.json_values import tagged, untagged
from shopform.model.prior import Anchor, EntryToBe, Ranges
from shopform.model.shop import WireNames
from shopform.model.values import Address, Ref, Value

ObjectId = Annotated[int, Exact(1)]


class Action(StrEnum):
    NO_OP = "no-op"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    REPLACE = "replace"
    FORGET = "forget"


class Op(StrEnum):
    """What a step does: a call, or an edit of the state (IMPORT, ADOPT, MOVE, EDIT, FORGET).

    ADOPT takes over a create whose answer was lost, which may read its generated fields.
    """

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    IMPORT = "import"
    ADOPT = "adopt"
    MOVE = "move"
    EDIT = "edit"
    FORGET = "forget"


# How the note begins of a change that puts back, or writes over, what was changed in the shop.
REVERTS = "reverts a change made in the shop"
# Why such an edit is not simply put back: the files declare another value than they did.
REDECLARED = "redeclared"
WRITES = frozenset({Op.CREATE, Op.UPDATE, Op.DELETE})
# What rests on an object of the shop being as it was when the plan was made.
TOUCHES = WRITES | {Op.IMPORT, Op.ADOPT, Op.MOVE, Op.EDIT}


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field before and after, in canonical values fit to be shown and saved.

    A reference is the address it points to, or `#ID` where nothing owns that object. `unknown`:
    the value is known only once another resource is created. `sensitive`: both sides are masked.
    `reason` is `reset` (no longer declared, back to the server's default), `released` (no longer
    declared and left as it is), `edited` (of what is deleted: edited in the shop since it was
    left there), `redeclared` (of drift: the files declare another value now), or empty.
    """

    name: str
    before: object = None
    after: object = None
    unknown: bool = False
    sensitive: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What happens to one address.

    `fields` are those that change; all declared fields for a create, all that hold something for a
    delete, managed ones first. `unchanged` counts declared fields that stay, and `values` holds
    them, as shown; a secret is there without its text. `reason` uses Terraform's words
    (`delete_because_no_resource_config`, `replace_by_request`, ...). `notes` are sentences for
    people: what hangs on the object, that it had vanished.
    """

    address: Address
    action: Action
    id: int | None = None
    fields: tuple[FieldChange, ...] = ()
    unchanged: int = 0
    values: Mapping[str, object] = field(default_factory=dict)
    reason: str = ""
    importing: bool = False
    previous: Address | None = None
    notes: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        return self.address.kind

    @property
    def words(self) -> frozenset[str]:
        """What gates and rules call it, of `model.CHANGE_WORDS`: a replacement is also a delete."""
        found = {str(self.action)} - {str(Action.NO_OP)}
        found |= {"delete"} if self.action is Action.REPLACE else set()
        found |= {"import"} if self.importing else set()
        found |= {"move"} if self.previous else set()
        return frozenset(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One call, or one edit of the state.

    `fields` are sent (references still as `Ref`); `entry` is what the state holds when the step
    is done, its references in `sent` still as `Ref` too. `after` are the keys of steps that must
    succeed first. `confirm`: read the object back and compare before any step that waits for it.
    `linking`: sets references of a new object that could not be set when it was created.
    `children` are the kinds that an object must hold no more of before it is deleted, and
    `counted` the products on it, where they were counted.
    `deliver` says where generated secrets go; without it they go to the shop's own file.
    """

    key: str
    op: Op
    address: Address
    id: ObjectId | None = None
    parent: Annotated[Ref, Stored(Address, Ref, attrgetter("address"))] | None = None
    fields: Annotated[Mapping[str, Value], Stored(dict[str, Any], untagged, tagged)] = field(
        default_factory=dict
    )
    entry: EntryToBe | None = None
    previous: Address | None = None
    after: tuple[str, ...] = ()
    confirm: Flag = False
    temporary: Flag = False
    linking: Flag = False
    deliver: Annotated[Delivery, Whole()] | None = None
    importing: Flag = False
    children: tuple[str, ...] = ()
    counted: Count | None = None

    @property
    def kind(self) -> str:
        return self.address.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """API calls: spent on reading, needed to write and to verify, left today of how many.

    `recheck` is what an apply of the saved plan reads before its first write.
    """

    read: Count = 0
    write: Count = 0
    verify: Count = 0
    recheck: Count = 0
    left: Number | None = None
    daily: Count = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a plan was made from.

    `state` and `wire` are the shop's settings of these names.
    `source` is the shop that a clone copies, whose memory is a state of its own.
    `fingerprints` holds, for each live object that is touched, a digest of each field that the
    plan rests on: what is declared or sent, and of what is deleted every field.
    `anchor` is the shop's fixed object, if it was read.
    """

    shop: str = ""
    url: str = ""
    state: str = field(
        default="", metadata=about("Where the state is, as the shop's settings say.")
    )
    wire: Mapping[str, Annotated[WireNames, Whole()]] = field(
        default_factory=dict,
        metadata=about("The wire names that the shop's settings give, by kind."),
    )
    lineage: str = ""
    serial: Count = 0
    source: str = field(default="", metadata=about("The shop that a clone copies."))
    fingerprints: Mapping[Address, Mapping[str, str]] = field(
        default_factory=dict,
        metadata=about("A digest of each field of the live objects that are touched."),
    )
    anchor: Annotated[Anchor, Whole()] | None = field(
        default=None, metadata=about("The shop's front page, if that was read.")
    )


@dataclass(frozen=True, slots=True)
class Settled:
    """An object that stays as it is: its id and its declared fields, as shown."""

    id: int
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything apply needs, and everything a reader is shown.

    `changes` and `drift` are in order of kind and address, `steps` in an order that may be
    followed one by one. `names` are the wire names per kind that the steps use, `absent` creates of
    a stopped run that are not in the shop. Not saved are `listed`, the ids of each list that is
    created in, by kind and the parent's id; and `parts`, the digests that `digest` is made of.
    `settled` are declared objects that no change is about, where the whole picture was asked for.
    `unmanaged` counts live objects per kind that are neither declared nor owned.
    With `refresh_only` the files were left out, and only `drift` is filled.
    """

    basis: Basis = field(default_factory=Basis)
    destroy: bool = False
    refresh_only: bool = False
    changes: tuple[Change, ...] = ()
    drift: tuple[Change, ...] = ()
    steps: tuple[Step, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    calls: Calls = field(default_factory=Calls)
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    absent: tuple[Address, ...] = ()
    listed: Mapping[tuple[str, int | None], Ranges] = field(default_factory=dict, compare=False)
    settled: Mapping[Address, Settled] = field(default_factory=dict)
    unchanged: int = 0
    unmanaged: Mapping[str, int] = field(default_factory=dict)
    digest: str = ""
    parts: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def ids(self) -> dict[Address, int]:
        """Objects of its steps by their addresses in it. What is deleted counts where it has a new
        one, since what it lies in has moved."""
        there = (s for s in self.steps if s.id and (s.op is not Op.DELETE or s.previous))
        return {step.address: step.id or 0 for step in there}

    @property
    def refused(self) -> bool:
        """Whether a guard, a policy or an incomplete read forbids applying it."""
        return any(d.severity is Severity.ERROR for d in self.diagnostics)

    @property
    def empty(self) -> bool:
        return not self.steps

    @property
    def differs(self) -> bool:
        """Whether there is anything to tell: the sentence and the exit code both go by this."""
        return bool(self.drift) if self.refresh_only else not self.empty

    def count(self) -> dict[str, int]:
        """Terraform's counts: a replacement adds and destroys, a move alone counts nowhere."""
        actions = [c.action for c in self.changes]
        replaced = actions.count(Action.REPLACE)
        return {
            "import": sum(c.importing for c in self.changes),
            "add": actions.count(Action.CREATE) + replaced,
            "change": actions.count(Action.UPDATE),
            "destroy": actions.count(Action.DELETE) + replaced,
            "forget": actions.count(Action.FORGET),
            "move": sum(c.previous is not None for c in self.changes),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    step: Step
    diagnostic: Diagnostic


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an apply did, told from results and not from the plan.

    `stopped` is why the run ended early, if it did. `calls` is what apply itself spent.
    """

    applied: tuple[Step, ...] = ()
    failed: tuple[Failure, ...] = ()
    not_run: tuple[Step, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
    stopped: ShopformError | None = None
    calls: int = 0

    def count(self) -> dict[str, int]:
        """Objects imported, added, changed, destroyed and forgotten by steps that succeeded."""
        ops = [s.op for s in self.applied]
        changed = {s.address for s in self.applied if s.op is Op.UPDATE and not s.linking}
        return {
            "import": sum(s.importing for s in self.applied),
            "add": ops.count(Op.CREATE),
            "change": len(changed),
            "destroy": ops.count(Op.DELETE),
            "forget": ops.count(Op.FORGET),
        }
