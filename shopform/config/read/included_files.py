"""Which files of a project are read besides those in its folder."""

import glob
import posixpath
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from shopform.config.read.declared_kinds import KINDS
from shopform.config.read.yaml_nodes import Mapping, Scalar, Sequence
from shopform.diagnostics import Collector

SUFFIXES: Final = (".yaml", ".yml")


def is_yaml(name: str) -> bool:
    return name.lower().endswith(SUFFIXES)


def included(directory: Path, main: Mapping | None, collector: Collector) -> set[str]:
    """Return the files matched by `include`; a pattern that matches nothing is an error."""
    found: set[str] = set()
    for node in _patterns(main, collector):
        pattern = node.text
        if pattern.startswith(("/", "~")) or ".." in pattern.split("/"):
            hint = "use folders below it, such as `catalogue/**/*.yaml`"
            collector.error(
                "include-outside", f"`{pattern}` leaves the project", hint=hint, span=node.span
            )
            continue
        names = _matched(directory, pattern)
        if not names:
            hint = "patterns are relative to the project: `catalogue/*.yaml`, `catalogue/**/*.yaml`"
            collector.error(
                "include-empty", f"no YAML file matches `{pattern}`", hint=hint, span=node.span
            )
        found |= names
    return found


def kind_files(directory: Path) -> set[str]:
    """Return the files in the folder of kinds, which are read without `include`."""
    return _matched(directory, f"{KINDS}/*")


def _matched(directory: Path, pattern: str) -> set[str]:
    # Unlike Path.glob it refuses no pattern and skips hidden folders.
    found = glob.glob(_in_any_case(pattern), root_dir=directory, recursive=True)  # noqa: PTH207
    return {posixpath.normpath(name) for name in found if is_yaml(name)}


def _in_any_case(pattern: str) -> str:
    """Make a pattern match file suffixes in any case."""
    stem, dot, ending = pattern.rpartition(".")
    if not is_yaml(pattern):
        return pattern
    return stem + dot + "".join(f"[{char.lower()}{char.upper()}]" for char in ending)


def _patterns(main: Mapping | None, collector: Collector) -> Iterable[Scalar]:
    entry = main.entries.get("include") if main else None
    if entry is None or (isinstance(entry[1], Scalar) and entry[1].null):
        return
    for node in entry[1].items if isinstance(entry[1], Sequence) else [entry[1]]:
        if isinstance(node, Scalar) and not node.null:
            yield node
        else:
            summary, hint = "`include` must contain strings", "write a pattern, or a list of them"
            span = (node or entry[0]).span
            collector.error("wrong-type", summary, hint=hint, span=span)
