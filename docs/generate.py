"""Writes the generated parts of docs/reference/ from the code they describe.

A part stands between `<!-- generated: NAME -->` and `<!-- end -->`; what is around it is written by
hand. `python docs/generate.py` brings every part up to date, `--check` only tells which are not.
"""

import inspect
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import click
from pydantic import BaseModel

from shopform.cli.main import main as program
from shopform.config.compile.field_types import Shape, Takes, sentence, shape_of
from shopform.config.compile.field_values import free_texts
from shopform.config.compile.kind_models import model_of
from shopform.config.compile.moved_removed_imports import address_form
from shopform.config.compile.settings_spec import ProjectSpec, TableSpec
from shopform.kinds import KINDS, Kind
from shopform.kinds.spec import DeliverySpec, ImageSpec, LifecycleSpec
from shopform.sandbox.switches import SWITCHES

REFERENCE = Path(__file__).parent / "reference"
START, END = "<!-- generated: {} -->\n", "<!-- end -->\n"

Lines = Iterator[str]


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Lines:
    cells = list(head)
    yield f"| {' | '.join(cells)} |"
    yield f"|{'---|' * len(cells)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
    yield ""


def code(words: Iterable[object]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def kinds() -> Lines:
    for kind in KINDS:
        yield from _kind(kind)
    for model, about in (
        (LifecycleSpec, "`lifecycle`, in every kind"),
        (ImageSpec, "Each item of `images`"),
        (DeliverySpec, "`secret_to`"),
    ):
        yield f"## {about}"
        yield ""
        yield from table(("key", "takes", "meaning"), _keys(model))


def _kind(kind: Kind) -> Lines:
    nesting = kind.nesting
    yield f"## {kind.name}"
    yield ""
    yield kind.about
    yield ""
    place = f"`{nesting.section}` inside each `{nesting.kind}`" if nesting else f"`{kind.section}`"
    yield f"- Section: {place}. Address: `{address_form(kind.name)}`."
    known = [*([f"its {nesting.kind}"] if nesting else []), *(f"`{n}`" for n in kind.identity)]
    yield f"- Recognised in a shop by {' and '.join(known)}."
    if nesting and nesting.short:
        yield f"- A list of texts is short for objects with only `{nesting.short}`."
    if nesting and nesting.only:
        yield f"- Only where the {nesting.kind}'s `{nesting.only[0]}` is `{nesting.only[1]}`."
    if kind.generated:
        yield f"- Made by the shop, secret, and shown once: {code(kind.generated)}."
    if kind.local:
        yield f"- For one shop only, so that a copy needs a word for it: {code(kind.local)}."
    if kind.counted_by:
        yield "- Before one is deleted, the products that hang on it are counted (one call)."
    yield ""
    rows = (_field(kind, name, shape) for name, shape in shape_of(model_of(kind)).fields.items())
    yield from table(("field", "takes", "meaning", "compared as", "reset to"), rows)


def _field(kind: Kind, name: str, shape: Shape) -> tuple[str, ...]:
    info = model_of(kind).model_fields[name]
    target = kind.refers.get(name)
    takes = f"the key of a {target}" if target else _takes(shape)
    if name in free_texts(kind):
        takes += ", or `{file: ...}`"
    if info.is_required():
        takes += "; **needed**"
    compared = kind.fields[name].type.name if name in kind.fields else ""
    default = kind.defaults.get(name, "")
    shown = f"`{_word(default)}`" if name in kind.defaults else ""
    return f"`{name}`", takes, info.description or "", compared, shown


def _word(value: object) -> str:
    words = {True: "true", False: "false", None: "null", "": '""'}
    return words.get(value, str(value)) if isinstance(value, str | bool | None) else str(value)


def _takes(shape: Shape) -> str:
    if shape.takes is Takes.ANY:
        return "a mapping of keys or a list of texts"
    if shape.takes is Takes.WORD:
        return code(shape.words).replace(", ", " or ")
    return sentence(shape)


def _keys(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, ...]]:
    """Every key of a settings model, with what is nested in it."""
    infos = {info.alias or name: info for name, info in model.model_fields.items()}
    for name, shape in shape_of(model).fields.items():
        needed = "; **needed**" if infos[name].is_required() else ""
        yield f"`{prefix}{name}`", _takes(shape) + needed, _with_default(infos[name])
        inner, below = shape.inner or shape, f"{prefix}{name}"
        if shape.takes is Takes.KEYS:
            below += ".NAME"
        elif shape.takes is Takes.LIST:
            below += "[]"
        if inner.model is not None:
            yield from _keys(inner.model, f"{below}.")


def _with_default(info: object) -> str:
    description: str = getattr(info, "description", None) or ""
    default = getattr(info, "default", None)
    if isinstance(default, str | int | float | bool) and default not in ("", True, False):
        return f"{description} Default: `{default}`."
    return description


def settings() -> Lines:
    yield from table(("key", "takes", "meaning"), _keys(ProjectSpec))


def tables() -> Lines:
    yield from table(("key", "takes", "meaning"), _keys(TableSpec))


def facts() -> Lines:
    for kind in KINDS:
        wire = kind.wire
        yield f"### {kind.name}"
        yield ""
        rows = [
            ("path", f"`/REST/{wire.endpoint.value}`", wire.endpoint.grade, wire.endpoint.source),
            ("id", code(wire.id.value), wire.id.grade, wire.id.source),
            (
                "list in an envelope",
                f"`{wire.list_key.value}`",
                wire.list_key.grade,
                wire.list_key.source,
            ),
            ("update", f"`{wire.update.value}`", wire.update.grade, wire.update.source),
        ]
        if wire.parent:
            found = wire.parent
            rows.append(("list and create need", f"`?{found.value}=`", found.grade, found.source))
        for name, each in kind.fields.items():
            names = code((each.wire, *each.aliases))
            rows.append((f"field `{name}`", names, each.grade, each.source))
        yield from table(("fact", "on the wire", "grade", "source"), rows)


def switches() -> Lines:
    rows = (
        (f"`{s.name}`", s.about, code([f"{s.default}"]), code(s.words[1:]), s.source)
        for s in SWITCHES
    )
    yield from table(("switch", "question", "assumed", "or", "dossier"), rows)


def commands() -> Lines:
    for path, command in every_command():
        yield f"## {path}"
        yield ""
        yield inspect.cleandoc(command.help or "")
        yield ""
        arguments = [p for p in command.params if isinstance(p, click.Argument)]
        usage = " ".join(
            [path, "[OPTIONS]", *(argument.make_metavar(_ctx) for argument in arguments)]
        )
        yield f"    {usage}"
        yield ""
        rows = [
            (_names(option), _meaning(option), _twin(option))
            for option in command.params
            if isinstance(option, click.Option) and not option.hidden
        ]
        if rows:
            yield from table(("option", "meaning", "in the environment"), rows)


_ctx = click.Context(program, info_name="shopform")


def every_command() -> Iterator[tuple[str, click.Command]]:
    """The program, its commands and theirs, groups before what they hold."""
    yield "shopform", program
    for name in program.list_commands(_ctx):
        command = program.get_command(_ctx, name)
        if command is None:
            continue
        yield f"shopform {name}", command
        if isinstance(command, click.Group):
            for inner, found in command.commands.items():
                yield f"shopform {name} {inner}", found


def _meaning(option: click.Option) -> str:
    about, default = option.help or "", option.default
    shown = isinstance(default, str | int) and not isinstance(default, bool) and default != ""
    return f"{about} Default: `{default}`." if shown else about


def _names(option: click.Option) -> str:
    numeric = option.metavar is None and "INTEGER" in option.make_metavar(_ctx)
    metavar = "" if option.is_flag else " N" if numeric else f" {option.make_metavar(_ctx)}"
    again = "; may be repeated" if option.multiple else ""
    return f"`{', '.join(option.opts)}{metavar}`{again}"


def _twin(option: click.Option) -> str:
    return f"`{option.envvar}`" if isinstance(option.envvar, str) else ""


def environment() -> Lines:
    users: dict[str, tuple[str, list[str]]] = {}
    for path, command in every_command():
        for option in command.params:
            if isinstance(option, click.Option) and isinstance(option.envvar, str):
                name = next(each for each in option.opts if each.startswith("--"))
                users.setdefault(option.envvar, (name, []))[1].append(path)
    count = sum(1 for _ in every_command())
    rows = (
        (f"`{twin}`", f"`{name}`", "most commands" if len(paths) > count // 2 else code(paths))
        for twin, (name, paths) in sorted(users.items())
    )
    yield from table(("variable", "stands for", "read by"), rows)


PARTS: dict[str, Callable[[], Lines]] = {
    "kinds": kinds,
    "settings": settings,
    "tables": tables,
    "facts": facts,
    "switches": switches,
    "commands": commands,
    "environment": environment,
}


def fresh(text: str) -> str:
    """A page with every generated part as it should be."""
    for name, part in PARTS.items():
        start = START.format(name)
        before, found, rest = text.partition(start)
        if found:
            after = rest.partition(END)[2]
            text = "".join([before, start, "\n", "\n".join(part()), "\n", END, after])
    return text


def main(check: bool) -> int:
    old = 0
    for page in sorted(REFERENCE.glob("*.md")):
        text = page.read_text("utf-8")
        made = fresh(text)
        if made != text:
            old += 1
            print(f"{page.name}: {'is not current; run `make docs`' if check else 'written'}")
            if not check:
                page.write_text(made, "utf-8")
    return int(check and old > 0)


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
