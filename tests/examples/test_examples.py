"""Every example is what it says: valid, applied whole, settled, and taken over without state."""

import shutil
from pathlib import Path

import pytest
from support import EXAMPLES, copy_project, environment_of, run_here

from shopform.config import load_project
from shopform.kinds.standard import STANDARD
from shopform.sandbox import Sandbox
from shopform.sandbox.local import read_seed

RUNS = [
    ("minimal", ""),
    ("keramik", ""),
    ("nordisk-sko", "staging"),
    ("nordisk-sko", "production"),
    ("own-kinds", ""),
]
KEYS = {"SHOPFORM_STAGING_TOKEN": "sandbox", "SHOPFORM_PRODUCTION_TOKEN": "sandbox"}


def writes(shop: Sandbox) -> int:
    return sum(call.method != "GET" for call in shop.calls)


@pytest.mark.parametrize(("name", "shop"), RUNS)
def test_example_is_applied_settled_and_found_again(name: str, shop: str, tmp_path: Path) -> None:
    seed_file = EXAMPLES / name / "seed" / "sandbox.json"
    seed = read_seed(seed_file) if seed_file.exists() else None
    chosen = ("--shop", shop) if shop else ()
    catalogue = load_project(EXAMPLES / name, STANDARD).catalogue
    with Sandbox(seed=seed, catalogue=catalogue) as served:
        project = copy_project(EXAMPLES / name, tmp_path / "project", served)

        def run(*arguments: str) -> tuple[int, str]:
            done = run_here(project, *arguments, *chosen, environment=environment_of(**KEYS))
            return done.exit, done.out

        assert run("validate")[0] == 0
        code, text = run("apply", "--auto-approve")
        assert (code, "Apply complete!" in text) == (0, True)
        if shop == "production":
            assert_of_a_real_size(served)
        assert run("plan", "--detailed-exitcode")[0] == 0
        shutil.rmtree(project / "state")
        served.reset_log()
        code, text = run("apply", "--auto-approve")
        assert (code, writes(served)) == (0, 0)
        assert ", 0 to add, 0 to change, 0 to destroy." in text
        assert run("plan", "--detailed-exitcode")[0] == 0


def assert_of_a_real_size(served: Sandbox) -> None:
    paths = {row["rewrite_url"] for row in served.data("category")}
    assert len(served.data("redirect")) == 60
    assert max(path.count("/") for path in paths) == 2
    kinds = ("supplier", "profile", "attribute", "value", "category", "redirect", "webhook")
    assert sum(len(served.data(kind)) for kind in kinds) >= 250 + 6  # those that it had before
