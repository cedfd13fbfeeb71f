"""Render diagnostics for the places where forges and editors show them: beside the line of a file.

`within` is the project's folder inside the repository, empty for its root: all three formats name
files by their path from that root.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import quote

from shopform import __version__
from shopform.diagnostics import Diagnostic, Severity, Span, printable

# GitHub shows 10 annotations of a level for each step and drops the others without a message:
# https://github.com/actions/toolkit/blob/main/docs/problem-matchers.md#limitations
PER_STEP: Final = 10
# Code Quality and code scanning refuse an entry without a place.
_PROJECT: Final = Span("shopform.yaml", 1, 1)
_SARIF_SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def github_commands(diagnostics: Iterable[Diagnostic], within: str) -> str:
    """Render workflow commands of GitHub Actions, a line each; call it once for each step.

    Of more than 10 errors or warnings, the last annotation has the number of those left out.
    Syntax: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
    """
    found = _distinct(diagnostics)
    return "\n".join(
        line
        for severity in Severity
        for line in _commands([each for each in found if each.severity is severity], within)
    )


def sarif(diagnostics: Iterable[Diagnostic], within: str) -> str:
    """Render a SARIF 2.1.0 log, which GitHub's code scanning and editors read."""
    found = _distinct(diagnostics)
    codes = sorted({each.code for each in found})
    driver = {
        "name": "shopform",
        "version": __version__,
        "rules": [{"id": code} for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(each, codes.index(each.code), within) for each in found],
    }
    return _json({"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]})


def code_quality(diagnostics: Iterable[Diagnostic], within: str) -> str:
    """Render a report for GitLab: https://docs.gitlab.com/ci/testing/code_quality/.

    A fingerprint does not depend on the line, so that a message that moved is not a new one.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    return _json([_issue(each, within, seen) for each in _distinct(diagnostics)])


def _distinct(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return each diagnostic once: several shops report the same of the files they share."""
    return list(dict.fromkeys(diagnostics))


def _commands(found: list[Diagnostic], within: str) -> Iterable[str]:
    shown = found if len(found) <= PER_STEP else found[: PER_STEP - 1]
    for each in shown:
        properties = {"title": each.code}
        if each.span:
            properties = {"file": _path(each.span, within), **_lines(each.span), **properties}
        listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
        yield f"::{each.severity} {listed}::{_data(_message(each))}"
    if left := len(found) - len(shown):
        yield f"::{found[0].severity} title=more::{left:,} more are in the log of this step"


def _lines(span: Span) -> dict[str, str]:
    """Return the properties of a place; `endColumn` is of use within one line only."""
    lines = {"line": str(span.line)}
    if _cell(span):
        return lines
    lines["col"] = str(span.column)
    if span.end_line == span.line and span.end_column > span.column:
        lines["endColumn"] = str(span.end_column)
    return lines


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _result(each: Diagnostic, index: int, within: str) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": each.code,
        "ruleIndex": index,
        "level": str(each.severity),
        "message": {"text": _message(each)},
        "locations": [_location(each.span or _PROJECT, within)],
    }
    if each.related:
        result["relatedLocations"] = [
            {**_location(span, within), "message": {"text": printable(text)}}
            for text, span in each.related
        ]
    return result


def _location(span: Span, within: str) -> dict[str, Any]:
    region = {"startLine": span.line}
    if not _cell(span):
        region["startColumn"] = span.column
        if (span.end_line, span.end_column) > (span.line, span.column):
            region |= {"endLine": span.end_line, "endColumn": span.end_column}
    where = {"artifactLocation": {"uri": quote(_path(span, within))}, "region": region}
    return {"physicalLocation": where}


def _issue(each: Diagnostic, within: str, seen: Counter[tuple[str, ...]]) -> dict[str, Any]:
    span = each.span or _PROJECT
    path = _path(span, within)
    what = (each.code, path, each.address, each.summary)
    seen[what] += 1
    return {
        "description": _message(each),
        "check_name": each.code,
        "fingerprint": hashlib.sha256(repr((*what, seen[what])).encode()).hexdigest(),
        "severity": "major" if each.severity is Severity.ERROR else "minor",
        "location": {"path": path, "lines": {"begin": span.line}},
    }


def _message(each: Diagnostic) -> str:
    hint = f"hint: {each.hint}" if each.hint else ""
    parts = [each.summary, *each.detail.splitlines(), hint]
    return "\n".join(printable(part) for part in parts if part)


def _path(span: Span, within: str) -> str:
    """Return the path of a file from the root of the repository."""
    if span.file.startswith("/"):
        return span.file
    parts: list[str] = []
    for part in f"{within}/{span.file}".split("/"):
        if part == ".." and parts:
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _cell(span: Span) -> bool:
    """Return whether a place is a cell of a table: its number is not a column of the file."""
    return not span.file.lower().endswith((".yaml", ".yml"))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
