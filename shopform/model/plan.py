"""The Plan, with changes for people and steps for apply, and the Outcome.

All values in them can be saved: strings, numbers, tuples, mappings, `Ref`, `Secret`, `Image`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from operator import attrgetter
from typing import Annotated, Any, NamedTuple

from shopform.diagnostics import Diagnostic, Severity
from shopform.errors import ShopformError
from shopform.kinds import Catalogue
from shopform.kit.documents import Count, Exact, Flag, Number, Stored, Whole, about
from shopform.kit.immutable import immutable
from shopform.model.coverage import Coverage
from shopform.model.desired import Delivery
from shopform.model.json_values import tagged, untagged
from shopform.model.live import LiveKind
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

    ADOPT records the object of a pending create; it may read the object's generated fields.
    """

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    IMPORT = "import"
    ADOPT = "adopt"
    MOVE = "move"
    EDIT = "edit"
    FORGET = "forget"


# The beginning of the note on a change that reverts or overwrites an edit in the shop.
REVERTS = "reverts a change made in the shop"
# The reason of an edit that is overwritten: the declared value changed too.
REDECLARED = "redeclared"
WRITES = frozenset({Op.CREATE, Op.UPDATE, Op.DELETE})
# Steps that require an object of the shop to be as it was when the plan was made.
TOUCHES = WRITES | {Op.IMPORT, Op.ADOPT, Op.MOVE, Op.EDIT}


class FieldChange(NamedTuple):
    """A field before and after, as canonical values that can be shown and saved.

    A reference is an address, or `#ID` of an unmanaged object. `unknown`: the value is known after
    another resource is created. `sensitive`: both values are masked. `reason` is `reset` (no longer
    declared, set to the server's default), `released` (no longer declared, kept), `edited` (in a
    delete: edited in the shop since the last apply), `redeclared` (in drift: the declared value
    changed too), or empty.
    """

    name: str
    before: object = None
    after: object = None
    unknown: bool = False
    sensitive: bool = False
    reason: str = ""


@immutable
class Change:
    """The change of one address.

    `fields` are those that change: all declared fields in a create, all non-empty ones in a delete,
    managed ones first. `unchanged` is the number of other declared fields, and `values` holds them
    as shown, secrets without their text. `reason` uses Terraform's values
    (`delete_because_no_resource_config`, `replace_by_request`, ...). `notes` are sentences for
    people: dependents of the object, or that it was deleted outside of shopform.
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
        """Its names in gates and rules, of CHANGE_WORDS: a replacement is also a delete."""
        found = {str(self.action)} - {str(Action.NO_OP)}
        found |= {"delete"} if self.action is Action.REPLACE else set()
        found |= {"import"} if self.importing else set()
        found |= {"move"} if self.previous else set()
        return frozenset(found)


@immutable
class Step:
    """A call, or an edit of the state.

    `fields` are sent and `entry` is recorded afterwards, both with references as `Ref`. `after` are
    the keys of steps that must succeed first. `confirm`: read the object back before dependent
    steps, for its names; `hides` are fields that must hide it then. `linking`: sets references that
    could not be set when the object was created. `children` are the kinds of which an object must
    have none before it is deleted, `counted` its products, if they were counted. `deliver` is where
    generated secrets are delivered; by default to the file of the shop.
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
    hides: tuple[str, ...] = ()
    temporary: Flag = False
    linking: Flag = False
    deliver: Annotated[Delivery, Whole()] | None = None
    importing: Flag = False
    children: tuple[str, ...] = ()
    counted: Count | None = None

    @property
    def kind(self) -> str:
        return self.address.kind

    @property
    def read_back(self) -> bool:
        return self.confirm or bool(self.hides)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """API calls: made to read, needed to write and to verify, and left of the daily limit.

    `recheck` are the calls of an apply of the saved plan before its first write.
    """

    read: Count = 0
    write: Count = 0
    verify: Count = 0
    recheck: Count = 0
    left: Number | None = None
    daily: Count = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a plan is based on.

    `state` and `wire` are the settings of the shop. `source` is the source shop of a clone, which
    has a separate state. `fingerprints` holds a digest of each field that the plan relies on, for
    each live object it touches: declared and sent fields, all fields of deleted objects. `anchor`
    is the shop's fixed object, if it was read.
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


class Settled(NamedTuple):
    """An unchanged object: its id and its declared fields, as shown."""

    id: int
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything apply needs, and everything that is shown.

    `changes` and `drift` are in order of kind and address, `steps` in an order in which they can be
    run one by one. `names` are the wire names by kind that the steps use. `absent` are pending
    creates that are not in the shop. `listed` are the ids in each list with creates, by kind and
    parent id; they are not saved, since applying a saved plan reads those lists again. `settled`
    are unchanged objects, if requested. `unmanaged` counts the unmanaged objects of each kind. With
    `refresh_only` the files are ignored, and there is only `drift`. `coverage` is set if a snapshot
    was used.
    """

    catalogue: Catalogue = field(repr=False)
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
    coverage: Coverage | None = None
    digest: str = ""
    parts: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def ids(self) -> dict[Address, int]:
        """The ids of the objects in its steps; of deleted objects only if their address changed
        with that of their parent."""
        kept = (s for s in self.steps if s.id and (s.op is not Op.DELETE or s.previous))
        return {step.address: step.id or 0 for step in kept}

    @property
    def refused(self) -> bool:
        """Whether a guard, a policy or an incomplete read refuses it."""
        return any(d.severity is Severity.ERROR for d in self.diagnostics)

    @property
    def offline(self) -> bool:
        """Whether it was planned from a snapshot alone."""
        return self.coverage is not None and self.coverage.offline

    @property
    def empty(self) -> bool:
        return not self.steps

    @property
    def differs(self) -> bool:
        """Whether it has changes: decides the summary and the exit code."""
        return bool(self.drift) if self.refresh_only else not self.empty


class Failure(NamedTuple):
    step: Step
    diagnostic: Diagnostic


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The results of an apply.

    `stopped` is why it ended early. `calls` are those of the apply itself. `lists` were read after
    the last write, by kind and id of the parent.
    """

    applied: tuple[Step, ...] = ()
    failed: tuple[Failure, ...] = ()
    not_run: tuple[Step, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
    stopped: ShopformError | None = None
    calls: int = 0
    lists: Mapping[tuple[str, int | None], LiveKind] = field(default_factory=dict, repr=False)

    def count(self) -> dict[str, int]:
        """Count the objects that successful steps imported, added, changed, destroyed, removed."""
        ops = [s.op for s in self.applied]
        changed = {s.address for s in self.applied if s.op is Op.UPDATE and not s.linking}
        return {
            "import": sum(s.importing for s in self.applied),
            "add": ops.count(Op.CREATE),
            "change": len(changed),
            "destroy": ops.count(Op.DELETE),
            "forget": ops.count(Op.FORGET),
        }
