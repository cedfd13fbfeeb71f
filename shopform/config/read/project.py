"""Read the YAML files of a project and merge them."""

import codecs
from collections.abc import Iterator
from collections.abc import Mapping as Map
from collections.abc import Sequence as Seq
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from shopform import files
from shopform.config.compile.tables.sections import Tables
from shopform.config.read.declared_kinds import KINDS, with_declared
from shopform.config.read.included_files import included, is_yaml, kind_files
from shopform.config.read.node_builder import Malformed, parse
from shopform.config.read.suspect_values import SuspectRows
from shopform.config.read.yaml_nodes import Mapping, Node, Scalar, Sequence
from shopform.config.read.yaml_parsers import LINE_BREAK
from shopform.diagnostics import Collector, Diagnostic, Line, Span, did_you_mean
from shopform.errors import ConfigError
from shopform.kinds import Catalogue

if TYPE_CHECKING:
    from shopform.config.read.csv_cells import Sheet

NAMES: Final = ("shopform.yaml", "shopform.yml")
BOM: Final = "\ufeff"
SETTINGS: Final = ("shops", "state_store", "variables", "policy", "include")
FROM_APP: Final = "from_app"  # among the names of shops
REFACTORINGS: Final = ("moved", "removed", "imports")

Entry = tuple[Scalar, Node]


class Sources(Map[str, Seq[Line]]):
    """The lines of files and the rows of tables by name, split on first use."""

    def __init__(self, contents: Map[str, str], tables: Map[str, "Sheet"]) -> None:
        self._contents = contents
        self._tables = tables
        self._split: dict[str, Seq[Line]] = {}

    def __getitem__(self, name: str) -> Seq[Line]:
        if name not in self._split:
            self._split[name] = self._lines(name)
        return self._split[name]

    def _lines(self, name: str) -> Seq[Line]:
        table = self._tables.get(name)
        if table is None:
            return LINE_BREAK.split(self._contents[name])
        from shopform.config.read.csv_cells import frame

        return frame(table, name)

    def __iter__(self) -> Iterator[str]:
        return iter({**self._contents, **self._tables})

    def __len__(self) -> int:
        return len({**self._contents, **self._tables})


@dataclass(slots=True, kw_only=True)
class Project:
    """The files of a project, merged. File names are relative to `directory`, with slashes.

    `contents` are without byte order marks, which are in `boms`. `tables` are the CSV files of
    sections, `suspect_rows` those of their rows that are probably not intended as resources.
    `from_app` is the app whose shops are added to those in `settings`, and `app_tokens` has their
    keys by id. `broken`: a file could not be read, so declarations may be missing. `released`: the
    nodes of the sections were dropped, and only the settings can still be compiled.
    """

    directory: Path
    catalogue: Catalogue = field(repr=False)
    main: str = NAMES[0]
    contents: dict[str, str] = field(default_factory=dict)
    boms: dict[str, str] = field(default_factory=dict)
    tables: dict[str, "Sheet"] = field(default_factory=dict)
    suspect_rows: SuspectRows = field(default_factory=dict)
    sections: dict[str, dict[str, Entry]] = field(default_factory=dict)
    settings: dict[str, Entry] = field(default_factory=dict)
    refactorings: dict[str, list[Node]] = field(default_factory=dict)
    from_app: Entry | None = None
    app_tokens: dict[str, str] = field(default_factory=dict, repr=False)
    broken: bool = False
    released: bool = False
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def sources(self) -> Sources:
        """The lines of every file read, for code frames."""
        return Sources(self.contents, self.tables)

    @property
    def lists_all_shops(self) -> bool:
        """Whether the names of all shops are known: those of an app are after a call."""
        return self.from_app is None or any(self.app_tokens.values())

    def release(self) -> None:
        """Free the nodes of the sections, which are a third of the memory of a large plan."""
        self.sections, self.released = {}, True


def load(directory: Path, catalogue: Catalogue, collector: Collector) -> Project:
    """Read `shopform.yaml`, the YAML files beside it, those in `kinds/`, and those that `include`
    matches.

    The catalogue of the project has the kinds that these files declare; if one of those is
    invalid, nothing is merged.
    Raises ConfigError if there is no `shopform.yaml`; all other errors go to the collector.
    """
    project = Project(directory=directory, catalogue=catalogue)
    # Names are matched in any case: resources in a file that is not read would look deleted.
    with files.reporting(directory, ConfigError):
        listed = {path.name for path in directory.iterdir()} if directory.is_dir() else set[str]()
    beside = {name for name in listed if is_yaml(name) and not name.startswith(".")}
    present = sorted(name for name in beside if name.lower() in NAMES)
    if not present:
        raise ConfigError(
            f"no `{NAMES[0]}` in `{directory}`",
            hint="run `shopform init` to create one, or pass its folder to `--chdir`",
        )
    if len(present) > 1:
        collector.error(
            "project-twice",
            f"both `{present[0]}` and `{present[1]}` exist",
            hint="keep one of them",
            span=Span(present[1], 1, 1),
        )
    project.main = present[0]
    roots = [_read_file(project, project.main, collector)]
    more = beside | included(directory, roots[0], collector) | kind_files(directory)
    roots += [_read_file(project, name, collector) for name in sorted(more.difference(present))]
    found = [root for root in roots if root is not None]
    kinds = with_declared(catalogue, found, collector, reserved=(*SETTINGS, *REFACTORINGS))
    if kinds is None:
        # Of which sections there are, and what they mean, nothing is known.
        project.broken = True
        return project
    project.catalogue = kinds
    for root in found:
        _merge(project, root, collector)
    return project


def variable_names(project: Project) -> tuple[str, ...]:
    """Return the declared variables, in the order of the file."""
    declared = project.settings.get("variables")
    return tuple(declared[1].entries) if declared and isinstance(declared[1], Mapping) else ()


def shop_names(project: Project) -> tuple[str, ...]:
    """Return the declared shops, in the order of the file."""
    shops = project.settings.get("shops")
    return tuple(shops[1].entries) if shops and isinstance(shops[1], Mapping) else ()


def _read_file(project: Project, name: str, collector: Collector) -> Mapping | None:
    """Return the sections of a file; None if it has none, or cannot be read."""
    try:
        data = files.read(files.inside(project.directory, name))
        text = data.decode("utf-8-sig")
    except OSError as problem:
        code = "file-missing"
        hint = "make it readable, or rename it if it is not part of the project"
        if isinstance(problem, files.OutsideError):
            code, hint = "file-outside", files.hint(problem)
        summary = f"cannot read `{name}`: {files.reason(problem)}"
        collector.error(code, summary, hint=hint, span=Span(name, 1, 1))
        project.broken = True
        return None
    except UnicodeDecodeError as problem:
        before = data[: problem.start].decode("utf-8-sig", "replace").split("\n")
        project.contents[name] = data.decode("utf-8-sig", "replace")
        collector.error(
            "yaml-encoding",
            f"the byte 0x{data[problem.start]:02X} is not UTF-8",
            hint="save the file as UTF-8",
            span=Span(name, len(before), len(before[-1]) + 1),
        )
        project.broken = True
        return None
    project.contents[name] = text
    if data.startswith(codecs.BOM_UTF8):
        project.boms[name] = BOM
    try:
        root = parse(text, name, collector)
    except Malformed:
        project.broken = True
        return None
    if isinstance(root, Mapping):
        return root
    if root is not None and not (isinstance(root, Scalar) and root.null):
        hint = "start with a section, such as `shops:`"
        collector.error("wrong-type", "a file must contain sections", hint=hint, span=root.span)
    return None


def _merge(project: Project, root: Mapping, collector: Collector) -> None:
    sections = project.catalogue.sections
    for name, (key, node) in root.entries.items():
        if name in sections:
            _merge_section(project, name, key, node, collector)
        elif name == KINDS:
            continue
        elif name in SETTINGS:
            if root.file != project.main:
                hint = f"move it to `{project.main}`"
                collector.error(
                    "misplaced-setting",
                    f"`{name}` is only allowed in `{project.main}`",
                    hint=hint,
                    span=key.span,
                )
            else:
                project.settings[name] = (
                    key,
                    _without_app(project, node) if name == "shops" else node,
                )
        elif name in REFACTORINGS:
            if isinstance(node, Sequence):
                project.refactorings.setdefault(name, []).extend(node.items)
            elif not (isinstance(node, Scalar) and node.null):
                hint = "start each item with a dash"
                collector.error("wrong-type", f"`{name}` must be a list", hint=hint, span=node.span)
        else:
            inside = project.catalogue.parent_section(name)
            words = (*sections, *SETTINGS, KINDS, *REFACTORINGS)
            hint = (
                f"write it inside each of `{inside}`"
                if inside
                else did_you_mean(name, words, "sections are " + ", ".join(words))
            )
            collector.error(
                "unknown-section", f"unknown section `{name}`", hint=hint, span=key.span
            )


def _without_app(project: Project, node: Node) -> Node:
    """Take `from_app` from the shops, which is not the name of one."""
    if not isinstance(node, Mapping) or FROM_APP not in node.entries:
        return node
    shops = Mapping(node.file, node.start)
    shops.entries |= node.entries
    project.from_app = shops.entries.pop(FROM_APP)
    return shops


def _merge_section(
    project: Project, name: str, key: Scalar, node: Node, collector: Collector
) -> None:
    if isinstance(node, Scalar) and node.null:
        return
    if not isinstance(node, Mapping):
        hint = "write a key and a colon before each item"
        collector.error(
            "wrong-type", f"`{key.text}` must be a mapping of keys", hint=hint, span=node.span
        )
        return
    tables = Tables(
        project.catalogue, project.directory, project.tables, project.suspect_rows, collector
    )
    expanded = tables.expand(project.catalogue.sections[name], node)
    if not isinstance(expanded, Mapping):
        project.broken = True
        return
    node = expanded
    section = project.sections.setdefault(name, {})
    if not section:
        project.sections[name] = dict(node.entries)
        return
    for each, entry in node.entries.items():
        first = section.setdefault(each, entry)
        if first is not entry:
            collector.error(
                "declared-twice",
                f"`{each}` of `{name}` is declared twice",
                hint="remove one, or change its key",
                span=entry[0].span,
                related=(("first declared", first[0].span),),
            )
