"""Random shops copied into an empty one that says everything otherwise."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from shops import CATALOGUE, IDS, KINDS, Seed, shops, switches
from support import memory
from two_shops import OTHER_IDS, TwoShops, two_shops

from shopform.model.canonical import canonical
from shopform.sandbox import Sandbox

gate = settings(
    max_examples=4,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    report_multiple_bugs=False,
    database=None,
    suppress_health_check=list(HealthCheck),
)
wide = settings(gate, max_examples=200, derandomize=False, phases=list(Phase))
MAPPED = ("--rewrite", "x.example=x.example", "--rewrite", "y.example=z.example")
# What a copy may leave to the other shop: a path that is taken, and what it cannot read.
FREE = {"rewrite_url", "images"}


@contextmanager
def opened(seed: Seed, first: Mapping[str, str], other: Mapping[str, str]) -> Iterator[TwoShops]:
    names = dict(zip(("source", "target"), first["redirect_names"].split(","), strict=False))
    redirects = [{names.get(n, n): text for n, text in row.items()} for row in seed["redirect"]]
    # An empty shop is sent the names that the copied one shows: it is one platform.
    ids = {name: 20_000 + 100 * place for place, name in enumerate(IDS)}
    words = {**other, "redirect_names": first["redirect_names"]}
    with (
        tempfile.TemporaryDirectory(dir=memory()) as folder,
        two_shops(
            Path(folder),
            {**seed, "redirect": redirects},
            first={"switches": first, "catalogue": CATALOGUE},
            other={"switches": words, "first_ids": ids | OTHER_IDS, "catalogue": CATALOGUE},
            kinds=KINDS,
        ) as found,
    ):
        yield found


def rows(shop: Sandbox, kind: str) -> dict[int, dict[str, Any]]:
    return {int(next(iter(row.values()))): row for row in shop.data(kind)}


def assert_alike(one: TwoShops) -> None:
    """Everything that is remembered is like what it was copied from, reference by reference."""
    memory_ = one.memory()
    ids = {(a.split(".")[0], e["origin"]): e["id"] for a, e in memory_.items()}
    for address, entry in memory_.items():
        kind = CATALOGUE[address.split(".")[0]]
        old, new = (rows(s, kind.name)[entry[n]] for s, n in ((one.old, "origin"), (one.new, "id")))
        if old.get(kind.fixed):
            assert new[kind.fixed]
            continue
        # What the other shop makes of a text it was sent is its own affair.
        for name in set(entry["sent"]) - set(entry.get("stored", {})) - FREE - set(kind.local):
            wire = kind.fields[name].wire
            if wire not in old or wire not in new:
                continue
            type_ = kind.type(name)
            was, now = (canonical(type_, row[wire]) for row in (old, new))
            if type_.targets:
                was = type_.with_links(was, lambda target, number: ids[target, number])
            elif isinstance(was, str):
                was = was.replace("y.example", "z.example")
            assert now == was, (address, name)


def copied_and_settled(one: TwoShops) -> None:
    before = one.old.app.state()
    one.clone(*MAPPED)
    assert_alike(one)
    one.settled("clone", *MAPPED)
    if one.memory():
        one.settled("promote", *MAPPED)
    assert one.old.app.state() == before


@gate
@given(seed=shops(), first=switches, other=switches)
def test_second_copy_is_empty(seed: Seed, first: dict[str, str], other: dict[str, str]) -> None:
    with opened(seed, first, other) as one:
        copied_and_settled(one)


@pytest.mark.wide
@wide
@given(seed=shops(), first=switches, other=switches)
def test_second_copy_is_empty_whatever_the_shops(
    seed: Seed, first: dict[str, str], other: dict[str, str]
) -> None:
    with opened(seed, first, other) as one:
        copied_and_settled(one)
