"""`shopform doctor --record`, and a sandbox that behaves as the recorded shop."""

import json
import re
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from checked_shops import DEFAULTS, CheckedShop, checked_shop, objects
from support import SHOPFORM, at_port, environment_of, run_here
from test_doctor_confusion import ROWS

from shopform.errors import UsageError
from shopform.kinds.standard import STANDARD
from shopform.sandbox.behaviour.surface import Likeness
from shopform.sandbox.local import read_like

RECORD = ("doctor", "--probe", "--auto-approve", "--record", "shop.json")
CANARY = "canary-5d1f"


def record(one: CheckedShop) -> Path:
    one.run(*RECORD)
    return one.directory / "shop.json"


def canaries() -> dict[str, list[dict[str, Any]]]:
    """Every string of every object has a canary in it, and a key that is data too."""
    found = objects()
    for kind in STANDARD.kinds:
        texts = [row.wire for row in kind.rows if row.type.textual and not row.type.allowed]
        for number, row in enumerate(found.get(kind.wire.endpoint.value, ())):
            for key in texts:
                if key in ("url", "source", "target"):
                    row[key] = f"https://{CANARY}-{number}.dk/{key}"
                elif key not in ("events", "secret"):
                    row[key] = f"{CANARY} {number}"
    found["category"][0]["json_data"] = json.dumps({CANARY: CANARY})
    found["category"][0]["extension_data"] = [{CANARY: {CANARY: 1}, "value": CANARY}]
    return found


def test_a_recording_has_shapes_and_no_values() -> None:
    switches = {"errors": "json", "webhook_secret": "always"}
    with checked_shop(switches, seed=canaries()) as one:
        text = record(one).read_text("utf-8")
        shown = json.dumps(one.sandbox.app.state())
        secrets = [row["secret"] for row in one.sandbox.data("webhook")]
        everything = [text, *one.run("doctor").text.split("\n"), one.run("doctor", "--json").out]
        address = f":{one.sandbox.port}"
    assert shown.count(CANARY) > 40
    for each in everything:
        assert CANARY not in each
        assert not any(secret in each for secret in secrets)
    assert address not in text
    assert "sandbox" not in text.replace("recorded_by", "")
    kinds = json.loads(text)["kinds"]
    assert kinds["category"]["keys"]["category_id"] == ["integer"]
    assert kinds["category"]["keys"]["tag"] == ["null", "string"]
    assert kinds["supplier"]["objects"] == 3


def normal(text: str, one: CheckedShop) -> str:
    """The text of a run without what is another in each: ports, times and digests."""
    text = at_port(text, one.sandbox.port, "PORT")
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.+]+Z?", "TIME", text)
    return re.sub(r"[0-9a-f]{16,64}", "DIGEST", text)


def lives(one: CheckedShop) -> list[str]:
    """The plans of a life, and the calls that were made for it."""
    found = []
    one.sandbox.reset_log()
    for arguments in (("plan",), ("apply", "--auto-approve"), ("plan",), ("plan", "--destroy")):
        command = (*arguments, "--parallelism", "1")
        run = run_here(one.directory, *command, environment=environment_of())
        found.append(normal(run.text, one))
    return [*found, *(f"{c.method} {c.path} {c.status}" for c in one.sandbox.calls)]


def replayed(row: Mapping[str, str], like: Mapping[str, Likeness] | None = None) -> None:
    """A recorded shop and its replay, with the same objects, give the same plans and calls."""
    with checked_shop(row, like=like) as one:
        prepare(one, like)
        file = record(one)
        recorded, names = read_like(file), names_in(file)
    with checked_shop(row, like=like) as one:
        prepare(one, like)
        expected = lives(one)
    words = recorded["switches"]
    with checked_shop(**recorded) as other:
        prepare(other, like)
        assert lives(other) == expected, {n: (row[n], words[n]) for n in row if row[n] != words[n]}
    with checked_shop(**recorded) as other:
        prepare(other, like)
        assert names_in(record(other)) == names


def names_in(file: Path) -> Any:
    """The recorded endpoint, keys, id and key of the list of each kind, and the endpoints."""
    document = json.loads(file.read_text("utf-8"))
    kinds = {
        name: (each["endpoint"], each["id"], each["list_key"], sorted(each["keys"]))
        for name, each in document["kinds"].items()
    }
    return kinds, document["missing"], document["denied"]


def prepare(one: CheckedShop, like: Mapping[str, Likeness] | None) -> None:
    """Have the project use the names of the shop, and declare a column beyond its fields."""
    if like:
        settings, objects_ = one.directory / "shopform.yaml", one.directory / "catalogue.yaml"
        wire = "{supplier: {endpoint: vendor, id: nr}, category: {id: cat}}"
        text = settings.read_text("utf-8")
        settings.write_text(text.replace("    url: ", f"    wire: {wire}\n    url: "), "utf-8")
        text = objects_.read_text("utf-8")
        extra = "    name: Glas\n    extra: {season: winter}\n"
        objects_.write_text(text.replace("    name: Glas\n", extra), "utf-8")


def named_otherwise(row: Mapping[str, str]) -> dict[str, Likeness]:
    """The shop of a row, with other names, more columns of categories, and fewer of suppliers."""
    with checked_shop(row) as one:
        like = read_like(record(one))["like"]
    columns = {**like["category"].columns, "season": None, "badge": 0}
    fewer = {name: each for name, each in like["supplier"].columns.items() if name != "link_to"}
    changed = {
        "supplier": Likeness("vendor", "nr", "rows", fewer),
        "category": replace(like["category"], id="cat", list_key="rows", columns=columns),
        "brand": replace(like["brand"], list_key="things"),
    }
    return {**like, **changed}


def test_a_recorded_shop_and_its_replay_give_the_same_plans() -> None:
    replayed(ROWS[5], named_otherwise(ROWS[5]))


@pytest.mark.wide
@pytest.mark.parametrize("other", [False, True])
@pytest.mark.parametrize("number", range(len(ROWS)))
def test_every_recorded_shop_and_its_replay_give_the_same_plans(number: int, other: bool) -> None:
    replayed(ROWS[number], named_otherwise(ROWS[number]) if other else None)


def test_missing_endpoints_and_rights_and_other_names_are_replayed(tmp_path: Path) -> None:
    words = {"redirect_names": "alt,neu", "page_max": "20", "redirect_id": "rid"}
    seed = objects("alt,neu")
    wire = "    wire: {redirect: {id: rid, fields: {source: alt, target: neu}}}\n    url: "
    with checked_shop(words, seed=seed, deny=["brand:missing", "supplier:write"]) as one:
        settings = one.directory / "shopform.yaml"
        settings.write_text(settings.read_text("utf-8").replace("    url: ", wire), "utf-8")
        file = record(one)
        recorded = read_like(file)
        ready = tmp_path / "port"
        process = subprocess.Popen(
            [*SHOPFORM, "sandbox", "--like", str(file), "--port", "0", "--ready-file", str(ready)],
            env=environment_of(),
            stdout=subprocess.PIPE,
        )
        assert process.stdout is not None
        assert b"listening" in process.stdout.readline()
        settings.write_text(
            at_port(settings.read_text("utf-8"), one.sandbox.port, ready.read_text().strip()),
            "utf-8",
        )
        answers = json.loads(one.run("doctor", "--json").out)["answers"]
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert {**DEFAULTS, **words}.items() <= {**DEFAULTS, **recorded["switches"]}.items()
    assert sorted(recorded["deny"]) == ["brand:missing", "supplier:write"]
    found = {each["question"]: each["answer"] for each in answers}
    assert found["exists.brand"] == "no"
    assert found["page_max"] == "20"


def test_a_file_that_is_no_recording_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    for text in ("{}", "[]", "nothing", '{"format_version": "9.0"}'):
        file.write_text(text, "utf-8")
        with pytest.raises(UsageError, match="is not a recording of a shop"):
            read_like(file)


def test_a_question_without_an_answer_is_left_at_its_default() -> None:
    with checked_shop(seed={}) as one:
        one.run("doctor", "--record", "shop.json")
        recorded = read_like(one.directory / "shop.json")
    assert recorded["switches"] == DEFAULTS
    assert recorded["deny"] == ()
