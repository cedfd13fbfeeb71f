"""What shopform keeps may be damaged: that is reported as such, whatever it holds."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import EXAMPLES, Run, copy_project, environment_of, run_here

from shopform.sandbox import Sandbox

GARBAGE = [
    *(b"", b"{", b"[]", b"null", b'"x"', b"1", b"\xff\xfe\x00", b"[" * 50_000, b'{"a": 1}'),
    *(b'{"format_version": 1}', b'{"format": 1}\n{}\n', b"\0" * 10, b"1e999", b'{"a": NaN}'),
]
STRANGE: list[Any] = [None, "x", [None], 1e300]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with Sandbox() as shop:
        place = copy_project(EXAMPLES / "minimal", tmp_path_factory.mktemp("p") / "project", shop)
        for command in (("apply", "--auto-approve"), ("plan", "--out", "p.json", "--destroy")):
            assert run(place, *command).exit in (0, 11)
        yield place


def run(project: Path, *arguments: str) -> Run:
    return run_here(project, *arguments, environment=environment_of())


def mutants(data: Any) -> Iterator[Any]:
    """The document with each of its parts replaced, down to the second level."""

    def below(node: Any, depth: int) -> Iterator[tuple[Any, Any]]:
        keys: list[Any] = list(node) if isinstance(node, dict) else list(range(len(node)))[:1]
        for key in keys[:12]:
            yield node, key
            if depth and isinstance(node[key], dict | list):
                yield from below(node[key], depth - 1)

    for node, key in below(data, 1):
        before = node[key]
        for strange in STRANGE:
            node[key] = strange
            yield data
        node[key] = before


def test_garbage_in_a_record_is_reported_and_no_defect(project: Path) -> None:
    record = next((project / ".shopform" / "runs" / "sandbox").glob("*-????.json"))
    digest = next((project / ".shopform" / "plans").glob("*.json"))
    uses = [
        (record, ("undo", "--list"), {0}),
        (record, ("undo",), {1, 64}),
        (project / "state" / "sandbox.json", ("plan",), {0, 1}),
        (project / "state" / "sandbox.json.journal", ("state", "list"), {0, 1}),
        (project / "state" / "sandbox.json.lock", ("state", "rm", "webhook.none"), {1, 15}),
        (digest, ("apply", "--auto-approve", "--expect-digest", digest.stem), {12, 17}),
        (next((project / ".shopform" / "calls").iterdir()), ("plan",), {0, 17}),
        (project / "secrets" / "sandbox.json", ("plan",), {0}),
        (project / "p.json", ("show", "p.json"), {1, 12}),
    ]
    for path, command, codes in uses:
        before = path.read_bytes() if path.exists() else None
        for garbage in GARBAGE:
            path.write_bytes(garbage)
            done = run(project, *command)
            about = (path.name, garbage[:30], command, done.text)
            assert "defect" not in done.err, about
            assert done.exit in codes, about
        path.unlink(missing_ok=True)
        if before is not None:
            path.write_bytes(before)


def test_a_part_of_a_record_that_is_another_is_reported_and_no_defect(project: Path) -> None:
    record = next((project / ".shopform" / "runs" / "sandbox").glob("*-????.json"))
    data = json.loads(record.read_bytes())
    before = record.read_bytes()
    for number, mutant in enumerate(mutants(data)):
        record.write_text(json.dumps(mutant))
        done = run(project, "undo", *(["--list"] if number % 4 == 0 else []))
        assert "defect" not in done.err, done.text
        assert done.exit in (0, 1, 11, 64), done.text
    record.write_bytes(before)
