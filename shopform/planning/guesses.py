"""Paths that the shop will make of the objects of a plan, foreseen. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from shopform.changes import Op, Step
from shopform.diagnostics import Span
from shopform.kinds import BY_NAME
from shopform.model import Address, Ref
from shopform.planning.draft import Draft
from shopform.planning.match import place
from shopform.planning.normalize import page_address
from shopform.planning.slugs import wanted


@dataclass(frozen=True, slots=True)
class Guess:
    """The path that a new object is likely to get, and the one that it would like to have."""

    step: Step
    wanted: str
    got: str


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
