"""Images: declared by their bytes, and returned by the shop as id, description and weight.

The shop returns only cache URLs and accepts a list of operations, not a replacement (dossier 4.6),
so the state records the digest of each id's bytes.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Final

from shopform.kinds.field_types.base import (
    NO_HOSTS,
    Load,
    Operations,
    Unreadable,
    records_of,
    text_of,
)
from shopform.kinds.field_types.number import id_of, number_of

Record = Mapping[str, object]
_DESCRIBED: Final = ("description", "weight")
_SHA256: Final = re.compile(r"[0-9a-f]{64}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image from a file, with the SHA-256 of its bytes (hex)."""

    file: str
    sha256: str
    description: str = ""
    weight: int = 0


class Images(Unreadable):
    """A list of images; others in the shop are unmanaged.

    An operation adds a `file`, or changes or removes the image with an `image_id`. A record has
    sha256, description, weight and id; id is None until the shop is read again.
    """

    name: ClassVar[str] = "images"
    sent_as: ClassVar[tuple[str, ...]] = ("array",)
    shown_as: ClassVar[tuple[str, ...]] = ("array",)
    listed: ClassVar[bool] = True
    unreadable: ClassVar[str] = "the bytes of an image cannot be read back"

    def annotation(self) -> Any:
        from shopform.kinds.spec import ImageSpec

        return list[ImageSpec]

    def parse(self, written: Any, load: Load) -> Any:
        """Load the images; the default weight is the position in the list times ten."""
        if written is None:
            return None
        images: list[Image] = []
        for number, item in enumerate(written):
            found = load(number, item["file"])
            if found is None:
                continue
            path, content = found
            weight = item.get("weight")
            images.append(
                Image(
                    file=path,
                    sha256=hashlib.sha256(content).hexdigest(),
                    description=item.get("description", ""),
                    weight=10 * (number + 1) if weight is None else weight,
                )
            )
        return tuple(images)

    def canonical(self, value: object, hosts: frozenset[str] = NO_HOSTS) -> object:
        return tuple(value) if isinstance(value, list | tuple) else ()

    def is_sendable(self, value: object) -> bool:
        return isinstance(value, tuple) and all(map(_is_operation, value))

    def compare(self, declared: object, records: object, live: object) -> Operations:
        """Return the operations that make the shop's images those declared.

        Images that shopform did not add are unmanaged. But one with the description and weight of
        an image to add is adopted: an interrupted run may have added it, and its bytes cannot be
        read back.
        """
        result = Operations()
        free = {item["id"]: item for item in self.shown(live)}
        without_id = free.pop(None, None)
        known = records_of(records)
        for record in known:
            if record["id"] is None:
                record["id"] = _alike(free, record, taken={r["id"] for r in known})
        for image in _declared(declared):
            record = {n: p for n, p in asdict(image).items() if n != "file"}
            added = {**record, "id": None}
            if added in known and without_id:  # sent, and no id was shown since
                known.remove(added)
                result.records.append(added)
                continue
            match = next(
                (k for k in known if k["sha256"] == image.sha256 and k["id"] in free), None
            )
            if match:
                known.remove(match)
                found = match["id"]
            else:
                found = _alike(free, record, taken={k["id"] for k in known})
            result.records.append({**record, "id": found})
            if found is None:
                result.send.append({"file": image.file, **record})
                continue
            held = free.pop(found)
            if (held["description"], held["weight"]) != (image.description, image.weight):
                described = {name: record[name] for name in _DESCRIBED}
                result.send.append({"image_id": found, **described})
        result.send += [{"image_id": k["id"], "remove": 1} for k in known if k["id"] in free]
        return result

    def shown(self, live: object) -> tuple[dict[str, object], ...]:
        """Return the shop's images in canonical form, without URLs."""
        return tuple(
            {
                "id": id_of(item.get("image_id", item.get("id"))),
                "description": text_of(item.get("description")),
                "weight": number_of(item.get("weight")),
            }
            for item in records_of(live)
        )

    def declared(self, value: object) -> tuple[object, ...]:
        items = value if isinstance(value, tuple) else ()
        return tuple(asdict(item) if isinstance(item, Image) else item for item in items)

    def recorded(self, records: object) -> tuple[dict[str, object], ...]:
        found = records_of(records)
        return tuple({n: part for n, part in r.items() if n != "sha256"} for r in found)

    def foreseen(self, operations: Operations, live: object) -> tuple[dict[str, object], ...]:
        """Return the shop's images after the operations; new ones have a file and no id."""
        edits = {done["image_id"]: done for done in operations.send if "image_id" in done}
        kept = [
            {name: edits.get(item["id"], item).get(name, item[name]) for name in item}
            for item in self.shown(live)
            if "remove" not in edits.get(item["id"], {})
        ]
        new = [
            {name: operation[name] for name in ("file", "sha256", *_DESCRIBED)}
            for operation in operations.send
            if "file" in operation
        ]
        return (*kept, *new)

    def expected(self, before: object, after: object) -> list[dict[str, object]]:
        sides = records_of(before), records_of(after)
        there = ([i for i in side if "file" not in i] for side in sides)
        old, new = ([i for i in side if i.get("id") is not None] for side in there)
        held = {item.get("id"): item for item in old}
        edited = [item for item in new if item != held.get(item.get("id"))]
        kept = {item.get("id") for item in new}
        return [
            *(item for item in sides[1] if "file" in item),
            *({"image_id": i.get("id"), **{n: i.get(n) for n in _DESCRIBED}} for i in edited),
            *({"image_id": number, "remove": 1} for number in held if number not in kept),
        ]

    def learn(
        self, records: object, live: object, *, whole: bool = False
    ) -> tuple[dict[str, object], ...]:
        found = records_of(records)
        free = {item["id"]: item for item in self.shown(live)}
        for record in found if whole and live is not None else ():
            record["id"] = record["id"] if record["id"] in free else None
        taken = {record["id"] for record in found if record["id"] is not None}
        for record in found:
            if record["id"] is None:
                record["id"] = _alike(free, record, taken)
                taken.add(record["id"])
        return tuple(found)

    def current(self, records: object, live: object) -> tuple[dict[str, object], ...]:
        held = {item["id"]: item for item in self.shown(live) if item["id"]}
        return tuple(
            {**record, **held.get(record["id"], {})}
            for record in records_of(records)
            if record["id"] is None or record["id"] in held
        )

    def has_more(self, records: object, live: object) -> bool:
        return len(self.shown(live)) > len(records_of(records))

    def untraced(self, before: object, after: object) -> list[dict[str, object]]:
        later = [*map(_content, records_of(after))]
        return [r for r in records_of(before) if r["id"] is None and _content(r) not in later]

    def restorable(
        self, records: object, live: object, files: Mapping[str, str]
    ) -> tuple[object, ...]:
        """Return the images that the shop still has, or whose bytes are in a file."""
        held = {item["id"] for item in self.shown(live)} - {None}
        known: list[Any] = records_of(records)
        return tuple(
            Image(
                file=files.get(record["sha256"], ""),
                sha256=record["sha256"],
                description=record["description"],
                weight=record["weight"],
            )
            for record in known
            if record["sha256"] in files or record["id"] in held
        )

    def are_recorded(self, operations: object, records: object, before: object) -> bool:
        """Whether the records are those of the operations; new images have no id yet.

        Images before without an id stay as they are, or are all sent again.
        """
        found, sent = records_of(records), records_of(operations)
        added = [record for record in found if record.get("id") is None]
        new = [*added]
        for record in records_of(before):
            if record in new:
                new.remove(record)
        files = [
            {n: v for n, v in o.items() if n != "file"} | {"id": None} for o in sent if "file" in o
        ]
        whole = all(item.keys() == {"sha256", "id", *_DESCRIBED} for item in found)
        same = isinstance(records, tuple) and len(found) == len(records)
        return same and whole and files in (new, added)

    def pending(
        self, operations: object, records: object, live: object
    ) -> list[Mapping[str, object]]:
        arrived = [_content(r) for r in self.learn(records, live) if r["id"] is not None]
        return [each for each in records_of(operations) if _content(each) not in arrived]

    def adds(self, operations: object) -> bool:
        return any("image_id" not in each for each in records_of(operations))


def _declared(value: object) -> list[Image]:
    items = value if isinstance(value, tuple) else ()
    return [item for item in items if isinstance(item, Image)]


def _content(record: Record) -> tuple[object, ...]:
    return tuple(record.get(name) for name in ("sha256", *_DESCRIBED))


def _is_operation(value: object) -> bool:
    if not isinstance(value, Mapping):
        return False
    types = {name: type(part) for name, part in value.items()}
    described = types.pop("weight", int) in (int, float)
    described &= types.pop("description", str) is str
    if "file" in value:
        bytes_ = isinstance(value.get("sha256"), str) and _SHA256.match(str(value["sha256"]))
        return described and bool(bytes_) and types == {"file": str, "sha256": str}
    return described and types in ({"image_id": int}, {"image_id": int, "remove": int})


def _alike(free: Mapping[object, Record], record: Record, taken: set[object]) -> object:
    for number, item in free.items():
        same = all(item[name] == record[name] for name in _DESCRIBED)
        if same and number not in taken:
            return number
    return None
