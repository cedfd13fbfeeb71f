"""Several shops in one run: planned concurrently, applied one after the other."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Event

from shopform.errors import Interrupted, ShopformError
from shopform.shop.client import Client
from shopform.workflow.plan.plan_checks import check_plan
from shopform.workflow.plan.plan_sources import PlanSource
from shopform.workflow.plan.refresh import connected
from shopform.workflow.records.reviewed_plans import record_digests
from shopform.workflow.requests import FailedRun, ReadLimits, RunResult, SkippedRun
from shopform.workflow.run.exit_codes import plan_exit

# Shops at the same time, a thread each, with up to `--parallelism` calls each.
AT_ONCE = 8


def plan_all(
    sources: Sequence[PlanSource], limits: ReadLimits, *, detailed: bool
) -> list[RunResult | FailedRun]:
    """Read and plan the shops concurrently; an error does not stop the others."""
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
                plan = check_plan(source.plan(connection, prior), connection, source.workspace)
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
            record_digests(result.plan, source.workspace)
    return made


def apply_all(
    sources: Iterable[PlanSource], run: Callable[[PlanSource], RunResult]
) -> Iterator[RunResult | FailedRun | SkippedRun]:
    """Plan, approve and apply one shop after the other, and yield the result of each.

    After the first exit code that is not 0 the others are skipped.
    """
    failed: RunResult | FailedRun | None = None
    for source in sources:
        shop = source.workspace.shop
        if failed:
            yield SkippedRun(shop, failed.shop.name, failed.exit_code)
            continue
        source.workspace.observer.begin(shop)
        result = _run_one(source, run)
        yield result
        if result.exit_code:
            failed = result


def _run_one(source: PlanSource, run: Callable[[PlanSource], RunResult]) -> RunResult | FailedRun:
    try:
        return run(source)
    except KeyboardInterrupt:
        problem: ShopformError = Interrupted("interrupted")
    except ShopformError as found:
        problem = found
    return FailedRun(source.workspace.shop, problem)
