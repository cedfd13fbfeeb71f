"""Render the log of runs as release notes, for readers who do not know shopform."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from shopform.diagnostics import plural
from shopform.model.plan import Action
from shopform.model.run_log import LoggedRun
from shopform.render.change_sentences import ending_of, sentence
from shopform.render.markdown.escaping import link, plain


def render_release_notes(runs: Sequence[LoggedRun], shop: str) -> str:
    """Render the runs in their order under their days, which are in UTC."""
    lines = [f"# Changes of {plain(shop)}"]
    for day, each in groupby(runs, lambda run: _number(run.time[:10])):
        lines += ["", f"## {day}"]
        for run in each:
            lines += ["", *_run(run)]
    return "\n".join(lines if runs else [*lines, "", "No changes are recorded."])


def _run(run: LoggedRun) -> Iterator[str]:
    author = run.origin.actor or run.who
    by = f" by {plain(author)}" if author else ""
    what = "Undo" if run.undoes else run.verb.capitalize()
    yield f"### {_number(run.time[11:16])} UTC: {plain(what)}{by}"
    yield ""
    links = [*_links(run)]
    if run.undoes:
        yield f"This reverts the run {_number(run.undoes)}."
        yield ""
    if links:
        yield f"{', '.join(links)}."
        yield ""
    if ending := ending_of(run):
        yield f"**{plain(ending[0].upper() + ending[1:])}.**"
        yield ""
    yield from _changes(run)


def _links(run: LoggedRun) -> Iterator[str]:
    origin = run.origin
    commit = f"Commit {origin.commit[:12]}" if origin.commit else ""
    for name, url in (
        (origin.request, origin.request_url),
        (commit, origin.commit_url),
        ("CI run" if origin.run_url else "", origin.run_url),
    ):
        if name:
            yield link(name, url) if url else plain(name)


def _changes(run: LoggedRun) -> Iterator[str]:
    """Yield an item for each change of the shop, and one for all imports that changed nothing."""
    changed = [each for each in run.changes if each.change.action is not Action.NO_OP]
    imported = sum(each.change.importing for each in run.changes if each not in changed)
    yield from (f"- {plain(sentence(run, each))}" for each in changed)
    if imported:
        yield f"- {plural(imported, 'object')} now managed by shopform, unchanged"
    if not changed and not imported:
        yield "- Nothing in the shop changed"


def _number(text: str) -> str:
    """Return a date, a time or the name of a run without what cannot be part of one."""
    return re.sub(r"[^0-9a-f:-]", "", text)
