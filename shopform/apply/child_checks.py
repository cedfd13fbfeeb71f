"""Check right before a delete that nothing was added to the object since the plan."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import repeat
from threading import Lock

from shopform.apply.list_locks import ListLocks
from shopform.diagnostics import Diagnostic, error
from shopform.errors import ShopChanged, ShopformError
from shopform.kinds import Kind
from shopform.model.live import LiveKind, LiveObject
from shopform.model.plan import Op, Plan, Step
from shopform.model.references import parent_links
from shopform.shop import fetch
from shopform.shop.client import Client

Lists = Mapping[tuple[str, int | None], LiveKind]


def complete_list(client: Client, plan: Plan, kind: str, parent_id: int | None) -> LiveKind:
    """Return all objects of a kind, or of one parent. Raises ShopChanged for a short list."""
    read = fetch.list_one(client, plan.catalogue[kind], plan.names.get(kind), parent_id=parent_id)
    if read.problem:
        raise ShopChanged(
            f"the shop's list of {plan.catalogue[kind].section} is not complete: {read.problem}",
            hint="run again",
        )
    return read


@dataclass(slots=True)
class ChildChecks:
    """Checks objects before their deletion; thread-safe.

    Each deletion reads its lists again, to see children that staff add during the run. A list of
    several pages is reused for as many deletions, or the checks would need most calls in a large
    shop. `lists` are those that were read already.
    """

    plan: Plan
    client: Client
    lists: Lists = field(default_factory=dict)
    locks: ListLocks = field(default_factory=ListLocks)
    deleted: frozenset[tuple[str, int]] = frozenset()
    moving: frozenset[tuple[str, int, str]] = frozenset()
    _recent: dict[str, Iterator[LiveKind]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        known = [(step, step.id) for step in self.plan.steps if step.id is not None]
        self.deleted = frozenset((s.kind, number) for s, number in known if s.op is Op.DELETE)
        self.moving = frozenset(
            (s.kind, number, name) for s, number in known if s.op is Op.UPDATE for name in s.fields
        )

    def check(self, step: Step, *, counting: bool = True) -> None:
        """Raise ShopChanged if an object has more children or dependents than in the plan."""
        found = []
        if counting and step.counted is not None:
            now = fetch.count_dependents(self.client, step.kind, step.id or 0)
            if now is None or now > step.counted:
                what = self.plan.catalogue.dependents(step.kind)
                held = "cannot be counted now" if now is None else f"are {now}"
                found.append(f"its {what} {held}, and were {step.counted}")
        found += [line for kind in step.children for line in self._added(step, kind)]
        if found:
            raise ShopChanged(
                f"it is not deleted: {'; '.join(found)}",
                hint="move them elsewhere, or plan again to review them",
            )

    def _added(self, step: Step, name: str) -> Iterator[str]:
        kind = self.plan.catalogue[name]
        for item in self._list(name, step.id if kind.nesting else None).objects.values():
            if (name, item.id) in self.deleted:
                continue
            for field_name, target in parent_links(kind, item).items():
                away = (name, item.id, field_name) in self.moving
                if target == (step.kind, step.id) and not away:
                    yield f"{_label(kind, item)} was added to it after the plan was made"

    def _list(self, kind: str, parent_id: int | None) -> LiveKind:
        if read := self.lists.get((kind, parent_id)):
            return read
        if parent_id is not None:
            return self._read(kind, parent_id)
        with self._lock:
            read = next(self._recent.get(kind, iter(())), None)
            if read is None:
                read = self._read(kind, None)
                self._recent[kind] = repeat(read, read.calls(self.plan.catalogue[kind]) - 1)
            return read

    def _read(self, kind: str, parent_id: int | None) -> LiveKind:
        with self.locks.read(kind):
            return complete_list(self.client, self.plan, kind, parent_id)


def _label(kind: Kind, item: LiveObject) -> str:
    label = item.fields.get(kind.identity[-1])
    return f"{kind.name} {item.id} (`{label}`)"


def step_error(problem: ShopformError, step: Step) -> Diagnostic:
    first = problem.diagnostics[0]
    return error(
        first.code,
        f"`{step.address}`: {first.summary}",
        hint=first.hint,
        span=first.span,
        address=step.address,
    )
