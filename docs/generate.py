"""Writes the generated parts of docs/reference/ from the code they describe.

A part stands between `<!-- generated: NAME -->` and `<!-- end -->`; what is around it is written by
hand. `python docs/generate.py` brings every part up to date, `--check` only reports which are not.
"""

import inspect
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import click
from pydantic import BaseModel

from shopform.cli.main import main as program
from shopform.config.compile.settings_spec import FromAppSpec, ProjectSpec, TableSpec
from shopform.config.compile.shapes import Accepts, shape_of
from shopform.config.kind_reference import Lines, code, kind_page, table, takes, wire_facts
from shopform.doctor.questions import PROBED, READ, Question, of_kind
from shopform.kinds.spec import DeliverySpec, ImageSpec, Spec
from shopform.kinds.standard import STANDARD
from shopform.sandbox.behaviour.questions import Switch
from shopform.sandbox.behaviour.tables import Endpoints

REFERENCE = Path(__file__).parent / "reference"
CAREFUL = "only after an object showed the key"
START, END = "<!-- generated: {} -->\n", "<!-- end -->\n"


def kinds() -> Lines:
    for kind in STANDARD.kinds:
        for line in kind_page(STANDARD, kind):
            yield line.replace(CAREFUL, f"[{CAREFUL}](#first-contact)")
    for model, about in (
        (Spec, "In every kind"),
        (ImageSpec, "Each item of `images`"),
        (DeliverySpec, "`secret_to`"),
    ):
        yield f"## {about}"
        yield ""
        yield from table(("key", "takes", "meaning"), _keys(model))


def _keys(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, ...]]:
    """Every key of a settings model, with what is nested in it."""
    infos = {info.alias or name: info for name, info in model.model_fields.items()}
    for name, shape in shape_of(model).fields.items():
        needed = "; **required**" if infos[name].is_required() else ""
        yield f"`{prefix}{name}`", takes(shape) + needed, _with_default(infos[name])
        inner, below = shape.inner or shape, f"{prefix}{name}"
        if shape.accepts is Accepts.MAPPING:
            below += ".NAME"
        elif shape.accepts is Accepts.LIST:
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
    keys = [*_keys(ProjectSpec)]
    rest = next(n for n, (key, *_) in enumerate(keys) if key == "`state_store`")
    app = _keys(FromAppSpec, "shops.from_app.")
    yield from table(("key", "takes", "meaning"), [*keys[:rest], *app, *keys[rest:]])


def tables() -> Lines:
    yield from table(("key", "takes", "meaning"), _keys(TableSpec))


def facts() -> Lines:
    for kind in (*STANDARD.kinds, *STANDARD.lookups):
        yield f"### {kind.name}"
        yield ""
        yield from wire_facts(kind, writable=kind in STANDARD.kinds)


def _others(switch: Switch) -> str:
    return code(switch.words[1:]) + (", or another" if switch.free else "")


def switches() -> Lines:
    rows = (
        (f"`{s.name}`", s.about, code([f"{s.default}"]), _others(s), s.source)
        for s in Endpoints.of(STANDARD).switches
    )
    yield from table(("switch", "question", "assumed", "or", "dossier"), rows)


def doctor() -> Lines:
    """The questions, those about several kinds once."""
    found: dict[str, Question] = {}
    for kind in STANDARD.kinds:
        at = kind.wire.endpoint.value
        for each in of_kind(STANDARD, kind):
            start, dot, _ = each.name.partition(".")
            names = start + dot + ("KIND" if start == "exists" else "ENDPOINT")
            name = names if dot else each.name.replace(f"{kind.name}_", "KIND_", 1)
            known = "documented, or assumed" if name in ("KIND_id", "KIND_names") else each.assumes
            about = each.about.replace(f"/{at}", "/ENDPOINT")
            found.setdefault(name, replace(each, about=about, assumes=known))
    found |= {each.name: each for each in (*READ, *PROBED)}
    rows = (
        (f"`{name}`", each.about, each.assumes, "`--probe`" if each.probe else "reads")
        for name, each in found.items()
    )
    yield from table(("question", "about", "shopform assumes", "answered by"), rows)


def commands() -> Lines:
    for path, command in every_command():
        yield f"## {path}"
        yield ""
        yield inspect.cleandoc(command.help or "")
        yield ""
        yield f"    {' '.join([path, *command.collect_usage_pieces(_ctx)])}"
        yield ""
        rows = [
            (_names(option), _meaning(option), _twin(option))
            for option in command.params
            if isinstance(option, click.Option) and not option.hidden
        ]
        if rows:
            yield from table(("option", "meaning", "environment variable"), rows)


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
    "doctor": doctor,
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
