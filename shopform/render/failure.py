"""Render the errors of a command that made no plan, in the format of the plan."""

import json
from collections.abc import Sequence

from shopform.diagnostics import Diagnostic
from shopform.render.json.events import diagnostic
from shopform.render.json.plan_schema import FORMAT
from shopform.render.markdown.excerpts import note_part
from shopform.render.markdown.page import mark

TITLE = "shopform could not plan"


def failure_json(diagnostics: Sequence[Diagnostic], exit_code: int) -> str:
    """Render JSON that no reader accepts as a plan: it is `errored` and has no changes."""
    messages = [diagnostic(one)["diagnostic"] for one in diagnostics]
    failed = {"format_version": FORMAT, "errored": True, "exit_code": exit_code}
    return json.dumps({**failed, "diagnostics": messages}, ensure_ascii=False)


def failure_markdown(diagnostics: Sequence[Diagnostic], shop: str) -> str:
    """Render Markdown with the first line of a plan's comment, so that it replaces that one."""
    notes = [line for one in diagnostics for line in note_part(one).levels[-1]]
    return "\n".join([mark(shop), f"## {TITLE}", "", *notes])


def failure_html(diagnostics: Sequence[Diagnostic]) -> str:
    # Imported late: Jinja2 takes 30 ms, and JSON and Markdown do not use it.
    from shopform.render.html.page import failure_html as failure_page

    return failure_page(TITLE, diagnostics)
