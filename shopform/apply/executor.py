"""Run the steps of a plan, in parallel where the graph allows, and record every result."""

from collections.abc import Callable, Collection
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from heapq import heappop, heappush, nsmallest
from pathlib import Path
from threading import Event

from shopform.apply.child_checks import step_error
from shopform.apply.preflight import check_unchanged
from shopform.apply.step_context import StepContext
from shopform.apply.steps import run_step
from shopform.apply.verify import verify
from shopform.diagnostics import Diagnostic, error, plural
from shopform.errors import (
    AccessRefused,
    BudgetSpent,
    Interrupted,
    Refused,
    ShopformError,
    StalePlan,
    StateError,
    Unreachable,
)
from shopform.model.plan import WRITES, Failure, Op, Outcome, Plan, Step
from shopform.model.prior import Prior
from shopform.model.values import Address
from shopform.planning.call_costs import reserved_calls, step_calls
from shopform.planning.matching.recovered_creates import ranges
from shopform.shop.client import Client
from shopform.state.session import Session

STOPPING = (AccessRefused, BudgetSpent, StateError, Unreachable)
AHEAD = 4
"""Writes that are announced at once, by the number of calls in flight: with 4 calls at a time,
250 ms a call and 50 ms a request to the store, 200 creates take 14 s; 15.4 s when each waits for a
request of its own, 12.5 s without a store."""
Listener = Callable[[str, Step], None]


def apply(
    plan: Plan,
    client: Client,
    session: Session,
    *,
    directory: Path,
    parallelism: int = 4,
    listener: Listener = lambda _event, _step: None,
    interrupt: Event | None = None,
    saved: bool = False,
) -> Outcome:
    """Run a plan and return what was done.

    After a failure every step that does not depend on it still runs; a refused key, a spent
    budget, an unreachable shop or a state that cannot be written end the run. Setting `interrupt`
    lets calls in flight finish. The session holds every result when this returns, committed unless
    the outcome says why not.
    Raises StalePlan before any call if the state changed since the plan was made, and for a
    `saved` plan ShopChanged before any write if a touched object changed.
    """
    _check_basis(plan, session)
    check_single_owner(plan, session.prior)
    before = client.calls
    context = StepContext(plan, client, session, directory)
    if saved:
        lists = check_unchanged(plan, context)
        context.listed = {place: ranges(read.objects) for place, read in lists.items()}
    for address in plan.absent:
        session.resolve(address)
    # A request may wait long for its turn, or be sent again, after its intent was recorded.
    client.before_write = session.require_lock
    run = _Run(plan, context, listener, interrupt or Event(), reserve=reserved_calls(plan))
    run.walk(parallelism)
    run.verify()
    run.commit()
    return run.outcome(client.calls - before)


def _check_basis(plan: Plan, session: Session) -> None:
    basis, prior = plan.basis, session.prior
    if (basis.lineage, basis.serial) != (prior.lineage, prior.serial):
        raise StalePlan(
            "the state changed after the plan was made",
            hint="plan again, and apply the new plan",
        )


def check_single_owner(plan: Plan, prior: Prior) -> None:
    """Raise Refused if two addresses own, or have steps on, one object."""
    owners = prior.owners
    names: dict[Address, set[Address | None]] = {}
    for step in plan.steps:
        names.setdefault(step.address, {step.address}).add(step.previous)
    taken: dict[tuple[str, int], Address] = {}
    found: list[Diagnostic] = []
    for step in plan.steps:
        if step.id is None:
            continue
        place = (step.kind, step.id)
        other = {owners.get(place, step.address), taken.setdefault(place, step.address)}
        found += [
            error(
                "owned-twice",
                f"`{step.address}`: the {step.kind} {step.id} is `{owner}`",
                address=step.address,
                hint="plan again; if two addresses are one object, remove one of them",
            )
            for owner in sorted(other - names[step.address])
        ]
    if found:
        raise Refused(diagnostics=found)


@dataclass(slots=True)
class _Run:
    plan: Plan
    context: StepContext
    listener: Listener
    interrupt: Event
    applied: list[Step] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    announced: set[str] = field(default_factory=set)
    stopped: ShopformError | None = None
    reserve: int = 0
    reserved: bool = False

    def walk(self, parallelism: int) -> None:
        sorter = TopologicalSorter({step.key: step.after for step in self.plan.steps})
        sorter.prepare()
        keys = (step.key for step in self.plan.steps)
        place = {key: number for number, key in enumerate(keys)}
        waiting: list[int] = []  # a heap of places: taking the first of thousands needs no sorting
        running: dict[Future[None], Step] = {}
        with ThreadPoolExecutor(parallelism) as pool:
            while True:
                for key in sorter.get_ready():
                    heappush(waiting, place[key])
                if self._ended():
                    waiting = []
                while self._may_begin(waiting, running.values(), parallelism):
                    step = self.plan.steps[heappop(waiting)]
                    self.announced.discard(step.key)
                    self.listener("start", step)
                    running[pool.submit(run_step, self.context, step)] = step
                if not running:
                    break
                done, _ = wait(running, return_when=FIRST_COMPLETED, timeout=0.2)
                for future in sorted(done, key=lambda f: place[running[f].key]):
                    step = running.pop(future)
                    if self._settle(step, future.exception()):
                        sorter.done(step.key)
        for key in self.announced:
            self.context.session.failed(key)

    def _pays(self, step: Step, running: Collection[Step]) -> bool:
        """Whether the calls that are left pay for a step, for those that run, and for verifying.

        If they do not even when no step runs, the run ends.
        """
        needed = step_calls(self.plan.catalogue, step)
        left = self.context.client.left if needed else None
        needed += sum(step_calls(self.plan.catalogue, each) for each in running)
        if left is None or needed + self.reserve <= left:
            return True
        if not running:
            self.reserved = True
            self.stopped = BudgetSpent(
                f"the rest of the budget, {plural(left, 'call')}, is reserved to verify what was"
                " written",
                hint="run it again when more calls are left",
            )
        return False

    def _may_begin(self, waiting: list[int], running: Collection[Step], parallelism: int) -> bool:
        """Whether the first of the waiting steps may begin now."""
        if not waiting or len(running) >= parallelism:
            return False
        return self._pays(self.plan.steps[waiting[0]], running) and self._announce(
            waiting, parallelism
        )

    def _announce(self, waiting: list[int], parallelism: int) -> bool:
        """Record the writes that begin soon in one request; False where that cannot be done."""
        session, first = self.context.session, self.plan.steps[waiting[0]]
        if not session.remote or first.op not in WRITES or first.key in self.announced:
            return True
        soon = [self.plan.steps[n] for n in nsmallest(AHEAD * parallelism, waiting)]
        soon = [s for s in soon if s.op in WRITES and s.key not in self.announced]
        creates = {s.key: self.context.intent(s) for s in soon if s.op is Op.CREATE}
        changes = {s.key: (s.op, s.address) for s in soon if s.op is not Op.CREATE}
        self.announced.update(creates, changes)
        try:
            session.announce(creates, changes)
        except StateError as problem:
            self.stopped = problem
        return self.stopped is None

    def verify(self) -> None:
        """Read what was written, unless the run was stopped for another reason than the budget."""
        if (self.stopped is None or self.reserved) and any(
            step.op in WRITES for step in self.applied
        ):
            try:
                self.context.warnings += verify(self.applied, self.context)
            except ShopformError as problem:
                self.stopped = problem

    def commit(self) -> None:
        """Commit; if a remote store is away, the outcome says so."""
        try:
            self.context.session.commit()
        except StateError as problem:
            if not self.context.session.remote:
                raise
            self.stopped = problem

    def outcome(self, calls: int) -> Outcome:
        started = {step.key for step in self.applied} | {f.step.key for f in self.failed}
        return Outcome(
            applied=tuple(self.applied),
            failed=tuple(self.failed),
            not_run=tuple(step for step in self.plan.steps if step.key not in started),
            warnings=tuple(self.context.warnings),
            stopped=self.stopped,
            calls=calls,
            lists=self.context.reads,
        )

    def _ended(self) -> bool:
        if self.stopped is None and self.interrupt.is_set():
            self.stopped = Interrupted("interrupted; calls in flight have finished")
        return self.stopped is not None

    def _settle(self, step: Step, problem: BaseException | None) -> bool:
        if problem is None:
            self.applied.append(step)
            self.listener("done", step)
            return True
        if not isinstance(problem, ShopformError):
            raise problem
        self.failed.append(Failure(step=step, diagnostic=step_error(problem, step)))
        self.listener("failed", step)
        if isinstance(problem, STOPPING) and self.stopped is None:
            self.stopped = self.context.client.stopped or problem
        return False
