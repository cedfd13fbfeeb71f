"""Pictures: declared by their bytes, known to the shop by id, description and weight.

The shop answers with cache addresses only and takes a list of operations, not a replacement
(dossier 4.6), so the state remembers which id holds which bytes.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from shopform.kinds import Form
from shopform.model.canonical import (
    canonical,
)
from shopform.model.values import Image, Value

Record = Mapping[str, object]
_TOLD = ("description", "weight")
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


@dataclass(slots=True)
class ImageDiff:
    """`operations` to send, and the `records` that the state keeps once they are done.

    A record has sha256, description, weight and id; id is None until the shop was read again.
    """

    operations: list[dict[str, object]] = field(default_factory=list)
    records: list[dict[str, object]] = field(default_factory=list)
    learned: bool = False


def is_operation(value: object) -> bool:
    """Whether a value is one of the operations that `compare` makes."""
    if not isinstance(value, Mapping):
        return False
    types = {name: type(part) for name, part in value.items()}
    told = types.pop("weight", int) in (int, float) and types.pop("description", str) is str
    if "file" in value:
        bytes_ = isinstance(value.get("sha256"), str) and _SHA256.match(str(value["sha256"]))
        return told and bool(bytes_) and types == {"file": str, "sha256": str}
    return told and types in ({"image_id": int}, {"image_id": int, "remove": int})


def shown(live: object) -> list[dict[str, object]]:
    """The shop's pictures in canonical form, without addresses."""
    items = [item for item in canonical(Form.IMAGES, live) if isinstance(item, Mapping)]  # type: ignore[attr-defined]
    return [
        {
            "id": canonical(Form.ID, item.get("image_id", item.get("id"))),
            "description": canonical(Form.TEXT, item.get("description")),
            "weight": canonical(Form.NUMBER, item.get("weight")),
        }
        for item in items
    ]


def compare(declared: Sequence[Image], remembered: Sequence[Record], live: object) -> ImageDiff:
    """What makes the shop's pictures those declared.

    Pictures that shopform did not put there are left alone, but one of the same description and
    weight is taken for one that would be added: its bytes cannot be read back, and it may be the
    work of a run that was cut off.
    """
    diff = ImageDiff()
    free = {item["id"]: item for item in shown(live)}
    known = [dict(record) for record in remembered]
    if live is None:
        free = {record["id"]: record for record in known if record["id"] is not None}
    for record in known:
        if record["id"] is None:
            record["id"] = _alike(free, record, taken={r["id"] for r in known})
            diff.learned = diff.learned or record["id"] is not None
    for image in declared:
        record = {"sha256": image.sha256, "description": image.description, "weight": image.weight}
        match = next((k for k in known if k["sha256"] == image.sha256 and k["id"] in free), None)
        if match:
            known.remove(match)
            found = match["id"]
        else:
            found = _alike(free, record, taken={k["id"] for k in known})
        diff.records.append({**record, "id": found})
        if found is None:
            diff.operations.append({"file": image.file, **record})
            continue
        held = free.pop(found)
        if (held["description"], held["weight"]) != (image.description, image.weight):
            diff.operations.append(
                {"image_id": found, "description": image.description, "weight": image.weight}
            )
    diff.operations += [{"image_id": k["id"], "remove": 1} for k in known if k["id"] in free]
    return diff


def are_recorded(operations: object, records: object) -> bool:
    """Whether the records are those of the operations: what is uploaded has no id yet."""
    found = _items(records)
    new = [{n: v for n, v in item.items() if n != "id"} for item in found if item.get("id") is None]
    sent = [{n: v for n, v in o.items() if n != "file"} for o in _items(operations) if "file" in o]
    whole = all(item.keys() == {"sha256", "id", *_TOLD} for item in found)
    return isinstance(records, tuple) and len(found) == len(records) and whole and new == sent


def expected(before: object, after: object) -> list[dict[str, object]]:
    """The operations that make one list of pictures of another, both as they are shown."""
    old, new = ([i for i in _items(side) if "file" not in i] for side in (before, after))
    held = {item.get("id"): item for item in old}
    edited = [item for item in new if item != held.get(item.get("id"))]
    kept = {item.get("id") for item in new}
    return [
        *(item for item in _items(after) if "file" in item),
        *({"image_id": i.get("id"), **{n: i.get(n) for n in _TOLD}} for i in edited),
        *({"image_id": number, "remove": 1} for number in held if number not in kept),
    ]


def _items(side: object) -> list[dict[str, object]]:
    listed = side if isinstance(side, list | tuple) else ()
    return [dict(item) for item in listed if isinstance(item, Mapping)]


def foreseen(diff: ImageDiff, live: object) -> tuple[dict[str, object], ...]:
    """The shop's pictures once the operations are done, as `shown`; new ones by their file."""
    told = {done["image_id"]: done for done in diff.operations if "image_id" in done}
    kept = [
        {name: told.get(item["id"], item).get(name, item[name]) for name in item}
        for item in shown(live)
        if "remove" not in told.get(item["id"], {})
    ]
    new = [
        {name: operation[name] for name in ("file", "sha256", "description", "weight")}
        for operation in diff.operations
        if "file" in operation
    ]
    return (*kept, *new)


def _alike(free: Mapping[object, Record], record: Record, taken: set[object]) -> object:
    for number, item in free.items():
        same = (item["description"], item["weight"]) == (record["description"], record["weight"])
        if same and number not in taken:
            return number
    return None


def learn(records: Sequence[Record], live: object) -> tuple[dict[str, object], ...]:
    """The records with the ids that new pictures were given, as far as the shop shows them."""
    free = {item["id"]: item for item in shown(live)}
    taken = {record["id"] for record in records if record["id"] is not None}
    learned = []
    for record in records:
        number = record["id"]
        if number is None:
            number = _alike(free, record, taken)
            taken.add(number)
        learned.append({**record, "id": number})
    return tuple(learned)


def declared_images(value: Value) -> tuple[Image, ...]:
    items = value if isinstance(value, tuple) else ()
    return tuple(item for item in items if isinstance(item, Image))


def as_data(item: object) -> object:
    return asdict(item) if isinstance(item, Image) else item
