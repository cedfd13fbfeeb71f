"""One plan, byte for byte, under any hash seed and any order of files."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

from line import Line, line

SEEDS = range(6)
RUN = "from shopform.cli.main import run; run()"


def before() -> dict[str, Any]:
    categories = {f"c{n}": {"name": f"C{n}", "rewrite_url": f"p{n}", "tag": "x"} for n in range(8)}
    return {
        "suppliers": {f"s{n}": {"name": f"S{n}"} for n in range(5)},
        "categories": categories,
        "webhooks": {"w": {"url": "https://x.example", "events": ["stock", "paid", "category"]}},
    }


def after() -> dict[str, Any]:
    """Swaps, circles, hand-overs, moves, resets, warnings: all that has an order to be found."""
    paths = [1, 0, 3, 4, 2, 9, 5, 6]
    categories = {
        f"c{n}": {
            "name": f"C{n}",
            "rewrite_url": f"p{path}",
            "parent": f"c{n - 1}" if n % 3 else None,
        }
        for n, path in enumerate(paths)
    }
    size = {"name": "Str.", "type": "valuelist", "values": [str(n) for n in range(36, 46)]}
    return {
        "suppliers": {f"t{n}": {"name": f"S{n}"} for n in range(4)},
        "profiles": {"p": {"name": "P", "attributes": {"size": size, "b": {"name": "B"}}}},
        "categories": categories,
        "redirects": {f"r{n}": {"source": f"gl/{n}", "target": f"p{n}"} for n in range(6)},
        "webhooks": {"w": {"url": "https://x.example", "events": ["paid", "order_created"]}},
    }


def spread(one: Line, seed: int) -> Path:
    """A copy of the project whose resources lie in other files, in another order."""
    folder = one.directory / f"copy{seed}"
    folder.mkdir()
    settings = json.loads((one.directory / "shopform.yaml").read_text())
    settings["shops"]["demo"]["state"] = "../state/demo.json"
    (folder / "shopform.yaml").write_text(json.dumps(settings))
    pick = random.Random(seed)
    files: dict[int, dict[str, dict[str, Any]]] = {}
    declared = [(section, key) for section, found in after().items() for key in found]
    for section, key in pick.sample(declared, len(declared)):
        content = files.setdefault(pick.randrange(4), {}).setdefault(section, {})
        content[key] = after()[section][key]
    for number, sections in files.items():
        (folder / f"{number}.yaml").write_text(json.dumps(sections))
    return folder


def test_plan_is_the_same_under_any_hash_seed_and_order_of_files() -> None:
    with line() as one:
        one.declare(**before())
        one.settle()
        one.declare(**after())
        running = [
            subprocess.Popen(
                [sys.executable, "-c", RUN, "plan", "--parallelism", "1"],
                cwd=spread(one, seed),
                env={**os.environ, "PYTHONHASHSEED": str(seed), "TOKEN": "sandbox"},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for seed in SEEDS
        ]
        told = [process.communicate(timeout=60) for process in running]
    assert {process.returncode for process in running} == {0}
    assert len({out for out, _ in told}) == 1
    # Places differ with the files, and with them the order of what is told.
    said = {tuple(sorted(n for n in err.splitlines() if "warning" in n)) for _, err in told}
    assert len(said) == 1
    assert said != {()}
    assert "category.c0 will be updated" in told[0][0]
