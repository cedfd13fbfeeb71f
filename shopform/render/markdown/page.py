"""Render a plan as Markdown, for a comment on a pull request.

Drift and deletes come first and are never folded, and deletes are always named. Everything else
is shown as far as it fits, the most important first; omitted parts are counted.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape

from shopform.diagnostics import plural
from shopform.model.plan import Action, Plan
from shopform.render.markdown.byte_budget import Part, Topic, size, spend
from shopform.render.markdown.escaping import code, link, longest_run, prose
from shopform.render.markdown.excerpts import (
    ALL,
    FIELDS,
    NAME,
    STRINGS,
    change_part,
    deletion_part,
    note_part,
)
from shopform.render.plan_summary import (
    DESTROYED,
    change_counts,
    coverage,
    drifted,
    own_counts,
    planned,
    render_calls,
    verdict,
    wire_names,
)

WORDS = {
    Action.CREATE: "create",
    Action.UPDATE: "update",
    Action.DELETE: "deletion",
    Action.REPLACE: "replacement",
    Action.FORGET: "removal from the state",
    Action.NO_OP: "edit of the state",
}
# The order in which details are shown if not everything fits.
_STAGES = (
    *((Topic.ERROR, 1), (Topic.DRIFT, NAME), (Topic.CHANGE, NAME), (Topic.WARNING, 1)),
    *((Topic.CREATE, NAME), (Topic.DELETION, 1)),
    *((Topic.CHANGE, FIELDS), (Topic.ERROR, 2), (Topic.WARNING, 2)),
    *((Topic.DRIFT, FIELDS), (Topic.CREATE, FIELDS)),
    *((topic, STRINGS) for topic in (Topic.CHANGE, Topic.CREATE, Topic.DRIFT)),
    *((Topic.FIELDS_LOST, level) for level in (NAME, FIELDS, STRINGS, ALL)),
    *((topic, ALL) for topic in (Topic.CHANGE, Topic.CREATE, Topic.DRIFT)),
)
# Bytes reserved for the sentences on omitted parts, and for the frame of each block.
_SENTENCES = 900
_FRAME = 60


def render_markdown(plan: Plan, *, max_bytes: int = 65_536, url: str = "") -> str:
    """Render a plan in at most `max_bytes` of UTF-8, a final line break included.

    The first line is an HTML comment that names the shop, by which a comment can be found and
    updated. The output is longer than `max_bytes` only if the deletes alone are, and says so.
    `url` is the address of the whole report. No string of the plan is active as markup, mention,
    reference or link.
    """
    return _Page(plan, url, max_bytes).fitted(max_bytes)


def section_of(plan: Plan, title: str, limit: int) -> Callable[[int], str]:
    """Return a function that renders the plan as a section in a given number of bytes.

    The section begins with `title` as a heading; `limit` are the bytes of the whole page.
    """
    return _Page(plan, "", limit, title).fitted


def mark(shop: str) -> str:
    """Return the HTML comment that identifies the page of a shop."""
    name = re.sub(r"[^\w.-]+", "-", shop)
    return f"<!-- shopform plan {name} -->"


def _parts(plan: Plan) -> Iterator[Part]:
    yield from map(note_part, plan.diagnostics)
    for change, style in planned(plan):
        if change.action in DESTROYED:
            yield deletion_part(plan.catalogue[change.kind], change, style)
            yield change_part(Topic.FIELDS_LOST, change, style)
        else:
            created = change.action is Action.CREATE
            yield change_part(Topic.CREATE if created else Topic.CHANGE, change, style)
    yield from (change_part(Topic.DRIFT, change, style) for change, style in drifted(plan))


@dataclass(slots=True)
class _Page:
    plan: Plan
    url: str
    limit: int
    title: str = ""
    parts: list[Part] = field(init=False)
    fence: str = field(init=False)
    over: bool = False

    def __post_init__(self) -> None:
        self.parts = list(_parts(self.plan))
        fenced = self._of(Topic.FIELDS_LOST, Topic.CREATE, Topic.CHANGE, Topic.DRIFT)
        runs = (longest_run(line) for part in fenced for line in part.levels[-1])
        self.fence = "`" * max(3, max(runs, default=0) + 1)

    def fitted(self, max_bytes: int) -> str:
        """Return the page with as many of its parts as fit."""
        for part in self.parts:
            part.level = len(part.levels) - 1
        if size(self.lines()) > max_bytes:
            for part in self.parts:
                part.level = 0
            least = size(self.lines()) + _SENTENCES
            least += (len(self._by_kind()) + 1) * (_FRAME + 2 * len(self.fence))
            self.over = least > max_bytes
            spend(self.parts, _STAGES, max_bytes - least)
        return "\n".join(self.lines())

    def _of(self, *topics: Topic) -> list[Part]:
        return [part for part in self.parts if part.topic in topics]

    def _by_kind(self) -> list[tuple[str, list[Part]]]:
        """Return the changes of each kind, without deletions."""
        found: dict[str, list[Part]] = {}
        for part in self._of(Topic.CREATE, Topic.CHANGE):
            found.setdefault(part.change.kind if part.change else "", []).append(part)
        order = self.plan.catalogue.order
        return sorted(found.items(), key=lambda item: (order.get(item[0], 0), item[0]))

    def lines(self) -> list[str]:
        plan, drift, deletions = self.plan, self._of(Topic.DRIFT), self._of(Topic.DELETION)
        found = [f"### {self.title}: {verdict(plan)}"]
        if not self.title:
            name = "-from-".join(filter(None, (plan.basis.shop, plan.basis.source)))
            found = [mark(name), f"## {verdict(plan)}"]
        found += ["", *self._about()]
        if plan.refused:
            found += ["", "**This plan is refused and cannot be applied.**"]
        found += _listed([*self._of(Topic.ERROR), *self._of(Topic.WARNING)])
        depth = "####" if self.title else "###"
        if drift:
            found += ["", f"{depth} Changed outside of shopform: {len(drift):,}"]
            found += self._fenced(drift)
        if deletions:
            found += ["", f"{depth} {self._deletion_counts()}", *_listed(deletions)]
            found += self._fenced(self._of(Topic.FIELDS_LOST))
        for kind, parts in self._by_kind():
            found += self._block(_counts(kind, parts), parts)
        return [*found, *self._omitted(), "", self._last_line()]

    def _about(self) -> Iterator[str]:
        basis = self.plan.basis
        where = f" at {code(basis.url)}" if basis.url else ""
        copy = f", to make it like {code(basis.source)}" if basis.source else ""
        shop = f"For the shop {code(basis.shop)}{where}{copy}." if basis.shop else ""
        known = f"**{coverage(self.plan)}**" if self.plan.coverage else ""
        report = link("The whole report", self.url) if self.url else ""
        counts = [*own_counts(change_counts(self.plan.changes)["move"], self.plan.steps)]
        total = sum(self.plan.unmanaged.values())
        if total:
            counts.append(f"Unmanaged: {plural(total, 'object')}.")
        counts += map(prose, wire_names(self.plan))
        yield from filter(None, (" ".join(filter(None, (shop, known, report))), " ".join(counts)))

    def _deletion_counts(self) -> str:
        actions = [c.action for c in self.plan.changes]
        parts = ((Action.DELETE, "to destroy"), (Action.REPLACE, "to replace"))
        return ", ".join(f"{actions.count(a):,} {w}" for a, w in parts if a in actions)

    def _block(self, title: str, parts: Sequence[Part]) -> list[str]:
        """Return a folded diff, or only its title if it is empty."""
        lines = self._fenced(parts)
        if not lines:
            return ["", title]
        return ["", f"<details><summary>{title}</summary>", *lines, "", "</details>"]

    def _fenced(self, parts: Sequence[Part]) -> list[str]:
        lines = [line for part in parts for line in part.lines]
        kept = lines[:-1] if lines and not lines[-1] else lines
        return ["", f"{self.fence}diff", *kept, self.fence] if kept else []

    def _omitted(self) -> list[str]:
        missing = [*self._missing()]
        if not missing:
            return []
        sentence = f"Left out to stay below {self.limit:,} bytes: {'; '.join(missing)}."
        sentence += " `--full` and `--format html` leave nothing out."
        if self.over:
            sentence += " Counts and deletions are never left out, so this may be longer."
        return ["", sentence]

    def _missing(self) -> Iterator[str]:
        of = self._of
        short = [p for p in of(Topic.FIELDS_LOST, Topic.CREATE, Topic.CHANGE) if not p.full]
        for action, word in WORDS.items():
            hidden = [p for p in short if p.change and p.change.action is action and not p.lines]
            if hidden:
                how = "named without their fields" if action in DESTROYED else "only counted"
                yield f"{plural(len(hidden), word)} {_are(hidden)} {how}"
        seen = [part for part in short if part.lines]
        bare = [part.change.kind for part in seen if part.change and part.level == NAME]
        if bare:
            kinds = plural(len(set(bare)), "kind")
            yield f"{plural(len(bare), 'change')} of {kinds} {_are(bare)} named without fields"
        yield from _of(sum(p.level == FIELDS for p in seen), "long strings of", "change")
        yield from _of(sum(p.level == STRINGS for p in seen), "unchanged values in", "change")
        yield from _of(sum(not p.full for p in of(Topic.DELETION)), "why there are", "deletion")
        for topic, noun in ((Topic.ERROR, "refusal"), (Topic.WARNING, "warning")):
            yield from _of(sum(p.level == 0 for p in of(topic)), "the strings of", noun)
            hints = sum(p.level == 1 and not p.full for p in of(topic))
            yield from _of(hints, "hints of", noun)
        drift = sum(not p.full for p in of(Topic.DRIFT))
        yield from _of(drift, "some of", "object", " changed outside")

    def _last_line(self) -> str:
        digest = self.plan.digest
        shown = f" Digest: {code(digest)}" if digest and not self.plan.empty else ""
        return f"{render_calls(self.plan.calls)}{shown} <!-- shopform digest {_hex(digest)} -->"


def _listed(parts: Sequence[Part]) -> list[str]:
    lines = [line for part in parts for line in part.lines]
    return ["", *lines] if lines else []


def _counts(kind: str, parts: Sequence[Part]) -> str:
    changes = [part.change for part in parts if part.change]
    counts = change_counts(changes)
    listed = ", ".join(f"{number:,} to {word}" for word, number in counts.items() if number)
    return f"{escape(kind)}: {listed or plural(len(changes), 'edit') + ' of the state'}"


def _of(number: int, what: str, noun: str, after: str = "") -> Iterator[str]:
    if number:
        yield f"{what} {plural(number, noun)}{after}"


def _are(counted: Sequence[object]) -> str:
    return "is" if len(counted) == 1 else "are"


def _hex(digest: str) -> str:
    return re.sub(r"[^0-9a-f]", "", digest)
