"""Values as lines of YAML, written as a person would."""

import re
import textwrap
from typing import Final

from shopform.config.format.printer import STEP, WIDTH
from shopform.config.read.project import Entry
from shopform.config.read.yaml_nodes import Mapping, Scalar
from shopform.config.write.quoting import may_be_plain
from shopform.config.write.text_edits import Edit, Plain, Source, may_be_literal, word
from shopform.kinds import Form
from shopform.kit.text import shorten
from shopform.model.values import Ref, Value

_LONG: Final = 40
_TOLD: Final = 240
_BLANKS: Final = re.compile(r"\s\s|[^\S ]")


def plain_of(value: Value) -> Plain:
    """A value as a scalar of the files: a reference as a key, with no placeholder in a text."""
    if isinstance(value, Ref):
        return value.address.keys[-1]
    if isinstance(value, str):
        return value.replace("${", "$${")
    return value if isinstance(value, int) else None


def bracketed(value: Value) -> str:
    """A value as it stands between brackets."""
    if isinstance(value, tuple):
        return f"[{', '.join(word(plain_of(str(each)), '', bracketed=True) for each in value)}]"
    return word(plain_of(value), "", bracketed=True)


def field(name: str, value: Value, form: Form, indent: int) -> list[str]:
    """The lines of one field: a text of several lines below `|`, a long one below `>-`."""
    if isinstance(value, tuple):
        return [f"{' ' * indent}{name}: {bracketed(value)}"]
    return _plain_field(name, plain_of(value), form, indent)


def inserted(
    source: Source, node: Mapping, behind: Entry, name: str, value: Plain, form: Form
) -> Edit | None:
    """The edit that adds a field behind an entry of a mapping; None where that is not simple."""
    key, before = behind
    written = source.written(before)
    if not written or not (isinstance(before, Scalar) or source.bracketed(before)):
        return None
    if source.bracketed(node):
        text = f", {name}: {word(value, '', bracketed=True)}"
        return Edit(source.end(before), source.end(before), text)
    last = before.span.end_line - 1
    if isinstance(before, Scalar) and written[0] in "|>":
        if "+" in source.line(before.span.line - 1)[before.span.column - 1 :]:
            return None
        last = _last_line(source, key, before)
    at = source.ends[last]
    lines = _plain_field(name, value, form, key.span.column - 1)
    return Edit(at, at, "".join(source.line_end + line for line in lines))


def _last_line(source: Source, key: Scalar, text: Scalar) -> int:
    """The last line of a text below `|` or `>` that is not blank."""
    last = text.span.line - 1
    for number in range(last + 1, len(source.starts)):
        line = source.line(number)
        if line.strip() and len(line) - len(line.lstrip(" ")) < key.span.column:
            break
        last = number if line.strip() else last
    return last


def _plain_field(name: str, text: Plain, form: Form, indent: int) -> list[str]:
    head = f"{' ' * indent}{name}: "
    if not isinstance(text, str):
        return [head + word(text, "", bracketed=False)]
    line = head + word(text, "", bracketed=False)
    pad = " " * (indent + STEP)
    rich = form is Form.HTML and not (may_be_plain(text, bracketed=False) and len(line) <= WIDTH)
    if ("\n" in text or rich) and may_be_literal(text):
        mark = "|" if rich or text.endswith("\n") else "|-"
        body = text.removesuffix("\n").split("\n")
        return [head + mark, *(pad + each if each else "" for each in body)]
    if len(line) > WIDTH and _foldable(text):
        wrapped = textwrap.wrap(
            text, WIDTH - len(pad), break_long_words=False, break_on_hyphens=False
        )
        return [f"{head}>-", *(pad + each for each in wrapped)]
    return [line]


def comment(text: str, indent: int) -> str:
    """A line for people. What a shop holds may be quoted in it, with no sign YAML refuses."""
    shown = (c if c.isprintable() else "\ufffd" for c in shorten(text, _TOLD))
    return " " * indent + "# " + "".join(shown)


def shortened(text: str) -> str:
    return shorten(text, _LONG)


def _foldable(text: str) -> bool:
    """Whether line breaks in place of single blanks mean the same below `>-`."""
    blanks = _BLANKS.search(text) or text != text.strip()
    return text.isprintable() and not blanks and " " in text
