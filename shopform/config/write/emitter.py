"""Write resources as YAML declarations, in the layout of `fmt`."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from shopform.config.compile.field_values import free_text_fields
from shopform.config.format.formatter import format_text
from shopform.config.format.scalars import STEP, WIDTH, inline_scalar
from shopform.config.write.scalar_lines import bracketed, comment, plain_of, shortened
from shopform.config.write.scalar_lines import field as field_lines
from shopform.diagnostics import Collector
from shopform.kinds import EXTRA, Catalogue, Kind, is_extra
from shopform.model.declared import Declared, Omission
from shopform.model.desired import Resource
from shopform.model.keys import key_from
from shopform.model.redirect_graph import rooted
from shopform.model.values import Address, Value

IMPORTS: Final = "imports.yaml"
_LINES, _CHARACTERS, _NAME = 20, 1_500, 80  # limits of strings in YAML, and of file names


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """The head of files: a description of their content, and the modeline of the schema.

    `unread` are the kinds that are missing, with the reasons. `shop` is written beside ids if the
    project has other shops.
    """

    about: str
    shop: str = ""
    modeline: str = ""
    unread: Mapping[str, str] = field(default_factory=dict)


def emit_document(declared: Declared, heading: Heading) -> str:
    """Return everything as one file."""
    writer = _Writer(declared)
    lines = [*_modeline(heading), comment(f"The objects of {heading.about}.", 0)]
    for name, why in heading.unread.items():
        lines.append(comment(f"left out: the {declared.catalogue[name].section}: {why}", 0))
    lines += ["", *writer.imports(heading.shop)]
    for kind in declared.catalogue.sections.values():
        lines += ["", *writer.section(kind)]
    return _formatted(lines, declared.catalogue)


def emit_files(declared: Declared, heading: Heading) -> dict[str, str]:
    """Return a file for each section that is not empty, and long strings below `texts/`."""
    writer, kinds = _Writer(declared, separate=True), declared.catalogue
    found: dict[str, str] = {}
    for kind in declared.catalogue.sections.values():
        unread = [(n, w) for n, w in heading.unread.items() if kinds.lineage(n)[0] is kind]
        body = writer.section(kind)
        if body or unread:
            lines = [*_modeline(heading), comment(f"The {kind.section} of {heading.about}.", 0)]
            lines += [comment(f"left out: the {kinds[n].section}: {w}", 0) for n, w in unread]
            found[f"{kind.section}.yaml"] = _formatted([*lines, "", *body], kinds)
    if declared.duplicates:
        lines = [*_modeline(heading), comment(f"Ids of {heading.about}.", 0), ""]
        found[IMPORTS] = _formatted([*lines, *writer.imports(heading.shop)], kinds)
    return found | writer.files


def fragments(
    declared: Declared, addresses: Iterable[Address]
) -> dict[Address, tuple[list[str], str]]:
    """Return resources with their children: each as lines without indentation, and as `KEY: {...}`.

    Long strings are inline. Blank lines are left to `format_text`.
    """
    writer, found = _Writer(declared), [declared.resources[address] for address in addresses]
    return {r.address: (list(writer.resource(r, 0)), writer.entry(r)) for r in found}


class _Writer:
    """Writes resources. With `separate`, long strings go to `files`, by path."""

    def __init__(self, declared: Declared, *, separate: bool = False) -> None:
        self.declared = declared
        self.separate = separate
        self.files: dict[str, str] = {}
        self.inside: dict[tuple[Address | None, str], list[Resource]] = {}
        self.fields: dict[tuple[str, int], dict[str, str]] = {}
        self.objects: dict[str, list[Omission]] = {}
        for resource in declared.resources.values():
            self.inside.setdefault((resource.parent, resource.address.kind), []).append(resource)
        for (_, name), found in self.inside.items():
            if declared.catalogue[name].nesting:
                found.sort(key=lambda r: (*_numbers(r.kind, r), r.origin))
        for left in declared.omissions:
            if is_extra(left.field):
                continue  # a warning for each kind says which there are
            if left.field:
                self.fields.setdefault((left.kind, left.id), {})[left.field] = left.why
            else:
                outermost = declared.catalogue.lineage(left.kind)[0]
                self.objects.setdefault(outermost.name, []).append(left)

    def imports(self, shop: str) -> list[str]:
        """Return the `imports` section, with the ids of objects that have the same identity."""
        if not self.declared.duplicates:
            return []
        lines = ["imports:"]
        lines.append(comment("the same identity: only the ids differ", 2))
        for address, number in self.declared.ids.items():
            if address in self.declared.duplicates:
                suffix = f", shop: {inline_scalar(shop, '', bracketed=True)}" if shop else ""
                lines.append(f"  - {{address: {address}, id: {number}{suffix}}}")
        return lines

    def section(self, kind: Kind) -> list[str]:
        """Return the lines of a section, followed by comments on omitted objects."""
        found = self.inside.get((None, kind.name), [])
        left = self.objects.get(kind.name, [])
        lines = [f"{kind.section}:"] if found else []
        for resource in found:
            lines += self.resource(resource, STEP)
        lines += [""] if found and left else []
        for each in left:
            name = f' "{shortened(each.label)}"' if each.label else ""
            omission = f"left out: {each.kind} {each.id}{name}: {each.why}"
            lines.append(comment(omission, STEP if found else 0))
        return lines

    def resource(self, resource: Resource, indent: int) -> Iterator[str]:
        kind = resource.kind
        left = self._omitted(resource)
        if _small(kind):
            yield from (comment(f"{name} left out: {why}", indent) for name, why in left.items())
            yield " " * indent + self.entry(resource)
            return
        yield f"{' ' * indent}{_key(resource)}:"
        indent += STEP
        for name in kind.fields:
            for part in (each for each in left if each.partition(".")[0] == name):
                yield comment(f"{part} left out: {left[part]}", indent)
            if (
                name not in left
                and name in resource.fields
                and _written(kind, name, resource.fields[name])
            ):
                yield from self._field(kind, resource, name, indent)
        yield from _extra_lines(resource, indent)
        for inner in self.declared.catalogue.children[kind.name]:
            yield from self._nested(inner, resource.address, indent)

    def entry(self, resource: Resource) -> str:
        """Return a resource as a flow mapping, after its key."""
        kind = resource.kind
        parts = [
            f"{name}: {bracketed(_value(kind, name, resource.fields[name]))}"
            for name in kind.fields
            if name in resource.fields and _written(kind, name, resource.fields[name])
        ]
        for inner in self.declared.catalogue.children[kind.name]:
            entries = map(self.entry, self.inside.get((resource.address, inner.name), []))
            inside = ", ".join(entries)
            parts += [f"{inner.section}: {{{inside}}}"] if inside else []
        parts += [f"extra: {inside}"] if (inside := _extra_flow(resource)) else []
        return f"{_key(resource)}: {{{', '.join(parts)}}}"

    def _field(self, kind: Kind, resource: Resource, name: str, indent: int) -> list[str]:
        value, rich = _value(kind, name, resource.fields[name]), kind.type(name).rich
        if (
            self.separate
            and isinstance(value, str)
            and _long(value)
            and name in free_text_fields(kind)
        ):
            path = _path(kind, resource.address, name, rich)
            self.files[path] = value + ("\n" if rich else "")
            return [f"{' ' * indent}{name}: {{file: {path}}}"]
        return field_lines(name, value, rich, indent)

    def _nested(self, kind: Kind, container: Address, indent: int) -> Iterator[str]:
        found = self.inside.get((container, kind.name), [])
        short = kind.nesting.short if kind.nesting else ""
        head = f"{' ' * indent}{kind.section}:"
        if found and short and all(self._bare(r, short) for r in found):
            items = [inline_scalar(plain_of(r.fields[short]), "", bracketed=True) for r in found]
            yield from _flow_lines(head, items, indent + STEP)
        elif found:
            yield head
            for resource in found:
                yield from self.resource(resource, indent + STEP)

    def _bare(self, resource: Resource, short: str) -> bool:
        """Whether a resource has only the field `short`, from which its key is derived."""
        key = key_from(str(resource.fields.get(short)))
        return (
            resource.fields.keys() == {short}
            and resource.address.keys[-1] == key
            and not self._omitted(resource)
        )

    def _omitted(self, resource: Resource) -> Mapping[str, str]:
        return self.fields.get((resource.address.kind, resource.origin), {})


def _columns(resource: Resource) -> dict[str, Value]:
    """Return the columns beyond the fields, by their names as keys of YAML."""
    return {
        inline_scalar(name.removeprefix(EXTRA), "", bracketed=True): value
        for name, value in resource.fields.items()
        if is_extra(name)
    }


def _extra_flow(resource: Resource) -> str:
    parts = [f"{name}: {bracketed(value)}" for name, value in _columns(resource).items()]
    return f"{{{', '.join(parts)}}}" if parts else ""


def _extra_lines(resource: Resource, indent: int) -> Iterator[str]:
    """Yield the lines of `extra`: one line if they fit into it."""
    inside = _extra_flow(resource)
    line = f"{' ' * indent}extra: {inside}"
    if inside and len(line) <= WIDTH:
        yield line
    elif inside:
        yield f"{' ' * indent}extra:"
        for name, value in _columns(resource).items():
            yield from field_lines(name, value, False, indent + STEP)


def _small(kind: Kind) -> bool:
    """Whether objects are written on one line: there are many small ones."""
    nesting = kind.nesting
    return kind.route is not None or (nesting is not None and bool(nesting.short))


def _numbers(kind: Kind, resource: Resource) -> tuple[int, ...]:
    """Return the numbers by which children are ordered."""
    names = [n for n in kind.fields if kind.type(n).orders]
    found = [resource.fields.get(name) for name in names]
    return tuple(value if isinstance(value, int) else 0 for value in found)


def _written(kind: Kind, name: str, value: Value) -> bool:
    """Whether a field is written: null in an identity is implied."""
    return value is not None or name not in kind.identity


def _value(kind: Kind, name: str, value: Value) -> Value:
    """Return a value as written in files: null for an empty choice, a slash before paths."""
    if value == "" and kind.type(name).allowed:
        return None
    return rooted(kind, name, value)


def _long(text: str) -> bool:
    return len(text) > _CHARACTERS or text.count("\n") >= _LINES


def _key(resource: Resource) -> str:
    return inline_scalar(resource.address.keys[-1], "", bracketed=True)


def _path(kind: Kind, address: Address, name: str, rich: bool) -> str:
    """Return the path of the file for a string; a name too long for some systems ends in a hash."""
    stem = ".".join(address.keys)
    if len(stem) > _NAME:
        stem = f"{stem[:_NAME]}-{hashlib.sha256(stem.encode()).hexdigest()[:8]}"
    return f"texts/{kind.section}/{stem}.{name}.{'html' if rich else 'txt'}"


def _flow_lines(head: str, items: list[str], indent: int) -> list[str]:
    """Return a flow sequence, on as few lines as possible."""
    line = f"{head} [{', '.join(items)}]"
    if len(line) <= WIDTH:
        return [line]
    pad, lines = " " * indent, [""]
    for number, item in enumerate(items):
        part = ("[" if number == 0 else "") + item + ("," if number + 1 < len(items) else "]")
        if lines[-1] and len(pad) + len(lines[-1]) + 1 + len(part) > WIDTH:
            lines.append("")
        lines[-1] += f" {part}" if lines[-1] else part
    return [head, *(pad + each for each in lines)]


def _modeline(heading: Heading) -> list[str]:
    return [heading.modeline] if heading.modeline else []


def _formatted(lines: list[str], catalogue: Catalogue) -> str:
    text = "\n".join(lines).rstrip("\n") + "\n"
    return format_text(text, "the files", Collector(), catalogue) or text
