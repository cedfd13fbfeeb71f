"""Strings in Markdown with nothing active in them: no markup, mention, reference or link."""

import re

from shopform.render.text.style import printable

_NOWHERE = "&#8203;"  # a blank without width: what it splits is no mention and no link any more
_ACTIVE = re.compile(r"[\\*_\[\]|~$!^]")
_AT_THE_START = re.compile(r"\A(\s*\d*)([-+=#.)])")
_LINKED = re.compile(r"(?<=[@#:])(?=[\w/])|(?<=www)(?=\.)|(?<=GH)(?=-\d)", re.IGNORECASE)
_RUN = re.compile(r"`+")


def prose(text: str) -> str:
    """A sentence of shopform's, on one line; what it has between backticks becomes code."""
    pieces = printable(" ".join(text.split())).split("`")
    if len(pieces) % 2 == 0:
        return plain("`".join(pieces))
    spans = (code(p) if number % 2 else plain(p) for number, p in enumerate(pieces))
    return "".join(spans)


def plain(text: str) -> str:
    """Escape a string for running text, where it is shown as it stands."""
    marked = _LINKED.sub("\0", printable(text))
    marked = marked.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    marked = _ACTIVE.sub(r"\\\g<0>", marked).replace("`", "&#96;")
    return _AT_THE_START.sub(r"\1\\\2", marked).replace("\0", _NOWHERE)


def code(text: str) -> str:
    """Format a string as a code span. A pipe would end a table's cell, so it is not for tables."""
    shown = printable(text)
    if not shown.strip():
        return plain(f"`{shown}`")
    ticks = "`" * (longest_run(shown) + 1)
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"


def longest_run(text: str) -> int:
    """How many backticks stand in a row at most."""
    return max(map(len, _RUN.findall(text)), default=0)


def link(label: str, url: str) -> str:
    """A link to a web page. Whatever could end the address early is written as an escape."""
    address = "".join(c if c.isalnum() or c in _PLAIN_IN_URL else _percent(c) for c in url)
    return f"[{plain(label)}](<{address}>)"


_PLAIN_IN_URL = "-._~:/?#[]@!$&'()*+,;=%"


def _percent(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "replace"))
