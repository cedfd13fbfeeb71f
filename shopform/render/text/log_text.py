"""Render the log of runs as text, in the layout of `git log`."""

from collections.abc import Iterable, Iterator

from shopform.model.run_log import LoggedRun
from shopform.render.change_sentences import ending_of, sentence
from shopform.render.text.style import BOLD, YELLOW, Ink, printable, style_of


def render_log(runs: Iterable[LoggedRun], *, color: bool) -> str:
    """Render the runs in their order, with an empty line between two."""
    return "\n\n".join("\n".join(_run(run, Ink(color))) for run in runs)


def _run(run: LoggedRun, ink: Ink) -> Iterator[str]:
    yield ink.paint(f"run {run.name}", YELLOW) + f" ({printable(run.verb)})"
    origin = run.origin
    found = {
        "Author": f"{origin.actor} <{run.who}>" if origin.actor else run.who,
        "Date": f"{run.time.replace('T', ' ').removesuffix('Z')} UTC",
        "Commit": " ".join(filter(None, (origin.commit, origin.commit_url))),
        "Request": " ".join(filter(None, (origin.request, origin.request_url))),
        "CI run": origin.run_url,
        "Digest": run.digest,
        "Undoes": run.undoes,
        "Allowed": ", ".join(run.allowed),
    }
    yield from (f"{name + ':':<9}{printable(text)}" for name, text in found.items() if text)
    if ending := ending_of(run):
        yield ink.paint(f"Result:  {printable(ending)}", BOLD)
    if run.changes:
        yield ""
    for each in run.changes:
        symbol = style_of(each.change).symbol or "."
        line = printable(f"{sentence(run, each)} ({each.change.address})")
        yield f"    {ink.symbol(symbol)} {line}"
