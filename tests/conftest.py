"""Fixtures for tests of whole runs; see support.py for the parts they are made of."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import settings
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from support import EXAMPLES, Prepared, copy_project, memory

from shopform.sandbox import Sandbox

# Looking for circles among what all tests imported took an eighth of the gate.
gc.set_threshold(20_000, 50, 100)
# Writing to a disk took another eighth.
if place := memory():
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", place)
# What a hook that runs the tests, a forge or a user set for git and for shopform is not the tests'.
for name in [each for each in os.environ if each.startswith(("GIT_", "SHOPFORM"))]:
    del os.environ[name]
os.environ |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
os.environ |= {
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "safe.directory",
    "GIT_CONFIG_VALUE_0": "*",
}
# Nor is the way of this machine to other networks.
os.environ |= dict.fromkeys(("no_proxy", "NO_PROXY"), "127.0.0.1,localhost,.invalid")
# What raises for the tests tells what it compared, as tests themselves do.
pytest.register_assert_rewrite("line", "battery")
# A time limit for each drawn case makes tests fail when the machine is busy.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_configure(config: pytest.Config) -> None:
    """Draw the same in any order of tests, but where more is to be found.

    Hypothesis also draws the constants of all modules that other tests happened to load.
    """
    if config.option.markexpr != "wide":
        patch.object(providers, "_get_local_constants", Constants).start()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write what is expected anew")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as shop:
        yield shop


@pytest.fixture
def project(tmp_path: Path, sandbox: Sandbox) -> Path:
    """A copy of the smallest example that points at the sandbox."""
    return copy_project(EXAMPLES / "minimal", tmp_path / "project", sandbox)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prepared]:
    """Runs commands in processes that need not import everything first."""
    with Prepared(tmp_path_factory.mktemp("prepared")) as runs:
        yield runs
