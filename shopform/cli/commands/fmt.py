"""`shopform fmt`."""

import click

from shopform.cli import options
from shopform.cli.param_types import standard
from shopform.terminal.console import Console


@click.command("fmt")
@options.here
@options.flag("--check", help="Change nothing; exit with 1 if a file would change.")
@options.flag("--diff", help="Print a diff instead of file names.")
@click.argument("files", nargs=-1, metavar="[FILES]...")
@click.pass_obj
def command(console: Console, /, files: tuple[str, ...], check: bool, diff: bool) -> int:
    """Rewrite the files in their canonical layout.

    Formats every file of the project, or FILES, and prints the names of those it changed. Keys
    are put in the order of the reference; resources keep their order, and comments stay with the
    lines they belong to. The meaning of a file never changes. A file that is not valid YAML is
    reported and skipped; the others are still formatted.
    """
    from shopform.workflow.files.format_files import format_file, project_files

    code = 0
    names, kinds = project_files(console.directory, standard(), files)
    for name in names:
        one = format_file(console.directory, name, kinds, check=check)
        console.sources = one.sources
        if one.changed:
            console.result(one.difference if diff else name)
        console.diagnostics(one.diagnostics)
        code = max(code, one.exit_code, int(check and one.changed))
    return code
