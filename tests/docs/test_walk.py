"""The walk of one resource in docs/architecture.md is that of a run."""

import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import shopform
from shopform.cli.main import execute
from shopform.sandbox import Sandbox
from shopform.terminal.console import Console

ROOT = Path(__file__).parents[2]
PACKAGE = Path(shopform.__file__).parent
ROW = re.compile(r"^\| [^|]+ \| `([\w/]+\.py)` \| `([\w.]+)` \|", re.MULTILINE)


@contextmanager
def traced() -> Iterator[dict[tuple[str, str], None]]:
    """Collect the functions of the package that are entered, in order, in all threads."""
    entered: dict[tuple[str, str], None] = {}
    names: dict[str, str] = {}

    def enter(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            file = frame.f_code.co_filename
            if file not in names:
                path = Path(file)
                inside = path.is_relative_to(PACKAGE)
                names[file] = path.relative_to(PACKAGE).as_posix() if inside else ""
            if names[file]:
                entered.setdefault((names[file], frame.f_code.co_qualname))

    threading.setprofile(enter)
    sys.setprofile(enter)
    try:
        yield entered
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def test_walk_names_the_functions_of_a_run_in_their_order(tmp_path: Path) -> None:
    listed = ROW.findall((ROOT / "docs/architecture.md").read_text("utf-8"))
    with Sandbox() as shop:
        settings = f"shops:\n  demo: {{url: {shop.url}, token: '${{env:SHOPFORM_TOKEN}}'}}\n"
        mugs = "categories:\n  mugs: {name: Krus, rewrite_url: koekken/krus}\n"
        (tmp_path / "shopform.yaml").write_text(settings + mugs, "utf-8")
        console = Console(environment={"SHOPFORM_TOKEN": "sandbox"})
        with traced() as entered:
            assert execute(console, ["-C", str(tmp_path), "apply", "--auto-approve"]) == 0
    assert len(listed) > 40
    assert [each for each in entered if each in listed] == listed
