"""Generated secrets reach where they belong and nothing else."""

import json
import sys
import threading
from pathlib import Path

import pytest

from shopform.apply.secret_delivery import deliver
from shopform.errors import ShopformError
from shopform.model.desired import Delivery
from shopform.model.values import Address

CANARY = "canary-5521-æ"
HOOK = Address.of("webhook", "erp")


def send(directory: Path, delivery: Delivery | None, **secrets: str) -> None:
    deliver(delivery, HOOK, secrets or {"secret": CANARY}, directory=directory, shop="staging")


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def kept(directory: Path) -> object:
    return json.loads((directory / "secrets" / "staging.json").read_text("utf-8"))


def test_a_file_gets_the_text_and_is_private(tmp_path: Path) -> None:
    send(tmp_path, Delivery(file="private/deep/erp"))
    target = tmp_path / "private" / "deep" / "erp"
    assert target.read_text("utf-8") == CANARY + "\n"
    assert mode(target) == 0o600
    assert mode(target.parent) == mode(target.parent.parent) == 0o700
    files = {p.name for p in tmp_path.rglob("*") if p.is_file()}
    assert files == {"erp", ".delivered.json", ".gitignore"}
    assert CANARY not in (tmp_path / "secrets" / ".delivered.json").read_text("utf-8")


def test_a_file_that_others_could_read_becomes_private(tmp_path: Path) -> None:
    send(tmp_path, Delivery(file="erp"), secret="old")
    (tmp_path / "erp").chmod(0o644)
    send(tmp_path, Delivery(file="erp"))
    assert mode(tmp_path / "erp") == 0o600
    assert (tmp_path / "erp").read_text("utf-8") == CANARY + "\n"


def test_a_file_of_another_shop_is_left_alone(tmp_path: Path) -> None:
    send(tmp_path, Delivery(file="erp"))
    with pytest.raises(
        ShopformError, match="exists and was not written by a delivery of `production`"
    ):
        deliver(Delivery(file="erp"), HOOK, {"secret": "x"}, directory=tmp_path, shop="production")
    assert (tmp_path / "erp").read_text("utf-8") == CANARY + "\n"
    assert "production.json" in {p.name for p in (tmp_path / "secrets").iterdir()}


def test_several_secrets_are_one_object(tmp_path: Path) -> None:
    send(tmp_path, Delivery(file="erp"), secret=CANARY, other="x")
    assert json.loads((tmp_path / "erp").read_text("utf-8")) == {"secret": CANARY, "other": "x"}


def test_no_secret_writes_nothing(tmp_path: Path) -> None:
    deliver(None, HOOK, {}, directory=tmp_path, shop="staging")
    assert list(tmp_path.iterdir()) == []


def test_without_a_delivery_the_shop_has_one_private_file(tmp_path: Path) -> None:
    send(tmp_path, None)
    deliver(None, Address.of("webhook", "a"), {"secret": "2"}, directory=tmp_path, shop="staging")
    send(tmp_path, None, other="3")
    assert kept(tmp_path) == {
        "webhook.a": {"secret": "2"},
        "webhook.erp": {"other": "3", "secret": CANARY},
    }
    assert mode(tmp_path / "secrets" / "staging.json") == 0o600
    assert mode(tmp_path / "secrets") == 0o700
    assert (tmp_path / "secrets" / ".gitignore").read_text("utf-8") == "*\n"


def test_threads_do_not_lose_each_others_secrets(tmp_path: Path) -> None:
    def one(number: int) -> None:
        address = Address.of("webhook", f"w{number}")
        deliver(None, address, {"secret": str(number)}, directory=tmp_path, shop="staging")

    threads = [threading.Thread(target=one, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert kept(tmp_path) == {f"webhook.w{n}": {"secret": str(n)} for n in range(20)}


@pytest.mark.parametrize("file", [None, "secrets/{}.txt"])
def test_the_first_secrets_of_a_project_may_come_at_once(tmp_path: Path, file: str | None) -> None:
    failed: list[ShopformError] = []

    def first(project: Path, number: int) -> None:
        delivery = Delivery(file=file.format(number)) if file else None
        try:
            deliver(delivery, Address(f"webhook.h{number}"), {"secret": "s"}, directory=project,
                    shop="s")  # fmt: skip
        except ShopformError as problem:
            failed.append(problem)

    for attempt in range(20):
        threads = [
            threading.Thread(target=first, args=(tmp_path / str(attempt), number))
            for number in range(6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (tmp_path / str(attempt) / "secrets/.gitignore").read_text("utf-8") == "*\n"
    assert not failed


def test_a_command_gets_the_text_and_its_output_is_dropped(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    code = "import sys; t = sys.stdin.read(); print(t); open('got', 'w').write(t)"
    send(tmp_path, Delivery(command=(sys.executable, "-Xutf8", "-c", code)))
    assert (tmp_path / "got").read_text("utf-8") == CANARY
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "delivery",
    [
        Delivery(command=(sys.executable, "-c", "raise SystemExit(3)")),
        Delivery(command=("no-such-command-here",)),
        Delivery(file="."),
        Delivery(file="pipe/erp"),
        Delivery(file="/dev/null"),
    ],
)
def test_a_delivery_that_fails_is_told_and_the_secret_is_kept(
    tmp_path: Path, delivery: Delivery
) -> None:
    (tmp_path / "pipe").write_text("")
    with pytest.raises(ShopformError) as caught:
        send(tmp_path, delivery)
    shown = f"{caught.value!r} {caught.value.diagnostics} {caught.value.__cause__!r}"
    assert CANARY not in shown
    assert "secrets/staging.json" in caught.value.diagnostics[0].hint
    assert kept(tmp_path) == {HOOK: {"secret": CANARY}}


def test_a_file_of_secrets_that_is_damaged_is_left_alone(tmp_path: Path) -> None:
    place = tmp_path / "secrets" / "staging.json"
    place.parent.mkdir()
    for damage in (f'{{"a": "{CANARY}', "[]", '{"webhook.erp": 1}'):
        place.write_text(damage)
        with pytest.raises(ShopformError) as caught:
            send(tmp_path, None, secret="other-canary")
        assert "canary" not in f"{caught.value!r} {caught.value.diagnostics}"
        assert place.read_text() == damage


def test_a_secret_that_can_be_kept_nowhere_is_told_to_be_lost(tmp_path: Path) -> None:
    (tmp_path / "secrets").write_text("in the way")
    with pytest.raises(ShopformError) as caught:
        send(tmp_path, None)
    told = caught.value.diagnostics[0]
    assert "is lost" in told.summary
    assert f"`shopform apply --replace {HOOK}`" in told.hint
    assert CANARY not in f"{caught.value!r} {told} {caught.value.__context__!r}"
