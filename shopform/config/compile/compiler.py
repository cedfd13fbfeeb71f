"""Compile the nodes of a project to the desired state of its shops."""

from collections.abc import Iterator
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from pathlib import Path
from typing import NotRequired, TypedDict, Unpack

from shopform.config.compile.checks.cross_checks import check, check_routes
from shopform.config.compile.checks.secret_deliveries import check_deliveries
from shopform.config.compile.coercion import Reader
from shopform.config.compile.declarations import Declaration, Declarations
from shopform.config.compile.field_values import read_fields
from shopform.config.compile.interpolation import Resolver
from shopform.config.compile.moved_removed_imports import Refactorings
from shopform.config.compile.resources import ResourceBuilder
from shopform.config.compile.shop_selection import select_shop, select_shops
from shopform.config.compile.shop_settings import Settings
from shopform.config.compile.tables.row_checks import exclude_suspect_rows, warn_about_suspects
from shopform.config.read.files import Files
from shopform.config.read.project import Project, load, shop_names
from shopform.diagnostics import Collector, Diagnostic
from shopform.errors import ConfigError
from shopform.kinds import Catalogue
from shopform.model.desired import Desired, Resource
from shopform.model.keys import is_row_key
from shopform.model.shop import Shop
from shopform.model.values import Address


def load_project(directory: Path, catalogue: Catalogue) -> Project:
    """Load a project; its diagnostics are kept, to be reported with those of compiling.

    Raises ConfigError only if there is no project.
    """
    collector = Collector()
    project = load(directory, catalogue, collector)
    project.diagnostics = tuple(collector)
    return project


class Given(TypedDict):
    """What a project is compiled with besides its files."""

    environment: Map[str, str]
    variables: NotRequired[Map[str, str]]


def compile_project(
    project: Project, shop: str | None, *, resolve_token: bool = True, **given: Unpack[Given]
) -> tuple[Shop, Desired, tuple[Diagnostic, ...]]:
    """Return a shop, its desired state, and warnings.

    Raises ConfigError with every error in the files, and UsageError if `shop` is unknown, or None
    with several shops declared.
    """
    collector = _start(project)
    inputs = _Inputs(project, secrets=resolve_token, **given)
    name = select_shop(project, shop)
    chosen, desired = _compile(inputs, Settings(project, collector), name, collector)
    return chosen, desired, _finish(collector)


def compile_shop(
    project: Project, shop: str | None, *, with_token: bool = False, **given: Unpack[Given]
) -> Shop:
    """Return the settings of one shop, without its resources and regardless of errors in them.

    They are enough to open its state, and with the token to apply a saved plan.

    Raises ConfigError for errors in the settings, and UsageError as `compile_project` does.
    """
    collector = Collector()
    if not shop_names(project):
        collector.diagnostics += project.diagnostics
        _finish(collector)
    name = select_shop(project, shop)
    settings = Settings(project, collector)
    resolver = _Inputs(project, **given).resolver(settings, name, collector)
    found = settings.shop(name, resolver, with_token=with_token)
    _finish(collector)
    return found


def declared_shops(project: Project, **given: Unpack[Given]) -> dict[str, tuple[Shop, str]]:
    """Return all shops of the project by name, each with the source of its token.

    Errors are ignored: they are reported when the shop is used.
    """
    ignored = Collector()
    settings, inputs = Settings(project, ignored), _Inputs(project, **given)
    return {
        name: (
            settings.shop(name, inputs.resolver(settings, name, ignored)),
            settings.token_source(name),
        )
        for name in shop_names(project)
    }


def same_shops(shops: Map[str, tuple[Shop, str]], shop: Shop) -> list[tuple[Shop, bool]]:
    """Return the other shops with the host and the token of this one.

    Each with whether its token has the same source; if not, both could be read and are equal.
    """
    source = shops[shop.name][1]
    return [
        (other, theirs == source)
        for other, theirs in shops.values()
        if other.name != shop.name
        and (theirs == source or "" != other.token.text == shop.token.text)
        and other.hosts == shop.hosts
    ]


def check_project(
    project: Project, shop: str | None, **given: Unpack[Given]
) -> tuple[dict[str, Desired], tuple[Diagnostic, ...]]:
    """Return the desired state of the selected shops (None: all), by name, and warnings.

    Reads no secrets, and checks routes too. Raises as `compile_shops` does.
    """
    found, warnings = compile_shops(project, shop, resolve_token=False, **given)
    routes = Collector()
    for each, desired in found.values():
        check_routes(desired.resources.values(), each.hosts, routes)
    warnings = (*warnings, *dict.fromkeys(routes.sorted()))
    return {name: desired for name, (_, desired) in found.items()}, warnings


def compile_shops(
    project: Project, shops: str | None, *, resolve_token: bool = True, **given: Unpack[Given]
) -> tuple[dict[str, tuple[Shop, Desired]], tuple[Diagnostic, ...]]:
    """Return the selected shops (None: all) with their desired state, by name, and warnings.

    Raises as `compile_project` does, with the errors of all of them; one that several share is
    reported once.
    """
    collector = _start(project)
    inputs = _Inputs(project, secrets=resolve_token, **given)
    names = select_shops(project, shops)
    settings = Settings(project, collector)
    found = {name: _compile(inputs, settings, name, collector) for name in names}
    return found, _finish(collector)


@dataclass(frozen=True, slots=True)
class _Inputs:
    """What all shops of a run are compiled from.

    With `secrets` false, neither the environment, `${file:...}` nor the keyring is read, and every
    Secret has an empty text. Files of strings and images are read in any case.
    """

    project: Project
    environment: Map[str, str]
    variables: Map[str, str] = field(default_factory=dict)
    secrets: bool = True

    def resolver(
        self, settings: Settings, shop: str, collector: Collector, files: Files | None = None
    ) -> Resolver:
        files = files or Files(self.project.directory, collector)
        known = settings.variables(shop, self.variables)
        return Resolver(
            known,
            self.environment,
            files,
            collector,
            secrets=self.secrets,
            app_tokens=self.project.app_tokens,
            lookups=[kind.name for kind in self.project.catalogue.lookups],
        )


def _compile(
    inputs: _Inputs, settings: Settings, shop: str, collector: Collector
) -> tuple[Shop, Desired]:
    """Compile one declared shop. If errors were collected, the result must not be used."""
    project = inputs.project
    files = Files(project.directory, collector)
    resolver = inputs.resolver(settings, shop, collector, files)
    chosen = settings.shop(shop, resolver)
    declarations = Declarations(project, shop, collector, chosen.wire)
    skipped = exclude_suspect_rows(declarations, project.suspect_rows)
    reader = Reader(collector, resolver)
    for kind in project.catalogue.kinds:
        read_fields(
            project.catalogue, kind, declarations.by_kind[kind.name], reader, files, collector
        )
    known = {each.address: each for each in declarations.all()}
    builder = ResourceBuilder(project.catalogue, known, chosen, files, collector)
    resources = _resources(declarations, builder)
    usable = {} if collector.failed else resources  # the shop's URL may be among what failed
    skipped |= warn_about_suspects(known.values(), usable, chosen, project, collector)
    elsewhere = known.keys() - resources.keys()
    refactorings = Refactorings(project, shop, resources.keys(), elsewhere, collector)
    desired = Desired(
        catalogue=project.catalogue,
        resources=resources,
        moved=refactorings.moved(),
        removed=refactorings.removed(),
        imports=refactorings.imports(),
        skipped_rows=skipped,
        rows=frozenset(_derived_keys(resources, known, project)),
    )
    check(known.values(), desired, collector)
    used = {*project.contents, *project.tables, *files.used}
    check_deliveries(known.values(), desired, used, settings.states(chosen), collector)
    return chosen, desired


def _resources(declarations: Declarations, builder: ResourceBuilder) -> dict[Address, Resource]:
    """Build all declarations, since each may have errors; return the resources of this shop."""
    found: dict[Address, Resource] = {}
    for drafts in declarations.by_kind.values():
        for each in sorted(drafts, key=lambda each: each.address):
            resource = builder.resource(each)
            if each.active:
                found[each.address] = resource
    return found


def _derived_keys(
    resources: Map[Address, Resource], known: Map[Address, Declaration], project: Project
) -> Iterator[Address]:
    """The resources of tables whose keys are derived from their identity."""
    for address, resource in resources.items():
        declaration = known[address]
        identity = str(resource.fields.get(declaration.kind.identity[-1]))
        if declaration.node.file in project.tables and is_row_key(address.keys[-1], identity):
            yield address


def _start(project: Project) -> Collector:
    """Return a collector with the errors of loading; raise them if more would be false."""
    if project.released:
        raise RuntimeError("the declarations were compiled already, and their nodes released")
    collector = Collector(list(project.diagnostics))
    if project.broken or (collector.failed and not shop_names(project)):
        _finish(collector)
    return collector


def _finish(collector: Collector) -> tuple[Diagnostic, ...]:
    """Return the warnings. Raises ConfigError with all diagnostics if any is an error."""
    found = tuple(dict.fromkeys(collector.sorted()))
    if collector.failed:
        raise ConfigError(diagnostics=found)
    return found
