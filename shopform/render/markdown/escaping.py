"""Escape strings for Markdown, so that no markup, mention, reference or link is active."""

import re

from shopform.render.text.style import printable

_ZERO_WIDTH = "&#8203;"  # a zero-width space, which breaks mentions and links
_ACTIVE = re.compile(r"[\\*_\[\]|~$!^]")
_AT_THE_START = re.compile(r"\A(\s*\d*)([-+=#.)])")
_LINKED = re.compile(r"(?<=[@#:])(?=[\w/])|(?<=www)(?=\.)|(?<=GH)(?=-\d)", re.IGNORECASE)
_RUN = re.compile(r"`+")


def prose(text: str) -> str:
    """Format a message on one line, with code spans for what is between backticks."""
    pieces = printable(" ".join(text.split())).split("`")
    if len(pieces) % 2 == 0:
        return plain("`".join(pieces))
    spans = (code(p) if number % 2 else plain(p) for number, p in enumerate(pieces))
    return "".join(spans)


def plain(text: str) -> str:
    marked = _LINKED.sub("\0", printable(text))
    marked = marked.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    marked = _ACTIVE.sub(r"\\\g<0>", marked).replace("`", "&#96;")
    return _AT_THE_START.sub(r"\1\\\2", marked).replace("\0", _ZERO_WIDTH)


def code(text: str) -> str:
    """Format a string as a code span; not for tables, where a pipe would end the cell."""
    shown = printable(text)
    if not shown.strip():
        return plain(f"`{shown}`")
    ticks = "`" * (longest_run(shown) + 1)
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"


def longest_run(text: str) -> int:
    return max(map(len, _RUN.findall(text)), default=0)


def link(label: str, url: str) -> str:
    """Format a link to a web page, with characters escaped that could end the URL early."""
    address = "".join(c if c.isalnum() or c in _PLAIN_IN_URL else _percent(c) for c in url)
    return f"[{plain(label)}](<{address}>)"


_PLAIN_IN_URL = "-._~:/?#[]@!$&'()*+,;=%"


def _percent(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "replace"))
