"""A repository with a project, and the system on which its runs are."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from forge.jobs import SYSTEMS, Repository, System, repository
from shopform.forge import api


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "PAUSE", 0.0)


@pytest.fixture
def repo(tmp_path: Path) -> Iterator[Repository]:
    with repository(tmp_path / "repo") as made:
        yield made


@pytest.fixture(params=SYSTEMS)
def system(request: Any) -> Iterator[System]:
    with request.param() as server:
        yield server
