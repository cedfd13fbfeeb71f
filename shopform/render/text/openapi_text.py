"""Render how an OpenAPI document differs from the kinds as text."""

from collections.abc import Iterable, Iterator

from shopform.diagnostics import plural, printable
from shopform.kit.text import join_first
from shopform.openapi.compare import ComparedFact, DocumentComparison, Verdict
from shopform.openapi.endpoints import operations_of
from shopform.openapi.propose import Proposal

SHOWN = 20  # problems, and names in a line


def render_comparison(name: str, found: DocumentComparison, proposals: Iterable[Proposal]) -> str:
    """Render the differences by kind; what is confirmed is counted."""
    return "\n".join(map(printable, _lines(name, found, [*proposals])))


def _lines(name: str, found: DocumentComparison, proposals: list[Proposal]) -> Iterator[str]:
    reading = found.reading
    title = " ".join(filter(None, (reading.title, reading.version)))
    yield f"{name}: {', '.join(filter(None, (title, reading.format)))}"
    yield ""
    for kind in dict.fromkeys(each.kind for each in found.findings):
        yield from _kind(kind, [each for each in found.findings if each.kind == kind], found)
    yield from _others(proposals)
    if reading.problems:
        yield ""
        yield f"Not read ({plural(len(reading.problems), 'place')}):"
        for place, why in [*reading.problems.items()][:SHOWN]:
            yield f"  {place}: {why}"
        if len(reading.problems) > SHOWN:
            yield f"  and {len(reading.problems) - SHOWN:,} more"
    yield ""
    counts = (f"{_count(found.findings, each)} {each}" for each in Verdict)
    yield f"Facts: {', '.join(counts)}."


def _kind(kind: str, facts: list[ComparedFact], found: DocumentComparison) -> Iterator[str]:
    endpoint = facts[0]
    if endpoint.verdict is Verdict.UNKNOWN:
        yield f"{kind}: the document has no `/{endpoint.ours}`"
        return
    numbers = (f"{n} {verdict}" for verdict in Verdict if (n := _count(facts, verdict)))
    yield f"{kind} (/{endpoint.theirs}): {', '.join(numbers)}"
    for each in facts:
        if each.verdict is Verdict.CONTRADICTED:
            yield f"  contradicted  {_fact(each)}: {_said(each)}  ({each.place})"
    columns = (
        f"{c.name} (required)" if c.required else c.name for c in found.columns.get(kind, ())
    )
    for word, names in (
        ("unknown", [_fact(each) for each in facts if each.verdict is Verdict.UNKNOWN]),
        ("not modelled", [*columns]),
    ):
        if names:
            yield f"  {word:<12}  {join_first(names, SHOWN)}"


def _others(proposals: list[Proposal]) -> Iterator[str]:
    if not proposals:
        return
    yield ""
    yield "Endpoints without a kind:"
    for each in proposals:
        done = ", ".join(dict.fromkeys(operations_of(each.endpoint))) or "nothing"
        then = f"not proposed: {each.why_not}" if each.why_not else f"kind `{each.name}` proposed"
        yield f"  /{each.endpoint.name}  ({done})  {then}"


def _fact(each: ComparedFact) -> str:
    return each.fact.removeprefix("fields.")


def _said(each: ComparedFact) -> str:
    """Return what the document says instead."""
    return each.theirs if each.fact.startswith("fields.") else f"{each.theirs}, not {each.ours}"


def _count(facts: Iterable[ComparedFact], verdict: Verdict) -> int:
    return sum(each.verdict is verdict for each in facts)
