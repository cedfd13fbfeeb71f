"""Write the kinds of a project as YAML."""

from collections.abc import Mapping
from typing import Any

from shopform.config.format.formatter import format_text
from shopform.config.format.scalars import WIDTH
from shopform.config.read.declared_kinds import KINDS
from shopform.config.write.scalar_lines import comment, flow
from shopform.diagnostics import Collector
from shopform.kinds import Catalogue


def kind_file(name: str, declaration: Mapping[str, Any], about: str, catalogue: Catalogue) -> str:
    """Return the file that declares one kind, in the layout of `fmt`, below a comment."""
    lines = [comment(about, 0), "", f"{KINDS}:", f"  {name}:", *_lines(declaration, 4), ""]
    text = "\n".join(lines)
    return format_text(text, f"{name}.yaml", Collector(), catalogue) or text


def _lines(tree: Mapping[str, Any], indent: int) -> list[str]:
    lines: list[str] = []
    for key, part in tree.items():
        line = f"{' ' * indent}{key}: {flow(part)}"
        nested = isinstance(part, Mapping) and (len(line) > WIDTH or indent == 4)
        lines += [f"{' ' * indent}{key}:", *_lines(part, indent + 2)] if nested else [line]
    return lines
