"""How an OpenAPI document differs from the kinds, as JSON."""

from collections.abc import Iterable, Mapping
from typing import Any

from shopform.openapi.compare import DocumentComparison
from shopform.openapi.endpoints import operations_of
from shopform.openapi.propose import Proposal

FORMAT = "1.0"


def comparison_document(
    name: str,
    shop: str,
    found: DocumentComparison,
    proposals: Iterable[Proposal],
    wire: Mapping[str, object],
) -> dict[str, Any]:
    """Return the facts with what the document says of each, and what `--write` writes."""
    reading = found.reading
    return {
        "format_version": FORMAT,
        "shop": shop,
        "document": {
            "name": name,
            "title": reading.title,
            "version": reading.version,
            "format": reading.format,
        },
        "facts": [
            {
                "kind": each.kind,
                "fact": each.fact,
                "verdict": each.verdict,
                "shopform": each.ours,
                "document": each.theirs or None,
                "place": each.place or None,
                "grade": each.grade,
                "source": each.source,
            }
            for each in found.findings
        ],
        "columns": {
            kind: [{"name": c.name, "required": c.required, "place": c.place} for c in columns]
            for kind, columns in found.columns.items()
        },
        "endpoints": [_endpoint(each) for each in proposals],
        "problems": [{"place": place, "why": why} for place, why in reading.problems.items()],
        "wire": dict(wire),
    }


def _endpoint(proposal: Proposal) -> dict[str, Any]:
    endpoint = proposal.endpoint
    return {
        "endpoint": endpoint.name,
        "operations": [*dict.fromkeys(operations_of(endpoint))],
        "place": endpoint.place,
        "kind": {proposal.name: proposal.declaration} if proposal.declaration else None,
        "why_not": proposal.why_not or None,
    }
