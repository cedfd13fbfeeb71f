"""Messages as values: what is wrong, where, and what to do."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypedDict, Unpack

# A line of a file as it is written, or the cells of a table's row.
Line = str | tuple[str, ...]


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A place in a file; lines and columns count from 1, the end is exclusive.

    In a table it is a row, with the header as the first, and the number of a cell.
    """

    file: str
    line: int
    column: int
    end_line: int = 0
    end_column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One message. `code` is stable and may be matched by scripts; texts may change."""

    severity: Severity
    code: str
    summary: str
    detail: str = ""
    hint: str = ""
    span: Span | None = None
    related: tuple[tuple[str, Span], ...] = ()
    address: str = ""


class Particulars(TypedDict, total=False):
    """What a message may have beside its code and summary."""

    detail: str
    hint: str
    span: Span | None
    related: tuple[tuple[str, Span], ...]
    address: str


def error(code: str, summary: str, **more: Unpack[Particulars]) -> Diagnostic:
    return Diagnostic(severity=Severity.ERROR, code=code, summary=summary, **more)


def warning(code: str, summary: str, **more: Unpack[Particulars]) -> Diagnostic:
    return Diagnostic(severity=Severity.WARNING, code=code, summary=summary, **more)


@dataclass(slots=True)
class Collector:
    """Gathers everything that is wrong in one phase, so that all of it is told at once."""

    diagnostics: list[Diagnostic] = field(default_factory=list)

    def error(self, code: str, summary: str, **more: Unpack[Particulars]) -> None:
        self.diagnostics.append(error(code, summary, **more))

    def warning(self, code: str, summary: str, **more: Unpack[Particulars]) -> None:
        self.diagnostics.append(warning(code, summary, **more))

    @property
    def failed(self) -> bool:
        return any(d.severity is Severity.ERROR for d in self.diagnostics)

    def sorted(self) -> tuple[Diagnostic, ...]:
        """By place, those without a place last, so that the order does not depend on hashing."""
        return tuple(
            sorted(
                self.diagnostics,
                key=lambda d: (d.span is None, d.span or Span("", 0, 0), d.code, d.summary),
            )
        )

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self.diagnostics)
