"""A project with every kind and every field."""

from pathlib import Path
from typing import Any

from samples import PICTURE, with_samples

IMAGE = {"file": PICTURE, "description": "Herresko"}
CATEGORY = {
    "name": "Sko & støvler",
    "parent": "men",
    "in_menu": False,
    "is_online": False,
    "is_hidden": True,
    "weight": 30,
    "no_internal_search": True,
    "search": "sko",
    "sort_order": "random",
    "no_index": True,
    "tag": "sko",
    "empty_redir": "herre",
    "description_a": "<p>Sko</p>\n<p>til alle</p>\n",
    "description_b": " <p>Mere</p>\n",
    "meta_title": "Sko",
    "meta_description": "Alle sko",
    "canonical": "men",
    "meta": "a=1",
    "rewrite_url": "/herre/sko",
}


def full() -> dict[str, Any]:
    """Every kind and every field, each kind twice, equal names under different parents."""
    return with_samples(by_hand())


def by_hand() -> dict[str, Any]:
    """The kinds that the evidence says something odd of."""
    size = {"type": "valuelist", "is_variant": True, "has_price": False, "weight": 10}
    events = ["stock", "paid", "category"]
    return {
        "suppliers": {"a": {"name": "A", "dropshipping_mail": "a@x.example"}, "b": {"name": "B"}},
        "brands": {"a": {"name": "A"}, "b": {"name": "B"}},
        "profiles": {
            key: {
                "name": key.upper(),
                "attributes": {
                    "size": {"name": "Str.", **size, "values": ["36", "37"]},
                    "kind": {**size, "name": "Art", "values": {"x": {"val": "X", "tag": "x"}}},
                },
            }
            for key in ("shoes", "boots")
        },
        "categories": {
            "men": {"name": "Herre", "rewrite_url": "herre", "images": [IMAGE]},
            "women": {"name": "Dame", "parent": None},
            "men-shoes": CATEGORY,
            "women-shoes": {"name": CATEGORY["name"], "parent": "women"},
        },
        "redirects": {
            "x": {"source": "/gammel", "target": "/herre", "status": 302},
            "y": {"source": "gammel-sko", "target": "https://x.example/sko"},
        },
        "webhooks": {
            "x": {"url": "https://x.example/hook", "events": events},
            "y": {"url": "https://y.example/hook", "events": ["paid"]},
        },
    }


def draw(directory: Path, name: str = IMAGE["file"], content: bytes = b"picture") -> None:
    """Write a picture into the project."""
    path = directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
