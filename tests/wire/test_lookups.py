"""Objects are looked up while others of their list are being made."""

from threading import Event
from typing import Any

import pytest
from line import line

SIZE = 120
SECTIONS: dict[str, dict[str, Any]] = {
    "brand": {"brands": {f"b{n}": {"name": f"B {n}"} for n in range(SIZE)}},
    "value": {
        "profiles": {
            "p": {
                "name": "P",
                "attributes": {
                    "a": {
                        "name": "A",
                        "type": "valuelist",
                        "values": [str(n) for n in range(SIZE)],
                    }
                },
            }
        }
    },
    "redirect": {
        "redirects": {f"r{n}": {"source": f"/f/{n}", "target": "/t"} for n in range(SIZE)}
    },
    "category": {
        "categories": {
            "top": {"name": "Top"},
            **{f"c{n}": {"name": f"C {n}", "parent": "top"} for n in range(SIZE)},
        }
    },
}
SHAPES = {"profile-attribute-value": "envelope", "category": "envelope"}


@pytest.mark.parametrize("kind", SECTIONS)
def test_answers_without_ids_are_looked_up_beside_other_creates(kind: str) -> None:
    """Eight at a time, several pages with a total: none is made twice, and none fails."""
    switches = {"post": "empty", "page_max": "50", "bare_limit": "honour"}
    switches |= {f"shape.{endpoint}": word for endpoint, word in SHAPES.items()}
    seed = {"redirect": [{"source": "findes", "target": "t"}]}
    with line(parallelism=8, switches=switches, seed=seed) as one:
        before = len(one.rows(kind))
        one.declare(**SECTIONS[kind])
        _, outcome = one.apply()
        assert not outcome.failed, outcome.failed[0].diagnostic.summary
        assert outcome.stopped is None
        assert len(one.rows(kind)) == before + SIZE + (kind == "category")
        one.assert_settled()


@pytest.mark.wide
def test_pages_of_one_name_get_the_same_paths_however_slow_a_call_is() -> None:
    """Beside a page that takes or leaves the path they want, eight at a time: each call in turn
    waits for one that could overtake it."""
    page = {"name": "Z", "rewrite_url": "z"}
    for taken in ({}, {"z": page | {"rewrite_url": "sko"}}, {"z": page}):
        found: set[tuple[str, ...]] = set()
        for late in range(4):
            with line(parallelism=8) as one:
                if "z" in taken:
                    held = "z" if taken["z"]["rewrite_url"] == "sko" else "sko"
                    one.declare(categories={"z": page | {"rewrite_url": held}})
                    one.settle()
                tops = {f"p{key}": {"name": f"Top {key}", "rewrite_url": key} for key in "abc"}
                each = {key: {"name": "Sko", "parent": f"p{key}"} for key in "bac"}
                one.declare({"policy": {"url_changes": "off"}}, categories=taken | tops | each)
                seen: list[Event] = []

                def hold(call: Any, late: int = late, seen: list[Event] = seen) -> None:
                    body = call.body or {}
                    if call.method not in ("POST", "PUT") or str(body.get("name"))[:3] == "Top":
                        return
                    seen.append(Event())
                    if len(seen) == late + 1:
                        seen[late].wait(0.2)
                    elif len(seen) > late + 1:
                        seen[late].set()

                one.sandbox.before(hold)
                one.settle()
                rows = one.rows("category")
                names = {row["category_id"]: row["name"] for row in rows}
                below = {names.get(row["parent_id"]): row["rewrite_url"] for row in rows}
                found.add(tuple(below[f"Top {key}"] for key in "bac"))
        first = "sko-x" if taken.get("z", page) != page else "sko"
        assert found == {(first, f"{first}-x", f"{first}-x-x")}
