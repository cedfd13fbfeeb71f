"""Several shops in one run: planned side by side, applied one after the other."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Event

from shopform.errors import Interrupted, ShopformError
from shopform.shop.client import Client
from shopform.workflow.plan.plan_checks import judged
from shopform.workflow.plan.plan_sources import PlanSource
from shopform.workflow.plan.refresh import connected
from shopform.workflow.records.reviewed_plans import remember
from shopform.workflow.requests import FailedRun, ReadLimits, RunResult, SkippedRun
from shopform.workflow.run.exit_codes import plan_exit

# Each of them is a thread, with as many calls in flight as `--parallelism` allows.
AT_ONCE = 8


def plan_all(
    sources: Sequence[PlanSource], limits: ReadLimits, *, detailed: bool
) -> list[RunResult | FailedRun]:
    """Read and plan the shops side by side; a shop that fails stops no other."""
    clients: list[Client] = []
    stopping = Event()

    def one(source: PlanSource) -> RunResult | FailedRun:
        shop = source.workspace.shop
        try:
            prior = source.workspace.store().read()
            with connected(source.workspace, limits) as connection:
                clients.append(connection.client)
                if stopping.is_set():
                    raise Interrupted("interrupted")
                plan = judged(source.plan(connection, prior), connection, source.workspace)
        except ShopformError as problem:
            return FailedRun(shop, problem)
        return RunResult(shop=shop, plan=plan, exit_code=plan_exit(plan, detailed=detailed))

    with ThreadPoolExecutor(min(len(sources), AT_ONCE)) as pool:
        running = [pool.submit(one, source) for source in sources]
        try:
            wait(running)
        except KeyboardInterrupt:
            stopping.set()
            pool.shutdown(wait=False, cancel_futures=True)
            for client in clients:
                client.stop(Interrupted("interrupted"))
            raise
    made = [each.result() for each in running]
    for source, result in zip(sources, made, strict=True):
        if isinstance(result, RunResult):
            remember(result.plan, source.workspace)
    return made


def apply_all(
    sources: Iterable[PlanSource], carry: Callable[[PlanSource], RunResult]
) -> Iterator[RunResult | FailedRun | SkippedRun]:
    """Plan, have approved and do one shop after the other; the result of each when it is there.

    After the first that does not end with 0 none is begun.
    """
    failed: RunResult | FailedRun | None = None
    for source in sources:
        shop = source.workspace.shop
        if failed:
            yield SkippedRun(shop, failed.shop.name, failed.exit_code)
            continue
        source.workspace.observer.begin(shop)
        result = _carried(source, carry)
        yield result
        if result.exit_code:
            failed = result


def _carried(source: PlanSource, carry: Callable[[PlanSource], RunResult]) -> RunResult | FailedRun:
    try:
        return carry(source)
    except KeyboardInterrupt:
        problem: ShopformError = Interrupted("interrupted")
    except ShopformError as found:
        problem = found
    return FailedRun(source.workspace.shop, problem)
