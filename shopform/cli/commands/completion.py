"""`shopform completion`."""

import click

from shopform.terminal.console import Console

VARIABLE = "_SHOPFORM_COMPLETE"


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_obj
def command(console: Console, /, shell: str) -> None:
    """Print the completion script of a shell.

    It completes commands, options, addresses, shops and kinds. For bash, add
    `source <(shopform completion bash)` to ~/.bashrc; the same works for zsh, and for fish
    use `shopform completion fish | source`.
    """
    from click.shell_completion import get_completion_class

    from shopform.cli.main import main

    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"no completion for {shell}")
    made = found(main, {}, "shopform", VARIABLE)
    console.result(made.source_template % made.source_vars())
