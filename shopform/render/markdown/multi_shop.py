"""Render several shops in one document: Markdown for a comment, JSON for programs."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from shopform.diagnostics import Diagnostic
from shopform.model.plan import Plan
from shopform.render.json.events import diagnostic
from shopform.render.json.plan_document import sealed
from shopform.render.markdown.byte_budget import size
from shopform.render.markdown.escaping import link, plain
from shopform.render.markdown.excerpts import note_part
from shopform.render.markdown.page import mark, section_of
from shopform.render.text.multi_shop import ShopRow, cells, counted

FORMAT = "1.0"
_ALL = 1 << 40


@dataclass(frozen=True, slots=True)
class ShopResult:
    """One shop in the document: its row, and its plan or the errors."""

    row: ShopRow
    plan: Plan | None
    why: tuple[Diagnostic, ...] = ()
    exit_code: int = 0


def shops_json(results: Sequence[ShopResult], exit_code: int) -> str:
    """Render each shop's plan or errors, and the exit code of the run."""
    shops = {each.row.shop: sealed(each.plan) if each.plan else _error(each) for each in results}
    found = {"format_version": FORMAT, "shops": shops, "exit_code": exit_code}
    return json.dumps(found, ensure_ascii=False)


def _error(each: ShopResult) -> Mapping[str, object]:
    notes = [diagnostic(one)["diagnostic"] for one in each.why]
    return {"error": {"exit_code": each.exit_code, "diagnostics": notes}}


def shops_markdown(
    results: Sequence[ShopResult], name: str, *, max_bytes: int, url: str = ""
) -> str:
    """Render a table of all shops and a section for each, in at most `max_bytes` of UTF-8.

    It is longer only if the table, the errors and the deletes alone are. `name` identifies the
    comment, so that it can be updated.
    """
    rows = [each.row for each in results]
    head = [mark(name), f"## {counted(rows)}", "", *_table(rows)]
    head += ["", link("The whole report", url)] if url else []
    failed = {n: _failed(each) for n, each in enumerate(results) if not each.plan}
    sections = {
        n: section_of(each.plan, plain(each.plan.basis.shop), max_bytes)
        for n, each in enumerate(results)
        if each.plan
    }
    room = max_bytes - size(head) - sum(map(size, failed.values())) - len(results)
    shares = _shares(sections, room)
    parts = (failed.get(n) or [sections[n](shares[n])] for n in range(len(results)))
    return "\n\n".join("\n".join(part) for part in (head, *parts))


def _shares(sections: Mapping[int, Callable[[int], str]], room: int) -> dict[int, int]:
    """Return the bytes for each section; those that need less leave more to the others."""
    needs = {n: size([section(_ALL)]) for n, section in sections.items()}
    if sum(needs.values()) <= room:
        return needs
    least = {n: min(needs[n], size([section(0)])) for n, section in sections.items()}
    low, high = 0, max(needs.values())
    while low < high:
        level = (low + high + 1) // 2
        taken = sum(max(least[n], min(level, need)) for n, need in needs.items())
        low, high = (level, high) if taken <= room else (low, level - 1)
    return {n: min(low, need) for n, need in needs.items()}


def _failed(each: ShopResult) -> list[str]:
    notes = [line for one in each.why for line in note_part(one).levels[-1]]
    return [f"### {plain(each.row.shop)}: {each.row.verdict}", "", *notes]


def _table(rows: Sequence[ShopRow]) -> list[str]:
    shops, *numbers, verdicts = cells(rows)
    lines = zip(map(plain, shops), *numbers, verdicts, strict=True)
    head, *body = [f"| {' | '.join(line)} |" for line in lines]
    return [head, f"|---|{'--:|' * len(numbers)}---|", *body]
