"""The project speaks the language of its field: the words that it once had of its own stay out.

What to say instead is in the glossary of docs/architecture.md. Pages must be free of them; code
spans and fenced blocks do not count, since names of files, codes and options do not change. In the
source every line counts: names, docstrings, comments and messages.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "shopform"

# Each with what is said instead.
OLD = {
    r"all the same|anew|goes on|go on": "anyway; again; continues",
    r"an? text|texts(?!/)": "a string",  # `texts/` is a folder that dump writes
    r"any ?more": "no longer",
    r"be had|lets? be|left to be": "is available; is kept",
    r"(?:come|comes|came|coming) of": "the result",
    r"comes? back": "is restored, is recreated",
    r"comes? back short": "is incomplete",
    r"forgets|forgot|forgetting": "removed from the state",
    r"left alone|leaves? alone": "unmanaged, kept, skipped",
    r"lets? go|letting go|gives? way|steps? aside": "releases, breaks the cycle",
    r"lies (?:in|at|there)|lie in|lay in|lying": "is a child of, is in",
    r"likest|likeliest": "most similar, most likely",
    r"meant": "intended",
    r"mend(?:s|ed|ing)?": "repair",
    r"moments?": "time, a short time",
    r"(?<!move-)circles?": "cycle",
    r"nested in": "children",
    r"nobody|somebody": "unmanaged; no one, someone; staff",
    r"odd(?:ity|ities|ly)?": "unusual, differs",
    r"pictures?": "image",
    r"recogni[sz]\w+": "identifies, matches; identity",
    r"remember\w*": "recorded in the state",
    r"puts? (?:it |them |what \w+ )?back": "restored, reverted",
    r"speaks? against": "warnings and errors",
    r"stands? (?:in|at|behind|there|where|beside|once)": "is in",
    r"strange|strangers?|astray": "unknown, unmanaged",
    r"(?:take[ns]?|taking|took) (?:it |them |objects )?over": "imported, adopted",
    r"told|tells?|telling": "reported, reports; distinguish",
    r"twins?": "environment variable; duplicate",
    r"vanish\w*|(?:is|are|was|were) gone": "deleted outside of shopform",
    r"visitors on|sends? (?:it |them )on": "redirects",
    r"whoever": "anyone who; the user",
    r"(?<!there )(?:is|are) no (?!longer|more)": "is not a",
    r"wishes|wish": "declared import",
}
WORD = re.compile(rf"\b(?:{'|'.join(OLD)})\b", re.IGNORECASE)
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`[^`\n]*`|\]\([^)\n]*\)|^    .*$|<[^>\n]*>", re.MULTILINE)


def pages() -> list[Path]:
    found = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")]
    return sorted(found)


def prose(page: Path) -> Iterator[tuple[int, str]]:
    """The lines of a page without code."""
    text = FENCE.sub(lambda block: "\n" * block[0].count("\n"), page.read_text("utf-8"))
    return enumerate(SPAN.sub("", text).split("\n"), 1)


def spoken(source: str) -> Iterator[str]:
    """The lines of a source file, with names taken apart into their words."""
    for line in source.split("\n"):
        yield re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", line)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_each_old_word_is_found_where_it_is_said() -> None:
    said = "told nobody vanished lies-in stands-in nested-in took-over forgot put-back let-go"
    said += " left-alone is-meant picture twin all-the-same a-text comes-back is-gone any-more"
    said += " be-had came-of circle likeliest moment oddly wish mended recognised remembers strange"
    for words in [*said.split(), "whoever", "is-no-kind"]:
        assert WORD.search(f"It {words.replace('-', ' ')}."), words
    assert not WORD.search("It takes precedence over others, and is restored as a string.")
    assert not WORD.search("move-circle: there is no file, and it is no longer in the state.")


@pytest.mark.parametrize("page", pages(), ids=name)
def test_a_page_speaks_the_language_of_the_field(page: Path) -> None:
    found = [f"{n}: {match[0]}" for n, line in prose(page) for match in WORD.finditer(line)]
    assert found == []


def test_the_source_speaks_the_language_of_the_field() -> None:
    found = [
        f"{name(path)}:{number}: {match[0]}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for number, line in enumerate(spoken(path.read_text("utf-8")), 1)
        for match in WORD.finditer(line)
    ]
    assert found == [], "say it in the words of the glossary"
