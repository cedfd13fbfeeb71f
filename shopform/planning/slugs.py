"""Paths that the shop makes: foreseen where a kind's table says how. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from shopform.changes import Op, Step
from shopform.diagnostics import Span
from shopform.kinds import BY_NAME, Kind
from shopform.model import Address, Ref
from shopform.planning.draft import Draft
from shopform.planning.match import place
from shopform.planning.normalize import page_address


@dataclass(frozen=True, slots=True)
class Guess:
    """The path that a new object is likely to get, and the one that it would like to have."""

    step: Step
    wanted: str
    got: str


def wanted(kind: Kind, fields: Mapping[str, object]) -> str:
    """The path that the shop makes of an object's fields; empty where it is not known how."""
    slug = kind.policy.slug
    text = fields.get(slug.source) if slug else None
    if slug is None or not isinstance(text, str):
        return ""
    letters: dict[str, str | int | None] = {**slug.letters.value}
    plain = text.lower().translate(str.maketrans(letters))
    plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")


def appended(kind: Kind, wanted_: object, held: object) -> bool:
    """Whether a path is another one with what the shop appends where that is taken."""
    slug = kind.policy.slug
    if slug is None or not isinstance(held, str) or not isinstance(wanted_, str) or not wanted_:
        return False
    return held != wanted_ and base(kind, held, wanted_) == wanted_


def base(kind: Kind, path: str, at_most: str = "") -> str:
    """A path without what the shop appends to one that is taken."""
    taken = kind.policy.slug.taken.value if kind.policy.slug else ""
    while taken and path != at_most and path.endswith(taken):
        path = path.removesuffix(taken)
    return path


def guesses(draft: Draft, known: Mapping[str, object]) -> Iterator[Guess]:
    """The paths of objects that are created without one, in the order in which they are created:
    parents first, then as the files have them. `known` are the paths that others will have."""
    taken = set(known)
    last: dict[str, str] = {}
    steps = list(_pathless(draft))
    depths = _depths(draft, steps)

    def order(step: Step) -> tuple[int, Span, Address]:
        return depths[step.key], place(draft.desired, step.address) or Span("", 0, 0), step.address

    for step in sorted(steps, key=order):
        kind = BY_NAME[step.kind]
        first = wanted(kind, step.fields)
        path = last.get(first, first)
        while first and page_address(path) in taken and kind.policy.slug:
            path += kind.policy.slug.taken.value
        if first:
            last[first] = path
            taken.add(page_address(path))
            yield Guess(step, first, path)


def _pathless(draft: Draft) -> Iterator[Step]:
    for step in draft.graph.steps.values():
        policy = BY_NAME[step.kind].policy
        if step.op is Op.CREATE and policy.slug and policy.path not in step.fields:
            yield step


def _depths(draft: Draft, steps: Iterable[Step]) -> dict[str, int]:
    """How many new objects each lies below, by its step."""
    depths: dict[str, int] = {}
    for step in steps:
        chain: list[str] = []
        at: Step | None = step
        while at and at.key not in depths and at.key not in chain[:1]:
            chain.append(at.key)
            refs = (at.fields.get(name) for name in BY_NAME[at.kind].policy.identity)
            above = next((value.address for value in refs if isinstance(value, Ref)), None)
            at = draft.graph.steps.get(f"{above}:{Op.CREATE}") if above else None
        start = depths.get(at.key, 0) if at else 0
        for number, key in enumerate(reversed(chain), 1):
            depths[key] = start + number
    return depths
