"""Read and validate the fields of declarations, a whole kind at a time."""

from collections.abc import Sequence as Seq
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from shopform.config.compile.coercion import REPORTED, Reader, report_invalid
from shopform.config.compile.declarations import Declaration
from shopform.config.compile.kind_models import model_of
from shopform.config.compile.shapes import shape_of
from shopform.config.read.files import Files
from shopform.config.read.yaml_nodes import Mapping, Scalar
from shopform.diagnostics import Collector
from shopform.kinds import Catalogue, Kind
from shopform.kinds.spec import Spec
from shopform.model.values import Secret


def read_fields(
    catalogue: Catalogue,
    kind: Kind,
    declarations: Seq[Declaration],
    reader: Reader,
    files: Files,
    collector: Collector,
) -> None:
    """Fill in `data`, `secrets` and `wrong` of the declarations of one kind."""
    if not declarations:
        return
    free = free_text_fields(kind)
    model = model_of(catalogue, kind)
    shapes = shape_of(model).fields
    nested = {inner.section for inner in catalogue.children[kind.name]}
    for declaration in declarations:
        data = declaration.data
        active = declaration.active
        for name, (_, node) in declaration.node.entries.items():
            shape = shapes.get(name)
            found: object
            if name in nested:
                continue
            if shape is None:
                found = node
            elif type(node) is Scalar:
                found = reader.scalar(node, shape, active)
                if type(found) is Secret and name in free:
                    declaration.secrets[name] = found
                    found = found.text
                elif type(found) is Secret:
                    found = reader.misplaced(node)
            elif type(node) is Mapping and name in free and "file" in node.entries:
                found = _from_file(node, reader, files, active)
            else:
                found = reader.read(node, shape, active)
            data[name] = found
    _check(model, declarations, collector)


def free_text_fields(kind: Kind) -> frozenset[str]:
    """Return the fields that accept any string: these may come from a file, or be secret."""
    rows = kind.declarable.values()
    return frozenset(row.name for row in rows if row.type.textual and not row.type.listed)


def _from_file(node: Mapping, reader: Reader, files: Files, active: bool) -> object:
    """Return the content of `{file: PATH}`; anything else stays a node, which the model refuses."""
    _, path = node.entries["file"]
    if len(node.entries) > 1 or not isinstance(path, Scalar) or path.null:
        return node
    name = reader.text(path, active)
    content = files.text(name, path.file, path.span) if name is not None else None
    return REPORTED if content is None else content


def _check(model: type[Spec], declarations: Seq[Declaration], collector: Collector) -> None:
    """Validate all declarations at once; only if that fails, each, to find the invalid ones."""
    try:
        _adapter(model).validate_python([declaration.data for declaration in declarations])
    except ValidationError:
        for declaration in declarations:
            try:
                model.model_validate(declaration.data)
            except ValidationError as refused:
                wrong = report_invalid(
                    refused,
                    model,
                    declaration.node,
                    declaration.data,
                    collector,
                    at=declaration.key.span,
                    address=declaration.address,
                    reported=declaration.wrong,
                )
                declaration.wrong |= wrong
                for name in wrong:
                    declaration.data.pop(name, None)


@cache
def _adapter(model: Any) -> TypeAdapter[Any]:
    return TypeAdapter(list[model])
