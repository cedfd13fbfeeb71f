"""Declared strings that a shop may store differently, and siblings that could then be equal."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from shopform.config.compile.declarations import Declaration
from shopform.config.read.yaml_nodes import child
from shopform.diagnostics import Collector, Span
from shopform.kinds import Kind
from shopform.model.canonical import identity_part
from shopform.model.desired import Desired
from shopform.model.name_similarity import skeleton
from shopform.model.values import Secret

SHOWN = 10  # warnings with one code; more are only counted
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")  # all but tabs and line breaks
Related = tuple[tuple[str, Span], ...]


def check_rewritable(drafts: Iterable[Declaration], desired: Desired, collector: Collector) -> None:
    """Warn of strings that a shop may trim, normalize or strip."""
    warnings = _Warnings(collector)
    siblings: dict[tuple[object, ...], Declaration] = {}
    for draft in drafts:
        for name, value in desired.resources[draft.address].fields.items():
            text = value.text if isinstance(value, Secret) else value
            if not isinstance(text, str) or name in draft.wrong:
                continue
            why = _rewritten(draft.kind, name, text)
            if why:
                warnings.add(
                    "string-rewritten",
                    draft,
                    name,
                    f"`{name}` of `{draft.address}` {why}, which a shop may store differently",
                    hint="write it as the shop should store it",
                )
        _compare(draft, desired, siblings, warnings)
    warnings.report_counts()


class _Warnings:
    """Reports the first warnings of each code, and counts the others."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector
        self._found: Counter[str] = Counter()

    def add(
        self,
        code: str,
        draft: Declaration,
        name: str,
        summary: str,
        *,
        hint: str,
        related: Related = (),
    ) -> None:
        self._found[code] += 1
        if self._found[code] <= SHOWN:
            span, address = _place(draft, name), draft.address
            self._collector.warning(
                code, summary, hint=hint, span=span, related=related, address=address
            )

    def report_counts(self) -> None:
        for code, count in self._found.items():
            if count > SHOWN:
                self._collector.warning(code, f"and {count - SHOWN:,} more of these")


def _place(draft: Declaration, name: str) -> Span:
    return (child(draft.node, name) or draft.key).span


def _rewritten(kind: Kind, name: str, text: str) -> str:
    if text.isprintable() and text.isascii() and text == text.strip():
        return ""
    if _CONTROL.search(text):
        return f"contains the control character U+{ord(min(_CONTROL.findall(text))):04X}"
    if not unicodedata.is_normalized("NFC", text):
        return "is not in Unicode form NFC"
    # A block scalar of YAML ends with a line feed.
    inner = text if name in kind.identity else text.strip("\r\n")
    padded = not kind.type(name).rich and inner != inner.strip()
    return "begins or ends with white space" if padded else ""


def _label(draft: Declaration, desired: Desired) -> object:
    name = draft.kind.identity[-1]
    value = desired.resources[draft.address].fields.get(name)
    return identity_part(draft.kind.type(name), value)


def _compare(
    draft: Declaration,
    desired: Desired,
    siblings: dict[tuple[object, ...], Declaration],
    warnings: _Warnings,
) -> None:
    """Warn of siblings that differ only in what shops rewrite."""
    resource, kind = desired.resources[draft.address], draft.kind
    name = kind.identity[-1]
    if kind.route or isinstance(resource.fields.get(name), Secret):  # paths are checked elsewhere
        return
    others = [str(resource.fields.get(each)) for each in kind.identity[:-1]]
    bare = skeleton(str(_label(draft, desired)))
    first = siblings.setdefault((draft.kind.name, resource.parent, *others, bare), draft)
    if first is draft or _label(first, desired) == _label(draft, desired):
        return
    warnings.add(
        "identity-alike",
        draft,
        name,
        f"`{first.address}` and `{draft.address}` differ only in what shops rewrite",
        hint="a shop that does so cannot distinguish them: change one",
        related=((f"`{first.address}`", _place(first, name)),),
    )
