"""A secret that a shop makes is written to a file of its own, and to no other."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support import EXAMPLES, Run, copy_project, environment_of, run_here

from shopform.sandbox import Sandbox

Shopform = Callable[..., Run]
HOOK = (
    "webhooks:\n  {key}:\n    url: https://erp.example/{key}\n    events: [paid]\n"
    "    secret_to: {to}\n"
)


@pytest.fixture(scope="module")
def shop() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def project(tmp_path: Path, shop: Sandbox) -> Path:
    place = copy_project(EXAMPLES / "minimal", tmp_path / "project", shop)
    (place / "catalogue.yaml").write_text(
        "categories:\n"
        "  files:\n"
        "    name: Filer\n"
        "    description_a: {file: text.html}\n"
        "    images: [{file: a.png}]\n"
        "brands: {table: t.csv}\n"
    )
    files = {"text.html": "<p>x</p>", "a.png": "p", "t.csv": "name\nNordlys\n", "notes.txt": "mine"}
    for name, text in files.items():
        (place / name).write_text(text)
    (place / "folder").mkdir()
    return place


@pytest.fixture
def run(project: Path) -> Shopform:
    def go(*arguments: str, **environment: str) -> Run:
        done = run_here(project, *arguments, environment=environment_of(**environment))
        return replace(done, err=" ".join(done.err.split()))

    return go


def deliver(project: Path, to: str, key: str) -> None:
    (project / "hooks.yaml").write_text(HOOK.format(to=to, key=key))


def writes(shop: Sandbox) -> list[str]:
    return [str(call.path) for call in shop.calls if call.method != "GET"]


def held(project: Path) -> dict[str, bytes]:
    own = (project / ".shopform", project / "hooks.yaml")
    return {
        str(path): path.read_bytes()
        for path in sorted(project.rglob("*"))
        if path.is_file() and not any(path.is_relative_to(each) for each in own)
    }


OTHERS = [
    *("shopform.yaml", "catalogue.yaml", "hooks.yaml", "new.yaml", "NEW.YML", "text.html"),
    *("a.png", "t.csv", "./t.csv", "folder/../t.csv", "inner"),
    *("state/sandbox.json", "state/sandbox.json.lock", "state/sandbox.json.journal"),
    *("state/sandbox.from-other.json", "secrets/sandbox.json", "secrets/.delivered.json"),
    *(".shopform/calls/x", ".git/config", "../x", "/tmp/x", "away/x", "link"),
    *("secrets", "secrets/", "state", ".git", ".shopform", "."),
]


def test_no_secret_is_delivered_to_a_file_with_another_use(
    run: Shopform, project: Path, tmp_path: Path, shop: Sandbox
) -> None:
    (tmp_path / "theirs").write_text("theirs")
    (project / "away").symlink_to(tmp_path)
    (project / "link").symlink_to(tmp_path / "theirs")
    (project / "inner").symlink_to("t.csv")
    shop.reset_log()
    for name in OTHERS:
        deliver(project, f"{{file: {name}}}", "taken")
        before = held(project)
        for command in (("validate",), ("plan",), ("apply", "--auto-approve")):
            done = run(*command)
            assert (done.exit, shop.calls) == (10, []), (name, done.text)
            assert "--> hooks.yaml:" in done.err or "hooks.yaml:5" in done.err, done.err
            assert held(project) == before, name
    outer = HOOK.format(key="a", to="{file: keys}")
    outer += HOOK.format(key="b", to="{file: keys/b}").partition("\n")[2]
    (project / "hooks.yaml").write_text(outer)
    done = run("validate")
    assert (done.exit, "written to `keys`, which is a folder" in done.err) == (10, True), done.err
    two = HOOK.format(key="a", to="{file: secrets/same}")
    two += HOOK.format(key="b", to="{file: folder/../secrets/same}").partition("\n")[2]
    (project / "hooks.yaml").write_text(two)
    done = run("validate")
    assert (done.exit, "both deliver to `secrets/same`" in done.err) == (10, True)


def test_what_would_fail_at_delivery_is_refused_before_the_first_write(
    run: Shopform, project: Path, tmp_path: Path, shop: Sandbox
) -> None:
    (project / "p.json").write_text('{"format_version": "1.2", "terraform_version": "1"}')
    (project / "tool").write_text("#!/bin/sh\n")
    (project / "round").symlink_to("round")
    obstacles = [
        *("{file: notes.txt}", "{file: p.json}", "{file: folder}", "{file: notes.txt/x}"),
        *("{file: tool}", "{command: no-such-command}", "{command: ./tool}", "{command: /nowhere}"),
    ]
    shop.reset_log()
    for number, to in enumerate(obstacles):
        deliver(project, to, f"o{number}")
        before = held(project)
        assert run("plan").exit == 0
        done = run("apply", "--auto-approve")
        assert (done.exit, writes(shop), "defect" in done.err) == (11, [], False), (to, done.text)
        assert f"the secret of `webhook.o{number}` cannot be delivered" in done.err
        assert held(project) == before, to
    for ways in ("file", "link", "damaged", "index", "index alone", "index away"):
        shutil.rmtree(project / "secrets", ignore_errors=True)
        if ways == "file":
            (project / "secrets").write_text("mine")
        elif ways == "link":
            (project / "secrets").unlink()
            (project / "secrets").symlink_to(tmp_path)
        else:
            (project / "secrets").unlink(missing_ok=True)
            (project / "secrets").mkdir()
            name = "sandbox.json" if ways == "damaged" else ".delivered.json"
            if ways == "index away":
                (project / "secrets" / name).symlink_to(tmp_path / "none")
            else:
                (project / "secrets" / name).write_text("mine")
            if ways != "index alone":
                (project / "secrets" / "erp").write_text("mine")
        deliver(project, "{file: secrets/erp}", "kept")
        before = held(project)
        done = run("apply", "--auto-approve")
        code = 10 if ways == "link" else 11
        assert (done.exit, writes(shop), "defect" in done.err) == (code, [], False), done.text
        assert held(project) == before, ways


def test_a_file_that_a_delivery_made_is_written_again_until_somebody_changes_it(
    run: Shopform, project: Path, shop: Sandbox
) -> None:
    deliver(project, "{file: keys/erp}", "again")
    assert run("apply", "--auto-approve").exit == 0
    first = (project / "keys" / "erp").read_text()
    assert run("apply", "--auto-approve", "--replace", "webhook.again").exit == 0
    second = (project / "keys" / "erp").read_text()
    assert first != second
    # A settled webhook needs no delivery, whatever became of the file.
    (project / "keys" / "erp").write_text("mine now")
    assert run("apply", "--auto-approve").exit == 0
    shop.reset_log()
    done = run("apply", "--auto-approve", "--replace", "webhook.again")
    assert (done.exit, writes(shop)) == (11, []), done.text
    assert (project / "keys" / "erp").read_text() == "mine now"
    (project / "keys" / "erp").unlink()
    assert run("apply", "--auto-approve", "--replace", "webhook.again").exit == 0
