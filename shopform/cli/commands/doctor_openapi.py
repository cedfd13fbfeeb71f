"""`shopform doctor --openapi`."""

from pathlib import Path
from typing import Any

from shopform.cli import options
from shopform.errors import UsageError
from shopform.terminal.console import Console


def compare_with(
    console: Console,
    source: str,
    *,
    probe: bool,
    write: bool,
    record: Path | None,
    detailed_exitcode: bool,
    **asked: Any,
) -> int:
    """Compare the document of a file or an address, and return the exit code."""
    from shopform.workflow.doctor.compare_document import compare_document, write_learned
    from shopform.workflow.open_project import open_settings
    from shopform.workflow.run.exit_codes import CHANGES

    if probe or record:
        raise UsageError(
            f"`{'--probe' if probe else '--record'}` cannot be used with `--openapi`",
            hint="`--openapi` makes no API call: run the command twice",
        )
    reporter, loaded = options.opened(console, asked)
    workspace = open_settings(loaded)
    made = compare_document(workspace, source)
    reporter.compared(workspace.shop.name, made)
    if write:
        try:
            changed, new = write_learned(workspace, made)
        except UsageError as problem:
            console.report_problem(problem)  # the comparison remains the result
            return problem.exit_code
        reporter.named(changed)
        for name in new:
            console.info(f"{name}: proposed a kind; check each key before you use it.")
    return CHANGES if detailed_exitcode and made.contradicts else 0
