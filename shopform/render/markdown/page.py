"""A plan as Markdown, for a comment on a pull request.

What was changed in the shop and what is destroyed come first and are never folded; what is
destroyed is always named. Everything else is shown as far as it fits, the most important first,
and what is left out is counted, with where it can be seen.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from html import escape

from shopform.diagnostics import Severity, plural
from shopform.kinds import ORDER
from shopform.model.plan import Action, Change, Plan
from shopform.render.markdown.byte_budget import Part, Stage, size, spend
from shopform.render.markdown.escaping import code, link, longest_run, prose
from shopform.render.markdown.excerpts import (
    ALL,
    FIELDS,
    NAME,
    TEXTS,
    change_part,
    deletion_part,
    note_part,
)
from shopform.render.plan_summary import (
    DESTROYED,
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
# For the sentences that say what was left out, and for each frame that opens around what was not.
_SENTENCES = 900
_FRAME = 60


def render_markdown(plan: Plan, *, max_bytes: int = 65_536, url: str = "") -> str:
    """The plan as Markdown of at most `max_bytes` of UTF-8, a final line break included.

    The first line is a comment that names the shop, by which the one comment can be found again.
    It is longer than `max_bytes` only where the deletions alone are, and says so. `url` is where
    the whole report is. No string of the plan is active: no markup, mention, reference or link.
    """
    return _fitted(_Page(plan, url, max_bytes), max_bytes)


def section_of(plan: Plan, title: str, limit: int) -> Callable[[int], str]:
    """The same as a part of a page, for any number of bytes; the whole page has `limit`.

    Its first line is a heading with `title`, and no comment by which it could be taken for a page.
    """
    return partial(_fitted, _Page(plan, "", limit, title))


def _fitted(page: "_Page", max_bytes: int) -> str:
    for part in page.parts:
        part.level = len(part.levels) - 1
    if size(page.lines()) > max_bytes:
        for part in page.parts:
            part.level = 0
        least = size(page.lines()) + _SENTENCES
        least += (len(page.kinds) + 1) * (_FRAME + 2 * len(page.fence))
        page.over = least > max_bytes
        spend(page.stages(), max_bytes - least)
    return "\n".join(page.lines())


def mark(shop: str) -> str:
    """The comment by which the page about a shop is found again."""
    name = re.sub(r"[^\w.-]+", "-", shop)
    return f"<!-- shopform plan {name} -->"


@dataclass(slots=True)
class _Page:
    plan: Plan
    url: str
    limit: int
    title: str = ""
    errors: list[Part] = field(init=False)
    warnings: list[Part] = field(init=False)
    deletions: list[Part] = field(init=False)
    lost: list[tuple[Change, Part]] = field(init=False)
    changes: list[tuple[Change, Part]] = field(init=False)
    drift: list[Part] = field(init=False)
    fence: str = field(init=False)
    kinds: list[str] = field(init=False)
    over: bool = False

    def __post_init__(self) -> None:
        plan = self.plan
        notes = [(note.severity, note_part(note)) for note in plan.diagnostics]
        self.errors = [part for severity, part in notes if severity is Severity.ERROR]
        self.warnings = [part for severity, part in notes if severity is not Severity.ERROR]
        destroyed = [each for each in planned(plan) if each[0].action in DESTROYED]
        others = [each for each in planned(plan) if each[0].action not in DESTROYED]
        self.deletions = [deletion_part(c, look) for c, look in destroyed]
        self.lost = [(c, change_part(c, look, listed=True)) for c, look in destroyed]
        self.changes = [(c, change_part(c, look)) for c, look in others]
        self.drift = [change_part(c, look) for c, look in drifted(plan)]
        self.kinds = sorted({c.kind for c, _ in self.changes}, key=lambda k: (ORDER.get(k, 0), k))
        fenced = [*(part for _, part in (*self.changes, *self.lost)), *self.drift]
        runs = (longest_run(line) for part in fenced for line in part.levels[-1])
        self.fence = "`" * max(3, max(runs, default=0) + 1)

    @property
    def parts(self) -> Iterator[Part]:
        yield from self.errors
        yield from self.warnings
        yield from self.deletions
        yield from (part for _, part in (*self.changes, *self.lost))
        yield from self.drift

    def stages(self) -> list[Stage]:
        """What is shown first if not everything fits."""
        created = [part for c, part in self.changes if c.action is Action.CREATE]
        removed = [part for _, part in self.lost]
        others = [part for c, part in self.changes if c.action is not Action.CREATE]
        names = [(self.errors, 1), (self.drift, NAME), (others, NAME), (self.warnings, 1)]
        names.append((created, NAME))
        fields = [(others, FIELDS), (self.errors, 2), (self.warnings, 2)]
        made = [(self.drift, FIELDS), (created, FIELDS)]
        rest = (others, created, self.drift)
        last = [(removed, level) for level in (NAME, FIELDS, TEXTS, ALL)]
        return [
            *names,
            (self.deletions, 1),
            *fields,
            *made,
            *((parts, TEXTS) for parts in rest),
            *last,
            *((parts, ALL) for parts in rest),
        ]

    def lines(self) -> list[str]:
        plan = self.plan
        found = [f"### {self.title}: {verdict(plan)}"]
        if not self.title:
            name = "-from-".join(filter(None, (plan.basis.shop, plan.basis.source)))
            found = [mark(name), f"## {verdict(plan)}"]
        found += ["", *self._about()]
        if plan.refused:
            found += ["", "**This plan is refused and cannot be applied.**"]
        found += _listed([*self.errors, *self.warnings])
        depth = "####" if self.title else "###"
        if self.drift:
            found += ["", f"{depth} Changed outside of shopform: {len(self.drift):,}"]
            found += self._fenced(self.drift)
        if self.deletions:
            found += ["", f"{depth} {self._deletion_counts()}", *_listed(self.deletions)]
            found += self._fenced([part for _, part in self.lost])
        for kind in self.kinds:
            mine = [(c, part) for c, part in self.changes if c.kind == kind]
            found += self._block(_counts(kind, [c for c, _ in mine]), [part for _, part in mine])
        return [*found, *self._left_out(), "", self._last_line()]

    def _about(self) -> Iterator[str]:
        basis = self.plan.basis
        where = f" at {code(basis.url)}" if basis.url else ""
        copy = f", to make it like {code(basis.source)}" if basis.source else ""
        shop = f"For the shop {code(basis.shop)}{where}{copy}." if basis.shop else ""
        report = link("The whole report", self.url) if self.url else ""
        counts = [*own_counts(self.plan.count()["move"], self.plan.steps)]
        total = sum(self.plan.unmanaged.values())
        if total:
            counts.append(f"Unmanaged: {plural(total, 'object')}.")
        counts += map(prose, wire_names(self.plan))
        yield from filter(None, (" ".join(filter(None, (shop, report))), " ".join(counts)))

    def _deletion_counts(self) -> str:
        actions = [c.action for c in self.plan.changes]
        parts = ((Action.DELETE, "to destroy"), (Action.REPLACE, "to replace"))
        return ", ".join(f"{actions.count(a):,} {w}" for a, w in parts if a in actions)

    def _block(self, title: str, parts: Sequence[Part]) -> list[str]:
        """A folded diff, or only its title where there is nothing to be seen in it."""
        lines = self._fenced(parts)
        if not lines:
            return ["", title]
        return ["", f"<details><summary>{title}</summary>", *lines, "", "</details>"]

    def _fenced(self, parts: Sequence[Part]) -> list[str]:
        lines = [line for part in parts for line in part.lines]
        kept = lines[:-1] if lines and not lines[-1] else lines
        return ["", f"{self.fence}diff", *kept, self.fence] if kept else []

    def _left_out(self) -> list[str]:
        """What is left out, exactly, and why."""
        missing = [*self._missing()]
        if not missing:
            return []
        sentence = f"Left out to stay below {self.limit:,} bytes: {'; '.join(missing)}."
        sentence += " `--full` and `--format html` leave nothing out."
        if self.over:
            sentence += " Counts and deletions are never left out, so this may be longer."
        return ["", sentence]

    def _missing(self) -> Iterator[str]:
        short = [(c, part) for c, part in (*self.lost, *self.changes) if not part.full]
        for action, word in WORDS.items():
            hidden = [c for c, p in short if c.action is action and not p.lines]
            if not hidden:
                continue
            how = "named without their fields" if action in DESTROYED else "only counted"
            yield f"{plural(len(hidden), word)} {_are(hidden)} {how}"
        seen = [(c, part) for c, part in short if part.lines]
        bare = [c for c, part in seen if part.level == NAME]
        if bare:
            kinds = plural(len({c.kind for c in bare}), "kind")
            yield f"{plural(len(bare), 'change')} of {kinds} {_are(bare)} named without fields"
        yield from _of(sum(p.level == FIELDS for _, p in seen), "long strings of", "change")
        yield from _of(sum(p.level == TEXTS for _, p in seen), "unchanged values in", "change")
        yield from _of(sum(not p.full for p in self.deletions), "why there are", "deletion")
        for parts, noun in ((self.errors, "refusal"), (self.warnings, "warning")):
            yield from _of(sum(p.level == 0 for p in parts), "the strings of", noun)
            yield from _of(sum(p.level == 1 and not p.full for p in parts), "hints of", noun)
        yield from _of(sum(not p.full for p in self.drift), "some of", "object", " changed outside")

    def _last_line(self) -> str:
        digest = self.plan.digest
        shown = f" Digest: {code(digest)}" if digest and not self.plan.empty else ""
        return f"{render_calls(self.plan.calls)}{shown} <!-- shopform digest {_hex(digest)} -->"


def _listed(parts: Sequence[Part]) -> list[str]:
    lines = [line for part in parts for line in part.lines]
    return ["", *lines] if lines else []


def _counts(kind: str, changes: Sequence[Change]) -> str:
    """A kind and how much of it changes, in the words of the plan's own counts."""
    counts = Plan(changes=tuple(changes)).count()
    listed = ", ".join(f"{number:,} to {word}" for word, number in counts.items() if number)
    return f"{escape(kind)}: {listed or plural(len(changes), 'edit') + ' of the state'}"


def _of(number: int, what: str, noun: str, after: str = "") -> Iterator[str]:
    if number:
        yield f"{what} {plural(number, noun)}{after}"


def _are(counted: Sequence[object]) -> str:
    return "is" if len(counted) == 1 else "are"


def _hex(digest: str) -> str:
    return re.sub(r"[^0-9a-f]", "", digest)
