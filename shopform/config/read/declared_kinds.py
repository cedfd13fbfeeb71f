"""Read the kinds that the files of a project declare."""

from collections.abc import Iterable
from collections.abc import Sequence as Seq
from typing import Final

from shopform.config.compile.coercion import validated
from shopform.config.compile.settings_spec import ProjectSpec
from shopform.config.read.yaml_nodes import Mapping, Node, Scalar, scalars
from shopform.diagnostics import Collector
from shopform.kinds import Catalogue

KINDS: Final = "kinds"


def with_declared(
    catalogue: Catalogue, roots: Iterable[Mapping], collector: Collector, *, reserved: Seq[str]
) -> Catalogue | None:
    """Return the kinds with those that files declare; None if one of them is invalid.

    `reserved` are the other keys of files. Errors go to the collector.
    """
    declared = _declared(roots, collector)
    if declared is None or not declared.entries:
        return None if declared is None else catalogue
    from shopform.kinds.declared.checks import problems
    from shopform.kinds.declared.make import extended

    found = Collector()
    root = Mapping(declared.file, declared.start)
    root.entries[KINDS] = (next(iter(declared.entries.values()))[0], declared)
    for each in scalars(declared):
        if "${" in each.text:
            found.error(
                "placeholder-in-kinds",
                "a kind cannot use a variable",
                hint="write the value: kinds are the same for all shops",
                span=each.span,
            )
    spec = validated(ProjectSpec, root, found)
    specs = spec.kinds if spec else {}
    for path, code, summary, hint in problems(catalogue, specs, (*reserved, KINDS)):
        found.error(code, summary, hint=hint, span=_place(declared, path).span)
    collector.diagnostics += found.diagnostics
    return None if found.failed else extended(catalogue, specs)


def _declared(roots: Iterable[Mapping], collector: Collector) -> Mapping | None:
    """Merge the kinds of all files; None if they cannot be read."""
    merged, failed = Mapping("", 0), False
    for root in roots:
        key, node = root.entries.get(KINDS, (None, None))
        if key is None or (isinstance(node, Scalar) and node.null):
            continue
        if not isinstance(node, Mapping):
            failed = True
            collector.error(
                "wrong-type",
                f"`{KINDS}` must be a mapping of keys",
                hint="write the name of each kind and a colon before its definition",
                span=key.span,
            )
            continue
        for name, entry in node.entries.items():
            first = merged.entries.setdefault(name, entry)
            if first is not entry:
                failed = True
                collector.error(
                    "declared-twice",
                    f"the kind `{name}` is declared twice",
                    hint="remove one, or change its name",
                    span=entry[0].span,
                    related=(("first declared", first[0].span),),
                )
    return None if failed else merged


def _place(declared: Mapping, path: Iterable[str]) -> Scalar:
    """Return the innermost key of a path that is written."""
    at: Node | None = declared
    found = next(iter(declared.entries.values()))[0]
    for step in path:
        if not isinstance(at, Mapping) or step not in at.entries:
            break
        found, at = at.entries[step]
    return found
