import pytest

from shopform.kinds.field_types import (
    PATH,
    TEXT,
    Decimal,
    FieldType,
    Flag,
    Html,
    Number,
    Reference,
    Set,
)
from shopform.kinds.standard import STANDARD
from shopform.kit.url_paths import folded, page_address
from shopform.model.canonical import canonical, digest, is_digest
from shopform.model.values import Secret

HTML, NUMBER, FLAG, ID, SET = Html(), Number(), Flag(), Reference("a"), Set()
AMOUNT = Decimal()
TYPES = (TEXT, HTML, NUMBER, AMOUNT, FLAG, ID, SET, PATH)
HOSTS = frozenset({"demo.example", "www.demo.example"})

EQUAL: list[tuple[FieldType, tuple[object, ...]]] = [
    (TEXT, ("", None, [], {})),
    # A shop that truncates strings may return half an emoji, which cannot be written or hashed.
    (TEXT, ("a\ufffd", "a\ud83d", "a\ude42")),
    (TEXT, ("a\nb", "a\r\nb", "a\rb")),
    (TEXT, ("0123",)),
    (TEXT, ("12", 12)),
    (TEXT, (" a ",)),
    (TEXT, ("a",)),
    (HTML, ("<p>a</p>", " <p>a</p>\r\n", "\n<p>a</p>")),
    (HTML, ("", None, " \n")),
    (NUMBER, (0, "0", "", None, "0.0", False)),
    (NUMBER, (10, "10", 10.0, "10.0")),
    (NUMBER, (1.5, "1.5")),
    (NUMBER, ("ten",)),
    (AMOUNT, (None, "")),
    (AMOUNT, (12.5, "12.5", "12,5", "12,50")),
    (AMOUNT, (1234, "1234", "1234,00")),
    (AMOUNT, ("1,234",)),  # three digits after a comma may be thousands
    (AMOUNT, ("1.234,00",)),
    (FLAG, (True, 1, "1", "true", "yes", " TRUE ")),
    (FLAG, (False, 0, "0", "", None, "false", "No", "off")),
    (ID, (None, 0, "0", "", -1)),
    (ID, (7, "7")),
    (SET, (("a", "b"), ["b", "a"], "a,b", " b , a ,", ("a", "b", "a"))),
    (SET, ((), None, "", [])),
    (PATH, ("a/b", "/a/b", "//a/b"[1:], "https://demo.example/a/b", " /a/b ")),
    (PATH, ("a?x=1", "http://WWW.demo.example/a?x=1", "//demo.example/a?x=1")),
    (PATH, ("", "/", None, "https://demo.example/")),
    (PATH, ("a?u=http://x.example", "/a?u=http://x.example")),
    (PATH, ("https://other.example/a",)),
    (PATH, ("https://other.example",)),
]


@pytest.mark.parametrize(("type_", "values"), EQUAL)
def test_what_the_shop_calls_the_same_is_one_value(
    type_: FieldType, values: tuple[object, ...]
) -> None:
    found = [canonical(type_, value, HOSTS) for value in values]
    assert all(one == found[0] and type(one) is type(found[0]) for one in found)
    assert canonical(type_, found[0], HOSTS) == found[0]


@pytest.mark.parametrize("type_", TYPES)
def test_other_values_stay_apart(type_: FieldType) -> None:
    found = [canonical(type_, values[0], HOSTS) for each, values in EQUAL if each is type_]
    assert len({repr(one) for one in found}) == len(found)


@pytest.mark.parametrize("type_", TYPES)
def test_secret_stands_for_its_text(type_: FieldType) -> None:
    assert canonical(type_, Secret("${env:A}", "12"), HOSTS) == canonical(type_, "12", HOSTS)


def test_a_digest_shows_a_change_and_nothing_else() -> None:
    one = digest(STANDARD["webhook"], "url", "https://secret.example")
    assert is_digest(one)
    assert "secret" not in one
    assert one == digest(STANDARD["webhook"], "url", "https://secret.example")
    assert one != digest(STANDARD["webhook"], "name", "https://secret.example")
    assert one != digest(STANDARD["webhook"], "url", "https://other.example")


def test_an_invalid_url_is_unchanged() -> None:
    assert canonical(PATH, "http://[x", HOSTS) == "http://[x"


@pytest.mark.parametrize("value", [False, 0, None, "", [], " , "])
def test_no_words_are_an_empty_set(value: object) -> None:
    assert canonical(SET, value, HOSTS) == ()


def test_a_page_keeps_signs_that_divide_an_address() -> None:
    """A shop may give a page the path `æ#ø`; its address has them encoded."""
    assert page_address("æ#ø") != page_address("æ#ø-x")
    assert page_address("a?x=1") != page_address("a?x=2")
    assert page_address("æ#ø") == folded("%C3%A6%23%c3%b8")
    assert page_address("r%C3%B8d") == page_address("rød")
