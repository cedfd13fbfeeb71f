"""Which room may reach what, which words it may use, and how many exceptions there are."""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from shopform.kinds.standard import STANDARD

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "shopform").rglob("*.py"))

# A room imports only from those before it.
ORDER = (
    *("diagnostics", "errors", "files", "kit", "kinds", "model", "config"),
    *("planning", "describe", "clone", "undo", "doctor", "openapi", "shop", "state", "apply"),
    *("forge", "render", "sandbox", "workflow", "terminal", "cli"),
)
PURE = (
    *("diagnostics", "errors", "kit", "kinds", "model"),
    *("planning", "describe", "clone", "undo", "doctor", "openapi", "render"),
)
IMPURE = ("files", "shop", "state", "apply", "forge", "sandbox", "terminal", "workflow", "cli")
# What a pure room may have from outside; everything else could reach the world.
HARMLESS = frozenset(
    "abc base64 bisect collections dataclasses"
    " decimal deepdiff difflib enum fnmatch functools graphlib hashlib"
    " hmac html ipaddress itertools json math operator pydantic pydantic_core re"
    " string textwrap types typing unicodedata urllib".split()
)  # fmt: skip
# Jinja2 can read files. The one file that has it may give it a loader of the package's own only.
RENDERS_TEMPLATES = "shopform/render/html/templates.py"
OF_JINJA2 = {"Environment", "PackageLoader", "StrictUndefined"}
LOOKS_AT_THE_TERMINAL = frozenset({"shopform/render/text/progress.py"})
# They compute with dates that they are given.
CALENDARS = {
    "shopform/model/freeze_windows.py": {"datetime", "zoneinfo", "holidays"},
    "shopform/planning/checks/freeze_windows.py": {"datetime", "zoneinfo"},
}
# English words too, such as the pages of a list: only forbidden where they stand alone as a text.
COMMON = frozenset(
    {"value", "values", "attribute", "attributes", "page", "pages", "label", "labels"}
)
# Keys of Terraform's plan representation, of OpenAPI, OAuth and `kinds:`, where those are written
# and read, and the name of a command.
_TERRAFORMS = (
    f"shopform/render/json/{n}.py" for n in ("plan_document", "plan_reader", "plan_schema")
)
FOREIGN_KEYS = {
    **dict.fromkeys(_TERRAFORMS, frozenset({"values"})),
    "shopform/openapi/schemas.py": frozenset({"value"}),
    "shopform/openapi/propose.py": frozenset({"values"}),
    "shopform/workflow/login/login.py": frozenset({"redirect"}),
    "shopform/cli/commands/sandbox.py": frozenset({"products"}),
    "shopform/sandbox/local.py": frozenset({"products"}),
    "shopform/kit/signatures.py": frozenset({"product"}),
    "shopform/cli/main.py": frozenset({"webhook"}),
    "shopform/doctor/lists.py": frozenset({"page"}),
    "shopform/forge/api.py": frozenset({"page"}),
    "shopform/render/html/templates.py": frozenset({"labels"}),
    "shopform/cli/commands/webhook.py": frozenset({"webhook"}),
}
# A word of the project file, chosen for its users.
THEIRS = "require_redirect"


def room(path: Path) -> str:
    return path.relative_to(ROOT / "shopform").parts[0].removesuffix(".py")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, at its top or later."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert not node.level, f"{name(path)} imports relatively"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def modules(path: Path) -> set[str]:
    """The rooms of shopform that a file imports from."""
    return {m.split(".")[1] for m in imports(path) if m.startswith("shopform.")}


def reached(start: str) -> set[str]:
    """All rooms that a room reaches, through others too."""
    found, queue = {start}, [start]
    while queue:
        here = queue.pop()
        for path in FILES:
            if room(path) == here and name(path) not in LOOKS_AT_THE_TERMINAL:
                fresh = (modules(path) & ROOMS) - found
                found |= fresh
                queue += sorted(fresh)
    return found


ROOMS = {room(path) for path in FILES}


def offenders(found: Iterable[tuple[Path, Iterable[str]]]) -> list[tuple[str, list[str]]]:
    """The files that break a rule, each with what does."""
    return [(name(path), sorted(each)) for path, each in found if each]


def test_no_import_runs_back_up() -> None:
    assert sorted(ORDER) == sorted(ROOMS - {"__init__"})
    assert not offenders(
        (path, {m for m in modules(path) & ROOMS if ORDER.index(m) > ORDER.index(room(path))})
        for path in FILES
        if room(path) in ORDER
    )


USE_CASES = ("requests", "observer", "workspace", "open_project", "records", "plan", "run")


def test_use_cases_stand_on_each_other_in_one_order() -> None:
    """What is kept of plans and runs, how plans come about, how they are carried out."""
    here = ROOT / "shopform" / "workflow"
    parts = {p: p.relative_to(here).parts[0].removesuffix(".py") for p in here.rglob("*.py")}
    assert not offenders(
        (
            path,
            {
                m
                for m in imports(path)
                if m.startswith("shopform.workflow.")
                and (other := m.split(".")[2]) in USE_CASES
                and USE_CASES.index(other) > USE_CASES.index(part)
            },
        )
        for path, part in parts.items()
        if part in USE_CASES
    )


def module(path: Path) -> str:
    return name(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def test_files_import_each_other_in_no_circle() -> None:
    known = {module(path): path for path in FILES}
    wanted = {here: known.keys() & set(imports(path)) - {here} for here, path in known.items()}
    # A package's face names what is in it, so what imports from it may be imported by it.
    faces = {here for here, path in known.items() if path.name == "__init__.py"}
    TopologicalSorter({k: v - faces for k, v in wanted.items() if k not in faces}).prepare()


def test_use_cases_know_no_command_line() -> None:
    """Nor the terminal: what they report goes to an Observer, which that implements."""
    shown = ("click", "rich", "sys", "shopform.cli", "shopform.terminal", "shopform.render.text")
    assert not offenders(
        (path, {m for m in imports(path) if m.startswith(shown)})
        for path in FILES
        if room(path) == "workflow"
    )


def test_command_parses_and_shows_and_leaves_the_work_to_use_cases() -> None:
    """`sandbox` serves a room that no use case is about."""
    served = {"workflow", "terminal", "render", "cli", "errors", "diagnostics", "__version__"}
    own = {"sandbox": {"sandbox", "files"}}
    assert not offenders(
        (path, modules(path) - served - own.get(path.stem, set()))
        for path in (ROOT / "shopform" / "cli" / "commands").glob("*.py")
    )


def test_command_imports_no_command() -> None:
    """But a group imports its own, whose names begin with its name."""
    commands = ROOT / "shopform" / "cli" / "commands"
    assert not offenders(
        (
            path,
            {
                m
                for m in imports(path)
                if m.startswith("shopform.cli.commands.") and not m.startswith(f"{module(path)}_")
            },
        )
        for path in commands.glob("*.py")
    )


def test_pure_room_reaches_no_impure_one() -> None:
    assert not [(pure, found) for pure in PURE if (found := reached(pure) & set(IMPURE))]


def test_pure_room_imports_nothing_that_reaches_the_world() -> None:
    pure = {p: {m.split(".")[0] for m in imports(p)} for p in FILES if room(p) in PURE}
    shown = {"rich", "sys", "contextlib", "threading"}
    more = dict.fromkeys(LOOKS_AT_THE_TERMINAL, shown)
    more[RENDERS_TEMPLATES] = {"jinja2", "markupsafe"}
    more |= CALENDARS
    assert not offenders(
        (path, outside - {"shopform"} - HARMLESS - more.get(name(path), set()))
        for path, outside in pure.items()
    )


def test_calendars_read_no_clock() -> None:
    clocks = {"now", "today", "utcnow"}
    assert not offenders(
        (
            ROOT / path,
            {
                call
                for call in calls(ROOT / path)
                if call.removesuffix("()").rpartition(".")[2] in clocks
            },
        )
        for path in CALENDARS
    )


def test_templates_are_read_from_the_package_only() -> None:
    found = {m for m in imports(ROOT / RENDERS_TEMPLATES) if m.startswith("jinja2")}
    assert found == {"jinja2", *(f"jinja2.{each}" for each in OF_JINJA2)}


def test_what_is_harmless_opens_nothing() -> None:
    assert not any(
        isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("open", "exec", "eval")
        for path in FILES
        if room(path) in PURE
        for node in ast.walk(tree(path))
    )


def calls(path: Path) -> Iterator[str]:
    """What a file calls or looks up by a dotted name, as written."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield f"{ast.unparse(node.func)}()"
        elif isinstance(node, ast.Attribute):
            yield ast.unparse(node)


# Their files are a protocol of their own: taken exclusively, and appended to under that lock. The
# sandbox is a program of its own.
BESIDE_THE_DOOR = {"shopform/state/local/lock.py", "shopform/state/local/journal.py"}
_OPENS = {"open", "os.open", "os.fdopen", "io.open"}
_CHANGES = {
    *("mkdir", "makedirs", "unlink", "rmdir", "touch", "rename", "symlink_to", "hardlink_to"),
    *("write_text", "write_bytes", "read_text", "read_bytes", "chmod", "truncate", "fchmod"),
    *("copy", "copyfile", "copytree", "rmtree", "mkstemp", "NamedTemporaryFile"),
}
_MODULES = {"os", "shutil", "tempfile", "pathlib"}


def writes(path: Path) -> Iterator[str]:
    """Calls that open, make, rename or remove a file without asking the door."""
    for node in ast.walk(tree(path)):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        if "os.devnull" in ast.unparse(node):
            continue
        owner, _, word = called.rpartition(".")
        modes = [a.value for a in node.args[:2] if isinstance(a, ast.Constant)]
        opened = word == "open" and any(
            isinstance(mode, str) and re.fullmatch(r"[rwxa][bt+]*", mode) for mode in modes
        )
        replaced = word == "replace" and (owner == "os" or (owner and len(node.args) == 1))
        module = owner in _MODULES and word in {"remove", "write", "copy"}
        changed = word in _CHANGES - {"copy"} and owner and owner != "files"
        if called in _OPENS or opened or module or changed or (replaced and not node.keywords):
            yield called


def test_only_the_door_opens_and_changes_files() -> None:
    assert not offenders(
        (path, set(writes(path)))
        for path in FILES
        if room(path) not in ("files", "sandbox") and name(path) not in BESIDE_THE_DOOR
    )
    assert all(set(writes(ROOT / path)) for path in BESIDE_THE_DOOR)


TERMINAL = ("terminal", "cli")


def test_only_the_command_line_prints_exits_and_reads_the_environment() -> None:
    forbidden = {"print()", "exit()", "quit()", "sys.exit()", "os._exit()", "os.environ"}
    forbidden |= {"os.getenv()", "input()", "sys.stdout", "sys.argv", "click.echo()"}
    assert not offenders((p, forbidden & set(calls(p))) for p in FILES if room(p) not in TERMINAL)


# Tables of kinds of which nothing is known but their rows.
OF_ROWS = {f"shopform/sandbox/{n}.py" for n in ("behaviour/generic", "behaviour/tables", "local")}


def test_sandbox_shares_the_servers_surface_and_never_how_we_reconcile() -> None:
    """What it does is written by hand, so that a wrong belief is not wrong on both sides."""
    kinds = {kind.name.upper() for kind in STANDARD.kinds}
    ours = {"Nesting", "Route"}
    for path in FILES:
        if room(path) != "sandbox":
            continue
        assert not any(m.startswith("shopform.planning") for m in imports(path))
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
                "shopform.kinds"
            ):
                rows = {"STANDARD", "Kind", "Catalogue"} if name(path) in OF_ROWS else set()
                assert {a.name for a in node.names} <= kinds | rows | {"Wire"}, name(path)
            if isinstance(node, ast.Attribute):
                assert node.attr not in ours, (name(path), ast.unparse(node))
                if isinstance(node.value, ast.Name) and node.value.id in kinds:
                    assert node.attr in ("wire", "name"), (name(path), ast.unparse(node))


# Where the kinds of a project come from, and those of a sandbox that is started without any.
DOORS = {"shopform/cli/param_types.py", "shopform/sandbox/local.py"}


def test_the_catalogue_of_kinds_is_a_value_from_the_door_on() -> None:
    """A project may have kinds of its own: no one else may read those that shopform comes with."""
    readers = {
        name(path)
        for path in FILES
        if room(path) != "kinds" and "shopform.kinds.standard" in set(imports(path))
    }
    assert readers == DOORS
    package = ROOT / "shopform" / "kinds" / "__init__.py"
    assert not [m for m in imports(package) if m.startswith("shopform.kinds.standard")]


WORDS = {kind.name for kind in STANDARD.kinds} | {kind.section for kind in STANDARD.kinds}


def blind(path: Path) -> bool:
    """Whether a file must not know any kind."""
    return room(path) != "kinds" and not name(path).startswith("shopform/sandbox/behaviour")


def spoken(path: Path) -> Iterator[str]:
    """Words of a file's identifiers and texts that name a kind or its section."""
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body
        if isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) in documentation:
                continue
            if node.value.lower() in WORDS:
                yield node.value
            yield from words(node.value.replace(THEIRS, "")) - COMMON
        elif isinstance(node, ast.Name | ast.Attribute | ast.arg | ast.FunctionDef | ast.ClassDef):
            text = getattr(node, "id", "") or getattr(node, "attr", "")
            text = text or getattr(node, "arg", "") or getattr(node, "name", "")
            yield from words(text) - COMMON


def words(text: str) -> set[str]:
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", text).lower()
    return set(re.split(r"[^a-z]+", plain)) & WORDS


def test_room_knows_no_kind() -> None:
    assert not offenders(
        (
            p,
            set(spoken(p)) - FOREIGN_KEYS.get(name(p), frozenset()),
        )
        for p in FILES
        if blind(p)
    )


def test_no_file_is_longer_than_is_read_at_once() -> None:
    assert not [name(p) for p in FILES if len(p.read_text("utf-8").splitlines()) > 300]


def test_no_function_is_longer_than_is_read_at_once() -> None:
    """How complex one may be, ruff checks."""
    found = {
        f"{name(path)}:{node.name}"
        for path in FILES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= 40
    }
    assert not found


def test_no_set_is_copied_to_add_to_it() -> None:
    """`found |= other.keys()` makes a new set: quadratic in a loop, and no call shows it."""

    def copied(node: ast.AST) -> bool:
        """Whether a view is added, which a set cannot do in place."""
        adds = isinstance(node, ast.AugAssign) and isinstance(node.op, ast.BitOr)
        return adds and ast.unparse(node).endswith(".keys()")

    found = ((path, [*map(ast.unparse, filter(copied, ast.walk(tree(path))))]) for path in FILES)
    assert not offenders(found)


def test_a_class_name_stands_for_one_thing() -> None:
    """At the top of a module; what only its own module uses is told apart by its underscore."""
    places: dict[str, list[str]] = {}
    for path in FILES:
        for node in tree(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(name(path))
    assert not {each: found for each, found in places.items() if len(found) > 1}


def test_every_kind_is_in_the_tuple_and_nowhere_else_by_name() -> None:
    files = {p.stem for p in (ROOT / "shopform" / "kinds").glob("*.py")}
    others = {"__init__", "base", "catalogue", "lookups", "spec", "standard"}
    assert files == {kind.name for kind in STANDARD.kinds} | others


COUNTED = {"# type: ignore": 0, "# noqa": 13, "pragma: no cover": 0}


@pytest.mark.parametrize(("mark", "number"), COUNTED.items())
def test_exceptions_are_counted(mark: str, number: int) -> None:
    """Raise a number only on purpose, and say why in the commit."""
    found = [name(p) for p in FILES for each in p.read_text("utf-8").splitlines() if mark in each]
    assert len(found) == number, found


def test_standard_library_names_are_what_they_seem() -> None:
    assert HARMLESS - {"deepdiff", "pydantic", "pydantic_core"} <= sys.stdlib_module_names
