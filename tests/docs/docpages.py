"""The documentation as these tests see it: pages, their fenced blocks and their headings."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"
FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block: the words behind its fence, its text, and the line it begins in."""

    info: str
    text: str
    line: int

    @property
    def script(self) -> str:
        """What a reader types: an `sh` block, or a `yaml` block with a title into that file."""
        if found := re.fullmatch(r'yaml title="([\w./-]+)"', self.info):
            file = found[1]
            there = f"mkdir -p $(dirname {file}); cat > {file}"
            return f"{there} <<'END_OF_FILE'\n{self.text}END_OF_FILE\n"
        return self.text if self.info == "sh" else ""


def pages() -> list[Path]:
    top = [ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")]
    return [
        *top,
        *sorted((ROOT / "docs").rglob("*.md")),
        *sorted((ROOT / "examples").rglob("*.md")),
    ]


def runnable() -> list[Path]:
    """Pages whose `sh` blocks are one session, in a folder that holds `examples/`."""
    docs = [ROOT / "docs" / "tutorial.md", *sorted((ROOT / "docs" / "guide").glob("*.md"))]
    pages = [ROOT / "README.md", *docs]
    return [page for page in pages if any(block.info == "sh" for block in blocks(page))]


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text("utf-8")
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield Block(match["info"].strip(), match["text"], line)


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def prose(page: Path) -> str:
    """The page without its fenced blocks and code spans, where brackets are no links."""
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", page.read_text("utf-8")))


def anchors(page: Path) -> set[str]:
    """The fragments that a page's headings have where Markdown is shown."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
