"""HTML built from pieces that cannot be mixed up: texts are escaped, markup is not."""

from collections.abc import Iterable
from html import escape

from shopform.render.text.style import printable

_VOID = frozenset({"br", "hr", "input", "meta"})


class Markup(str):
    """HTML as it stands in the page. Only `element` and trusted constants make it."""

    __slots__ = ()


Child = str | Iterable[str] | None


def element(tag: str, *children: Child, **attributes: str | bool | None) -> Markup:
    """An element. Children that are not Markup are escaped, with what cannot be seen spelled out.

    In names of attributes `_` stands for `-`, and one at the end is dropped (`class_`). `True` is
    an attribute without a value; `None` and `False` leave it out.
    """
    given = "".join(_attribute(key, text) for key, text in attributes.items())
    inside = "".join(map(_inside, children))
    return Markup(f"<{tag}{given}>" if tag in _VOID else f"<{tag}{given}>{inside}</{tag}>")


def safe(text: str) -> Markup:
    """The text as markup; Markup stays as it is."""
    return text if isinstance(text, Markup) else Markup(escape(printable(text)))


def sentence(text: str) -> Markup:
    """A sentence of shopform's; what it has between backticks becomes code."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        return safe(text)
    return joined(element("code", p) if number % 2 else p for number, p in enumerate(pieces))


def joined(parts: Iterable[str]) -> Markup:
    return Markup("".join(map(safe, parts)))


def _inside(child: Child) -> str:
    if child is None:
        return ""
    return safe(child) if isinstance(child, str) else joined(child)


def _attribute(key: str, text: str | bool | None) -> str:
    name = key.removesuffix("_").replace("_", "-")
    if text is None or text is False:
        return ""
    return f" {name}" if text is True else f' {name}="{escape(printable(text))}"'
