"""`shopform init`."""

import click

from shopform.cli import options
from shopform.terminal.console import Console

SCHEMA = ".shopform.schema.json"
MODELINE = f"# yaml-language-server: $schema={SCHEMA}\n"

PROJECT = """{modeline}# The shops this project describes, and the rules they are changed by.
shops:
  {name}:
    url: {url}
    # The key is read from the environment; it is never written here.
    token: ${{env:SHOPFORM_TOKEN}}
    state: state/{name}.json

policy:
  # More deletions than this need `--allow-delete KIND=N`.
  deletes: {{share: 0.3, floor: 10, total: 50}}
  # warn, require_redirect or off: what a page that moves needs.
  url_changes: warn
"""

CATALOGUE = """{modeline}# All *.yaml files beside shopform.yaml are read as one.
# Only what is written here is managed: what the shop has beside it is left alone.
"""

IGNORED = """# Secrets that the shop makes, and what shopform keeps for itself.
secrets/
.shopform/
*.json.lock
*.json.tmp
"""


@click.command("init")
@options.here
@options.option("--shop", "name", default="shop", show_default=True, help="A name for the shop.")
@options.option(
    "--url", default="https://www.example.dk", show_default=True, help="The shop's address."
)
@click.pass_obj
def command(console: Console, name: str, url: str) -> None:
    """Start a project in a folder.

    Writes shopform.yaml, catalogue.yaml, a JSON Schema for editors and a .gitignore. A file that
    is there already is left as it is, but for the schema, which is brought up to date.
    """
    import json
    import os

    from shopform.config.json_schema import project_schema
    from shopform.errors import UsageError
    from shopform.files import reporting
    from shopform.model.values import KEY
    from shopform.state.atomic_files import make_directory
    from shopform.workflow.file_writes import write_new, write_over

    if not KEY.match(name):
        raise UsageError(f"`{name}` is no name for a shop", hint="use a-z, 0-9, - and _")
    folder = console.directory
    with reporting(folder, UsageError):
        make_directory(folder)
    files = {
        "shopform.yaml": PROJECT.format(modeline=MODELINE, name=name, url=url),
        "catalogue.yaml": CATALOGUE.format(modeline=MODELINE),
        ".gitignore": IGNORED,
    }
    if (folder / "shopform.yml").exists():
        del files["shopform.yaml"]
    for file, text in files.items():
        if os.path.lexists(folder / file):
            console.note(f"{file}: is there, left as it is")
        else:
            write_new(folder, {file: text}, hint="")
            console.result(f"{file}: written")
    schema = json.dumps(project_schema(), indent=2, ensure_ascii=False) + "\n"
    write_over(folder, {SCHEMA: schema})
    console.result(f"{SCHEMA}: written")
    console.note("\nNext: set SHOPFORM_TOKEN, declare something, and run `shopform plan`.")
