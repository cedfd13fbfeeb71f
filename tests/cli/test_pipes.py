"""Files on the command line may be pipes, as those of `<(...)` are; those of a project may not."""

import hashlib
import hmac
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from unittest.mock import patch

import pytest
from support import EXAMPLES, SHOPFORM, Run, copy_project, environment_of, run_here

from shopform.sandbox import Sandbox

READERS = {
    "plan.json": [["show", "plan.json"], ["graph", "--plan", "plan.json"]],
    "shop.json": [["plan", "--snapshot", "shop.json"]],
    "v.txt": [["validate", "--var-file", "v.txt"]],
    "api.json": [["doctor", "--openapi", "api.json"]],
    "state.json": [["state", "push", "state.json"]],
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with Sandbox() as shop:
        folder = copy_project(EXAMPLES / "minimal", tmp_path_factory.mktemp("p") / "project", shop)
        with (folder / "shopform.yaml").open("a") as settings:
            settings.write("variables: {who: {default: x}}\n")
        assert run(folder, "apply", "--auto-approve").exit == 0
        assert run(folder, "plan", "--out", "plan.json").exit == 0
        assert run(folder, "snapshot", "--out", "shop.json").exit == 0
        (folder / "state.json").write_text(run(folder, "state", "pull").out, "utf-8")
        (folder / "v.txt").write_text("who: me\n", "utf-8")
        (folder / "api.json").write_text(json.dumps(shop.app.openapi()), "utf-8")
        yield folder


def run(folder: Path, *arguments: str) -> Run:
    return run_here(folder, *arguments, environment=environment_of())


def from_pipe(folder: Path, arguments: list[str], file: str) -> Run:
    """Run with a named pipe in place of a file, whose writer comes later and pauses."""
    content, pipe = (folder / file).read_bytes(), folder / "pipe"
    pipe.unlink(missing_ok=True)
    os.mkfifo(pipe)

    def write() -> None:
        with pipe.open("wb", buffering=0) as stream:
            stream.write(content[:10])
            stream.write(content[10:])

    writer = Thread(target=write, daemon=True)
    writer.start()
    done = run(folder, *("pipe" if each == file else each for each in arguments))
    writer.join(10)
    assert not writer.is_alive()
    return done


@pytest.mark.parametrize("file", READERS)
def test_a_pipe_is_read_as_a_file_is(project: Path, file: str) -> None:
    for arguments in READERS[file]:
        piped, read = from_pipe(project, arguments, file), run(project, *arguments)
        assert (piped.exit, piped.out.replace("pipe:", f"{file}:")) == (0, read.out), piped.text


def test_a_delivery_is_verified_from_process_substitutions(tmp_path: Path) -> None:
    body = b'{"event": "order_created"}\n'
    signature = hmac.new(b"secret", body, hashlib.sha256).hexdigest()
    (tmp_path / "body").write_bytes(body)
    script = (
        '"$0" "$@" webhook verify <(cat body) --signature <(echo "$GIVEN") --secret \'${env:S}\''
    )
    environment = environment_of(S="secret", GIVEN=signature)
    command = ["bash", "-c", script, *SHOPFORM]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_what_is_endless_is_refused(project: Path) -> None:
    with patch("shopform.files.paths.LARGEST", 100_000):
        done = run(project, "validate", "--var-file", "/dev/zero")
    assert (done.exit, "it is larger than 100,000 bytes" in done.err) == (64, True), done.text


def test_a_folder_is_refused(project: Path) -> None:
    for arguments in (["show", "."], ["validate", "--var-file", "."]):
        done = run(project, *arguments)
        assert (done.exit, "give a file, not a folder" in done.err) == (64, True), done.text


def test_a_pipe_without_a_writer_is_refused(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shopform.files.paths.WRITER_WAIT", 0.01)
    (project / "pipe").unlink(missing_ok=True)
    os.mkfifo(project / "pipe")
    done = run(project, "show", "pipe")
    assert (done.exit, "start its writer first" in done.err) == (64, True), done.text
