"""A project and its shop, a sandbox in another process, shared by all measured programs."""

import http.client
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import corpus
from measure import Sample, run

HERE = Path(__file__).parent
PYTHON = Path(sys.executable)
SHOPFORM = PYTHON.with_name("shopform")
ENVIRONMENT = {"SHOPFORM_BENCH_TOKEN": corpus.TOKEN, "NO_COLOR": "1"}
SETTLED = b"No changes."
NO_LIMIT = "100000000"


@dataclass(frozen=True, slots=True)
class Shop:
    """The project in `folder`, with a sandbox at `port`."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def shopform(self, *words: str, expect: bytes = SETTLED) -> Sample:
        command: list[str | Path] = [SHOPFORM, *words]
        return run(command, self.folder, expect=expect, environment=ENVIRONMENT, calls=self._spent)

    def floor(self, *words: str, expect: bytes = b"0 to change") -> Sample:
        command: list[str | Path] = [PYTHON, HERE / "floor.py", self.folder, self.url, *words]
        return run(command, self.folder, expect=expect)

    def empty(self) -> None:
        """Empty the shop and remove the state."""
        link = http.client.HTTPConnection("127.0.0.1", self.port)
        link.request("POST", "/_sandbox/reset")
        link.getresponse().read()
        link.close()
        for name in ("state/bench.json", "secrets/bench.json", "journal"):
            (self.folder / name).unlink(missing_ok=True)

    def _spent(self) -> int:
        """Return the calls of the project's key, one byte each in shopform's ledger."""
        folder = self.folder / ".shopform" / "calls"
        return sum(file.stat().st_size for file in folder.iterdir()) if folder.exists() else 0


@contextmanager
def opened(total: int, folder: Path, *, seeded: bool) -> Iterator[Shop]:
    """Open a project of `total` objects, with a shop that has all or none of them.

    Large data is made in other processes: the peak memory of a child begins at that of its parent.
    """
    subprocess.run([PYTHON, HERE / "corpus.py", str(total), folder], check=True)
    ready = folder / "ready"
    words = ["--port", "0", "--daily-calls", NO_LIMIT, "--ready-file", "ready"]
    words += ["--seed", "seed.json"] if seeded else []
    with (folder / "sandbox.log").open("wb") as log:
        child = subprocess.Popen([SHOPFORM, "sandbox", *words], cwd=folder, stdout=log, stderr=log)
    try:
        while not ready.exists():
            if child.poll() is not None:
                sys.exit((folder / "sandbox.log").read_text(encoding="utf-8"))
            time.sleep(0.05)
        shop = Shop(folder, int(ready.read_text(encoding="utf-8")))
        corpus.point_at(folder, shop.url)
        yield shop
    finally:
        child.terminate()
        child.wait()
