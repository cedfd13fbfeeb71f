"""Pages on a CI run: a comment on a request, or the summary of a job."""

from collections.abc import Sequence
from urllib.parse import quote

from shopform.diagnostics import Diagnostic
from shopform.render.markdown.escaping import code, link, longest_run, prose
from shopform.render.markdown.excerpts import note_part

# Bytes of what a page has in addition to its plan.
FRAME = 1_000


def ci_mark(folder: str, shop: str) -> str:
    """Return the first line of the comment on a shop of the project in `folder`."""
    return f"<!-- shopform ci {quote(folder or '.')} {quote(shop, safe='')} -->"


def ci_page(mark: str, body: str, commit: str, run_url: str) -> str:
    """Return a page that begins with `mark`, with what it is about at its end."""
    about = [f"Commit {code(commit)}"] if commit else []
    about += [link("CI run", run_url)] if run_url else []
    last = ["", f"{', '.join(about)}."] if about else []
    return "\n".join([mark, body.rstrip("\n"), *last]) + "\n"


def unplanned(title: str, why: str, diagnostics: Sequence[Diagnostic]) -> str:
    """Render a page without a plan."""
    notes = [line for each in diagnostics for line in note_part(each).levels[-1]]
    return "\n".join([f"## {title}", "", prose(why), *([""] if notes else []), *notes])


def log_page(title: str, text: str) -> str:
    """Render text as it is, in a block."""
    fence = "`" * max(3, longest_run(text) + 1)
    return "\n".join([f"## {title}", "", f"{fence}text", text.rstrip("\n"), fence])
