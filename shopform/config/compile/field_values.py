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
from shopform.config.read.yaml_nodes import Mapping, Scalar, child
from shopform.diagnostics import Collector
from shopform.kinds import EXTRA, Catalogue, Kind
from shopform.kinds.field_types.flag import BOOLEANS
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
    """Fill in `data`, `secrets` and `wrong` of one kind, and move fields out of `extra`."""
    if not declarations:
        return
    free = free_text_fields(kind)
    model = model_of(catalogue, kind)
    shapes = shape_of(model).fields
    declarable = {*kind.declarable, EXTRA.rstrip(".")}
    nested = {inner.section for inner in catalogue.children[kind.name]}
    for declaration in declarations:
        data, active = declaration.data, declaration.active
        _move_columns(declaration, collector)
        for name, (_, node) in declaration.node.entries.items():
            shape = shapes.get(name)
            found: object
            if name in nested:
                continue
            if shape is None:
                found = node
            elif type(node) is Scalar:
                found = reader.scalar(node, shape, active)
                if type(found) is Secret and name in free and name not in declaration.moved:
                    declaration.secrets[name] = found
                    found = found.text
                elif type(found) is Secret:
                    found = reader.misplaced(node)
            elif type(node) is Mapping and name in free and "file" in node.entries:
                found = _from_file(node, reader, files, active)
            else:
                found = reader.read(node, shape, active, lookups=name in declarable)
            data[name] = found
    _check(model, declarations, collector)


def free_text_fields(kind: Kind) -> frozenset[str]:
    """Return the fields that accept any string: these may come from a file, or be secret."""
    rows = kind.declarable.values()
    return frozenset(row.name for row in rows if row.type.textual and not row.type.listed)


def _move_columns(declaration: Declaration, collector: Collector) -> None:
    """Make the columns under `extra` that are fields those fields, at their places."""
    written, columns = declaration.node, declaration.columns
    extra = child(written, "extra") if "extra" in written.entries else None
    if not isinstance(extra, Mapping):
        return
    moved = [
        (columns[name], key, node)
        for name, (key, node) in extra.entries.items()
        if name in columns and isinstance(node, Scalar)
    ]
    if not moved:
        return
    # The nodes may be shared, by anchors and between shops with other names.
    fields, left = written.without(), extra.without(*(key.text for _, key, _ in moved))
    fields.entries["extra"] = (fields.entries["extra"][0], left)
    for field, key, node in moved:
        if (other := fields.entries.get(field)) is not None:
            collector.error(
                "extra-field",
                f"`{key.text}` is the field `{field}`, which is declared too",
                hint="remove one of them",
                span=key.span,
                address=declaration.address,
                related=(("the other", other[0].span),),
            )
            continue
        # Shops show booleans as strings, so `"1"` is true here.
        plain = node.plain or node.text in BOOLEANS
        same = Scalar(node.file, node.start, node.end, node.text, plain)
        fields.entries[field] = (key, same)
        declaration.moved |= {field}
    declaration.node = fields


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
