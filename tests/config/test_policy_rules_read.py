"""The rules of `policy` as the files write them."""

from pathlib import Path

import pytest
from config_files import SHOP, compiled, refused

from shopform.model.freeze_windows import parse_bound
from shopform.model.shop import PolicyRule
from shopform.model.values import CHANGE_WORDS

RULES = SHOP + "policy: {rules: [%s]}\n"


def rules(directory: Path, written: str) -> tuple[PolicyRule, ...]:
    return compiled(directory, {"shopform.yaml": RULES % written})[0].rules.rules


def test_a_rule_is_what_is_written(tmp_path: Path) -> None:
    (rule,) = rules(
        tmp_path,
        "{name: keep, deny: [delete, replace], max: 3, kinds: [category, redirects],"
        " shops: [only], message: why}",
    )
    assert rule.span is not None
    assert str(rule.span) == "shopform.yaml:2:18"
    assert (rule.name, rule.deny, rule.limit) == ("keep", frozenset({"delete", "replace"}), 3)
    assert (rule.kinds, rule.shops) == (frozenset({"category", "redirect"}), frozenset({"only"}))
    assert rule.message == "why"


def test_one_word_needs_no_list_and_a_number_alone_means_any_change(tmp_path: Path) -> None:
    one, any_ = rules(tmp_path, "{name: a, deny: delete}, {name: b, max: 5}")
    assert one.deny == frozenset({"delete"})
    assert any_.deny == frozenset(CHANGE_WORDS)
    assert any_.limit == 5


def test_patterns_are_about_a_field_and_no_change(tmp_path: Path) -> None:
    (rule,) = rules(tmp_path, "{name: a, kinds: [webhook], field: url, allow: ['https://x/*']}")
    assert (rule.field, rule.allow, rule.forbid) == ("url", ("https://x/*",), ())
    assert rule.deny == frozenset()


@pytest.mark.parametrize(
    ("written", "mistake"),
    [
        ("{name: a, deny: delte}", "34 unknown-word"),
        ("{name: a, deny: [delete, drop]}", "43 unknown-word"),
        ("{name: a, deny: delete, kinds: [catgory]}", "50 unknown-kind"),
        ("{name: a, deny: delete, shops: [onl]}", "50 unknown-shop"),
        ("{name: a, field: urll, kinds: [webhook], allow: [x]}", "35 unknown-field"),
        ("{name: a, field: tag, kinds: [category, webhook], allow: [x]}", "35 unknown-field"),
        ("{name: a, field: nothing, allow: [x]}", "35 unknown-field"),
        ("{name: a}", "18 rule-unclear"),
        ("{name: a, field: url}", "18 rule-unclear"),
        ("{name: a, allow: [x]}", "18 rule-unclear"),
        ("{name: a, deny: delete, field: url, allow: [x]}", "18 rule-unclear"),
        ("{name: a, max: -1}", "33 out-of-range"),
        ("{name: A b, max: 1}", "25 wrong-text"),
        ("{max: 1}", "18 missing-field"),
        ("{name: a, max: 1, colour: red}", "36 unknown-field"),
        ("{name: a, max: 1}, {name: a, max: 2}", "44 rule-twice"),
        ("{name: a, max: 1, kinds: category}", "43 wrong-type"),
        ("3", "18 wrong-type"),
    ],
)
def test_mistakes_have_their_place(tmp_path: Path, written: str, mistake: str) -> None:
    assert refused(tmp_path, {"shopform.yaml": RULES % written}) == [f"shopform.yaml:2:{mistake}"]


WINDOWS = SHOP + "policy: {rules: [{name: r, max: 1}], windows: [%s]}\n"


def test_a_window_is_what_is_written(tmp_path: Path) -> None:
    written = (
        "{name: nights, from: '18:00', to: '06:00'},"
        " {name: week, from: 2026-11-23, to: 2026-11-29 20:00, zone: UTC, shops: [only],"
        " except: [redirects], message: why}, {name: free, holidays: DE-BY}"
    )
    nights, week, free = compiled(tmp_path, {"shopform.yaml": WINDOWS % written})[0].rules.windows
    assert (nights.start, nights.end) == (parse_bound("18:00"), parse_bound("06:00"))
    assert nights.zone == "Europe/Copenhagen"
    assert week.end == parse_bound("2026-11-29 20:00")
    assert (week.zone, week.shops, week.exempt) == (
        "UTC",
        frozenset({"only"}),
        frozenset({"redirect"}),
    )
    assert week.message == "why"
    assert (free.holidays, free.start) == ("DE-BY", None)
    assert str(free.span).startswith("shopform.yaml:2:")


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("{name: a}", "window-unclear"),
        ("{name: a, from: '18:00'}", "window-unclear"),
        ("{name: a, from: '18:00', to: fri 15:00}", "window-unclear"),
        ("{name: a, from: '18:00', to: '18:00'}", "window-unclear"),
        ("{name: a, from: 2026-02-02, to: 2026-02-01}", "window-unclear"),
        ("{name: a, from: 2026-02-02 10:00, to: 2026-02-02 09:00}", "window-unclear"),
        ("{name: a, from: '18:00', to: '06:00', holidays: DK}", "window-unclear"),
        ("{name: a, from: '25:00', to: '06:00'}", "invalid-time"),
        ("{name: a, from: 2026-02-30, to: 2026-03-01}", "invalid-time"),
        ("{name: a, from: '18:00', to: '06:00', zone: Europe/Kopenhagen}", "unknown-zone"),
        ("{name: a, from: '18:00', to: '06:00', zone: ../etc}", "unknown-zone"),
        ("{name: a, holidays: Denmark}", "unknown-country"),
        ("{name: a, holidays: DE-XX}", "unknown-country"),
        ("{name: a, holidays: DK, shops: [onl]}", "unknown-shop"),
        ("{name: a, holidays: DK, except: [catgory]}", "unknown-kind"),
        ("{name: r, holidays: DK}", "rule-twice"),
        ("{name: a, holidays: DK}, {name: a, holidays: DE}", "rule-twice"),
    ],
)
def test_other_windows_are_mistakes(tmp_path: Path, written: str, code: str) -> None:
    (found,) = refused(tmp_path, {"shopform.yaml": WINDOWS % written})
    assert found.split()[1] == code


def test_a_whole_day_may_begin_and_end_on_one_date(tmp_path: Path) -> None:
    written = "{name: a, from: 2026-02-02, to: 2026-02-02}, {name: b, from: 12-24, to: 12-24}"
    assert refused(tmp_path, {"shopform.yaml": WINDOWS % written}) == []
