"""Files that users and projects name: where they lie, what is replaced, where links lead."""

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support import EXAMPLES, SHOPFORM, Run, copy_project, environment_of, run_here

from shopform.cli.main import execute
from shopform.sandbox import Sandbox
from shopform.terminal.console import Console

CANARY = "canary-7718-outside"
Shopform = Callable[..., Run]
Files = dict[str, bytes]


@pytest.fixture(scope="module")
def shop() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def project(tmp_path: Path, shop: Sandbox) -> Path:
    """A project with a folder `more`, a text, an image, a table, a secret and a variable."""
    place = copy_project(EXAMPLES / "minimal", tmp_path / "project", shop)
    (place / "more").mkdir()
    (place / "more" / "a.yaml").write_text(
        "categories:\n"
        "  with-files:\n"
        "    name: Filer\n"
        "    description_a: {file: text.html}\n"
        "    meta_title: ${file:secret.txt}\n"
        "    images: [{file: a.png}]\n"
        "brands: {table: t.csv}\n",
        "utf-8",
    )
    for name, text in {"text.html": "<p>x</p>", "secret.txt": "s", "a.png": "p"}.items():
        (place / "more" / name).write_text(text)
    (place / "more" / "t.csv").write_text("name\nNordlys\n")
    with (place / "shopform.yaml").open("a") as settings:
        settings.write("variables: {who: {default: x}}\ninclude: more/*.yaml\n")
    (place / "v.yaml").write_text("who: me\n")
    (place / "v.yaml").rename(place / "v.txt")
    (place / "notes.txt").write_text("my own")
    return place


@pytest.fixture
def run(project: Path) -> Shopform:
    def go(*arguments: str, **environment: str) -> Run:
        done = run_here(project, *arguments, environment=environment_of(**environment))
        return replace(done, err=" ".join(done.err.split()))  # it is wrapped

    return go


def held(folder: Path) -> Files:
    """Every file of a folder, but for what each plan keeps for itself."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".shopform" not in path.relative_to(folder).parts[:1]
    }


def test_options_name_files_in_one_folder_whatever_their_order(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    place = "../project"
    assert run_here(project, "plan", "--out", "p.json", environment=environment_of()).exit == 0
    uses = [
        (("plan", "--json-into", "m.jsonl"), "m.jsonl"),
        (("plan", "--out", "q.json"), "q.json"),
        (("plan", "--var-file", "v.txt", "--out", "r.json"), "r.json"),
        (("drift", "--write", "d.patch"), "d.patch"),
        (("dump", "--out", "dumped"), "dumped"),
        (("show", "p.json"), ""),
        (("graph", "--plan", "p.json"), ""),
        (("fmt", "catalogue.yaml"), ""),
        (("validate", "--var-file", "v.txt"), ""),
    ]
    environment = environment_of()
    for (command, *options), made in uses:
        orders = [
            [command, *options, "-C", place],
            [command, "-C", place, *options],
            ["-C", place, command, *options],
        ]
        for arguments in orders:
            assert execute(Console(environment), arguments) == 0, arguments
            if made:
                target = project / made
                assert target.exists(), arguments
                shutil.rmtree(target) if target.is_dir() else target.unlink()
    assert list((tmp_path / "elsewhere").iterdir()) == []


OUTPUTS = [
    ("plan", "--out"),
    ("plan", "--json-into"),
    ("apply", "--auto-approve", "--json-into"),
    ("destroy", "--auto-approve", "--json-into"),
    ("undo", "--out"),
    ("undo", "--json-into"),
    ("clone", "--from", "sandbox", "--to", "sandbox", "--out"),
    ("promote", "--from", "sandbox", "--to", "sandbox", "--out"),
    ("drift", "--write"),
    ("dump", "--out"),
    ("clone", "--from", "sandbox", "--to", "sandbox", "--write"),
]


def test_no_output_replaces_what_shopform_did_not_make(
    run: Shopform, project: Path, tmp_path: Path, shop: Sandbox
) -> None:
    assert run("apply", "--auto-approve").exit == 0
    (project / "out").mkdir()
    (project / "inner").symlink_to("catalogue.yaml")
    (project / "round").symlink_to("round")
    (project / "away").symlink_to(tmp_path)
    (project / "empty.yaml").touch()
    (tmp_path / "circle").symlink_to("circle")
    (tmp_path / "theirs").write_text(CANARY)
    (project / "link").symlink_to(tmp_path / "theirs")
    names = [
        *("catalogue.yaml", "shopform.yaml", "more/t.csv", "more/a.png", "notes.txt"),
        *("state/sandbox.json", "secrets/sandbox.json", "inner", "round", "link", "away/theirs"),
        *("notes.txt/x", "n" * 300, str(tmp_path / "theirs"), "../circle", "a\0b"),
    ]
    more = [
        "nowhere/x",
        "new.yaml",
        "empty.yaml",
        "state/new.json",
        "secrets/x",
        ".shopform/x",
        "out",
    ]
    before, others = held(project), sorted(tmp_path.iterdir())
    shop.reset_log()
    for command in OUTPUTS:
        machine = (command[0] != "dump" and command[-1] != "--write") or command[0] == "drift"
        for name in [*names, *more] if machine else names:
            done = run(*command, name)
            about = (*command, name, done.text)
            assert (done.exit, "defect" in done.err) == (64, False), about
            assert [call.method for call in shop.calls if call.method != "GET"] == [], about
            assert held(project) == before, about
            assert (tmp_path / "theirs").read_text() == CANARY, about
            assert sorted(tmp_path.iterdir()) == others, about
            assert CANARY not in done.text


def test_a_run_that_ends_in_a_usage_error_truncates_nothing(run: Shopform, project: Path) -> None:
    assert run("plan", "--json-into", "m.jsonl", "--out", "p.json").exit == 0
    before = held(project)
    lines = [json.loads(line) for line in (project / "m.jsonl").read_text("utf-8").splitlines()]
    assert lines[0]["type"] == "version"
    wrong = [
        ("plan", "--refresh-only", "--destroy"),
        ("plan", "--nope"),
        ("plan", "extra"),
        ("plan", "--shop", "none"),
        ("plan", "--target", "not an address"),
        ("plan", "--var-file", "nowhere"),
        ("apply",),
        ("apply", "nowhere.json"),
        ("destroy",),
        ("undo", "--list", "x"),
    ]
    for command, *options in wrong:
        for order in ([*options, "--json-into", "m.jsonl"], ["--json-into", "m.jsonl", *options]):
            done = run(command, *order)
            assert done.exit == 64, done.text
            assert held(project) == before, (command, *order)
    # What is no usage error is in the messages.
    (project / "catalogue.yaml").write_text("suppliers: 1\n")
    assert run("plan", "--json-into", "m.jsonl").exit == 10
    assert '"severity": "error"' in (project / "m.jsonl").read_text("utf-8")


def test_two_outputs_to_one_file_are_refused(run: Shopform, project: Path) -> None:
    (project / "same").symlink_to("x")
    for first, second in (("x", "x"), ("x", "./x"), ("x", str(project / "x")), ("x", "same")):
        done = run("plan", "--out", first, "--json-into", second)
        assert (done.exit, (project / "x").exists()) == (64, False), done.text
        assert "name the same file" in done.err


def test_messages_go_to_pipes_and_devices(run: Shopform, project: Path) -> None:
    reader, writer = os.pipe()
    assert run("plan", "--json-into", f"/dev/fd/{writer}").exit == 0
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as lines:
        assert json.loads(next(lines))["type"] == "version"
    os.mkfifo(project / "pipe")
    for option in ("--json-into", "--out"):  # nobody reads it: that would wait for ever
        unread = run("plan", option, "pipe")
        assert (unread.exit, "cannot use `" in unread.err) == (64, True), unread.text
    with os.fdopen(
        os.open(project / "pipe", os.O_RDONLY | os.O_NONBLOCK), encoding="utf-8"
    ) as read:
        assert run("plan", "--json-into", "pipe").exit == 0
        assert json.loads(next(read))["type"] == "version"
    assert run("plan", "--json-into", "/dev/null").exit == 0
    assert run("plan", "--json-into", "/dev/stdout").exit == 0
    full = run("plan", "--json-into", "/dev/full")
    assert full.exit == 1
    assert "cannot use `/dev/full`: no space left on device" in full.err


def linked(project: Path, outside: Path, name: str) -> None:
    """Make a file or folder of the project a link to a copy of it outside."""
    inner, outer = project / name, outside / Path(name).name
    if inner.exists():
        shutil.move(inner, outer)
    else:
        outer.write_text("")
    inner.parent.mkdir(parents=True, exist_ok=True)
    inner.symlink_to(outer)


INPUTS = [
    *("catalogue.yaml", "shopform.yaml", "more", "more/a.yaml", "more/text.html"),
    *("more/secret.txt", "more/a.png", "more/t.csv", "v.txt", "state", "state/sandbox.json"),
    *("state/sandbox.json.journal", "state/sandbox.json.lock"),
    *(".shopform", ".shopform/calls", ".shopform/runs", "p.json"),
]
COMMANDS = [
    ("validate", "--var-file", "v.txt"),
    ("plan", "--var-file", "v.txt"),
    ("fmt",),
    ("apply", "--auto-approve", "--var-file", "v.txt"),
    ("apply", "p.json"),
    ("show", "p.json"),
    ("state", "list"),
    ("state", "rm", "webhook.orders"),
    ("undo", "--list"),
    ("drift",),
    ("dump", "--update"),
    ("import", "webhook.orders", "1"),
]


@pytest.mark.parametrize("name", INPUTS)
def test_nothing_is_read_or_written_through_a_link_that_leaves_the_project(
    name: str, run: Shopform, project: Path, tmp_path: Path, shop: Sandbox
) -> None:
    run("apply", "--auto-approve")
    run("plan", "--out", "p.json")
    (project / "state" / "sandbox.json.journal").unlink(missing_ok=True)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "canary").write_text(CANARY)
    linked(project, outside, name)
    before = {path: path.read_bytes() for path in outside.rglob("*") if path.is_file()}
    refused = 0
    for command in COMMANDS:
        done = run(*command)
        about = (command, done.text)
        assert "defect" not in done.err, about
        assert {p: p.read_bytes() for p in outside.rglob("*") if p.is_file()} == before, about
        refused += "is not inside the project" in done.err
    assert refused, "no command says so"
    if name not in ("secrets", "state/sandbox.json.lock", "state/sandbox.json.journal"):
        allowed = run(*COMMANDS[1], SHOPFORM_ALLOW_OUTSIDE=f"/nowhere:{outside}")
        assert allowed.exit == 0, allowed.text


def test_a_strangers_file_behind_a_link_is_not_shown(
    run: Shopform, project: Path, tmp_path: Path
) -> None:
    (tmp_path / "theirs").write_text(f"password: {CANARY}\n: [")
    for name in ("z.yaml", "more/z.yaml"):
        (project / name).symlink_to(tmp_path / "theirs")
        for command in (("validate",), ("plan",), ("fmt", "--diff"), ("fmt", name)):
            done = run(*command)
            assert (done.exit, CANARY in done.text) == (10, False), done.text
            assert f"{name}`: it is not inside the project" in done.err
        (project / name).unlink()


def test_a_link_that_leads_nowhere_is_no_file_that_was_removed(
    run: Shopform, project: Path
) -> None:
    for target in ("nowhere", "z.yaml"):
        (project / "z.yaml").symlink_to(target)
        done = run("plan")
        assert done.exit == 10, done.text
        assert "cannot read `z.yaml`" in done.err
        (project / "z.yaml").unlink()


def test_a_folder_of_its_own_that_cannot_be_written_stops_no_reading(
    run: Shopform, project: Path, shop: Sandbox
) -> None:
    for name in ("", "calls", "plans"):
        shutil.rmtree(project / ".shopform", ignore_errors=True)
        (project / ".shopform").unlink(missing_ok=True)
        (project / ".shopform" / name).parent.mkdir(exist_ok=True)
        (project / ".shopform" / name).write_text("in the way")
        for command in (("plan",), ("plan", "--json"), ("drift",), ("dump",), ("plan", "-q")):
            done = run(*command)
            assert (done.exit, "defect" in done.err) == (2 * (command == ("drift",)), False) or (
                command == ("drift",) and done.exit == 0
            ), done.text
        told = run("plan").err
        assert ".shopform" in told
        assert "warning: " in told
    (project / ".shopform").joinpath("plans").unlink()
    for name in ("calls", "runs"):
        shutil.rmtree(project / ".shopform")
        (project / ".shopform").mkdir()
        (project / ".shopform" / name).write_text("in the way")
        shop.reset_log()
        with (project / "catalogue.yaml").open("a") as more:
            more.write("brands:\n  " + name + ": {name: " + name + "}\n")
        done = run("apply", "--auto-approve")
        assert (done.exit, "defect" in done.err) == (1, False), done.text
        assert [call.method for call in shop.calls if call.method != "GET"] == []
        text = (project / "catalogue.yaml").read_text("utf-8")
        (project / "catalogue.yaml").write_text(text[: text.index("brands:")], "utf-8")


STRANGE = ["pipe", "socket", "folder", "device", "round"]


def strange(path: Path, what: str) -> None:
    if path.is_file() or path.is_symlink():
        path.unlink()
    if what == "pipe":
        os.mkfifo(path)
    elif what == "socket":
        with socket.socket(socket.AF_UNIX) as listening:
            here = Path.cwd()
            os.chdir(path.parent)  # the names of sockets are short
            try:
                listening.bind(path.name)
            finally:
                os.chdir(here)
    elif what == "folder":
        path.mkdir()
    elif what == "device":
        path.symlink_to("/dev/zero")
    else:
        path.symlink_to(path.name)


@pytest.mark.parametrize("what", STRANGE)
def test_what_is_no_file_is_refused_and_not_waited_for(
    what: str, run: Shopform, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shopform.files.paths.WRITER_WAIT", 0.01)
    run("apply", "--auto-approve")
    run("plan", "--out", "p.json")
    names = {
        "catalogue.yaml": 10,
        "shopform.yaml": 10,
        "more/a.yaml": 10,
        "more/text.html": 10,
        "more/secret.txt": 10,
        "more/a.png": 10,
        "more/t.csv": 10,
        "v.txt": 64,
        "p.json": 64,
        "state/sandbox.json": 1,
        "state/sandbox.json.journal": 1,
        "state/sandbox.json.lock": 1,
    }
    kept = project.with_name("kept")
    shutil.copytree(project, kept)
    for name, code in names.items():
        strange(project / name, what)
        command = ("show", "p.json") if name == "p.json" else ("plan", "--var-file", "v.txt")
        if name.endswith("lock"):
            command = ("state", "rm", "webhook.orders")
        done = run(*command)
        folder = what == "folder" and name.endswith((".yaml", ".lock"))
        about = (name, done.text)
        assert "defect" not in done.err, about
        through = what in ("device", "round")  # a link is refused as such
        assert done.exit == code or (through and done.exit == 10) or folder, about
        assert Path(name).name in done.err or folder, about
        shutil.rmtree(project)
        shutil.copytree(kept, project)


def test_state_names_that_mean_no_file_are_refused(run: Shopform, project: Path) -> None:
    (project / "folder").mkdir()
    settings = (project / "shopform.yaml").read_text("utf-8")
    names = ['""', '"."', '".."', '"state/"', '"folder"', '"a\\0b"', '"notes.txt"', "n" * 300]
    names += ["new.yaml", "folder/NEW.YML", ".git/x", "./.shopform/calls/x", "secrets/x.json"]
    for name in names:
        text = settings.replace("    token:", f"    state: {name}\n    token:")
        (project / "shopform.yaml").write_text(text, "utf-8")
        before = held(project)
        for command in (("plan",), ("apply", "--auto-approve"), ("state", "list")):
            done = run(*command)
            assert (done.exit in (1, 10), "defect" in done.err) == (True, False), (name, done.text)
            assert held(project) == before


def test_a_lock_is_taken_on_no_file_of_others(run: Shopform, project: Path) -> None:
    (project / "state").mkdir(exist_ok=True)
    lock = project / "state" / "sandbox.json.lock"
    lock.write_text("my own")
    done = run("apply", "--auto-approve")
    assert (done.exit, lock.read_text()) == (1, "my own"), done.text
    assert run("force-unlock", "1").exit == 1
    assert lock.read_text() == "my own"
    lock.write_text('{"id": "cut by a cra')
    assert run("apply", "--auto-approve").exit == 0


def test_only_files_of_its_own_making_are_swept_away(
    run: Shopform, project: Path, shop: Sandbox, tmp_path: Path
) -> None:
    run("apply", "--auto-approve")
    run("plan", "--destroy")
    data = project / ".shopform"
    runs, plans, calls = data / "runs" / "sandbox", data / "plans", data / "calls"
    theirs = [
        *(runs / name for name in ("notes.json", "00000000-000000-zzzz.json", "README")),
        *(plans / name for name in ("mine.json", "a.json", "notes.txt")),
        *(calls / name for name in ("2001-01-01", "2001-01-01 holiday.txt", "2001-01-01-x.csv")),
    ]
    for path in theirs:
        path.write_text("my own")
        os.utime(path, (0, 0))
    links = [
        runs / "20010101-000000-0000.json",
        plans / f"{0:064x}.json",
        calls / "2001-01-01-0123456789ab",
    ]
    for path in links:
        path.symlink_to(tmp_path / "project" / "notes.txt")
    for number in range(1, 61):
        (runs / f"20020101-000000-{number:04x}.json").write_text("{}")
        (plans / f"{number:064x}.json").write_text("{}")
        os.utime(plans / f"{number:064x}.json", (number, number))
    (calls / "2002-01-01-0123456789ab").write_text(".")
    with (project / "catalogue.yaml").open("a") as more:
        more.write("suppliers2: {}\n".replace("suppliers2: {}", "brands: {swept: {name: Swept}}"))
    assert run("plan").exit == 0
    assert run("apply", "--auto-approve").exit == 0
    assert [path.read_text() for path in (*theirs, *links)] == ["my own"] * 12
    assert len(list(runs.glob("20*-*-????.json"))) == 51
    assert len([path for path in plans.iterdir() if len(path.stem) == 64]) == 21
    assert not (calls / "2002-01-01-0123456789ab").exists()


def test_a_full_disk_behind_the_output_is_reported(project: Path) -> None:
    with Path("/dev/full").open("w") as full:
        for command in (["plan", "--json"], ["version"]):
            done = subprocess.run(
                [*SHOPFORM, *command],
                cwd=project,
                env=environment_of(PYTHONUNBUFFERED=""),
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                timeout=60,
            )
            assert (done.returncode, "Traceback" in done.stderr) == (1, False), done.stderr
            assert "no space left on device" in done.stderr.lower()
