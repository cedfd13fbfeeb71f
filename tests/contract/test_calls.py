"""Calls are a budget: how many a plan and an apply make is a promise, counted by the shop."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import environment_of, run_here

from shopform.sandbox import Sandbox

PROFILES, ATTRIBUTES, VALUES, REDIRECTS = 3, 5, 4, 250


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as shop:
        yield shop


@pytest.fixture
def project(tmp_path: Path, sandbox: Sandbox) -> Path:
    """Every kind; half of the attributes hold values, the others cannot."""
    (tmp_path / "shopform.yaml").write_text(
        f"shops: {{demo: {{url: '{sandbox.url}', token: '${{env:SHOPFORM_TOKEN}}'}}}}\n"
    )
    sections: dict[str, Any] = {
        "suppliers": {"s": {"name": "Leverandør"}},
        "profiles": {f"p{n}": _profile(n) for n in range(PROFILES)},
        "categories": {"a": {"name": "A"}, "b": {"name": "B", "parent": "a"}},
        "redirects": {
            f"r{n}": {"source": f"fra/{n}", "target": f"til/{n}"} for n in range(REDIRECTS)
        },
        "webhooks": {"w": {"url": "https://erp.example.dk", "events": ["paid"]}},
    }
    (tmp_path / "catalogue.yaml").write_text(str(sections).replace("'", '"'), encoding="utf-8")
    return tmp_path


def _profile(number: int) -> dict[str, Any]:
    lists = {
        f"a{n}": {
            "name": f"Liste {n}",
            "type": "valuelist",
            "values": {f"v{v}": {"val": f"{v}"} for v in range(VALUES)},
        }
        for n in range(ATTRIBUTES)
    }
    texts = {f"t{n}": {"name": f"Tekst {n}", "type": "string"} for n in range(ATTRIBUTES)}
    return {"name": f"Profil {number}", "attributes": {**lists, **texts}}


def run(project: Path, *words: str) -> str:
    done = run_here(project, *words, environment=environment_of())
    assert done.exit == 0, done.text
    return done.out


def asked(sandbox: Sandbox) -> Counter[tuple[str, str]]:
    """How often each endpoint got each verb, since the last time this was asked."""
    found = Counter((call.method, call.path.split("/")[1]) for call in sandbox.calls)
    sandbox.reset_log()
    return found


def settled(*, redirects: int) -> dict[tuple[str, str], int]:
    """A list of each kind, one for each container, redirects by the hundred."""
    return {
        ("GET", "supplier"): 1,
        ("GET", "profile"): 1,
        ("GET", "profile-attribute"): PROFILES,
        ("GET", "profile-attribute-value"): PROFILES * ATTRIBUTES,
        ("GET", "category"): 1,
        ("GET", "redirect"): -(-redirects // 100),
        ("GET", "webhook"): 1,
    }


def test_first_plan_asks_for_nothing_inside_what_does_not_exist(
    project: Path, sandbox: Sandbox
) -> None:
    run(project, "plan")
    assert asked(sandbox) == {
        ("GET", name): 1 for name in ("supplier", "profile", "category", "redirect", "webhook")
    }


def test_each_run_of_a_life_costs_what_is_promised(project: Path, sandbox: Sandbox) -> None:
    run(project, "apply", "--auto-approve")
    each_object_is_written_once_and_each_touched_list_read_twice_at_most(sandbox)
    settled_plan_reads_each_list_once(project, sandbox)
    one_change_costs_one_write_and_one_list(project, sandbox)
    what_is_deleted_is_looked_into_at_the_price_that_the_plan_says(project, sandbox)


def each_object_is_written_once_and_each_touched_list_read_twice_at_most(
    sandbox: Sandbox,
) -> None:
    writes = {
        ("POST", "supplier"): 1,
        ("POST", "profile"): PROFILES,
        ("POST", "profile-attribute"): PROFILES * ATTRIBUTES * 2,
        ("POST", "profile-attribute-value"): PROFILES * ATTRIBUTES * VALUES,
        ("POST", "category"): 2,
        ("POST", "redirect"): REDIRECTS,
        ("POST", "webhook"): 1,
    }
    before = dict.fromkeys(("supplier", "profile", "category", "redirect", "webhook"), 1)
    after = {name: number for (_, name), number in settled(redirects=REDIRECTS).items()}
    found = asked(sandbox)
    assert {key: n for key, n in found.items() if key[0] != "GET"} == writes
    for name, number in after.items():
        confirmed = int(name == "redirect")  # names that nothing confirmed: the first is read back
        assert found["GET", name] <= before.get(name, 0) + number + confirmed, name


def settled_plan_reads_each_list_once(project: Path, sandbox: Sandbox) -> None:
    out = run(project, "plan")
    expected = settled(redirects=REDIRECTS)
    assert asked(sandbox) == expected
    assert f"Calls: {sum(expected.values())} to read, 0 to write, 0 to verify" in out


def one_change_costs_one_write_and_one_list(project: Path, sandbox: Sandbox) -> None:
    file = project / "catalogue.yaml"
    file.write_text(file.read_text("utf-8").replace('"name": "B"', '"name": "C"'), "utf-8")
    run(project, "apply", "--auto-approve")
    expected = settled(redirects=REDIRECTS) | {("PUT", "category"): 1, ("GET", "category"): 2}
    assert asked(sandbox) == expected


def what_is_deleted_is_looked_into_at_the_price_that_the_plan_says(
    project: Path, sandbox: Sandbox
) -> None:
    out = run(project, "plan", "--destroy")
    read, write, verify = map(int, re.findall(r"(\d+) to (?:read|write|verify)", out))
    counted = 1 + PROFILES + 2
    pages = 1  # they might have the paths of deleted categories
    lists = pages + sum(settled(redirects=REDIRECTS).values())
    assert (read, sum(asked(sandbox).values())) == (lists + counted,) * 2
    # Each profile and each list attribute is looked into, and all categories for each of the two.
    looked = PROFILES + PROFILES * ATTRIBUTES + 2
    assert verify == looked + counted + len(("supplier", "profile", "category", "redirect", "hook"))
    run(project, "destroy", "--auto-approve")
    assert sum(asked(sandbox).values()) == read + write + verify


def test_kinds_that_are_neither_declared_nor_owned_are_not_read(
    project: Path, sandbox: Sandbox
) -> None:
    (project / "catalogue.yaml").write_text('suppliers: {s: {name: "Leverandør"}}', "utf-8")
    run(project, "plan")
    assert asked(sandbox) == {("GET", "supplier"): 1}


@pytest.mark.parametrize("shape", ["bare", "envelope"])
def test_looking_into_what_is_deleted_costs_no_more_calls_than_deleting_it(
    tmp_path: Path, shape: str
) -> None:
    """Also where the list that says what lies in an object has many pages."""
    count = 105
    with Sandbox(switches={"shape.category": shape}) as sandbox:
        (tmp_path / "shopform.yaml").write_text(
            f"shops: {{demo: {{url: '{sandbox.url}', token: '${{env:SHOPFORM_TOKEN}}'}}}}\n"
        )
        found = {f"c{n}": {"name": f"Gruppe {n}"} for n in range(count)}
        (tmp_path / "catalogue.yaml").write_text(json.dumps({"categories": found}))
        run(tmp_path, "apply", "--auto-approve")
        sandbox.reset_log()
        promised = re.findall(
            r"([\d,]+) to (?:read|write|verify)", run(tmp_path, "plan", "--destroy")
        )
        sandbox.reset_log()
        run(tmp_path, "destroy", "--auto-approve", "--parallelism", "1")
        calls = asked(sandbox)
        assert calls["DELETE", "category"] == count
        assert calls["GET", "category"] <= count + 2 * 2 + 2
        assert sum(calls.values()) <= sum(int(each.replace(",", "")) for each in promised)
        assert calls["GET", "product"] == 2 * count
