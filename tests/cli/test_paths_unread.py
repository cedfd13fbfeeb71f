"""What has to do with a path that ceases is read, also where nothing of its kind is declared."""

from typing import Any

import pytest
from line import errors, line, warnings

from shopform.kinds import Kind
from shopform.kinds.standard import STANDARD
from shopform.planning.checks.removed_paths import path_kinds

PAGE = {"p": {"name": "P", "rewrite_url": "old"}}
MOVED = {"p": {"name": "P", "rewrite_url": "new"}}
STRICT = {"policy": {"url_changes": "require_redirect"}}
KINDS: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "deleted": (PAGE, {}, {}),
    "moved": (PAGE, MOVED, {}),
    "replaced": (PAGE, MOVED, {"replace": ("category.p",)}),
    "targeted": (PAGE, {}, {"targets": ("category.p",)}),
    "destroyed": (PAGE, PAGE, {"destroy": True, "targets": ("category.p",)}),
}


def test_redirects_of_others_are_read_where_a_page_ceases() -> None:
    for name, (before, after, asked) in KINDS.items():
        with line() as one:
            one.declare(STRICT, categories=before)
            one.settle()
            one.sandbox.reset_log()
            one.plan()
            assert not [c for c in one.sandbox.calls if "redirect" in c.path]
            one.declare(STRICT, categories=after)
            table = one.sandbox.app.world.tables["redirect"]
            table.create({}, {"source": "from", "target": "old", "status": 301})
            one.sandbox.reset_log()
            made = one.plan(**asked)
            assert made.calls.read == len(one.sandbox.calls)
            assert "route-dead" in warnings(made), name
            assert "paths-unread" not in warnings(made)
            assert made.refused
            table.create({}, {"source": "old", "target": "https://x.example", "status": 301})
            made = one.plan(**asked)
            assert errors(made) == [], name
            assert "path-ceases" not in warnings(made)


def test_pages_of_others_are_read_where_a_redirect_ceases() -> None:
    with line() as one:
        one.sandbox.app.world.tables["category"].create({}, {"name": "P", "rewrite_url": "old"})
        one.declare(STRICT, redirects={"r": {"source": "/old", "target": "https://x.example"}})
        one.settle()
        one.declare(STRICT)
        made = one.plan()
        assert errors(made) == []
        assert warnings(made) == []


def test_a_key_that_may_not_read_redirects_still_plans_and_the_plan_says_so() -> None:
    with line(deny=["redirect"]) as one:
        one.declare(categories=PAGE)
        one.settle()
        one.declare()
        made = one.plan()
        assert errors(made) == []
        assert "paths-unread" in warnings(made)


@pytest.mark.parametrize("kind", [k for k in path_kinds(STANDARD) if k.name != "category"])
def test_a_kind_that_the_shop_lacks_covers_no_path(kind: Kind) -> None:
    with line(deny=[f"{kind.wire.endpoint.value}:missing"]) as one:
        one.declare(categories=PAGE)
        one.settle()
        one.declare(categories=MOVED)
        made = one.plan()
        assert errors(made) == []
        assert warnings(made) == ["page-moved"]
