"""What is deleted is meant: files that are not read, renames in two steps, children of others."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import Run, environment_of, run_here

from shopform.sandbox import Sandbox

Shopform = Callable[..., Run]


@pytest.fixture
def project(tmp_path: Path, sandbox: Sandbox) -> Path:
    shop = {"url": sandbox.url, "token": "${env:SHOPFORM_TOKEN}"}
    (tmp_path / "shopform.yaml").write_text(json.dumps({"shops": {"demo": shop}}))
    return tmp_path


@pytest.fixture
def run(project: Path) -> Shopform:
    def go(*arguments: str, code: int = 0, **sections: Any) -> Run:
        if sections:
            (project / "catalogue.yaml").write_text(json.dumps(sections))
        done = run_here(project, *arguments, environment=environment_of())
        assert done.exit == code, done.text
        return done

    return go


def test_a_file_that_is_not_read_is_named_where_it_would_be_missed(
    run: Shopform, project: Path
) -> None:
    run("apply", "--auto-approve", suppliers={"a": {"name": "A"}, "b": {"name": "B"}})
    (project / "catalogue.yaml").rename(project / "catalogue.yaml.txt")
    done = run("plan")
    assert "`catalogue.yaml.txt` is not read, and declares 2 objects" in done.err
    (project / "catalogue.yaml.txt").rename(project / "Catalogue.YAML")
    assert "No changes" in run("plan").out
