"""What is kept of a shop's answers: shapes without values, which a sandbox can behave as."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from shopform.doctor.questions import Answer
from shopform.doctor.readings import REFUSED, Readings, Recorded, is_name, is_whole
from shopform.kit.documents import Document
from shopform.model.json_values import JSON_TYPES

FORMAT = "1.1"  # 1.0 has no `id` and `list_key` of kinds


class RecordedKind(NamedTuple):
    """Names of a kind; without objects it has no `id` and no `keys`, which are with JSON types."""

    endpoint: str
    id: str
    list_key: str
    keys: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Recording:
    """How a shop behaves.

    `words` are the answers by question, `possible` those that are still open. `missing` are the
    endpoints that it does not have, `denied` those that the key may not `read` or `write`. `kinds`
    are the names of each kind that was read.
    """

    words: Mapping[str, str] = field(default_factory=dict)
    possible: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    kinds: Mapping[str, RecordedKind] = field(default_factory=dict)


def recorded(seen: Readings, answers: Iterable[Answer], version: str) -> dict[str, Any]:
    """Return the document: keys and types of JSON, statuses and words, and no value of an object.

    Keys that may be data, such as ids and titles, are left out.
    """
    given = list(answers)
    return {
        "format_version": FORMAT,
        "recorded_by": version,
        "answers": {a.question.name: a.finding.word for a in given if a.finding.word},
        "possible": {
            a.question.name: list(a.finding.fits)
            for a in given
            if a.finding.fits and not a.finding.word
        },
        "missing": sorted(_endpoints(seen, "GET", (404, 410))),
        "denied": sorted(
            f"{endpoint}:{right}"
            for right, method in (("read", "GET"), ("write", "POST"))
            for endpoint in _endpoints(seen, method, REFUSED)
        ),
        "kinds": {kind.name: _kind(kind.name, seen) for kind in seen.catalogue.kinds},
        "exchanges": [_exchange(one) for one in seen.exchanges],
        "usage_headers": sorted({name for one in seen.exchanges for name in one.usage}),
    }


def _endpoints(seen: Readings, method: str, statuses: tuple[int, ...]) -> Iterator[str]:
    """Yield the endpoints, by their usual names, whose lists or creates have such a status."""
    for kind in seen.catalogue.kinds:
        made = seen.of("list", "create", kind=kind.name)
        if any(one.method == method and one.status in statuses for one in made):
            yield kind.wire.endpoint.value


def _kind(name: str, seen: Readings) -> dict[str, Any]:
    listed = seen.listing(name)
    return {
        "endpoint": seen.surfaces[name].endpoint,
        "id": seen.id_key(name),
        "list_key": listed.key if listed else "",
        "objects": len(listed.items) if listed else None,
        "whole": listed is not None and is_whole(listed),
        "keys": _keys(seen.items(name)),
    }


def _keys(items: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    types: dict[str, set[str]] = {}
    for item in items:
        for key, value in item.items():
            if is_name(key):
                types.setdefault(key, set()).add(JSON_TYPES[type(value)])
    return {key: sorted(found) for key, found in types.items()}


def _exchange(one: Recorded) -> dict[str, Any]:
    return {
        "step": one.step,
        "kind": one.kind,
        "method": one.method,
        "status": one.status,
        "form": one.form,
        "body": _shape(one.body),
        "sent": sorted(filter(is_name, one.sent)),
    }


def _shape(body: object) -> Any:
    """Return the keys and types of a body, of one object in it, or of the first items of a list."""
    if isinstance(body, list):
        return [_keys(item for item in body if isinstance(item, dict))]
    if not isinstance(body, dict):
        return None
    return {
        key: _shape(value) if isinstance(value, dict | list) else JSON_TYPES[type(value)]
        for key, value in body.items()
        if is_name(key)
    }


def recording_of(document: Document) -> Recording:
    """Return what a document has recorded. Raises ValueError for one of another form."""
    if str(document.get("format_version", "")).partition(".")[0] != FORMAT.partition(".")[0]:
        raise ValueError("its format is not known")
    words, possible = document.get("answers"), document.get("possible")
    missing, denied = document.get("missing"), document.get("denied")
    if not isinstance(words, dict) or not isinstance(possible, dict):
        raise ValueError("it has no answers")
    if not isinstance(missing, list) or not isinstance(denied, list):
        raise ValueError("it has no endpoints")
    return Recording(
        {str(name): str(word) for name, word in words.items()},
        {str(name): tuple(map(str, found)) for name, found in possible.items()},
        tuple(map(str, missing)),
        tuple(map(str, denied)),
        {str(name): _kind_of(each) for name, each in document.get("kinds", {}).items()},
    )


def _kind_of(given: Mapping[str, Any]) -> RecordedKind:
    keys = {str(key): tuple(map(str, types)) for key, types in given.get("keys", {}).items()}
    endpoint, number, list_key = (str(given.get(n, "")) for n in ("endpoint", "id", "list_key"))
    return RecordedKind(endpoint, number, list_key, keys)
