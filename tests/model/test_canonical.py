import pytest

from shopform.kinds import Form
from shopform.model.canonical import canonical, digest, folded, is_digest, page_address
from shopform.model.values import Secret

HOSTS = frozenset({"demo.example", "www.demo.example"})

EQUAL: list[tuple[Form, tuple[object, ...]]] = [
    (Form.TEXT, ("", None, [], {})),
    # A shop that cuts texts by length may answer half an emoji, which no file and no hash takes.
    (Form.TEXT, ("a\ufffd", "a\ud83d", "a\ude42")),
    (Form.TEXT, ("a\nb", "a\r\nb", "a\rb")),
    (Form.TEXT, ("0123",)),
    (Form.TEXT, ("12", 12)),
    (Form.TEXT, (" a ",)),
    (Form.TEXT, ("a",)),
    (Form.HTML, ("<p>a</p>", " <p>a</p>\r\n", "\n<p>a</p>")),
    (Form.HTML, ("", None, " \n")),
    (Form.NUMBER, (0, "0", "", None, "0.0", False)),
    (Form.NUMBER, (10, "10", 10.0, "10.0")),
    (Form.NUMBER, (1.5, "1.5")),
    (Form.NUMBER, ("ten",)),
    (Form.FLAG, (True, 1, "1", "true", "yes", " TRUE ")),
    (Form.FLAG, (False, 0, "0", "", None, "false", "No", "off")),
    (Form.ID, (None, 0, "0", "", -1)),
    (Form.ID, (7, "7")),
    (Form.SET, (("a", "b"), ["b", "a"], "a,b", " b , a ,", ("a", "b", "a"))),
    (Form.SET, ((), None, "", [])),
    (Form.PATH, ("a/b", "/a/b", "//a/b"[1:], "https://demo.example/a/b", " /a/b ")),
    (Form.PATH, ("a?x=1", "http://WWW.demo.example/a?x=1", "//demo.example/a?x=1")),
    (Form.PATH, ("", "/", None, "https://demo.example/")),
    (Form.PATH, ("a?u=http://x.example", "/a?u=http://x.example")),
    (Form.PATH, ("https://other.example/a",)),
    (Form.PATH, ("https://other.example",)),
]


@pytest.mark.parametrize(("form", "values"), EQUAL)
def test_what_the_shop_calls_the_same_is_one_value(form: Form, values: tuple[object, ...]) -> None:
    found = [canonical(form, value, HOSTS) for value in values]
    assert all(one == found[0] and type(one) is type(found[0]) for one in found)
    assert canonical(form, found[0], HOSTS) == found[0]


@pytest.mark.parametrize("form", sorted({form for form, _ in EQUAL}))
def test_other_values_stay_apart(form: Form) -> None:
    found = [canonical(form, values[0], HOSTS) for each, values in EQUAL if each is form]
    assert len({repr(one) for one in found}) == len(found)


@pytest.mark.parametrize("form", [form for form in Form if form is not Form.IMAGES])
def test_secret_stands_for_its_text(form: Form) -> None:
    assert canonical(form, Secret("${env:A}", "12"), HOSTS) == canonical(form, "12", HOSTS)


def test_digest_tells_a_change_and_nothing_else() -> None:
    one = digest("webhook.a", "url", "https://secret.example")
    assert is_digest(one)
    assert "secret" not in one
    assert one == digest("webhook.b", "url", "https://secret.example")
    assert one != digest("webhook.a", "name", "https://secret.example")
    assert one != digest("webhook.a", "url", "https://other.example")


def test_what_is_no_address_is_kept_as_it_is() -> None:
    assert canonical(Form.PATH, "http://[x", HOSTS) == "http://[x"


@pytest.mark.parametrize("value", [False, 0, None, "", [], " , "])
def test_no_words_are_an_empty_set(value: object) -> None:
    assert canonical(Form.SET, value, HOSTS) == ()


def test_a_page_keeps_signs_that_divide_an_address() -> None:
    """A shop may give a page the path `æ#ø`; its address has them encoded."""
    assert page_address("æ#ø") != page_address("æ#ø-x")
    assert page_address("a?x=1") != page_address("a?x=2")
    assert page_address("æ#ø") == folded("%C3%A6%23%c3%b8")
    assert page_address("r%C3%B8d") == page_address("rød")
