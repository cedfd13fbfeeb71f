"""Load a project once for a run, and open its shops: settings, declarations, state."""

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
    names_several_shops,
    shop_names,
    variable_names,
)
from shopform.diagnostics import did_you_mean
from shopform.errors import ConfigError, UsageError
from shopform.kinds import Catalogue
from shopform.kit.text import backquoted
from shopform.model.desired import Desired
from shopform.model.values import KEY, Address
from shopform.planning.scope import Known, Options, scope
from shopform.workflow.observer import Observer
from shopform.workflow.requests import ProjectRequest
from shopform.workflow.shared_shops import check_not_shared
from shopform.workflow.workspace import LoadedProject, Workspace


def open_project(request: ProjectRequest, observer: Observer) -> LoadedProject:
    """Read the files of the project and the variables that are set. Raises ConfigError."""
    project = load_project(request.directory, request.catalogue)
    names = shop_names(project)
    observer.loaded(project.sources, request.shop or (names[0] if len(names) == 1 else ""))
    return LoadedProject(request, project, observer, _variables(request, project))


def open_kinds(directory: Path, catalogue: Catalogue, observer: Observer) -> Catalogue:
    """Return the kinds of the project in a folder, or `catalogue` if there is none.

    Raises ConfigError if its files do not say which kinds it has.
    """
    try:
        project = load_project(directory, catalogue)
    except ConfigError:
        return catalogue
    if project.broken and not project.settings:
        observer.loaded(project.sources, "")
        raise ConfigError(diagnostics=project.diagnostics)
    return project.catalogue


def open_workspace(loaded: LoadedProject, *, once: bool = False) -> Workspace:
    """Compile the project for one shop; with `once` its declarations are not needed again.

    Raises ConfigError, UsageError.
    """
    _add_app_shops(loaded)
    shop, desired, warnings = compile_project(loaded.project, loaded.request.shop, **loaded.given)
    loaded.compiled[shop.name] = desired
    loaded.observer.warn(warnings)
    workspace = check_not_shared(Workspace(loaded, shop, desired))
    if once:
        loaded.project.release()
    return workspace


def open_offline(loaded: LoadedProject) -> Workspace:
    """Compile the project for one shop without its token and without the values of secrets.

    Raises ConfigError, UsageError.
    """
    _add_app_shops(loaded, offline=True)
    shop, desired, warnings = compile_project(
        loaded.project, loaded.request.shop, **loaded.given, resolve_token=False
    )
    loaded.observer.warn(warnings)
    return Workspace(loaded, shop, desired)


def open_workspaces(loaded: LoadedProject) -> list[Workspace]:
    """Compile the project for every requested shop. Raises ConfigError, UsageError."""
    _add_app_shops(loaded)
    found, warnings = compile_shops(loaded.project, loaded.request.shop, **loaded.given)
    loaded.compiled |= {name: desired for name, (_, desired) in found.items()}
    loaded.observer.warn(warnings)
    return [check_not_shared(Workspace(loaded, *each)) for each in found.values()]


def several(loaded: LoadedProject, one_only: Mapping[str, object]) -> bool:
    """Return whether several shops are requested.

    Raises UsageError then for the first option in `one_only`, by name, that is used too.
    """
    shops = loaded.request.shop
    if not names_several_shops(shops) or shops in shop_names(loaded.project):
        return False
    for name in (name for name, asked in one_only.items() if asked):
        raise UsageError(f"`{name}` works on one shop only", hint="name one with `--shop`")
    return True


def open_settings(
    loaded: LoadedProject, shop: str | None = None, *, with_token: bool = False
) -> Workspace:
    """Open the settings of a shop without its declarations, which is enough for its state.

    It is the requested shop unless `shop` is given.
    """
    _add_app_shops(loaded, offline=not with_token)
    name = shop or loaded.request.shop
    found = compile_shop(loaded.project, name, **loaded.given, with_token=with_token)
    made = Workspace(loaded, found, Desired(catalogue=found.catalogue))
    return check_not_shared(made) if with_token else made


def validate(loaded: LoadedProject) -> dict[str, Desired]:
    """Compile the requested shops, or all. Raises ConfigError with the errors of all of them."""
    _add_app_shops(loaded, offline=True, any_shop=True)
    found, warnings = check_project(loaded.project, loaded.request.shop, **loaded.given)
    loaded.compiled |= found
    for name in found if len(shop_names(loaded.project)) > 1 else ():
        shop = compile_shop(loaded.project, name, **loaded.given)
        check_not_shared(Workspace(loaded, shop, found[name]), with_states=False)
    loaded.observer.warn(warnings)
    return found


def open_declared(
    loaded: LoadedProject, options: Options
) -> tuple[Desired, frozenset[Address] | None]:
    """Return the declarations of one shop, and the requested addresses, None for all of them.

    Reads no secret. Raises ConfigError, UsageError.
    """
    _add_app_shops(loaded, offline=True)
    _, desired, warnings = compile_project(
        loaded.project, loaded.request.shop, **loaded.given, resolve_token=False
    )
    loaded.observer.warn(warnings)
    known = Known(catalogue=desired.catalogue, resources=desired.resources, moves=desired.moved)
    return desired, scope(options, known).only


def _add_app_shops(loaded: LoadedProject, *, offline: bool = False, any_shop: bool = False) -> None:
    """Add the shops of the app, from its list, or `offline` from the record of that."""
    if loaded.project.from_app is None:
        return
    from shopform.workflow.app_shops import add_known, add_listed

    if offline:
        add_known(loaded, any_shop=any_shop)
    else:
        add_listed(loaded)


def known_shops(loaded: LoadedProject) -> tuple[str, ...]:
    """Return the names of the shops, without a call. Raises ConfigError."""
    _add_app_shops(loaded, offline=True)
    return shop_names(loaded.project)


def check_address(catalogue: Catalogue, text: str) -> Address:
    """Return an address of a known kind with the right number of keys. Raises UsageError."""
    address = Address(text)
    if "." in text and address.kind not in catalogue:
        hint = did_you_mean(address.kind, catalogue, f"kinds are {backquoted(catalogue)}")
        raise UsageError(f"`{text}` names no kind", hint=hint)
    depth = len(catalogue.lineage(address.kind)) if address.kind in catalogue else 0
    if not depth or len(address.keys) != depth or not all(map(KEY.match, address.keys)):
        raise UsageError(f"`{text}` is not an address", hint="an address is KIND.KEY")
    return address


def _variables(request: ProjectRequest, project: Project) -> Mapping[str, str]:
    """Return variables of the environment, then of the files, then of `--var`; the last one wins.

    Unknown variables are ignored in the environment, and reported from other sources.
    """
    values = {
        name: request.environment.get(f"SHOPFORM_VAR_{name}") for name in variable_names(project)
    }
    found = {name: value for name, value in values.items() if value is not None}
    for name in request.variable_files:
        found |= _variable_file(request.directory, name)
    return {**found, **dict(request.variables)}


def _variable_file(directory: Path, path: str) -> dict[str, str]:
    from shopform.config.read.node_builder import parse
    from shopform.config.read.yaml_nodes import Mapping as MappingNode
    from shopform.config.read.yaml_nodes import Scalar
    from shopform.diagnostics import Collector

    collector = Collector()
    with files.reporting(directory / path, UsageError):
        data = files.read_typed(directory, path)
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
        raise ConfigError(f"`{path}` is not a mapping of names to strings")
    for key, value in entries:
        if not isinstance(value, Scalar):
            raise ConfigError(f"`{path}`: `{key.text}` is not a string")
        found[key.text] = value.text
    return found
