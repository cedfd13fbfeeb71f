"""The entry point: print the version without importing `main`, which runs everything else."""

import gc
import os
import sys


def run() -> None:
    """Run the command line. For the version the parser is not imported, since that takes longer."""
    if sys.argv[1:] in (["version"], ["--version"]):
        from shopform import __version__

        try:
            sys.stdout.write(f"shopform {__version__}\n")
            sys.stdout.flush()
        except OSError as problem:
            # What is left in the buffer would fail again at exit, which ends with 120.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(f"error: cannot write the output: {problem.strerror}")
        return
    # A command makes few reference cycles, and the garbage collector takes half the time of loading
    # 50,000 resources.
    gc.disable()
    # pydantic looks for plug-ins in the metadata of every installed package before its first model.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    from shopform.cli.main import run as run_command

    try:
        run_command()
    finally:
        # As it ends, the interpreter collects what is not frozen: a fifth of a small plan's time.
        gc.freeze()
