"""From the command line to the line's values: files, variables, shop, state, client, plan."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shopform import files
from shopform.config import (
    Project,
    check_project,
    compile_project,
    compile_shop,
    compile_shops,
    load_project,
    means_several,
    shop_names,
    variable_names,
)
from shopform.diagnostics import did_you_mean
from shopform.errors import ConfigError, UsageError
from shopform.model.desired import Desired
from shopform.model.values import KEY, Address
from shopform.terminal.console import Console
from shopform.workflow.requests import ProjectRequest
from shopform.workflow.shared_shops import alone
from shopform.workflow.workspace import Workspace


def open_workspace(console: Console, request: ProjectRequest) -> Workspace:
    """Load and compile the project for one shop. Raises ConfigError, UsageError."""
    project = load_project(console.directory)
    console.sources = lambda: project.sources
    names = shop_names(project)
    console.shop = request.shop or (names[0] if len(names) == 1 else "")
    texts = variables_of(console, project, request)
    found, desired, warnings = compile_project(
        project, request.shop, variables=texts, environment=console.environment
    )
    if not console.quiet:
        console.diagnostics(warnings)
    return alone(Workspace(console, console.directory, found, desired), project, texts)


def open_workspaces(
    console: Console, request: ProjectRequest, one_only: Mapping[str, object]
) -> list[Workspace]:
    """Load and compile the project for several shops; none where one is asked for.

    Raises ConfigError and UsageError, also for the first of `one_only` that was asked for: those
    are options, by name, that are about one shop.
    """
    shops = request.shop
    if not means_several(shops):
        return []
    project = load_project(console.directory)
    if not several(project, shops, one_only):
        return []
    console.sources = lambda: project.sources
    console.shop = shops or ""
    texts = variables_of(console, project, request)
    found, warnings = compile_shops(
        project, shops, variables=texts, environment=console.environment
    )
    if not console.quiet:
        console.diagnostics(warnings)
    made = [Workspace(console, console.directory, *each) for each in found.values()]
    return [alone(each, project, texts) for each in made]


def several(project: Project, shops: str | None, one_only: Mapping[str, object]) -> bool:
    """Whether `shops` means several; then raises UsageError for what was asked of `one_only`."""
    if not means_several(shops) or shops in shop_names(project):
        return False
    for name in (name for name, asked in one_only.items() if asked):
        raise UsageError(f"`{name}` is about one shop", hint="name one with `--shop`")
    return True


def open_settings(
    console: Console, request: ProjectRequest, *, with_token: bool = False
) -> Workspace:
    """The shop's settings and nothing of what is declared: enough for its state."""
    project = load_project(console.directory)
    console.sources = lambda: project.sources
    texts = variables_of(console, project, request)
    found = compile_shop(
        project,
        request.shop,
        variables=texts,
        environment=console.environment,
        with_token=with_token,
    )
    made = Workspace(console, console.directory, found, Desired())
    return alone(made, project, texts) if with_token else made


def check_workspace(console: Console, request: ProjectRequest) -> dict[str, Desired]:
    """Compile one shop or several, or all. Raises ConfigError with all that is wrong in any."""
    project = load_project(console.directory)
    console.sources = lambda: project.sources
    texts = variables_of(console, project, request)
    environment = console.environment
    found, warnings = check_project(project, request.shop, variables=texts, environment=environment)
    for name in found if len(shop_names(project)) > 1 else ():
        one = compile_shop(project, name, variables=texts, environment=environment)
        alone(
            Workspace(console, console.directory, one, found[name]),
            project,
            texts,
            with_states=False,
        )
    console.diagnostics(warnings)
    return found


def open_declared(console: Console, request: ProjectRequest) -> Desired:
    """What is declared for one shop; reads no secret. Raises ConfigError, UsageError."""
    project = load_project(console.directory)
    console.sources = lambda: project.sources
    _, desired, warnings = compile_project(
        project,
        request.shop,
        variables=variables_of(console, project, request),
        environment=console.environment,
        resolve_token=False,
    )
    console.diagnostics(warnings)
    return desired


def check_address(text: str) -> Address:
    """An address of a kind there is, with as many keys as it takes. Raises UsageError."""
    from shopform.kinds import BY_NAME

    address = Address(text)
    kind, depth = BY_NAME.get(address.kind), 0
    while kind:
        depth += 1
        kind = BY_NAME[kind.nesting.kind] if kind.nesting else None
    if not depth or len(address.keys) != depth or not all(map(KEY.match, address.keys)):
        hint = "an address is KIND.KEY"
        if not depth:
            hint = did_you_mean(address.kind, BY_NAME, hint)
        raise UsageError(f"`{text}` is no address", hint=hint)
    return address


def variables_of(console: Console, project: Project, request: ProjectRequest) -> Mapping[str, str]:
    """SHOPFORM_VAR_x, then the files in order, then --var: the last word counts.

    What the environment has for other projects is left alone; what is named for this run is not.
    """
    texts = {
        name: console.environment.get(f"SHOPFORM_VAR_{name}") for name in variable_names(project)
    }
    found = {name: text for name, text in texts.items() if text is not None}
    for name in request.variable_files:
        found |= _variable_file(console.directory, name)
    return {**found, **dict(request.variables)}


def _variable_file(directory: Path, path: str) -> dict[str, str]:
    from shopform.config.read.node_builder import parse
    from shopform.config.read.yaml_nodes import Mapping as MappingNode
    from shopform.config.read.yaml_nodes import Scalar
    from shopform.diagnostics import Collector

    collector = Collector()
    with files.reporting(directory / path, UsageError):
        data = files.read(files.typed(directory, path))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError(f"`{path}` is not UTF-8", hint="save the file as UTF-8") from None
    node = parse(text, path, collector)
    if collector.failed:
        raise ConfigError(diagnostics=collector.sorted())
    found: dict[str, str] = {}
    entries: Any = node.entries.values() if isinstance(node, MappingNode) else None
    if entries is None:
        raise ConfigError(f"`{path}` is not a mapping of names to texts")
    for key, value in entries:
        if not isinstance(value, Scalar):
            raise ConfigError(f"`{path}`: `{key.text}` is not a text")
        found[key.text] = value.text
    return found
