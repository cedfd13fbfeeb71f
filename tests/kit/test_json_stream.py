"""Long lists of a document are written item by item."""

import json
import tracemalloc
from collections.abc import Iterator
from typing import Any

from shopform.kit.json_stream import Entries, Items, complete, encode


def numbers(size: int) -> Items:
    def make() -> Iterator[dict[str, Any]]:
        return ({"number": number, "text": "æ" * 100} for number in range(size))

    return Items(make)


def test_what_is_written_is_the_whole_document() -> None:
    data = {"a": 1, "b": {"list": numbers(3), "none": Items(tuple), "x": {"y": None}}, "ø": [2]}
    whole = complete(data)
    assert [each["number"] for each in whole["b"]["list"]] == [0, 1, 2]
    assert (whole["b"]["none"], whole["b"]["x"], whole["ø"]) == ([], {"y": None}, [2])
    assert b"".join(encode(data)) == json.dumps(whole).encode() + b"\n"
    assert b"".join(encode({"plain": [1]})) == b'{"plain": [1]}\n'


def test_items_have_lists_of_their_own_and_mappings_are_made_item_by_item() -> None:
    parts = Items(lambda: ({"kind": kind, "objects": numbers(2)} for kind in "ab"))
    entries = Entries({"x": 1, "y": {"z": []}}.items)
    data = {"lists": parts, "state": {"resources": entries}}
    whole = complete(data)
    assert [len(each["objects"]) for each in whole["lists"]] == [2, 2]
    assert whole["state"]["resources"] == {"x": 1, "y": {"z": []}}
    assert b"".join(encode(data)) == json.dumps(whole).encode() + b"\n"


def test_memory_does_not_grow_with_the_list() -> None:
    def peak(size: int) -> tuple[int, int]:
        tracemalloc.start()
        try:
            written = sum(map(len, encode({"list": numbers(size)})))
            return written, tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    (small, once), (large, twice) = peak(20_000), peak(40_000)
    assert large > 1.9 * small > 20_000_000
    assert twice < 1.1 * once < small
