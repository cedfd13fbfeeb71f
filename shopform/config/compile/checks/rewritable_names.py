"""Declared strings that a shop may store differently, and siblings that could then be equal."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from shopform.config.compile.declarations import Declaration
from shopform.config.read.yaml_nodes import field_node
from shopform.diagnostics import Collector, Span
from shopform.kinds import Kind
from shopform.model.canonical import identity_part
from shopform.model.desired import Desired
from shopform.model.name_similarity import skeleton
from shopform.model.values import Secret

SHOWN = 10  # warnings with one code; more are only counted
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")  # all but tabs and line breaks
Related = tuple[tuple[str, Span], ...]


def check_rewritable(
    declarations: Iterable[Declaration], desired: Desired, collector: Collector
) -> None:
    """Warn of strings that a shop may trim, normalize or strip."""
    warnings = _Warnings(collector)
    siblings: dict[tuple[object, ...], Declaration] = {}
    for declaration in declarations:
        for name, value in desired.resources[declaration.address].fields.items():
            text = value.text if isinstance(value, Secret) else value
            if not isinstance(text, str):
                continue
            why = _rewritten(declaration.kind, name, text)
            if why and name not in declaration.wrong:
                warnings.add(
                    "string-rewritten",
                    declaration,
                    name,
                    f"`{name}` of `{declaration.address}` {why}: a shop may store it differently",
                    hint="write it as the shop should store it",
                )
        _compare(declaration, desired, siblings, warnings)
    warnings.report_counts()


class _Warnings:
    """Reports the first warnings of each code, and counts the others."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector
        self._found: Counter[str] = Counter()

    def add(
        self,
        code: str,
        declaration: Declaration,
        name: str,
        summary: str,
        *,
        hint: str,
        related: Related = (),
    ) -> None:
        self._found[code] += 1
        if self._found[code] <= SHOWN:
            span, address = _place(declaration, name), declaration.address
            self._collector.warning(
                code, summary, hint=hint, span=span, related=related, address=address
            )

    def report_counts(self) -> None:
        for code, count in self._found.items():
            if count > SHOWN:
                self._collector.warning(code, f"and {count - SHOWN:,} more of these")


def _place(declaration: Declaration, name: str) -> Span:
    return (field_node(declaration.node, name) or declaration.key).span


def _rewritten(kind: Kind, name: str, text: str) -> str:
    printable = text.isprintable()
    if printable and text.isascii() and text == text.strip():
        return ""
    if not printable and _CONTROL.search(text):
        return f"contains the control character U+{ord(min(_CONTROL.findall(text))):04X}"
    if not unicodedata.is_normalized("NFC", text):
        return "is not in Unicode form NFC"
    # A block scalar of YAML ends with a line feed.
    inner = text if name in kind.identity else text.strip("\r\n")
    padded = not kind.type(name).rich and inner != inner.strip()
    return "begins or ends with white space" if padded else ""


def _label(declaration: Declaration, desired: Desired) -> object:
    name = declaration.kind.identity[-1]
    value = desired.resources[declaration.address].fields.get(name)
    return identity_part(declaration.kind.type(name), value)


def _compare(
    declaration: Declaration,
    desired: Desired,
    siblings: dict[tuple[object, ...], Declaration],
    warnings: _Warnings,
) -> None:
    """Warn of siblings that differ only in what shops rewrite."""
    resource, kind = desired.resources[declaration.address], declaration.kind
    name = kind.identity[-1]
    if kind.route or isinstance(resource.fields.get(name), Secret):  # paths are checked elsewhere
        return
    others = [str(resource.fields.get(each)) for each in kind.identity[:-1]]
    bare = skeleton(str(_label(declaration, desired)))
    first = siblings.setdefault(
        (declaration.kind.name, resource.parent, *others, bare), declaration
    )
    if first is declaration or _label(first, desired) == _label(declaration, desired):
        return
    warnings.add(
        "identity-alike",
        declaration,
        name,
        f"`{first.address}` and `{declaration.address}` differ only in what shops rewrite",
        hint="a shop that does so cannot distinguish them: change one",
        related=((f"`{first.address}`", _place(first, name)),),
    )
