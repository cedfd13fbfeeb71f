"""Measure an apply of many creates by the store that keeps its state.

    python benchmarks/stores.py [--creates N] [--rounds N] [--call MS] [--request MS]

The shop answers a call in 250 ms, and each store is behind a proxy that delays a request by 50 ms.
The object store is moto, which `make stores` installs.
"""

import argparse
import asyncio
import json
import re
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from measure import Sample, Series, run
from shop import SHOPFORM

sys.path += [str(Path(__file__).parents[1] / "tests" / name) for name in ("", "state")]
import servers
import terraform_server

from shopform.sandbox import Sandbox

REQUEST = re.compile(rb"(GET|HEAD|PUT|POST|DELETE|LOCK|UNLOCK) \S+ HTTP/1.1\r\n")
CHUNK = 64 * 1024


class Distance:
    """A proxy to a port of this machine, `delay` seconds away, that counts requests."""

    def __init__(self, port: int, delay: float) -> None:
        self.requests = 0
        self._to, self._delay = port, delay

    @contextmanager
    def serving(self) -> Iterator[int]:
        """Yield the port of the proxy."""
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        try:
            opening = asyncio.start_server(self._serve, "127.0.0.1", 0)
            server = asyncio.run_coroutine_threadsafe(opening, loop).result()
            yield server.sockets[0].getsockname()[1]
        finally:
            asyncio.run_coroutine_threadsafe(self._end(), loop).result()
            loop.call_soon_threadsafe(loop.stop)
            thread.join()

    async def _end(self) -> None:
        open_ = asyncio.all_tasks() - {asyncio.current_task()}
        for task in open_:
            task.cancel()
        await asyncio.gather(*open_, return_exceptions=True)

    async def _serve(self, here: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        there, onward = await asyncio.open_connection("127.0.0.1", self._to)
        with suppress(asyncio.CancelledError):
            await asyncio.gather(self._pass(here, onward, self._delay), self._pass(there, back, 0))

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float
    ) -> None:
        loop = asyncio.get_running_loop()
        while data := await reader.read(CHUNK):
            self.requests += delay > 0 and bool(REQUEST.match(data))
            loop.call_later(delay, writer.write, data)
        loop.call_later(delay, writer.close)


Store = tuple[Mapping[str, object], Mapping[str, object], Mapping[str, str], Distance]


def stores(delay: float, folder: Path, open_: ExitStack) -> Mapping[str, Store]:
    """Start the stores: what a shop and its project say of each, the environment, the proxy."""
    found: dict[str, Store] = {"local": ({}, {}, {}, Distance(0, 0))}
    if (servers.STORES / "bin/moto_server").exists():
        moto = open_.enter_context(servers.serving("moto", folder))
        far = Distance(urlsplit(moto.settings["endpoint"]).port or 0, delay)
        endpoint = f"http://127.0.0.1:{open_.enter_context(far.serving())}"
        state = {"state": f"s3://{servers.BUCKET}/bench.json"}
        found["s3"] = state, {**moto.settings, "endpoint": endpoint}, moto.environment, far
    else:
        print("no object store: moto is not installed, `make stores` does that")
    gitlab = open_.enter_context(terraform_server.serving(terraform_server.GitLab()))
    url = urlsplit(gitlab.address)
    far = Distance(url.port or 0, delay)
    port = open_.enter_context(far.serving())
    state = {"state": f"http://127.0.0.1:{port}{url.path}"}
    found["http"] = state, {}, terraform_server.ENVIRONMENT, far
    return found


def measure(store: Store, creates: int, call: float, folder: Path, number: int) -> Sample:
    """Apply into an empty shop; the calls of the sample are the requests to the store."""
    shop, settings, environment, far = store
    folder.mkdir()
    with Sandbox(daily_calls=10 * creates + 1000) as sandbox:
        sandbox.set_fault(f"1+:slow={call}")
        own = {name: f"{text}-{number}" for name, text in shop.items()}
        shops = {"bench": {"url": sandbox.url, "token": "${env:BENCH_TOKEN}", **own}}
        suppliers = {f"s{n}": {"name": f"Supplier {n}"} for n in range(creates)}
        write(folder / "shopform.yaml", {"shops": shops, "state_store": settings})
        write(folder / "suppliers.yaml", {"suppliers": suppliers})
        return run(
            [SHOPFORM, "apply", "--auto-approve"],
            folder,
            expect=f"{creates} added".encode(),
            environment={"BENCH_TOKEN": "sandbox", "NO_COLOR": "1", **environment},
            calls=lambda: far.requests,
        )


def write(path: Path, content: Mapping[str, object]) -> None:
    """Write a file of the project; JSON is YAML."""
    path.write_text(json.dumps({name: each for name, each in content.items() if each}), "utf-8")


def main() -> None:
    """Measure the stores in turn, and print a row for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--creates", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--call", type=float, default=250, help="milliseconds")
    parser.add_argument("--request", type=float, default=50, help="milliseconds")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, ExitStack() as open_:
        folder = Path(name)
        found = stores(asked.request / 1000, folder, open_)
        taken: dict[str, list[Sample]] = {store: [] for store in found}
        for number in range(asked.rounds):
            for store, settings in found.items():
                here = folder / f"{store}-{number}"
                taken[store].append(
                    measure(settings, asked.creates, asked.call / 1000, here, number)
                )
    print(f"{asked.creates} creates, {asked.call:g} ms a call, {asked.request:g} ms a request")
    print(f"{'state':<8}{'requests':>10}{'seconds':>10}{'over local':>12}{'CPU':>8}")
    local = Series(taken["local"])
    for store, samples in taken.items():
        series = Series(samples)
        ratio = series.over(local)
        print(
            f"{store:<8}{series.calls:>10}{series.seconds:>10.1f}{ratio:>12.2f}{series.cpu:>8.1f}"
        )


if __name__ == "__main__":
    main()
