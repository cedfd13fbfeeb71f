"""For every switch of the sandbox and each of its words: what doctor says of a shop with it.

The table in docs/reference/doctor.md is written by these tests with `--update-golden`.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

import pytest
from checked_shops import DEFAULTS, REFUSES, WORDS, CheckedShop, checked_shop
from covering import covering
from support import ROOT

from shopform.kinds.standard import STANDARD
from shopform.workflow.doctor import examiner, prober

PAGE = ROOT / "docs/reference/doctor.md"
ENDPOINTS = {kind.wire.endpoint.value for kind in STANDARD.kinds}
BY_HAND = {"supplier", "profile", "profile-attribute", "profile-attribute-value", "category"}
BY_HAND |= {"redirect", "webhook", "product"}
# Endpoints whose columns would all be the same with the word `mixed` as with another.
ALIKE = {
    **{
        (f"typing.{endpoint}", "mixed"): "ints"
        for endpoint in ENDPOINTS - {"supplier", "category", "profile-attribute-value", "product"}
    },
    ("typing.supplier", "mixed"): "strings",
}
# What cannot be known, and why.
UNKNOWABLE = {
    **{
        (name, word): "no kind of shopform has this endpoint"
        for name, words in WORDS.items()
        for word in words
        if "." in name and name.partition(".")[2] not in ENDPOINTS
    },
    **dict.fromkeys(
        (("denied", "403"), ("denied", "401")),
        "the key may do everything; found where a right is missing",
    ),
}
TOPS = [kind.wire.endpoint.value for kind in STANDARD.kinds if not kind.nesting]
# What only lists of kinds without a parent show, and in which form.
SHOWN_BY = {"bare_limit": "bare"}
SHOWN_BY |= dict.fromkeys(("total", "paging_count", "page_max", "limit_over"), "envelope")
ROWS = covering(WORDS, frozenset([REFUSES]), 58)
Table = dict[tuple[str, str], dict[str, Counter[str]]]
RUNS = {"read": (), "probe": ("--probe", "--auto-approve")}


def unknowable(name: str, word: str, row: Mapping[str, str]) -> str:
    """Why a word cannot be found in a shop; empty if it can."""
    needed = SHOWN_BY.get(name)
    if needed and all(row[f"shape.{endpoint}"] != needed for endpoint in TOPS):
        return f"no list of a kind without a parent is of the form {needed}"
    return UNKNOWABLE.get((name, word), "")


def open_for(name: str) -> set[str]:
    """What may be left open of a kind whose objects have no references, flags and numbers here."""
    known = any(name.endswith(f".{endpoint}") for endpoint in BY_HAND)
    return set() if known or not name.startswith("typing.") else {"ints or mixed", "ints"}


def said(one: CheckedShop, *arguments: str) -> dict[str, str]:
    """What doctor says of each question: a word, or the possible ones; empty if nothing."""
    one.sandbox.reset_log()
    run = one.run("doctor", "--json", *arguments)
    assert len(one.sandbox.calls) <= examiner.MOST + (prober.MOST if arguments else 0)
    answers = json.loads(run.out)["answers"]
    return {a["question"]: a["answer"] or " or ".join(a["possible"]) for a in answers}


def judged(rows: Iterable[Mapping[str, str]], *, empty: bool = False) -> Table:
    """What doctor said, by switch and word and by the run that said it; a wrong word fails.

    So does one that was not found, unless the shop is `empty`.
    """
    table: Table = defaultdict(lambda: {run: Counter() for run in RUNS})
    for row in rows:
        with checked_shop(row, seed={} if empty else None) as one:
            before = one.counts()
            found = {run: said(one, *arguments) for run, arguments in RUNS.items()}
            assert one.counts() == before
        for name, word in row.items():
            right = {word, ALIKE.get((name, word), word)}
            for run, answers in found.items():
                answer = answers.get(name, "")
                table[name, word][run][answer] += 1
                assert not answer or right & set(answer.split(" or ")), (name, word, answer, row)
            if not empty and found["probe"].get(name) not in right | open_for(name):
                assert unknowable(name, word, row), (name, word, found["probe"].get(name), row)
    return table


def found_by(name: str, word: str, runs: Mapping[str, Counter[str]]) -> str:
    """What finds a word, in all shops or in some; else why it cannot be known."""
    if why := UNKNOWABLE.get((name, word)):
        return f"nothing: {why}"
    if alike := ALIKE.get((name, word)):
        return f"reads, as `{alike}`: its columns have the same types with both"
    read, probe = runs["read"], runs["probe"]
    if word not in read and word not in probe:
        return "nothing: no object shows it"
    by = (
        "reads"
        if read[word] == probe[word]
        else "reads or `--probe`"
        if word in read
        else "`--probe`"
    )
    some = f"where a list has the form `{SHOWN_BY[name]}`" if name in SHOWN_BY else "in some shops"
    return by if probe.keys() == {word} else f"{by}, {some}"


def confusion(table: Table) -> list[str]:
    """A row for each switch and each way to find words of it; endpoints with the same are one."""
    rows: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(dict)
    for (name, word), runs in sorted(table.items()):
        start, _, endpoint = name.partition(".")
        by = found_by(name, word, runs)
        endpoints = rows[start, by].setdefault(word, [])
        endpoints += [endpoint] if endpoint else []
    lines = ["| switch | values | doctor finds them by |", "|---|---|---|"]
    for (start, by), words in rows.items():
        common = next(iter(words.values()))
        listed = ", ".join(f"`{word}`" for word in words)
        where = sorted({each for endpoints in words.values() for each in endpoints})
        name = f"`{start}.ENDPOINT`: {', '.join(where)}" if common else f"`{start}`"
        lines.append(f"| {name} | {listed} | {by} |")
    return lines


def test_no_word_is_wrong_in_some_shops() -> None:
    judged([DEFAULTS, ROWS[0]])


@pytest.mark.wide
@pytest.mark.parametrize("seed", [58, 1, 2, 3])
def test_the_confusion_table_is_complete_and_no_word_is_wrong(
    seed: int, pytestconfig: pytest.Config
) -> None:
    rows = ROWS if seed == 58 else covering(WORDS, frozenset([REFUSES]), seed)
    table = judged(rows)
    assert table.keys() == {(name, word) for name, words in WORDS.items() for word in words}
    lines = "\n".join(confusion(table))
    print(f"{len(rows)} shops\n{lines}")
    if rows is ROWS:
        text = PAGE.read_text("utf-8")
        before, start, rest = text.partition("<!-- generated: confusion -->\n")
        current = f"{before}{start}\n{lines}\n\n<!-- end -->{rest.partition('<!-- end -->')[2]}"
        if pytestconfig.getoption("--update-golden"):
            PAGE.write_text(current, "utf-8")
        assert PAGE.read_text("utf-8") == current


@pytest.mark.wide
def test_no_word_is_wrong_in_shops_without_objects() -> None:
    print("\n".join(confusion(judged(ROWS, empty=True))))


@pytest.mark.parametrize("word", WORDS["denied"])
def test_the_status_of_a_missing_right_is_found_where_one_is_missing(word: str) -> None:
    with checked_shop({"denied": word}, deny=["brand"]) as one:
        answers = json.loads(one.run("doctor", "--json").out)["answers"]
    assert {"denied": word}.items() <= {e["question"]: e["answer"] for e in answers}.items()
