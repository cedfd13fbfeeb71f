"""Nodes to what is desired in one shop."""

from collections.abc import Mapping as Map
from dataclasses import dataclass
from pathlib import Path

from shopform.config.compile.checks.cross_checks import check, check_ways
from shopform.config.compile.checks.secret_deliveries import check_deliveries
from shopform.config.compile.coercion import Reader
from shopform.config.compile.declarations import Drafts
from shopform.config.compile.field_values import read_fields
from shopform.config.compile.interpolation import Resolver
from shopform.config.compile.moved_removed_imports import Refactorings
from shopform.config.compile.resources import Building
from shopform.config.compile.shop_selection import select_shop, select_shops
from shopform.config.compile.shop_settings import Settings
from shopform.config.compile.tables.row_checks import question, set_aside
from shopform.config.read.files import Files
from shopform.config.read.project import Project, load, shop_names
from shopform.diagnostics import Collector, Diagnostic
from shopform.errors import ConfigError
from shopform.kinds import KINDS
from shopform.model.desired import Desired, Resource
from shopform.model.keys import is_row_key
from shopform.model.shop import Shop
from shopform.model.values import Address


def load_project(directory: Path) -> Project:
    """Load a project; its mistakes are kept for `compile_project`, to be told with the others.

    Raises ConfigError only where there is no project.
    """
    collector = Collector()
    project = load(directory, collector)
    project.diagnostics = tuple(collector)
    return project


def compile_project(
    project: Project,
    shop: str | None,
    *,
    variables: Map[str, str],
    environment: Map[str, str],
    resolve_token: bool = True,
) -> tuple[Shop, Desired, tuple[Diagnostic, ...]]:
    """One shop, what is desired in it, and warnings.

    Raises ConfigError with every mistake in the files, and UsageError where `shop` is not a shop
    of the project, or is None and several are declared.
    """
    collector = _begun(project)
    given = _Given(project, variables, environment, resolve_token)
    chosen, desired = _compile(given, select_shop(project, shop), collector)
    return chosen, desired, _finished(collector)


def compile_shop(
    project: Project,
    shop: str | None,
    *,
    variables: Map[str, str] | None = None,
    environment: Map[str, str],
    with_token: bool = False,
) -> Shop:
    """One shop and nothing that is declared for it, whatever is wrong with resources.

    Without its token it is enough to find its state; with it, to apply a plan that was saved.

    Raises ConfigError where the settings are wrong, and UsageError as `compile_project` does.
    """
    collector = Collector()
    if not shop_names(project):
        collector.diagnostics += project.diagnostics
        _finished(collector)
    name = select_shop(project, shop)
    settings = Settings(project, collector)
    resolver = _Given(project, variables or {}, environment).resolver(settings, name, collector)
    found = settings.shop(name, resolver, with_token=with_token)
    _finished(collector)
    return found


def same_shops(
    project: Project, shop: Shop, *, variables: Map[str, str], environment: Map[str, str]
) -> list[tuple[Shop, bool]]:
    """The other shops of the project with the address and the key of this one.

    Each with whether the key comes from the same place; else both could be read, and are equal.
    """
    names = [name for name in shop_names(project) if name != shop.name]
    ignored = Collector()  # what is wrong with another shop is reported when that one is used
    settings = Settings(project, ignored)
    found = []
    given = _Given(project, variables, environment)
    for name in names:
        other = settings.shop(name, given.resolver(settings, name, ignored))
        one_source = settings.token_source(name) == settings.token_source(shop.name)
        equal = "" != other.token.text == shop.token.text
        if other.hosts == shop.hosts and (one_source or equal):
            found.append((other, one_source))
    return found


def check_project(
    project: Project,
    shop: str | None,
    *,
    variables: Map[str, str],
    environment: Map[str, str],
) -> tuple[dict[str, Desired], tuple[Diagnostic, ...]]:
    """What is desired in the shops that `shop` means, or in every shop, by name, and warnings.

    Reads no secret, and looks where visitors are sent. Raises as `compile_shops` does.
    """
    found, warnings = compile_shops(
        project, shop, variables=variables, environment=environment, resolve_token=False
    )
    ways = Collector()
    for each, desired in found.values():
        check_ways(desired.resources.values(), each.hosts, ways)
    told = (*warnings, *dict.fromkeys(ways.sorted()))
    return {name: desired for name, (_, desired) in found.items()}, told


def compile_shops(
    project: Project,
    shops: str | None,
    *,
    variables: Map[str, str],
    environment: Map[str, str],
    resolve_token: bool = True,
) -> tuple[dict[str, tuple[Shop, Desired]], tuple[Diagnostic, ...]]:
    """The shops that `shops` means (None: all), what is desired in each, by name, and warnings.

    Raises as `compile_project` does, with what is wrong in any of them; a mistake that several
    share is told once.
    """
    collector = _begun(project)
    given = _Given(project, variables, environment, resolve_token)
    names = select_shops(project, shops)
    return {name: _compile(given, name, collector) for name in names}, _finished(collector)


@dataclass(frozen=True, slots=True)
class _Given:
    """What every shop of a run is compiled from.

    Without `secrets` none is read, from the environment or from `${file:...}`, and every Secret has
    an empty text; only files that texts and images name are opened.
    """

    project: Project
    variables: Map[str, str]
    environment: Map[str, str]
    secrets: bool = True

    def resolver(
        self, settings: Settings, shop: str, collector: Collector, files: Files | None = None
    ) -> Resolver:
        files = files or Files(self.project.directory, collector)
        known = settings.variables(shop, self.variables)
        return Resolver(known, self.environment, files, collector, secrets=self.secrets)


def _compile(given: _Given, shop: str, collector: Collector) -> tuple[Shop, Desired]:
    """What the files say of one shop, a name that is declared.

    Mistakes go to the collector, and what is returned then is not fit for use.
    """
    project = given.project
    files = Files(project.directory, collector)
    settings = Settings(project, collector)
    resolver = given.resolver(settings, shop, collector, files)
    chosen = settings.shop(shop, resolver)
    drafts = Drafts(project, shop, shop_names(project), collector)
    left_out = set_aside(drafts, project.odd_rows)
    reader = Reader(collector, resolver)
    for kind in KINDS:
        read_fields(kind, drafts.by_kind[kind.name], reader, files, collector)
    known = {draft.address: draft for draft in drafts.all()}
    building = Building(known, files, collector)
    resources: dict[Address, Resource] = {}
    for kind in KINDS:
        for draft in sorted(drafts.by_kind[kind.name], key=lambda d: d.address):
            resource = building.resource(draft)
            if draft.active:
                resources[draft.address] = resource
    usable = {} if collector.failed else resources  # the shop's address may be among what failed
    left_out |= question(known.values(), usable, chosen, project, collector)
    elsewhere = known.keys() - resources.keys()
    refactorings = Refactorings(project, shop, resources.keys(), elsewhere, collector)
    desired = Desired(
        resources=resources,
        moved=refactorings.moved(),
        removed=refactorings.removed(),
        imports=refactorings.imports(),
        left_out=left_out,
        rows=frozenset(
            a
            for a, r in resources.items()
            if known[a].node.file in project.tables
            and is_row_key(a.keys[-1], str(r.fields.get(known[a].kind.identity[-1])))
        ),
    )
    check(known.values(), desired, collector)
    used = {*project.texts, *project.tables, *files.used}
    check_deliveries(known.values(), desired, used, settings.states(chosen), collector)
    return chosen, desired


def _begun(project: Project) -> Collector:
    """A collector with what loading found; raises it where compiling could not add the truth."""
    collector = Collector(list(project.diagnostics))
    if project.broken or (collector.failed and not shop_names(project)):
        _finished(collector)
    return collector


def _finished(collector: Collector) -> tuple[Diagnostic, ...]:
    """The warnings; raises everything if any of it is an error."""
    found = tuple(dict.fromkeys(collector.sorted()))
    if collector.failed:
        raise ConfigError(diagnostics=found)
    return found
