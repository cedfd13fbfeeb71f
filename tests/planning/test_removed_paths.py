"""Each path that ceases to answer is covered by a redirect, or named, however it comes to cease."""

from collections.abc import Callable
from typing import Any

import pytest
from worlds import World, errors, ref, warnings

from shopform.errors import UsageError
from shopform.model.desired import Removed
from shopform.model.shop import Rules
from shopform.model.values import Address

Cause = Callable[[World], World]
P = "category.p"


def page(world: World, **fields: Any) -> World:
    return world.there(P, 1, name="P", rewrite_url="old", **fields)


def left(world: World) -> World:
    return page(world).declare(P, name="P", rewrite_url="new")


def cleared(world: World) -> World:
    return page(world).declare(P, name="P", rewrite_url="")


def parent_deleted(world: World) -> World:
    world.there("category.top", 9, name="T", rewrite_url="top")
    return page(world, parent=ref("category.top"))


def replaced_elsewhere(world: World) -> World:
    page(world).declare(P, name="P", rewrite_url="new")
    return world


def redirect_removed(world: World) -> World:
    return world.there("redirect.r", 1, source="old", target="x")


def redirect_turned(world: World) -> World:
    return redirect_removed(world).declare("redirect.r", source="other", target="x")


def under_another_key(world: World) -> World:
    return page(world).declare("category.q", name="P", rewrite_url="new")


# What makes `/old` cease: how, with which options, under which code, and who gives it up.
CAUSES: dict[str, tuple[Cause, dict[str, Any], str, str]] = {
    "deleted": (page, {}, "path-ceases", P),
    "left": (left, {}, "page-moved", P),
    "left under another key": (under_another_key, {}, "page-moved", "category.q"),
    "cleared": (cleared, {}, "page-moved", P),
    "deleted with its parent": (parent_deleted, {}, "path-ceases", P),
    "replaced": (replaced_elsewhere, {"replace": (P,)}, "path-ceases", P),
    "redirect removed": (redirect_removed, {}, "path-ceases", "redirect.r"),
    "redirect turned": (redirect_turned, {}, "path-ceases", "redirect.r"),
    "undone": (page, {"only": frozenset({Address(P)})}, "path-ceases", P),
    "target": (page, {"targets": (P,)}, "path-ceases", P),
}


@pytest.mark.parametrize("setting", ["warn", "require_redirect", "off"])
def test_path_that_ceases_is_told_as_the_policy_says(setting: str) -> None:
    for name, (cause, options, code, whose) in CAUSES.items():
        made = cause(World(rules=Rules(url_changes=setting))).plan(**options)
        found = [d for d in made.diagnostics if d.code == code and "`/old`" in d.summary]
        assert len(found) == (0 if setting == "off" else 1), name
        assert made.refused == (setting == "require_redirect"), (name, errors(made))
        assert all(each.address == whose for each in found), name
        hinted = ("deleted", "deleted with its parent", "redirect removed", "target")
        assert all(("gone: true" in each.hint) == (name in hinted) for each in found), name
        stays = name.startswith(("left", "cleared", "redirect turned"))
        assert all(
            stays == (" from `/old`" in each.summary or "stops answering" in each.summary)
            for each in found
        ), name
        assert all(stays != ("would be destroyed" in each.summary) for each in found), name
        lifted = cause(World(rules=Rules(url_changes=setting))).plan(
            **options, allow=("url_changes",)
        )
        assert not lifted.refused


def test_path_that_is_covered_or_named_is_right() -> None:
    for name, (cause, options, code, whose) in CAUSES.items():
        for source in ("/old", "o%6Cd"):
            world = cause(World(rules=Rules(url_changes="require_redirect")))
            world.declare("redirect.caught", source=source, target="https://x.example")
            made = world.plan(**{k: v for k, v in options.items() if k not in ("only", "targets")})
            assert not [d for d in made.diagnostics if "`/old`" in d.summary], (name, errors(made))
        world = cause(World(rules=Rules(url_changes="require_redirect")))
        world.live("redirect", 7, source="old", target="https://x.example")
        assert not [d for d in world.plan(**options).diagnostics if "`/old`" in d.summary], name
        world = cause(World(rules=Rules(url_changes="require_redirect")))
        world.more["removed"] = (Removed(address=Address(whose), gone=True),)
        told = world.plan(**options).diagnostics
        assert not [d for d in told if d.code == code and "`/old`" in d.summary], name
        world.more["removed"] = (Removed(address=Address(whose)),)
        told = world.plan(**options).diagnostics
        assert [d for d in told if d.code == code and "`/old`" in d.summary], name


def test_taken_over_forgotten_and_unmanaged_paths_do_not_cease() -> None:
    rules = Rules(url_changes="require_redirect")
    taken = page(World(rules=rules)).declare("category.q", name="Q", rewrite_url="/old")
    covered = World(rules=rules).there("redirect.r", 1, source="old", target="x")
    covered.declare(P, name="P", rewrite_url="old")
    forgotten = page(World(rules=rules))
    forgotten.more["removed"] = (Removed(address=Address(P), destroy=False),)
    again = page(World(rules=rules)).declare(P, name="P", rewrite_url="old")
    for made in (taken.plan(), covered.plan(), forgotten.plan(), again.plan(replace=(P,))):
        assert not {"path-ceases", "page-moved"} & {d.code for d in made.diagnostics}


def test_unmanaged_redirects_that_lead_to_what_ceases_are_named() -> None:
    for name, (cause, options, *_) in CAUSES.items():
        world = cause(World()).live("redirect", 7, source="/from", target="/old")
        told = [d for d in world.plan(**options).diagnostics if d.code == "route-dead"]
        assert len(told) == 1, name
        assert "`/from`" in told[0].summary
        assert "`/old`" in told[0].summary


def test_what_was_not_read_is_said_where_a_path_ceases() -> None:
    for setting in ("warn", "require_redirect", "off"):
        for name, (cause, options, *_) in CAUSES.items():
            told = cause(World(rules=Rules(url_changes=setting))).plan(**options).diagnostics
            found = [d.summary for d in told if d.code == "paths-unread"]
            assert len(found) == (setting != "off"), name
            other = "categories" if "redirect" in name else "redirects"
            assert all(f"the {other} of the shop" in each for each in found), name
    assert warnings(page(World()).declare(P, name="P", rewrite_url="old", tag="x").plan()) == []


def test_redirect_that_stays_when_its_page_is_destroyed_is_judged_by_the_policy() -> None:
    """An owned one is refused where the policy wants each path covered; whole `destroy` is not."""
    some: tuple[dict[str, Any], ...] = ({"targets": (P,)}, {"excludes": ("redirect.r",)})
    for setting in ("warn", "require_redirect", "off"):
        for asked in (*some, *({**each, "allow": ("url_changes",)} for each in some)):
            world = page(World(rules=Rules(url_changes=setting)))
            world.there("redirect.r", 2, source="from", target="/old")
            made = world.plan(destroy=True, **asked)
            refused = setting == "require_redirect" and "allow" not in asked
            both = [] if setting == "off" else ["path-ceases", "route-dead"]
            found = errors(made) if refused else [c for c in warnings(made) if c != "targeting"]
            assert sorted(found) == both, (setting, asked)
            assert made.refused == refused
            dead = [d for d in made.diagnostics if d.code == "route-dead"]
            assert all(d.address == "redirect.r" for d in dead)
        world = page(World(rules=Rules(url_changes=setting)))
        world.there("redirect.r", 2, source="from", target="/old")
        assert not world.plan(destroy=True).refused
        assert not world.plan(
            destroy=True, targets=(P, "redirect.r"), allow=("url_changes",)
        ).refused


def test_hint_for_a_redirect_names_where_its_page_moves() -> None:
    causes = {"left": left, "another key": under_another_key, "replaced": replaced_elsewhere}
    for name, cause in causes.items():
        options = {"replace": (P,)} if name == "replaced" else {}
        for declared in (True, False):
            for more in ("", "/new", "/NEW/"):
                world = cause(World()).live("redirect", 7, source="/from", target="/old")
                if declared:
                    world.declare("redirect.r", source="/from", target="/old")
                if more:
                    world.live("redirect", 8, source=more, target="/z")
                (told,) = [d for d in world.plan(**options).diagnostics if d.code == "route-dead"]
                # Not where it would lead on to another redirect.
                assert ("`/new`" in told.hint) == (not more), (name, declared, told.hint)


def test_destroy_is_one_warning() -> None:
    world = World(rules=Rules(url_changes="require_redirect"))
    for number in range(1, 40):
        world.there(f"category.c{number}", number, name=str(number), rewrite_url=f"p{number:02}")
        world.there(f"redirect.r{number}", number, source=f"r{number:02}", target="x")
    made = world.live("redirect", 99, source="from", target="/p07").plan(destroy=True)
    assert not made.refused
    assert warnings(made) == ["path-ceases"]
    assert "and 68 more" in made.diagnostics[0].summary
    assert "`/from`" in made.diagnostics[0].detail


def test_allow_knows_the_setting_and_no_other_word() -> None:
    with pytest.raises(UsageError):
        World().plan(allow=("url_change",))
