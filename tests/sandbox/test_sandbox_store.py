"""The data file survives crashes; the command starts, tells and ends as it says."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sandbox_asking import Asker, shop

import shopform
from shopform.cli.commands.sandbox import command
from shopform.errors import UsageError
from shopform.kinds.standard import STANDARD
from shopform.sandbox import Sandbox
from shopform.sandbox.behaviour.tables import Endpoints
from shopform.sandbox.local import read_like, read_seed
from shopform.sandbox.store import HEADER

START = "from shopform.cli.commands.sandbox import command; command()"
ROOT = Path(shopform.__file__).parents[1]


@contextmanager
def running(folder: Path, *options: str, **environ: str) -> Iterator[tuple[Any, Asker]]:
    """The command in a process of its own."""
    ready = folder / "ready"
    arguments = [sys.executable, "-c", START, "--port", "0", "--ready-file", str(ready), *options]
    process = subprocess.Popen(
        arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ, **environ}
    )
    deadline = time.monotonic() + 60
    while not ready.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    ask = Asker(int(ready.read_text()), environ.get("SHOPFORM_SANDBOX_TOKEN", "sandbox"))
    try:
        yield process, ask
    finally:
        ask.line.close()
        process.kill()
        process.communicate()
        ready.unlink()


def test_data_survives_a_kill_and_ids_are_not_given_again(tmp_path: Path) -> None:
    data = tmp_path / "shop" / "data.jsonl"
    with running(tmp_path, "--data", str(data)) as (process, ask):
        kept = ask.made("/category", name="Sko", rewrite_url="sko")
        ask.made("/supplier", name="Nordisk")
        ask("DELETE", "/supplier/101")
        process.send_signal(signal.SIGKILL)
        process.wait()
    with shop(data=data) as (sandbox, ask):
        again = ask("GET", f"/category/{kept['category_id']}").json
        assert again | {"url": ""} == kept | {"url": ""}
        assert ask("GET", "/supplier/101").status == 410
        assert ask.made("/supplier", name="Ny")["supplier_id"] == "102"
        assert len(sandbox.data("category")) == 2


def test_a_torn_line_never_happened_and_opening_compacts(tmp_path: Path) -> None:
    data = tmp_path / "data.jsonl"
    with shop(data=data) as (_, ask):
        ask.made("/brand", name="a")
        for name in "bcd":
            ask("PUT", "/brand/801", {"name": name})
    whole = data.read_text()
    data.write_text(whole + '[["brand", 801, {"na')
    with shop(data=data) as (sandbox, _):
        assert sandbox.data("brand") == [{"brand_id": 801, "name": "d"}]
        assert len(data.read_text().splitlines()) == 3


@pytest.mark.parametrize("text", ["", "{}\n", '{"sandbox": 1}\nnonsense\n', "\xff"])
def test_another_file_is_not_taken_for_data(tmp_path: Path, text: str) -> None:
    data = tmp_path / "data.jsonl"
    data.write_text(text, encoding="latin-1")
    with pytest.raises(UsageError):
        Sandbox(data=data)
    assert data.read_text(encoding="latin-1") == text


def test_a_cascade_is_kept_as_a_whole(tmp_path: Path) -> None:
    data = tmp_path / "data.jsonl"
    seed = {"category": [{"category_id": 40, "name": "a"}, {"name": "b", "parent_id": 40}]}
    with shop(data=data, seed=seed, switches={"delete_parent": "cascade"}) as (sandbox, ask):
        lines = len(data.read_text().splitlines())
        assert ask("DELETE", "/category/40").status == 200
        assert len(data.read_text().splitlines()) == lines + 1
        assert [each["is_front"] for each in sandbox.data("category")] == [1]


def test_a_seed_fills_a_new_shop_and_only_a_new_one(tmp_path: Path) -> None:
    file, data = tmp_path / "seed.json", tmp_path / "data.jsonl"
    seed = {
        "profile": [{"profile_id": 7, "name": "Sko"}],
        "attribute": [{"attribute_id": 8, "profile_id": 7, "name": "Str.", "type": "valuelist"}],
        "value": [{"attribute_id": 8, "val": "36"}],
        "redirect": [{"source": "/gammel", "target": "/ny"}],
    }
    file.write_text(json.dumps(seed))
    for _ in range(2):
        with shop(seed=read_seed(file), data=data, products=2) as (sandbox, _):
            assert [each["profile_id"] for each in sandbox.data("attribute")] == [7]
            assert [each["val"] for each in sandbox.data("profile-attribute-value")] == ["36"]
            assert sandbox.data("redirect")[0]["source"] == "gammel"
            assert [each["profile_id"] for each in sandbox.data("product")] == [7, 7]


@pytest.mark.parametrize("text", ["", "[]", '{"brand": {"name": 1}}', '{"brand": ["x"]}'])
def test_a_file_that_is_no_seed_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "seed.json").write_text(text)
    with pytest.raises(UsageError):
        read_seed(tmp_path / "seed.json")
    with pytest.raises(UsageError):
        read_seed(tmp_path / "missing.json")


@pytest.mark.parametrize(
    "seed", [{"brand": [{}]}, {"nonsense": []}, {"attribute": [{"name": "x"}]}]
)
def test_a_seed_the_shop_refuses_leaves_nothing(tmp_path: Path, seed: dict[str, Any]) -> None:
    data = tmp_path / "data.jsonl"
    with pytest.raises(UsageError):
        Sandbox(seed=seed, data=data)
    with shop(data=data, seed={"brand": [{"name": "a"}]}) as (sandbox, _):
        assert len(sandbox.data("brand")) == 1


def test_after_a_refused_reset_requests_set_no_columns_of_seeds() -> None:
    with shop(seed={"brand": [{"name": "a"}, {"name": "a"}]}) as (sandbox, ask):
        sandbox.set_switch("unique_names", "refuse")
        with pytest.raises(UsageError):
            sandbox.app.reset()
        assert ask.made("/category", name="a", is_front=1)["is_front"] == 0


def test_ids_of_kinds_differ_and_may_begin_anywhere() -> None:
    with shop(first_ids={"attribute": 5000, "profile": 6000}) as (_, ask):
        assert ask.made("/profile", name="a")["profile_id"] == 6000
        made = ask.made("/profile-attribute?profile_id=6000", name="a")
        assert made["attribute_id"] == 5000


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_tells_its_address_and_ends_cleanly(tmp_path: Path, number: int) -> None:
    log = tmp_path / "log.jsonl"
    with running(tmp_path, "--log", str(log)) as (process, ask):
        line = process.stdout.readline()
        assert line == f"sandbox listening on http://127.0.0.1:{ask.port}/REST\n"
        assert ask("GET", "/category").status == 200
        process.send_signal(number)
        assert process.wait(timeout=60) == 0
    assert json.loads(log.read_text())["path"] == "/category"


def test_options_come_from_the_environment_too(tmp_path: Path) -> None:
    environ = {
        "SHOPFORM_SANDBOX_TOKEN": "other",
        "SHOPFORM_SANDBOX_FAULT": "GET /brand:1:500;POST /brand:1:503",
        "SHOPFORM_SANDBOX_SWITCH": "shape.brand=bare;put=object200",
    }
    with running(tmp_path, **environ) as (_, ask):
        statuses = [ask("GET", "/brand").status, ask("POST", "/brand", {"name": "x"}).status]
        assert statuses == [500, 503]
        assert ask("GET", "/brand").json == []


def test_all_switches_are_listed() -> None:
    told = CliRunner().invoke(command, ["--list-switches"]).output
    for switch in Endpoints.of(STANDARD).switches:
        words = [*switch.words, "..."] if switch.free else switch.words
        assert f"{switch.name} = {' | '.join(words)}\n" in told


@pytest.mark.parametrize("host", ["0.0.0.0", "example.dk", "192.168.1.1", ""])
def test_a_host_that_is_not_loopback_is_refused(host: str) -> None:
    with pytest.raises(UsageError):
        Sandbox(host=host)


def test_a_port_that_is_taken_is_told() -> None:
    with shop() as (sandbox, _), pytest.raises(UsageError, match=str(sandbox.port)):
        Sandbox(port=sandbox.port)


@pytest.mark.parametrize("deny", ["nonsense", "brand:delete"])
def test_a_right_there_is_not_is_refused(deny: str) -> None:
    with pytest.raises(UsageError):
        Sandbox(deny=[deny])


DEEP = "[" * 100_000  # deeper than Python reads


def test_files_and_bodies_that_are_nested_too_deeply_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "deep.json"
    for text, read, said in (
        (DEEP, read_seed, "is not a seed"),
        (DEEP, read_like, "is not a recording of a shop"),
        (HEADER + DEEP + "\n", lambda path: Sandbox(data=path), "is not a sandbox's data file"),
        (HEADER + "5\n", lambda path: Sandbox(data=path), "is not a sandbox's data file"),
    ):
        file.write_text(text, "utf-8")
        with pytest.raises(UsageError, match=said):
            read(file)
    for read in (read_seed, read_like):
        with pytest.raises(UsageError, match="no such file or directory"):
            read(tmp_path / "missing.json")
    with shop() as (_, ask):
        for path in ("/supplier", "/_sandbox/switches"):
            assert ask("POST", path, raw=DEEP.encode()).status == 400
