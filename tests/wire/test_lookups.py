"""Objects are looked up while others of their list are being made."""

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
