"""Run by test_generated_kind.py where `album` is a kind: raises where its life goes wrong."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from support import Run, environment_of, run_here
from two_shops import KEYS, ask

import shopform
from shopform.kinds import Catalogue
from shopform.kinds.standard import STANDARD
from shopform.sandbox import Sandbox

HOMES = {"men": {"name": "Herre", "rewrite_url": "herre"}, "women": {"name": "Dame"}}
WHOLE = {"name": "Sommer", "home": "men", "rewrite_url": "sommer"}


class Project:
    def __init__(
        self, directory: Path, old: Sandbox, new: Sandbox, kinds: Mapping[str, Any]
    ) -> None:
        self.directory = directory
        shops = {
            name: {"url": shop.url, "token": f"${{env:{key}}}"}
            for name, shop, key in (("old", old, "KEY_A"), ("new", new, "KEY_B"))
        }
        self.write("shopform.yaml", {"shops": shops, "kinds": kinds})

    def write(self, name: str, content: object) -> None:
        self.directory.mkdir(exist_ok=True)
        (self.directory / name).write_text(json.dumps(content), "utf-8")

    def declare(self, albums: dict[str, Any], homes: dict[str, Any] = HOMES, **more: Any) -> None:
        self.write("catalogue.yaml", {"categories": homes, "albums": albums, **more})

    def run(self, *arguments: str, code: int = 0) -> Run:
        done = run_here(self.directory, *arguments, environment=environment_of(**KEYS))
        assert done.exit == code, f"{arguments}\n{done.text}"
        return done

    def apply(self) -> None:
        self.run("apply", "--auto-approve", "--shop", "old")
        self.run("plan", "--detailed-exitcode", "--shop", "old")


def albums(shop: Sandbox) -> dict[str, Any]:
    return {row["name"]: (row["home_id"], row["rewrite_url"]) for row in shop.data("album")}


def paths(shop: Sandbox) -> dict[str, str]:
    rows = [*shop.data("album"), *shop.data("category")]
    return {row["name"]: row["rewrite_url"] for row in rows}


def by_itself(project: Project, old: Sandbox) -> None:
    """Planned, applied, edited in the shop, dumped, undone."""
    project.declare({"summer": WHOLE, "plain": {"name": "Æble"}})
    made = project.run("plan", "--detailed-exitcode", "--shop", "old", code=2)
    assert "+ home        = category.men" in made.out
    project.apply()
    home = next(row["category_id"] for row in old.data("category") if row["name"] == "Herre")
    assert albums(old) == {"Sommer": (home, "sommer"), "Æble": (None, "aeble")}
    number = next(row["album_id"] for row in old.data("album") if row["name"] == "Sommer")
    ask(old, "PUT", f"album/{number}", {"home_id": None})
    drifted = project.run("drift", "--shop", "old", code=2)
    assert "album.summer" in drifted.out
    project.apply()
    dumped = project.run("dump", "--shop", "old").out
    assert "  summer:\n    name: Sommer\n    home: men\n    rewrite_url: sommer\n" in dumped, dumped
    project.declare({"summer": {**WHOLE, "name": "Vinter", "home": "women"}})
    project.apply()
    assert list(albums(old)) == ["Vinter"]
    project.run("undo", "--shop", "old", "--auto-approve")
    assert albums(old) == {"Sommer": (home, "sommer"), "Æble": (None, "aeble")}


def cloned(project: Project, new: Sandbox) -> None:
    project.run("clone", "--from", "old", "--to", "new", "--auto-approve")
    home = next(row["category_id"] for row in new.data("category") if row["name"] == "Herre")
    assert albums(new) == {"Sommer": (home, "sommer"), "Æble": (None, "aeble")}


def beside_pages(project: Project, old: Sandbox) -> None:
    """Pages of both kinds share the paths of the shop."""
    project.declare({"summer": WHOLE, "plain": {"name": "Æble"}})
    project.apply()
    project.declare({"summer": {**WHOLE, "rewrite_url": "/herre"}})
    assert "have the same `rewrite_url`" in project.run("validate", code=10).text
    swapped = {**HOMES, "men": {"name": "Herre", "rewrite_url": "sommer"}}
    men = {"men": swapped["men"]}
    project.declare({"summer": {**WHOLE, "rewrite_url": "herre"}}, swapped)
    project.apply()
    assert paths(old) == {"Forside": "", "Herre": "sommer", "Dame": "dame", "Sommer": "herre"}
    project.declare({"summer": {**WHOLE, "rewrite_url": "dame"}}, men)
    project.apply()
    assert paths(old) == {"Forside": "", "Herre": "sommer", "Sommer": "dame"}
    ask(old, "POST", "category", {"name": "Fremmed", "rewrite_url": "fremmed"})
    project.declare({"summer": {**WHOLE, "rewrite_url": "fremmed"}}, men)
    assert "which category" in project.run("plan", "--shop", "old", code=11).text
    hop = {"x": {"source": "/dame", "target": "/sommer"}}
    project.declare({"summer": {**WHOLE, "rewrite_url": "dame"}}, men, redirects=hop)
    assert "album.summer" in project.run("plan", "--shop", "old", code=11).text


def main(folder: Path, catalogue: Catalogue, kinds: Mapping[str, Any] | None = None) -> None:
    """`kinds` are those of the catalogue that the project declares."""
    with (
        Sandbox(token=KEYS["KEY_A"], catalogue=catalogue) as old,
        Sandbox(token=KEYS["KEY_B"], catalogue=catalogue) as new,
    ):
        project = Project(folder / "project", old, new, kinds or {})
        by_itself(project, old)
        cloned(project, new)
        beside_pages(project, old)
    print(f"lived from {Path(shopform.__file__).parents[1]}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), STANDARD)
