"""No answer of a server, and no setting of the environment, holds a run up or breaks it."""

import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from shopserver import TOKEN, Answer, script, serving

from shopform.errors import OutcomeUnknown, ShopformError, Unreachable
from shopform.kinds.standard import STANDARD
from shopform.model.shop import Shop
from shopform.model.values import Secret
from shopform.shop import transport as module
from shopform.shop.client import Client

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@contextmanager
def raw(answer: Callable[[socket.socket, threading.Event], None]) -> Iterator[Shop]:
    """A server that does as it likes with a connection, until the event is set."""
    done = threading.Event()
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while not done.is_set():
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=handle, args=(connection,), daemon=True).start()

    def handle(connection: socket.socket) -> None:
        with connection:
            try:
                connection.recv(65_536)
                answer(connection, done)
            except OSError:
                pass

    accepting = threading.Thread(target=serve, daemon=True)
    accepting.start()
    try:
        port = listening.getsockname()[1]
        yield Shop(
            name="test",
            url=f"http://127.0.0.1:{port}",
            token=Secret("${env:T}", TOKEN),
            catalogue=STANDARD,
        )
    finally:
        done.set()
        # Closed under a thread that waits in it, it would go on to answer for the next server.
        listening.shutdown(socket.SHUT_RDWR)
        accepting.join()
        listening.close()


def drip(head: bytes) -> Callable[[socket.socket, threading.Event], None]:
    """A byte now and again, without an end."""

    def answer(connection: socket.socket, done: threading.Event) -> None:
        connection.sendall(head)
        while not done.wait(0.02):
            connection.sendall(b" ")

    return answer


DRIPS = {
    "headers": b"HTTP/1.1 200 OK\r\nX-Long:",
    "body": HEAD + b"Content-Length: 1000000\r\n\r\n",
    "until closed": HEAD + b"Connection: close\r\n\r\n[",
    "status line": b"HTTP/1.1 200 ",
}


def test_an_answer_has_a_deadline_for_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_SECONDS", 0.05)
    for name, head in DRIPS.items():
        with raw(drip(head)) as shop, Client(shop, sleep=lambda _s: None, timeout=5) as client:
            with pytest.raises(Unreachable, match="took more than"):
                client.get("category")
            with pytest.raises(OutcomeUnknown, match="took more than"):
                client.send("POST", "category", body={"name": name})
            # Neither is asked for again: three times the deadline would be no deadline.
            assert client.calls == 2


def test_an_answer_has_a_largest_size_packed_or_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 100_000)
    large = b'["' + b"x" * 200_000 + b'"]'
    answers = [
        Answer(large),
        Answer(gzip.compress(large), headers={"Content-Encoding": "gzip"}),
        Answer(large, status=404),
        Answer(large, status=500),
    ]
    for answer in answers:
        with (
            serving(script(answer, answer, answer, answer)) as running,
            Client(running.shop(), sleep=lambda _s: None) as client,
        ):
            with pytest.raises(Unreachable, match="larger than 100,000 bytes"):
                client.get("category")
            with pytest.raises(OutcomeUnknown, match="larger than 100,000 bytes"):
                client.send("POST", "category", body={})


def use(shop: Shop) -> None:
    with Client(shop, sleep=lambda _s: None) as client:
        client.get("category")


def test_a_proxy_or_certificates_that_cannot_be_used_are_reported(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "bad.pem").write_text("no certificate")
    wrong = [
        *(("HTTPS_PROXY", text) for text in ("nonsense://u:canary@x", "socks5://x:1")),
        *(("HTTPS_PROXY", text) for text in ("http://" + "a" * 300, "http://u:canary@[")),
        *(("ALL_PROXY", text) for text in ("ftp://canary", "http://x:port")),
        *(("SSL_CERT_FILE", str(tmp_path / name)) for name in ("none.pem", "bad.pem")),
    ]
    shop = Shop(
        name="test", url="https://shop.example", token=Secret("${env:T}", TOKEN), catalogue=STANDARD
    )
    for name, text in wrong:
        with monkeypatch.context() as environment:
            environment.setenv(name, text)
            with pytest.raises(ShopformError) as caught:
                use(shop)
        assert caught.value.exit_code == 18, (name, text)
        assert "canary" not in str(caught.value.diagnostics)
