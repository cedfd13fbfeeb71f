"""Calls are counted per key and day, whatever becomes of the processes that make them."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from shopserver import DROP, TOKEN, Answer, ask, script, serving

from shopform.errors import BudgetSpent, ShopformError, StateError, Unreachable
from shopform.kinds.standard import STANDARD
from shopform.model.shop import Shop
from shopform.model.values import Secret
from shopform.shop.call_budget import CallCounter
from shopform.shop.client import Client

SPENDER = """
import os, signal, sys
from pathlib import Path
from shopform.shop.call_budget import CallCounter
ledger = CallCounter(Path(sys.argv[1]), "key", 1000)
for _ in range(100):
    ledger.spend()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that refuses connections: it is taken, and nothing listens."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield int(holder.getsockname()[1])


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Copenhagen")).timestamp()


def test_calls_of_killed_processes_are_all_counted(tmp_path: Path) -> None:
    runs = [
        subprocess.Popen([sys.executable, "-c", SPENDER, str(tmp_path)], cwd=Path.cwd())
        for _ in range(3)
    ]
    for run in runs:
        run.wait()
    assert CallCounter(tmp_path, "key", 1000).spent == 300
    assert CallCounter(tmp_path, "key", 1000).left == 700


def test_last_call_of_the_day_is_the_last(tmp_path: Path) -> None:
    ledger = CallCounter(tmp_path, "key", 2)
    ledger.spend()
    ledger.spend()
    with pytest.raises(BudgetSpent, match="2 calls of today"):
        ledger.spend()
    assert (ledger.spent, ledger.left) == (2, 0)


def test_new_day_in_denmark_begins_anew(tmp_path: Path) -> None:
    now = [at("2026-03-01 23:59")]
    ledger = CallCounter(tmp_path, "key", 1, clock=lambda: now[0])
    ledger.spend()
    assert ledger.next_day == "Mon 2026-03-02 00:00 (Europe/Copenhagen)"
    with pytest.raises(BudgetSpent) as spent:
        ledger.spend()
    assert f"continue after {ledger.next_day}" in spent.value.diagnostics[0].hint
    now[0] = at("2026-03-02 00:01")
    ledger.spend()
    assert ledger.spent == 1


def test_keys_are_counted_apart_and_not_named(tmp_path: Path) -> None:
    CallCounter(tmp_path, TOKEN, 5).spend()
    assert CallCounter(tmp_path, "other", 5).spent == 0
    files = list((tmp_path / "calls").iterdir())
    assert len(files) == 1
    assert TOKEN not in files[0].name
    assert TOKEN.encode() not in files[0].read_bytes()


def test_files_older_than_a_week_are_removed(tmp_path: Path) -> None:
    for day in ("2026-03-01", "2026-03-20"):
        CallCounter(tmp_path, "key", 5, clock=lambda day=day: at(f"{day} 12:00")).spend()  # type: ignore[misc]
    CallCounter(tmp_path, "key", 5, clock=lambda: at("2026-03-21 12:00"))
    assert [path.name[:10] for path in (tmp_path / "calls").iterdir()] == ["2026-03-20"]


def test_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError, match="cannot count calls"):
        CallCounter(tmp_path / "file", "key", 5)


def unsent(port: int) -> Iterator[tuple[str, str]]:
    """Addresses that no request can be sent to, with how the connection fails."""
    yield "refused", f"http://127.0.0.1:{port}"
    yield "no such host", "https://shop.invalid"
    with serving(script(Answer())) as plain:
        yield "no TLS", plain.url.replace("http://", "https://")


def test_calls_that_were_never_sent_are_not_spent(tmp_path: Path, closed_port: int) -> None:
    for count, (how, url) in enumerate(unsent(closed_port), 1):
        ledger = CallCounter(tmp_path / str(count), TOKEN, 2)
        shop = Shop(name="test", url=url, token=Secret("${env:T}", TOKEN), catalogue=STANDARD)
        with Client(shop, ledger=ledger, sleep=lambda _s: None, max_calls=1) as client:
            for method in ("GET", "POST"):
                with pytest.raises(Unreachable):
                    ask(client, method)
            assert (ledger.spent, client.calls) == (0, 0), how


def test_calls_that_were_sent_and_lost_are_spent(tmp_path: Path) -> None:
    for number, answer in enumerate((DROP, Answer({"id": 1}, cut=True), Answer(b"?"))):
        ledger = CallCounter(tmp_path / str(number), TOKEN, 9)
        with serving(script(answer)) as running:
            client = Client(running.shop(), ledger=ledger, sleep=lambda _s: None)
            with client, pytest.raises(ShopformError):
                client.get("x")
            assert len(running.asked) == client.calls == ledger.spent > 0


def test_calls_given_back_are_counted_over_all_processes(tmp_path: Path) -> None:
    ledgers = [CallCounter(tmp_path, "key", 3) for _ in range(3)]
    for ledger in ledgers:
        ledger.spend()
    ledgers[0].give_back()
    ledgers[1].spend()
    assert [ledger.left for ledger in ledgers] == [0, 0, 0]
    with pytest.raises(BudgetSpent):
        ledgers[2].spend()


def test_client_spends_before_it_sends_and_retries_too(tmp_path: Path) -> None:
    ledger = CallCounter(tmp_path, TOKEN, 4)
    with serving(script(DROP, DROP, Answer({"id": 1}))) as running:
        with Client(running.shop(), ledger=ledger, sleep=lambda _s: None) as client:
            client.get("x")
            client.get("x")
            with pytest.raises(BudgetSpent):
                client.get("x")
        assert len(running.asked) == ledger.spent == 4
