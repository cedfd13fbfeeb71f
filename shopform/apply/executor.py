"""The interpreter of steps: in parallel where the graph allows, every result kept at once."""

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from heapq import heappop, heappush
from pathlib import Path
from threading import Event

from shopform.apply.child_checks import placed
from shopform.apply.preflight import recheck
from shopform.apply.step_context import StepContext
from shopform.apply.steps import do
from shopform.apply.verify import verify
from shopform.diagnostics import Diagnostic, error
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
from shopform.model.plan import WRITES, Failure, Outcome, Plan, Step
from shopform.model.prior import Prior
from shopform.model.values import Address
from shopform.planning.matching.recovered_creates import ranges
from shopform.shop.client import Client
from shopform.state.store import Session

STOPPING = (AccessRefused, BudgetSpent, StateError, Unreachable)
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
    """Do what the plan says, and say what was done.

    After a failure everything that does not depend on it goes on; a refused key, a spent budget,
    a shop that is gone or a state that cannot be written end the run. Setting `interrupt` lets
    what is in flight finish. The session holds every result when this returns, and is committed.
    Raises StalePlan when the state is not the one the plan was made from, before any call, and
    for a `saved` plan ShopChanged when a touched object is not as it was, before any write.
    """
    _same_basis(plan, session)
    one_owner(plan, session.prior)
    before = client.calls
    calls = StepContext(plan, client, session, directory)
    if saved:
        lists = recheck(plan, calls)
        calls.listed = {place: ranges(read.objects) for place, read in lists.items()}
    for address in plan.absent:
        session.resolve(address)
    run = _Run(plan, calls, listener, interrupt or Event())
    run.walk(parallelism)
    warnings = list(calls.warnings)
    if run.stopped is None and any(step.op in WRITES for step in run.applied):
        try:
            warnings += verify(plan, run.applied, calls)
        except ShopformError as problem:
            run.stopped = problem
    session.commit()
    started = {step.key for step in run.applied} | {f.step.key for f in run.failed}
    return Outcome(
        applied=tuple(run.applied),
        failed=tuple(run.failed),
        not_run=tuple(step for step in plan.steps if step.key not in started),
        warnings=tuple(warnings),
        stopped=run.stopped,
        calls=client.calls - before,
    )


def _same_basis(plan: Plan, session: Session) -> None:
    basis, prior = plan.basis, session.prior
    if (basis.lineage, basis.serial) != (prior.lineage, prior.serial):
        raise StalePlan(
            "the state changed after the plan was made",
            hint="plan again, and apply the new plan",
        )


def one_owner(plan: Plan, prior: Prior) -> None:
    """Raise Refused for a step on an object that another address owns, or has a step on too."""
    owners = {(address.kind, entry.id): address for address, entry in prior.resources.items()}
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
                hint="plan again; where two addresses mean one object, remove one of them",
            )
            for owner in sorted(other - names[step.address])
        ]
    if found:
        raise Refused(diagnostics=found)


@dataclass(slots=True)
class _Run:
    plan: Plan
    calls: StepContext
    listener: Listener
    interrupt: Event
    applied: list[Step] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    stopped: ShopformError | None = None

    def walk(self, parallelism: int) -> None:
        sorter = TopologicalSorter({step.key: step.after for step in self.plan.steps})
        sorter.prepare()
        keys = (step.key for step in self.plan.steps)
        place = {key: number for number, key in enumerate(keys)}
        waiting: list[int] = []  # a heap of places: the first of many thousands costs no sorting
        flying: dict[Future[None], Step] = {}
        with ThreadPoolExecutor(parallelism) as pool:
            while True:
                for key in sorter.get_ready():
                    heappush(waiting, place[key])
                if self._ended():
                    waiting = []
                while waiting and len(flying) < parallelism:
                    step = self.plan.steps[heappop(waiting)]
                    self.listener("start", step)
                    flying[pool.submit(do, self.calls, step)] = step
                if not flying:
                    break
                done, _ = wait(flying, return_when=FIRST_COMPLETED, timeout=0.2)
                for future in sorted(done, key=lambda f: place[flying[f].key]):
                    step = flying.pop(future)
                    if self._settle(step, future.exception()):
                        sorter.done(step.key)

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
        self.failed.append(Failure(step=step, diagnostic=placed(problem, step)))
        self.listener("failed", step)
        if isinstance(problem, STOPPING) and self.stopped is None:
            self.stopped = problem
        return False
