"""Makes the pictures of docs/pictures/: the report in a browser and the plan on a terminal.

The shop is the example `nordisk-sko` on a sandbox: applied once, then changed in its files and by
hand in the shop. Needs chromium; without it nothing is made, and the reason is printed.
"""

import io
import json
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import ioctl
from pathlib import Path
from urllib.request import Request, urlopen

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from shopform.sandbox import Sandbox
from shopform.sandbox.local import read_seed

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "nordisk-sko"
PICTURES = ROOT / "docs" / "pictures"
SHOPFORM = Path(sys.executable).with_name("shopform")
COLUMNS = 100
# Width, height: of the window, in pixels of CSS. The picture has as many again, for sharp screens.
WINDOW = 1280, 1560
# Variables as GitHub Actions sets them, for what the report says of its own origin.
PULL_REQUEST = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "nordisk-sko/shop",
    "GITHUB_REF": "refs/pull/42/merge",
    "GITHUB_SHA": "5d2f8c1be07a4960b3f1",
    "GITHUB_RUN_ID": "18442",
}
# The reference of a web font, which rich's own frame has, is left out: it would be loaded.
FRAME = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"
 aria-label="The plan on a terminal">
<style>{styles}
text {{ white-space: pre;
 font: {char_height}px ui-monospace, SFMono-Regular, Menlo, "DejaVu Sans Mono", monospace; }}
</style>
<defs><clipPath id="{unique_id}-clip-terminal">
<rect width="{terminal_width}" height="{terminal_height}"/></clipPath>{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}<g class="{unique_id}-matrix">{matrix}</g></g>
</svg>
"""
LIGHT = TerminalTheme(
    (255, 255, 255),
    (28, 33, 40),
    [
        *((28, 33, 40), (168, 35, 27), (22, 107, 65), (125, 82, 0)),
        *((29, 90, 166), (120, 50, 140), (12, 106, 122), (89, 97, 108)),
    ],
)
DARK = TerminalTheme(
    (17, 20, 24),
    (231, 234, 238),
    [
        *((17, 20, 24), (255, 159, 150), (116, 211, 160), (232, 187, 98)),
        *((143, 188, 255), (214, 160, 232), (122, 208, 222), (160, 169, 182)),
    ],
)


def main() -> int:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("no chromium is found here, and the pictures stay as they are", file=sys.stderr)
        return 1
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, shop(Path(folder)) as project:
        text = with_usual_port(on_a_terminal(project, "plan"))
        change_texts(project)
        run(project, "plan", "--out", "plan.json")
        report = Path(folder) / "report.html"
        html = run(project, "show", "plan.json", "--format", "html")
        report.write_text(with_usual_port(html), "utf-8")
        for name, theme in (("report.png", "light"), ("report-dark.png", "dark")):
            photograph(chromium, report, PICTURES / name, theme)
    for name, colours in (("plan.svg", LIGHT), ("plan-dark.svg", DARK)):
        draw(text, colours, PICTURES / name)
    return 0


def with_usual_port(text: str) -> str:
    """With the port that is in the example, not the free one that was taken."""
    return re.sub(r"http://127\.0\.0\.1:\d+", "http://127.0.0.1:8484", text)


@contextmanager
def shop(folder: Path) -> Iterator[Path]:
    """The example with a pull request that waits, for a shop that somebody has edited."""
    project = folder / "nordisk-sko"
    shutil.copytree(EXAMPLE, project, ignore=shutil.ignore_patterns("state", "secrets"))
    with Sandbox(seed=read_seed(EXAMPLE / "seed" / "sandbox.json")) as sandbox:
        origin = sandbox.url.removesuffix("/REST")
        replace(project / "shopform.yaml", "http://127.0.0.1:8484", origin)
        run(project, "apply", "--auto-approve")
        change_files(project)
        edit_shop(sandbox)
        yield project


def change_files(project: Path) -> None:
    replace(
        project / "leverandoerer.yaml",
        '  klinte:\n    name: Klinte Skopleje\n    dropshipping_mail: ""\n',
        "",
    )
    (project / "kampagner.yaml").write_text(CAMPAIGN, "utf-8")


def change_texts(project: Path) -> None:
    replace(
        project / "texts" / "dame.html",
        "Bestiller du inden klokken 15 på en hverdag, sender vi samme dag.",
        "Bestiller du inden klokken 16 på en hverdag, sender vi samme dag, og bytte er gratis.",
    )
    replace(project / "kategorier" / "dame.yaml", "Rød pump med sløjfe", "Rød pump i ruskind")
    replace(
        project / "kampagner.yaml",
        "boern/vinterstoevler\n",
        "boern/vinterstoevler\n    images:\n"
        "      - {file: billeder/boern.png, description: Gul støvle med refleks}\n",
    )


CAMPAIGN = """\
categories:
  boern-vinter:
    name: Vinterstøvler
    parent: boern
    in_menu: true
    description_a: <p>Varme støvler til <strong>børn</strong>, med plads til en uldsok.</p>
    meta_title: Vinterstøvler til børn
    rewrite_url: boern/vinterstoevler
redirects:
  vinter: {source: /vinter, target: /boern/vinterstoevler, status: 302}
"""


def edit_shop(sandbox: Sandbox) -> None:
    """What staff do by hand: another title for one page."""
    page = next(row for row in sandbox.data("category") if row["name"] == "Snøresko")
    request = Request(
        f"{sandbox.url}/category/{page['category_id']}",
        json.dumps({"meta_title": "Snøresko - TILBUD"}).encode(),
        {"Authorization": "Bearer sandbox", "Content-Type": "application/json"},
        method="PUT",
    )
    urlopen(request).close()


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    if old not in text:
        raise SystemExit(f"{file.name} of the example has no {old!r}")
    file.write_text(text.replace(old, new), "utf-8")


def environment() -> dict[str, str]:
    """Without what CI or the user of this machine has set."""
    own = ("SHOPFORM", "CI", "GITHUB_", "GITLAB_", "NO_COLOR")
    kept = {name: text for name, text in os.environ.items() if not name.startswith(own)}
    keys = {"SHOPFORM_STAGING_TOKEN": "sandbox", "SHOPFORM_SHOP": "staging"}
    return {**kept, **keys, **PULL_REQUEST, "TERM": "xterm-256color", "COLUMNS": str(COLUMNS)}


def run(project: Path, *arguments: str) -> str:
    done = subprocess.run(
        [SHOPFORM, *arguments], cwd=project, env=environment(), capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"shopform {arguments[0]} ended with {done.returncode}: {done.stderr}")
    return done.stdout


def on_a_terminal(project: Path, *arguments: str) -> str:
    """What a command prints on a terminal, with its colours."""
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, COLUMNS, 0, 0))
    command = [str(SHOPFORM), *arguments]
    with subprocess.Popen(
        command, cwd=project, env=environment(), stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        parts = []
        while part := read_some(ours):
            parts.append(part)
        os.close(ours)
    if process.returncode:
        raise SystemExit(f"shopform {arguments[0]} ended with {process.returncode}")
    return b"".join(parts).decode().replace("\r\n", "\n").rstrip("\n")


def read_some(terminal: int) -> bytes:
    """The next bytes; none once the other end is closed, which Linux reports as an error."""
    try:
        return os.read(terminal, 65_536)
    except OSError:
        return b""


def draw(text: str, theme: TerminalTheme, to: Path) -> None:
    console = Console(record=True, width=COLUMNS, file=io.StringIO())
    console.print(Text.from_ansi(f"$ shopform plan\n{text}"))
    made = console.export_svg(
        title="shopform plan", theme=theme, code_format=FRAME, unique_id="plan"
    )
    to.write_text(made, "utf-8")


def photograph(chromium: str, page: Path, to: Path, theme: str) -> None:
    """The first screen of a page, as a PNG with few colours."""
    themed = page.with_name(f"{theme}.html")
    themed.write_text(page.read_text("utf-8"), "utf-8")
    width, height = WINDOW
    subprocess.run(
        [
            *(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
            f"--user-data-dir={page.with_name('profile-' + theme)}",
            f"--window-size={width},{height}",
            f"--blink-settings=preferredColorScheme={0 if theme == 'dark' else 1}",
            f"--screenshot={to}",
            themed.as_uri(),
        ],
        check=True,
        capture_output=True,
        timeout=60,
    )


if __name__ == "__main__":
    sys.exit(main())
