"""Open the OpenAPI document of a vendor: a file or an https address, JSON or YAML."""

import json
import re
from pathlib import Path
from typing import Any, Final, NamedTuple

from shopform import __version__, files
from shopform.config.read.node_builder import parse
from shopform.config.read.yaml_nodes import Mapping, Node, Scalar
from shopform.diagnostics import Collector, Span, error
from shopform.errors import ConfigError, ShopError, UsageError
from shopform.kit.text import HALF
from shopform.kit.url_paths import without_secrets

LARGEST: Final = 20_000_000  # bytes
LARGEST_YAML: Final = 5_000_000  # characters; YAML takes fifty times as long as JSON
SECONDS: Final = 60.0
_ADDRESS: Final = re.compile("https?://", re.IGNORECASE)
_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,17})?")
_WORDS: Final[dict[str, Any]] = {"true": True, "false": False, "null": None, "~": None, "": None}


class VendorDocument(NamedTuple):
    """A parsed document. `problems` are what was not read, by place."""

    name: str
    content: Any
    problems: dict[str, str]


def open_document(directory: Path, source: str) -> VendorDocument:
    """Return the document of a file, relative to `directory`, or of an address.

    No key is sent. Raises UsageError for a file that cannot be read, ShopError for an address, and
    ConfigError for a document that cannot be parsed.
    """
    if _ADDRESS.match(source):
        name, data = without_secrets(source), _download(source)
    else:
        name = source
        with files.reporting(directory / source, UsageError):
            data = files.read_typed(directory, source, at_most=LARGEST + 1)
        if len(data) > LARGEST:
            raise UsageError(f"`{source}` is larger than {LARGEST:,} bytes")
    return _parsed(name, data)


def _download(url: str) -> bytes:
    from shopform.shop.http_client import download, open_https

    shown = without_secrets(url)
    refused = UsageError(
        f"`{shown}` is not an https address", hint="`http://` is for this machine only"
    )
    headers = {"User-Agent": f"shopform/{__version__}", "Accept": "application/json, */*"}
    with open_https(url, refused, headers=headers) as http:
        found = download(http, url, largest=LARGEST, seconds=SECONDS)
    if isinstance(found, str):
        hint = "open it in a browser, save it, and pass the file"
        raise ShopError(f"cannot read `{shown}`: {found}", hint=hint)
    return found


def _parsed(name: str, data: bytes) -> VendorDocument:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        column = problem.start - data.rfind(b"\n", 0, problem.start)
        raise _invalid(name, "it is not UTF-8", Span(name, line, column)) from None
    first = text.lstrip()[:1]
    if first == "<":
        hint = "pass the address of the document that the page loads, such as `swagger.json`"
        raise ConfigError(f"`{name}` is a page of HTML", hint=hint)
    if first in ("{", "["):
        return VendorDocument(name, _json(name, text), {})
    if len(text) > LARGEST_YAML:
        hint = "convert it to JSON"
        raise ConfigError(f"`{name}` has more than {LARGEST_YAML:,} characters of YAML", hint=hint)
    collector = Collector()
    root = parse(text, name, collector)
    problems = {str(each.span or name): each.summary for each in collector}
    return VendorDocument(name, _plain(root, {}), problems)


def _json(name: str, text: str) -> Any:
    try:
        content = json.loads(text)
        if "\\ud" in text.lower():  # half a character cannot be printed or written to a file
            whole = json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
            content = json.loads(whole)
        return content
    except json.JSONDecodeError as problem:
        place = Span(name, problem.lineno, problem.colno)
        raise _invalid(name, f"it is not JSON: {problem.msg.lower()}", place) from None
    except RecursionError:
        raise _invalid(name, "it is nested too deeply", Span(name, 1, 1)) from None
    except ValueError:
        raise _invalid(name, "it has a number with too many digits", Span(name, 1, 1)) from None


def _invalid(name: str, why: str, place: Span) -> ConfigError:
    summary = f"`{name}` cannot be read: {why}"
    return ConfigError(diagnostics=[error("openapi-invalid", summary, span=place)])


def _plain(node: Node | None, known: dict[int, Any]) -> Any:
    """Return the data of a node; an alias is the same object as what it stands for."""
    if node is None or isinstance(node, Scalar):
        return _scalar(node) if node else None
    if id(node) not in known:
        if isinstance(node, Mapping):
            entries = ((_whole(key), each) for key, (_, each) in node.entries.items())
            known[id(node)] = {key: _plain(each, known) for key, each in entries}
        else:
            known[id(node)] = [_plain(each, known) for each in node.items]
    return known[id(node)]


def _whole(text: str) -> str:
    return text if text.isascii() else HALF.sub("\ufffd", text)


def _scalar(node: Scalar) -> Any:
    text = _whole(node.text)
    if not node.plain:
        return text
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text
