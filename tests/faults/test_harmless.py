"""Commands that only look: nothing is written to the shop, and no file is left or changed."""

from pathlib import Path

import pytest
from support import Prepared
from trial import CHANGE, CREATE, Scenario, Trial, trial

LOOKING = (
    ("plan",),
    ("plan", "--detailed-exitcode"),
    ("plan", "--destroy"),
    ("plan", "--target", "supplier.nordlys"),
    ("plan", "--refresh-only"),
    ("drift",),
    ("drift", "--write", "-"),
    ("validate",),
    ("state", "list"),
    ("state", "show", "supplier.nordlys"),
    ("schema", "project"),
    ("version",),
)


def files(directory: Path) -> dict[str, bytes]:
    """Everything in a project but the count of calls."""
    return {
        str(path.relative_to(directory)): path.read_bytes() if path.is_file() else b""
        for path in directory.rglob("*")
        if ".shopform" not in path.parts
    }


def looked(one: Trial, arguments: tuple[str, ...]) -> None:
    before = files(one.directory)
    one.sandbox.reset_log()
    one.here(*arguments)
    assert {call.method for call in one.sandbox.calls} <= {"GET"}
    assert files(one.directory) == before


@pytest.mark.parametrize("arguments", LOOKING, ids=" ".join)
@pytest.mark.parametrize("scenario", [CREATE, CHANGE], ids=lambda s: s.name)
def test_looking_changes_nothing(
    scenario: Scenario, arguments: tuple[str, ...], prepared: Prepared
) -> None:
    with trial(scenario, prepared) as one:
        looked(one, arguments)


def test_looking_at_what_a_killed_run_left_changes_nothing(prepared: Prepared) -> None:
    with trial(CREATE, prepared) as one:
        one.killed_at(12, answered=True)
        assert (one.directory / "state/sandbox.json.journal").exists()
        for arguments in LOOKING:
            looked(one, arguments)
