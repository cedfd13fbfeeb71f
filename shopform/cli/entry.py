"""The entry point: print the version at once, and leave everything else to `main`."""

import os
import sys


def run() -> None:
    """The entry point. The version needs no parser, whose import takes longer than the answer."""
    if sys.argv[1:] in (["version"], ["--version"]):
        from shopform import __version__

        try:
            sys.stdout.write(f"shopform {__version__}\n")
            sys.stdout.flush()
        except OSError as problem:
            sys.exit(f"error: cannot write the output: {problem.strerror}")
        return
    # pydantic looks for plug-ins in the metadata of every installed package before its first model.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    from shopform.cli.main import run as run_command

    run_command()
