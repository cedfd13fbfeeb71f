"""`shopform login` as a process, with a real browser that presses the button of the page."""

import json
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from support import ROOT, SHOPFORM, environment_of
from vendor import TOKEN, vendor

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.wide,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed here"),
]
SECONDS = 60
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync"
    " --disable-background-networking --disable-component-update --virtual-time-budget=5000"
)
# What the page shows in the end goes to a file, which is complete when the other one is there.
BROWSER = """#!/bin/sh
{chromium} {flags} --user-data-dir={folder}/profile --dump-dom "$1" > {folder}/page 2> /dev/null
touch {folder}/closed
"""


def test_a_browser_brings_the_key(tmp_path: Path) -> None:
    browser = tmp_path / "browser"
    script = BROWSER.format(chromium=CHROMIUM, flags=FLAGS, folder=tmp_path)
    browser.write_text(script, "utf-8")
    browser.chmod(0o755)
    store = tmp_path / "keyring.json"
    store.write_text("{}", "utf-8")
    project = tmp_path / "project"
    project.mkdir()
    settings = {"shops": {"demo": {"url": "https://krus.example", "token": "${keyring:demo}"}}}
    (project / "shopform.yaml").write_text(json.dumps(settings), "utf-8")
    environment = environment_of(
        BROWSER=f"{browser} %s",
        KEYRING_FILE=str(store),
        PYTHON_KEYRING_BACKEND="keyring_in_a_file.KeyringInAFile",
        PYTHONPATH=f"{ROOT}:{ROOT / 'tests'}",
    )
    with vendor("https://krus.example") as page:
        page.pressed = True
        done = subprocess.run(
            [*SHOPFORM, "login", "--host", page.url, "--timeout", f"{SECONDS}s"],
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
            timeout=2 * SECONDS,
        )
    assert done.returncode == 0, done.stderr
    assert json.loads(store.read_text("utf-8"))["shopform/demo"] == TOKEN
    assert "Stored the key of krus.example (Krus & Kopper)" in done.stdout
    assert TOKEN not in done.stdout + done.stderr
    deadline = time.monotonic() + SECONDS
    while not (tmp_path / "closed").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    shown = (tmp_path / "page").read_text("utf-8")
    assert "shopform has the answer. This page can be closed." in shown
    assert TOKEN not in shown
