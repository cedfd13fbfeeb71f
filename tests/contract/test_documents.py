"""A document has one form: what shopform writes is read, and nothing else that means the same."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from shopform.kinds.standard import STANDARD
from shopform.kit.documents import read, schema_of, write
from shopform.model.values import ADDRESS
from shopform.render.json.plan_schema import PlanDocument, plan_schema
from shopform.state.format import StateFile, state_schema
from shopform.state.records import RECORD_TYPES, Header, decode, encode
from shopform.workflow.records.run_history import RunRecord
from shopform.workflow.records.run_outcome import RunOutcome
from shopform.workflow.records.snapshot_file import SnapshotFile

SAMPLES = Path(__file__).parents[1] / "compatibility" / "samples"
TYPES: list[type] = [StateFile, Header, *RECORD_TYPES.values(), RunRecord, RunOutcome, PlanDocument]
TYPES += [SnapshotFile]
ABSENT = object()
NOTHINGS: tuple[object, ...] = (None, False, 0, "", [], {}, ABSENT)
EXAMPLES = {ADDRESS: "category.men", r"^1\.": "1.0", r"^1\.\d+$": "1.2"}
EXAMPLES |= {
    r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$": "2026-11-30T07:00:00Z",
    "^hmac-sha256:": "hmac-sha256:0",
}


def schema(kind: type) -> dict[str, Any]:
    return schema_of(kind, kind.__name__, "")


def example(part: dict[str, Any], whole: dict[str, Any]) -> Any:
    """A value with every key that the schema knows, and one item of each list and mapping."""
    if "$ref" in part:
        return example(whole["$defs"][part["$ref"].rpartition("/")[2]], whole)
    if "anyOf" in part:
        return example(next(p for p in part["anyOf"] if p.get("type") != "null"), whole)
    if "const" in part or "enum" in part:
        return part["const"] if "const" in part else part["enum"][0]
    match part.get("type"):
        case "integer":
            return 7
        case "boolean":
            return True
        case "array":
            items = part.get("prefixItems") or [part["items"]]
            return [example(item, whole) for item in items]
        case "object" if "properties" in part:
            return {name: example(each, whole) for name, each in part["properties"].items()}
        case "object":
            values, pattern = part["additionalProperties"], part.get("propertyNames", {})
            key = EXAMPLES.get(pattern.get("pattern", ""), "x")
            return {key: "x" if values is True else example(values, whole)}
    return EXAMPLES.get(part.get("pattern", ""), "x")


def keys(data: Any, part: dict[str, Any], whole: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """The path of every key that a type has, and not of those in values that may be anything."""
    if "$ref" in part:
        yield from keys(data, whole["$defs"][part["$ref"].rpartition("/")[2]], whole)
    for each in part.get("anyOf", ()):
        if each.get("type") != "null":
            yield from keys(data, each, whole)
    if isinstance(data, dict) and "properties" in part:
        for name, inner in part["properties"].items():
            yield (name,)
            yield from ((name, *path) for path in keys(data[name], inner, whole))
    elif isinstance(data, dict) and isinstance(part.get("additionalProperties"), dict):
        for name, held in data.items():
            yield from ((name, *path) for path in keys(held, part["additionalProperties"], whole))
    elif isinstance(data, list) and "items" in part:
        for number, held in enumerate(data):
            yield from ((number, *path) for path in keys(held, part["items"], whole))


def changed(data: Any, path: tuple[Any, ...], value: object) -> Any:
    copy = json.loads(json.dumps(data))
    holder = copy
    for name in path[:-1]:
        holder = holder[name]
    if value is ABSENT:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return copy


def again(kind: type, data: object) -> object:
    """What is written of what was read; None where it is refused."""
    try:
        found: object = read(kind, data)
    except ValueError:
        return None
    return write(kind, found)


@pytest.mark.parametrize("kind", TYPES)
def test_what_is_read_is_what_would_be_written(kind: type) -> None:
    """With null, false, zero and nothing for every key, and without it: refused, or the same."""
    whole = schema(kind)
    full = example(whole, whole)
    assert again(kind, full) == full
    validator = jsonschema.Draft202012Validator(whole)
    tried = list(keys(full, whole, whole))
    assert {path[0] for path in tried} == full.keys()
    for path in tried:
        for nothing in NOTHINGS:
            data = changed(full, path, nothing)
            found = again(kind, data)
            assert found is None or text_of(found) == text_of(data), (path, nothing)
            if path[-1] != "format_version":  # who reads it looks at it first
                assert validator.is_valid(data) is (found is not None), (path, nothing)


def text_of(data: object) -> str:
    """The text of the data: in Python, false and zero are equal."""
    return json.dumps(data, sort_keys=True)


def test_the_committed_schemas_are_those_of_the_reader() -> None:
    """But for the texts beside, and for what the kinds are called."""
    for kind, told in ((StateFile, state_schema()), (PlanDocument, plan_schema(STANDARD))):
        whole = schema(kind)
        assert whole["properties"].keys() == told["properties"].keys()
        assert whole["required"] == told["required"]


def documents_of_earlier_versions() -> Iterator[tuple[type, dict[str, Any]]]:
    for path in SAMPLES.rglob("state/*.json"):
        yield StateFile, json.loads(path.read_bytes())
    for path in SAMPLES.rglob("runs/*/*.json"):
        record = json.loads(path.read_bytes())
        yield from ((RunRecord, record), (PlanDocument, record["plan"]))
    for path in SAMPLES.rglob("*.plan"):
        yield PlanDocument, json.loads(path.read_bytes())


def test_what_earlier_versions_wrote_is_read_as_it_is() -> None:
    found = list(documents_of_earlier_versions())
    assert {kind for kind, _ in found} == {StateFile, RunRecord, PlanDocument}
    for kind, data in found:
        assert again(kind, data) == data
    lines = [line for p in SAMPLES.rglob("*.journal") for line in p.read_bytes().split(b"\n")]
    records = [line for line in lines if line and not line.startswith(b'{"format"')]
    assert len(records) > 15
    for line in records:
        assert encode(decode(line)) == line + b"\n"
