"""Predict the paths that the shop will choose for new objects. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from shopform.diagnostics import Span
from shopform.kinds import BY_NAME
from shopform.kit.url_paths import page_address
from shopform.model.plan import Op, Step
from shopform.model.slugs import wanted
from shopform.model.values import Address, Ref
from shopform.planning.matching.match import span_of
from shopform.planning.plan_builder import PlanDraft


@dataclass(frozen=True, slots=True)
class Prediction:
    """The path that a new object is likely to get, and the one its name would give.


    Both are empty if it is unknown what the shop does, `got` alone if a path is sent.
    """

    step: Step
    wanted: str
    got: str


def predictions(draft: PlanDraft, known: Mapping[str, object]) -> Iterator[Prediction]:
    """Yield the paths of objects that are created without one, in the order of their creation.

    That is the order of the files, each after the new objects it refers to. `known` are the
    paths that others will have.
    """
    taken = set(known)
    last: dict[str, str] = {}
    for step in _in_order(draft, _pathless(draft)):
        kind = BY_NAME[step.kind]
        first = wanted(kind, step.fields)
        # What a shop does with an empty path is unknown: it may keep it.
        if not first or kind.path in step.fields:
            yield Prediction(step, first, "")
            continue
        path = last.get(first, first)
        while page_address(path) in taken and kind.slug:
            path += kind.slug.taken.value
        last[first] = path
        taken.add(page_address(path))
        yield Prediction(step, first, path)


def _pathless(draft: PlanDraft) -> dict[str, Step]:
    found: dict[str, Step] = {}
    for step in draft.graph.steps.values():
        kind = BY_NAME[step.kind]
        if step.op is Op.CREATE and kind.slug and not step.fields.get(kind.path):
            found[step.key] = step
    return found


def _in_order(draft: PlanDraft, pathless: Mapping[str, Step]) -> Iterator[Step]:
    def place_of(step: Step) -> tuple[Span, Address]:
        return span_of(draft.desired, step.address) or Span("", 0, 0), step.address

    left = sorted(pathless.values(), key=place_of, reverse=True)
    passed: set[str] = set()
    done: set[str] = set()
    while left:
        step = left[-1]
        if step.key not in passed:
            passed.add(step.key)
            refs = [each.address for each in step.fields.values() if isinstance(each, Ref)]
            above = (draft.graph.steps.get(f"{ref}:{Op.CREATE}") for ref in refs)
            left += [each for each in above if each and each.key not in passed]
            continue
        left.pop()
        if step.key not in done and step.key in pathless:
            yield step
        done.add(step.key)
