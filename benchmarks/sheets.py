"""Generate redirects as a spreadsheet, valid and invalid, and valid ones as YAML.

python benchmarks/sheets.py FORM SIZE FOLDER
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import corpus

CYCLE = 40  # redirects in each of many cycles
Redirect = Callable[[int, int], tuple[str, str]]

YAML = "yaml"
REDIRECTS: dict[str, Redirect] = {
    "csv": lambda n, _: (f"/gammel/{n}.html", f"/ny/{n}"),
    "csv, cycles of 40": lambda n, _: (f"/{n}", f"/{n // CYCLE * CYCLE + (n + 1) % CYCLE}"),
    "csv, one cycle": lambda n, size: (f"/{n}", f"/{(n + 1) % size}"),
    "csv, one chain": lambda n, _: (f"/{n}", f"/{n + 1}"),
}
FORMS = (YAML, *REDIRECTS)


def write(form: str, size: int, folder: Path) -> None:
    """Write a project of only redirects."""
    folder.mkdir(parents=True)
    corpus.point_at(folder, "https://bench.example.dk")
    redirect = REDIRECTS.get(form, REDIRECTS["csv"])
    rows = [redirect(n, size) for n in range(size)]
    if form == YAML:
        text = "".join(_block(n, *row) for n, row in enumerate(rows))
    else:
        lines = [f"{source};{target};{_status(n)}" for n, (source, target) in enumerate(rows)]
        sheet = "\r\n".join(["Gammel adresse;Ny adresse;Kode", *lines, ""])
        (folder / "sheet.csv").write_bytes(sheet.encode("utf-8-sig"))
        text = "  table: sheet.csv\n  key: source\n  columns:\n" + "".join(_columns())
    (folder / "redirects.yaml").write_text(f"redirects:\n{text}", encoding="utf-8")


def _status(n: int) -> str:
    return "" if n % 3 else "302"


def _block(n: int, source: str, target: str) -> str:
    status = f"    status: {_status(n)}\n" if _status(n) else ""
    return f"  gammel-{n}-html:\n    source: {source}\n    target: {target}\n{status}"


def _columns() -> Iterator[str]:
    headers = {"source": "Gammel adresse", "target": "Ny adresse", "status": "Kode"}
    for field, header in headers.items():
        yield f"    {field}: {header}\n"


if __name__ == "__main__":
    write(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
