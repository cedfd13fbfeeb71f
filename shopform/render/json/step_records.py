"""Steps and what the state remembers as JSON that is read back: the half of a plan that runs."""

from collections.abc import Mapping
from typing import Any

from shopform.model.plan import Step
from shopform.model.prior import Entry
from shopform.model.values import Ref, Secret

Document = dict[str, Any]


def tagged(value: object) -> Any:
    """A value of a step as JSON that can be told apart when it is read back."""
    if isinstance(value, Ref):
        return {"$ref": str(value.address)}
    if isinstance(value, Secret):
        return {"$secret": value.source}
    if isinstance(value, list | tuple):
        return [tagged(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): tagged(item) for key, item in value.items()}
    return value


def entry(record: Entry) -> Document:
    return {
        "id": record.id,
        "identity": tagged(record.identity),
        "sent": tagged(record.sent),
        "stored": tagged(record.stored),
        "parent": str(record.parent) if record.parent else None,
        "depends_on": list(map(str, record.depends_on)),
        "protect": record.protect,
        "keep": record.keep,
        "origin": record.origin,
        "unclaimed": list(record.unclaimed),
        "made": record.made,
    }


def recorded(step: Step) -> Document:
    """Only what says something: an absent key is the field's default."""
    deliver = step.deliver
    parts: Document = {
        "key": step.key,
        "op": str(step.op),
        "address": str(step.address),
        "id": step.id,
        "parent": str(step.parent.address) if step.parent else None,
        "fields": tagged(step.fields),
        "entry": entry(step.entry) if step.entry else None,
        "previous": str(step.previous) if step.previous else None,
        "after": list(step.after),
        "confirm": step.confirm,
        "temporary": step.temporary,
        "linking": step.linking,
        "importing": step.importing,
        "children": list(step.children),
        "deliver": {"file": deliver.file, "command": list(deliver.command)} if deliver else None,
    }
    said = {name: part for name, part in parts.items() if part not in (None, False, [], {})}
    return said if step.counted is None else {**said, "counted": step.counted}
