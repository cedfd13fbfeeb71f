"""The shop's rewriting of strings."""

import html
import re
import unicodedata
from urllib.parse import urlsplit, urlunsplit

from shopform.sandbox.messages import Refusal

DANISH = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ä": "ae", "ö": "oe", "ü": "u", "ß": "ss"})


def slug(name: str) -> str:
    """Return the path made from a name. Danish letters: OBS, 4.5."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(DANISH))
    return re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode()).strip("-")


def rich(text: str, mode: str) -> str:
    """Rewrite HTML: line breaks become CRLF (OBS, 5.1) and outer whitespace is removed.

    `clean` also writes tags in lower case and each paragraph on its own line.
    """
    if mode == "keep":
        return text
    text = text.strip()
    if mode == "clean":
        text = re.sub(r"</?[A-Za-z][A-Za-z0-9]*", lambda tag: tag.group().lower(), text)
        text = re.sub(r"</p>\s*(?=<)", "</p>\n", text)
    return re.sub(r"\r\n|\r|\n", "\r\n", text)


def rewrite_name(text: str, mode: str) -> str:
    match mode:
        case "fold":
            return " ".join(unicodedata.normalize("NFC", text).split())
        case "lower":
            return text.lower()
        case "decode":
            return html.unescape(text)
        case "encode":
            return html.escape(text, quote=False)
        case "cut":
            return text[:16].strip()
        case "sign":
            return re.sub(r"[^\x00-\x7f]", "?", text)
    return text


def path(text: str, mode: str, host: str) -> str:
    """Return a URL of the shop without host and leading slash, and others unchanged.

    Raises Refusal for an invalid URL.
    """
    try:
        parts = urlsplit(text)
    except ValueError:
        raise Refusal(400, "not a URL") from None
    if mode == "keep" or (parts.netloc and parts.hostname != host):
        return text
    rest = urlunsplit(("", "", parts.path.lstrip("/"), parts.query, parts.fragment))
    return f"/{rest}" if mode == "slash" else rest
