"""Labels, whose path is assumed, and pages, whose names were read off templates."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from support import Run, environment_of, run_here
from two_shops import two_shops

from shopform.kinds import Catalogue
from shopform.kinds.standard import STANDARD
from shopform.sandbox import Sandbox

WITHOUT_LABELS = Catalogue(tuple(kind for kind in STANDARD.kinds if kind.name != "label"))


@dataclass
class Project:
    directory: Path
    sandbox: Sandbox

    def declare(self, **sections: Any) -> None:
        shop = {"url": self.sandbox.url, "token": "${env:SHOPFORM_TOKEN}"}
        files = {"shops": {"live": shop}, **sections}
        (self.directory / "shopform.yaml").write_text(json.dumps(files, indent=1), "utf-8")

    def run(self, *arguments: str, code: int = 0) -> Run:
        done = run_here(self.directory, *arguments, environment=environment_of())
        assert done.exit == code, done.text
        return done


@contextmanager
def project(directory: Path, **shop: Any) -> Iterator[Project]:
    with Sandbox(**shop) as sandbox:
        found = Project(directory, sandbox)
        found.declare()
        yield found


def test_a_shop_without_the_assumed_path_has_no_labels(tmp_path: Path) -> None:
    with project(tmp_path, catalogue=WITHOUT_LABELS) as one:
        one.declare(suppliers={"a": {"name": "A"}})
        one.run("apply", "--auto-approve")
        for command in (["dump"], ["snapshot", "--out", "x.json"], ["drift"], ["plan"]):
            assert "label" not in one.run(*command).err
        assert one.sandbox.calls[-1].status == 200


def test_a_label_that_is_declared_there_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with project(tmp_path, catalogue=WITHOUT_LABELS) as one:
        one.declare(labels={"new": {"name": "Nyhed"}})
        said = " ".join(one.run("plan", code=18).text.split())
        assert "the shop has no `/product-label`, the assumed path of labels" in said
        assert "remove its labels from the files, or set `wire: label: endpoint:`" in said


def test_labels_that_the_state_has_are_not_forgotten_where_the_list_is_missing(
    tmp_path: Path,
) -> None:
    with project(tmp_path) as one:
        one.declare(labels={"new": {"name": "Nyhed"}})
        one.run("apply", "--auto-approve")
        del one.sandbox.app.world.tables["product-label"]
        said = " ".join(one.run("dump").err.split())
        assert "the labels are omitted: the shop has no `/product-label`" in said
        one.run("plan", code=18)


def test_a_copy_goes_on_without_labels(tmp_path: Path) -> None:
    lacking = {"catalogue": WITHOUT_LABELS}
    with two_shops(tmp_path, {"supplier": [{"name": "A"}]}, first=lacking, other=lacking) as shops:
        assert "label" not in shops.clone().err
        assert [row["name"] for row in shops.new.data("supplier")] == ["A"]


ABOUT = {"headline": "Om os", "text": {"file": "om.html"}, "rewrite_url": "om-os"}


def test_a_page_has_its_text_in_a_file_and_its_path_among_those_of_the_shop(
    tmp_path: Path,
) -> None:
    with project(tmp_path) as one:
        (tmp_path / "om.html").write_text("<p>Siden [YEAR]</p>\n", "utf-8")
        one.declare(pages={"about": ABOUT})
        one.run("apply", "--auto-approve")
        one.run("plan", "--detailed-exitcode")
        assert [row["text"] for row in one.sandbox.data("page")] == ["<p>Siden [YEAR]</p>"]
        hop = {"source": "/om-os", "target": "/x"}
        one.declare(pages={"about": ABOUT}, redirects={"r": hop})
        assert "`redirect.r` hides `page.about`" in one.run("plan", code=11).text
        one.declare(pages={"about": {**ABOUT, "rewrite_url": "om"}})
        said = one.run("plan", "--detailed-exitcode", code=2).text
        assert "`/om-os`" in said


def test_the_front_page_is_never_deleted(tmp_path: Path) -> None:
    seed = {"page": [{"page_id": 7, "headline": "Velkommen", "is_front": 1}]}
    with project(tmp_path, seed=seed) as one:
        welcome = {"headline": "Velkommen"}
        imports = [{"address": "page.front", "id": 7}]
        one.declare(pages={"front": welcome}, imports=imports)
        one.run("apply", "--auto-approve")
        one.declare(suppliers={"a": {"name": "A"}})
        one.run("apply", "--auto-approve", code=11)
        assert [row["headline"] for row in one.sandbox.data("page")] == ["Velkommen"]


def test_other_names_of_a_page_are_found_or_refused_with_the_keys(tmp_path: Path) -> None:
    def renamed(**names: str) -> Catalogue:

        rows = STANDARD["page"].rows
        rows = tuple(replace(r, wire=names.get(r.name, r.wire), aliases=()) for r in rows)
        page = replace(STANDARD["page"], rows=rows)
        kinds = STANDARD.kinds
        return Catalogue(tuple(page if kind.name == "page" else kind for kind in kinds))

    found = renamed(headline="title", text="content")
    with project(tmp_path, catalogue=found, seed={"page": [{"title": "X"}]}) as one:
        one.declare(pages={"a": {"headline": "A", "text": "<p>a</p>"}})
        one.run("apply", "--auto-approve")
        row = one.sandbox.data("page")[-1]
        assert (row["title"], row["content"]) == ("A", "<p>a</p>")
    other = renamed(headline="overskrift")
    (tmp_path / "other").mkdir()
    with project(tmp_path / "other", catalogue=other, seed={"page": [{"overskrift": "X"}]}) as one:
        one.declare(pages={"a": {"headline": "A"}})
        said = " ".join(one.run("plan", code=18).text.split())
        assert "cannot determine which key of `/page` holds `headline`" in said
        assert "`overskrift`" in said


def front(name: str, **fields: Any) -> dict[str, Any]:
    return {"headline": name, "is_front": 1, **fields}


def test_a_front_page_is_renamed_and_moved_and_never_unset(tmp_path: Path) -> None:
    with project(tmp_path, seed={"page": [front("Velkommen", page_id=7)]}) as one:
        imports = [{"address": "page.front", "id": 7}]
        one.declare(pages={"front": {"headline": "Velkommen"}}, imports=imports)
        one.run("apply", "--auto-approve")
        moved = [{"from": "page.front", "to": "page.home"}]
        one.declare(pages={"home": {"headline": "Hjem"}}, moved=moved)
        one.run("apply", "--auto-approve")
        (row,) = one.sandbox.data("page")
        assert (row["page_id"], row["headline"], row["is_front"]) == (7, "Hjem", 1)
        for word in ("extra", "lifecycle"):
            home = {"headline": "Hjem", word: {"is_front": "0"}}
            one.declare(pages={"home": home})
            assert "is_front" in one.run("plan", code=10).text


def test_a_copy_keeps_the_front_page_of_the_other_shop(tmp_path: Path) -> None:
    seed: dict[str, list[dict[str, Any]]] = {
        "page": [
            front("Velkommen", page_id=31, text="<p>a</p>"),
            {"page_id": 32, "headline": "Forsiden"},
        ],
        "menu": [
            {"location": at, "items": [{"type": "page", "val": str(n), "titel": "Hjem"}]}
            for at, n in (("top", 31), ("foot", 32))
        ],
    }
    with two_shops(tmp_path, seed) as shops:
        pages = shops.new.app.world.tables["page"]
        pages.create({}, {"headline": "Forsiden"})["is_front"] = 1
        said = " ".join(shops.clone().err.split())
        (home,) = shops.new.data("page")
        assert (home["headline"], home["text"], home["is_front"]) == ("Forsiden", "", 1)
        items = {row["location"]: row["items"] for row in shops.new.data("menu")}
        assert items["top"][0]["val"] == str(home["page_id"])
        assert items["foot"] == []
        assert "2 pages are not copied 31 `Velkommen`: every shop has one" in said
        assert "32 `Forsiden`: it would match an object that every shop has" in said
        assert "`items` of 1 menu is not copied: what it refers to is not copied" in said
        shops.settled()
