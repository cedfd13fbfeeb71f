"""Images of an object: requests have operations, responses have images (4.6)."""

import base64
import hashlib
from typing import Any

from shopform.sandbox.behaviour.columns import Column, ColumnType, flag, number, show_number
from shopform.sandbox.behaviour.rewriting import slug
from shopform.sandbox.messages import Refusal
from shopform.sandbox.store import Row

COUNTED = Column(ColumnType.NUMBER, cast=False)  # ids and weights are strings (K-cap)


def operate(row: Row, owner: int, given: object) -> None:
    """Execute the operations of a request in order; other images are unchanged (M-svc, D1)."""
    if given is None:
        return
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise Refusal(400, "images must be a list of objects")
    kept = {each["image_id"]: each for each in row["images"]}
    for each in given:
        if each.get("image_id"):
            _change(kept, number("image_id", each["image_id"]), each)
        else:
            row["_images"] = row.get("_images", 0) + 1
            weight = max((old["weight"] for old in kept.values()), default=0) + 10
            new = {"image_id": owner * 1000 + row["_images"], "weight": weight}
            new |= {"description": "", "variant_name": None, "sha256": _content(each)}
            kept[new["image_id"]] = new | _described(each)
    row["images"] = sorted(kept.values(), key=lambda each: (each["weight"], each["image_id"]))


def _change(kept: dict[int, Row], wanted: int, given: dict[str, Any]) -> None:
    if wanted not in kept:
        raise Refusal(400, f"image_id {wanted} does not exist")
    if flag("remove", given.get("remove") or 0):
        del kept[wanted]
        return
    kept[wanted] = kept[wanted] | _described(given)
    if given.get("data") or given.get("url"):
        kept[wanted] |= {"sha256": _content(given)}


def _described(given: dict[str, Any]) -> Row:
    changes: Row = {}
    if given.get("weight") is not None:
        changes["weight"] = number("weight", given["weight"])
    if given.get("description") is not None:
        changes["description"] = str(given["description"])
    return changes


def _content(given: dict[str, Any]) -> str:
    """Return the hash of the image, or of its URL if the shop would have to fetch it."""
    if given.get("data"):
        try:
            return hashlib.sha256(base64.b64decode(str(given["data"]), validate=True)).hexdigest()
        except ValueError:
            raise Refusal(400, "data is not base64") from None
    if str(given.get("url") or "").startswith(("http://", "https://")):
        return hashlib.sha256(repr(given["url"]).encode()).hexdigest()
    raise Refusal(400, "an image needs data, a url or an image_id")


def shown(kept: list[Row], origin: str, typing: str) -> list[Row]:
    return [
        {
            "image_id": show_number(each["image_id"], typing, COUNTED),
            "weight": show_number(each["weight"], typing, COUNTED),
            "description": each["description"],
            "url": f"{origin}/cache/{'/'.join(str(each['image_id']))}/"
            f"{slug(each['description']) or 'image'}-800x800.jpg",
            "variant_name": each["variant_name"],
        }
        for each in kept
    ]
