"""What must hold between the kinds of a project and the others."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from shopform.kinds.base import Kind
from shopform.kinds.catalogue import Catalogue, is_runtime
from shopform.kinds.declared.spec import FieldSpec, KindSpec, Specs, type_of
from shopform.kinds.spec import Spec
from shopform.kit.graphs import find_cycles
from shopform.kit.text import backquoted, join_first

# Keys of every resource, and of plans and tables; in YAML `null` is an empty key.
RESERVED: Final = frozenset({*Spec.model_fields, "file", "id", "null", "secret_to", "table"})
# The keys of some types, and those that they need.
_OF_TYPES: Final[Mapping[str, tuple[str, ...]]] = {
    "to": ("reference", "references"),
    "values": ("choice",),
    "known": ("text", "set"),
    "hides": ("flag",),
}
_NEEDED: Final = frozenset({"to", "values"})


class Problem(NamedTuple):
    """What is wrong at a path of keys below `kinds`."""

    path: tuple[str, ...]
    code: str
    summary: str
    hint: str


def problems(catalogue: Catalogue, specs: Specs, reserved: Sequence[str] = ()) -> Iterator[Problem]:
    """Yield what is wrong with the kinds of a project beside the others; `reserved` are sections.

    Each definition is valid in itself.
    """
    catalogue = catalogue.without([name for name in specs if _is_replaceable(catalogue.get(name))])
    yield from _taken(catalogue, specs, reserved)
    for name, spec in specs.items():
        yield from _of_fields(catalogue, specs, name, spec)
        yield from _of_names(name, spec)
        yield from _of_identity(name, spec)
        yield from _of_parent(catalogue, specs, name, spec)
    parents = {name: spec.parent.kind for name, spec in specs.items() if spec.parent}
    for cycle in find_cycles(parents, parents.get):
        path = (cycle[0], "parent", "kind")
        named = join_first([f"`{name}`" for name in cycle], 5)
        summary, hint = f"{named} contain each other", "remove one"
        if len(cycle) == 1:
            summary = f"{named} contains itself"
            hint = f"remove `parent`: a field of type `reference` to {named} makes a tree"
        yield Problem(path, "parent-cycle", summary, hint)


def _is_replaceable(kind: Kind | None) -> bool:
    """Return whether a project may define a kind itself.

    No source documents its fields, and it is nothing but fields.
    """
    return kind is not None and not (
        kind.counted or kind.route or kind.declarable.keys() - kind.tentative
    )


def _taken(catalogue: Catalogue, specs: Specs, reserved: Sequence[str]) -> Iterator[Problem]:
    """Names, sections and endpoints that another kind has."""
    sections = {kind.section: f"the section of `{kind.name}`" for kind in catalogue.kinds}
    sections |= dict.fromkeys(reserved, "a key of project files") | {"null": "an empty key in YAML"}
    endpoints = {kind.wire.endpoint.value.casefold(): kind.name for kind in catalogue.kinds}
    names = {*catalogue, *specs}
    for name, spec in specs.items():
        if name in catalogue:
            hint = "remove it, or give it another name"
            yield Problem((name,), "kind-taken", f"shopform has a kind `{name}`", hint)
            continue
        taken, endpoint = sections.get(spec.section), spec.endpoint.casefold()
        if not taken and spec.section in names - {name}:  # options accept both, as in `--kinds`
            taken = "another kind"
        if taken:
            summary = f"`{spec.section}` is {taken}"
            yield Problem((name, "section"), "section-taken", summary, "give it another name")
        elif name in sections and name not in reserved:
            summary = f"`{name}` is {sections[name]}"
            yield Problem((name,), "kind-taken", summary, "give it another name")
        if endpoint in endpoints:
            summary = f"`/{spec.endpoint}` is the endpoint of `{endpoints[endpoint]}`"
            hint = "one kind can manage its objects"
            yield Problem((name, "endpoint"), "endpoint-taken", summary, hint)
        elif is_runtime(endpoint):
            summary = f"the objects of `/{spec.endpoint}` are made while the shop is open"
            hint = "they are not configuration, and shopform never changes them"
            yield Problem((name, "endpoint"), "endpoint-runtime", summary, hint)
        sections[spec.section] = f"the section of `{name}`"
        endpoints[endpoint] = name


def _of_fields(catalogue: Catalogue, specs: Specs, name: str, spec: KindSpec) -> Iterator[Problem]:
    nested = {n for n, each in specs.items() if each.parent}
    nested |= {kind.name for kind in catalogue.kinds if kind.nesting}
    known = [each for each in (*catalogue, *specs) if each not in nested]
    wires: dict[str, str] = dict.fromkeys([spec.id] if isinstance(spec.id, str) else spec.id, "id")
    for each, field in spec.fields.items():
        path = (name, "fields", each)
        if each in RESERVED or hasattr(Spec, each):
            hint = f"give it another name, and `wire: {each}`"
            yield Problem(path, "reserved-name", f"`{each}` cannot be the name of a field", hint)
        for column in (field.wire or each, *field.aliases):
            if column in wires:
                summary = f"`{each}` and `{wires[column]}` have the same API name `{column}`"
                yield Problem(path, "wire-twice", summary, "change `wire` of one of them")
            wires[column] = each
        if field.to is not None and field.to not in known:
            summary = f"`{field.to}` is not a kind that can be referred to"
            yield Problem((*path, "to"), "unknown-kind", summary, f"known are {backquoted(known)}")
        yield from _of_type(path, each, field)


def _of_type(path: tuple[str, ...], name: str, field: FieldSpec) -> Iterator[Problem]:
    """The keys that a type needs, and those that it does not have."""
    for key, types in _OF_TYPES.items():
        given = getattr(field, key) not in (None, [])
        if given and field.type not in types:
            summary = f"`{key}` is for a {' or '.join(types)}, and `{name}` is a {field.type}"
            yield Problem((*path, key), "field-key", summary, f"remove `{key}`")
        if not given and key in _NEEDED and field.type in types:
            summary, hint = f"`{name}` is a {field.type} without `{key}`", f"add `{key}:`"
            yield Problem(path, "field-key", summary, hint)
    if field.default is not None and type_of(field).default(field.default) is None:
        summary = f"`{field.default}` cannot be the default of `{name}`, a {field.type}"
        yield Problem((*path, "default"), "wrong-default", summary, "correct it, or remove it")


def _of_names(name: str, spec: KindSpec) -> Iterator[Problem]:
    """Names of fields in `identity`, `path`, `slug` and `parent`."""
    known, fields = f"fields are {backquoted(spec.fields)}", spec.fields
    short = spec.parent.short if spec.parent else None
    for key, named in (("identity", spec.identity), ("slug", [spec.slug]), ("parent", [short])):
        for each in named:
            if each is not None and each not in fields:
                summary = f"`{name}` has no field `{each}`"
                yield Problem((name, key), "unknown-field", summary, known)
    paths = [each for each, field in fields.items() if field.type == "path"]
    if paths != ([spec.path] if spec.path else []):
        summary = f"`path` of `{name}` must be its one field of type `path`"
        hint = f"write `path: {paths[0]}`" if len(paths) == 1 else "fields of pages have one path"
        yield Problem((name, "path"), "path-field", summary, hint)


def _of_identity(name: str, spec: KindSpec) -> Iterator[Problem]:
    """What objects are found by: an id, and fields that can be compared with those of the shop."""
    path = (name, "identity")
    if not spec.id:
        hint = "name the key of the id in its objects"
        yield Problem((name, "id"), "id-empty", f"`{name}` has no id", hint)
    if not spec.identity:
        hint = "name the fields by which an object is matched"
        yield Problem(path, "identity-empty", f"`{name}` has no identity", hint)
    for each, field in spec.fields.items():
        if each not in spec.identity:
            continue
        if unreadable := type_of(field).unreadable:
            summary = f"`{each}` cannot identify `{name}`: {unreadable}"
            yield Problem(path, "identity-unreadable", summary, "name another field")
        elif not field.required and field.type != "reference":
            summary = f"`{each}` identifies `{name}` and is not required"
            yield Problem(path, "identity-optional", summary, "add `required: true` to it")


def _of_parent(catalogue: Catalogue, specs: Specs, name: str, spec: KindSpec) -> Iterator[Problem]:
    if spec.parent is None:
        return
    path, above = (name, "parent", "kind"), spec.parent.kind
    if above not in catalogue and above not in specs:
        known = f"known are {backquoted([*catalogue, *specs])}"
        yield Problem(path, "unknown-kind", f"there is no kind `{above}`", known)
        return
    fields = specs[above].fields if above in specs else catalogue[above].fields
    if spec.section in fields:
        summary = f"`{above}` has a field `{spec.section}`"
        yield Problem((name, "section"), "section-taken", summary, "give it another name")
