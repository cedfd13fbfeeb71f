"""The project speaks the language of its field: the words that it once had of its own stay out.

What to say instead is in the glossary of docs/architecture.md. Pages must be free of them; code
spans and fenced blocks do not count, since names of files, codes and options do not change. In the
source every line counts: names, docstrings, comments and messages.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "shopform"

# Each with what is said instead.
OLD = {
    r"told|tells?|telling": "reported, reports; distinguish",
    r"nobody|somebody": "unmanaged; no one, someone; staff",
    r"vanish\w*|(?:is|are|was|were) gone": "deleted outside of shopform",
    r"lies (?:in|at|there)|lie in|lay in|lying": "is a child of, is in",
    r"stands? (?:in|at|behind|there|where|beside)": "is in",
    r"nested in": "children",
    r"(?:take[ns]?|taking|took) (?:it |them |objects )?over": "imported, adopted",
    r"forgets|forgot|forgetting": "removed from the state",
    r"puts? (?:it |them |what \w+ )?back": "restored, reverted",
    r"lets? go|letting go|gives? way|steps? aside": "releases, breaks the cycle",
    r"left alone|leaves? alone": "unmanaged, kept, skipped",
    r"(?:is|are|was) meant": "intended",
    r"pictures?": "image",
    r"visitors on|sends? (?:it |them )on": "redirects",
    r"twins?": "environment variable; duplicate",
    r"speaks? against": "warnings and errors",
    r"all the same|anew|goes on|go on": "anyway; again; continues",
    r"an? text|texts(?!/)": "a string",  # `texts/` is a folder that dump writes
    r"comes? back": "is restored, is recreated",
}
WORD = re.compile(rf"\b(?:{'|'.join(OLD)})\b", re.IGNORECASE)
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`[^`\n]*`|\]\([^)\n]*\)|^    .*$|<[^>\n]*>", re.MULTILINE)

# Lines with such words that each room still has. A number may only fall; a room that has none left
# leaves the table.
STILL = {
    "apply": 2,
    "planning": 100,
    "render": 60,
    "sandbox": 19,
    "shop": 4,
    "terminal": 5,
    "workflow": 35,
}


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
    said += " left-alone is-meant picture twin all-the-same a-text comes-back is-gone"
    for words in said.split():
        assert WORD.search(f"It {words.replace('-', ' ')}."), words
    assert not WORD.search("It takes precedence over others, and is restored as a string.")


@pytest.mark.parametrize("page", pages(), ids=name)
def test_a_page_speaks_the_language_of_the_field(page: Path) -> None:
    found = [f"{n}: {match[0]}" for n, line in prose(page) for match in WORD.finditer(line)]
    assert found == []


def test_rooms_have_no_more_old_words_than_they_had() -> None:
    found = Counter[str]()
    for path in PACKAGE.rglob("*.py"):
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        found[room] += sum(bool(WORD.search(line)) for line in spoken(path.read_text("utf-8")))
    more = {room: n for room, n in found.items() if n > STILL.get(room, 0)}
    assert more == {}, "say it in the words of the glossary"
    assert not [room for room in STILL if not found[room]], "these are clean: drop them from STILL"
