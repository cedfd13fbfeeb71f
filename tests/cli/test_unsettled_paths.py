"""A page whose path is not the declared one is told of until it is, and gets it once it is free."""

from typing import Any

from line import Line, line, warnings

MEN = {"men": {"name": "Herre", "rewrite_url": "herre"}}


def taken_meanwhile(one: Line, **row: Any) -> None:
    """Somebody takes the path between the plan and the call that wants it."""
    seen: list[str] = []

    def take(call: Any) -> None:
        if call.method in ("POST", "PUT") and not seen:
            seen.append(call.path)
            one.sandbox.app.world.tables["category"].create({}, {"rewrite_url": "herre", **row})

    one.sandbox.before(take)


def paths(one: Line) -> set[str]:
    return {row["rewrite_url"] for row in one.rows("category")}


def test_path_taken_meanwhile_is_told_of_until_it_is_free_and_then_sent_again() -> None:
    for before in ({}, {"men": {"name": "Herre", "rewrite_url": "mand"}}):
        with line() as one:
            one.declare(categories=before)
            one.settle()
            one.declare({"policy": {"url_changes": "off"}}, categories=MEN)
            taken_meanwhile(one, name="Fremmed")
            one.apply()
            assert {"herre", "herre-x"} <= paths(one)
            for asked in ({}, {"refresh_only": True}, {"targets": ("category.men",)}):
                made = one.plan(**asked)
                assert made.empty, asked
                assert not made.differs
                assert "path-not-settled" in warnings(made)
                (told,) = [d for d in made.diagnostics if d.code == "path-not-settled"]
                other = one.row("category", "Fremmed")["category_id"]
                assert f"category {other}" in told.detail
            one.assert_settled()
            one.sandbox.app.world.tables["category"].update(other, {"rewrite_url": "andet"})
            made = one.settle()
            assert [step.fields for step in made.steps] == [{"rewrite_url": "herre"}]
            assert one.row("category", "Herre")["rewrite_url"] == "herre"
            assert warnings(one.plan()) == []


def test_shop_that_keeps_the_path_back_is_asked_once_and_told_of_always() -> None:
    """No plan is ever settled else: a removed page has the path for good."""
    with line(switches={"slug_removed": "reserved"}) as one:
        table = one.sandbox.app.world.tables["category"]
        row = table.create({}, {"name": "Gammel", "rewrite_url": "herre"})
        table.delete(row["category_id"])
        one.declare(categories=MEN)
        one.settle()
        for _ in range(2):
            one.apply()
            one.assert_settled()
            made = one.plan()
            assert warnings(made) == ["path-not-settled"]
            assert "`/herre-x`" in made.diagnostics[0].summary
        one.declare(categories={"men": {"name": "Herre", "rewrite_url": "herre-x"}})
        one.settle()
        assert warnings(one.plan()) == []


def test_path_that_the_shop_derives_where_an_empty_one_was_sent_is_not_promised_again() -> None:
    with line() as one:
        table = one.sandbox.app.world.tables["category"]

        def derive(call: Any) -> None:
            if call.method == "POST":
                number = one.row("category", "Herre")["category_id"]
                table.update(number, {"rewrite_url": "herre"})

        one.declare(categories={"men": {"name": "Herre", "rewrite_url": ""}})
        one.sandbox.after(derive)
        _, outcome = one.apply()
        (found,) = outcome.warnings
        assert 'sent `""`, stored `herre`' in found.summary
        assert found.hint == "recorded in the state; the next plan shows no change"
        made = one.plan()
        assert (made.empty, warnings(made)) == (True, [])


def test_redirects_are_proved_again_with_the_paths_that_the_shop_made() -> None:
    """A page of a kind that is not read, a product, has `/sko`: nothing could foresee it."""
    with line() as one:
        one.sandbox.app.world.tables["product"].create({}, {"name": "Sko", "rewrite_url": "sko"})
        redirects = {
            "in": {"source": "/a", "target": "/sko"},
            "x": {"source": "/sko-x", "target": "/b"},
        }
        one.declare(redirects=redirects)
        one.settle()
        for page in ({"name": "Sko"}, {"name": "Sko", "rewrite_url": "sko"}):
            one.declare(categories={"shoes": page}, redirects=redirects)
            _, outcome = one.apply()
            told = {d.code: d for d in outcome.warnings if d.code.startswith("route-")}
            assert told["route-dead"].address == "redirect.in"
            assert "`/sko-x`" in told["route-dead"].summary
            assert told["route-hides"].address == "redirect.x"
            assert "`category.shoes`" in told["route-hides"].summary
            one.assert_settled()
            one.declare({"policy": {"url_changes": "off"}}, redirects=redirects)
            one.apply()


def test_a_redirect_from_the_path_that_was_foreseen_is_told_of_again() -> None:
    with line() as one:
        one.declare(
            categories={"shoes": {"name": "Sko"}},
            redirects={"x": {"source": "/sko", "target": "/b"}},
        )
        _, outcome = one.apply()
        assert [d.code for d in outcome.warnings] == ["route-hides"]
