"""Nodes to what is desired in one shop."""

from collections.abc import Mapping as Map
from dataclasses import dataclass
from pathlib import Path

from shopform.config.checks import check
from shopform.config.drafts import Drafts
from shopform.config.fields import read_fields
from shopform.config.project import Project, ProjectError, load, select_shop, shop_names
from shopform.config.reading import Reader
from shopform.config.refactorings import Refactorings
from shopform.config.resources import Building
from shopform.config.shops import Settings
from shopform.config.texts import Files
from shopform.config.variables import Resolver
from shopform.diagnostics import Collector, Diagnostic
from shopform.kinds import KINDS
from shopform.model import Address, Desired, Resource, Shop


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """A project that is right, for one shop. `warnings` are still worth telling."""

    project: Project
    shop: Shop
    desired: Desired
    warnings: tuple[Diagnostic, ...] = ()


def configure(
    directory: Path,
    shop: str | None,
    *,
    variables: Map[str, str],
    environment: Map[str, str],
    resolve_token: bool = True,
) -> Configuration:
    """Load and compile the project in `directory` for one shop.

    Raises ProjectError with every mistake in the files, and UsageError where `shop` is not a shop
    of the project, or is None and several are declared.
    """
    collector = Collector()
    project = load(directory, collector)
    if project.broken:
        _refuse(project, collector)
    if collector.failed and not shop_names(project):
        _refuse(project, collector)
    chosen, desired = compile(
        project,
        select_shop(project, shop),
        variables=variables,
        environment=environment,
        collector=collector,
        resolve_token=resolve_token,
    )
    if collector.failed:
        _refuse(project, collector)
    return Configuration(project=project, shop=chosen, desired=desired, warnings=collector.sorted())


def compile(  # noqa: A001
    project: Project,
    shop: str,
    *,
    variables: Map[str, str],
    environment: Map[str, str],
    collector: Collector,
    resolve_token: bool = True,
) -> tuple[Shop, Desired]:
    """What the files say of one shop, a name that is declared.

    Mistakes go to the collector, and what is returned then is not fit for use. With
    `resolve_token` false no secret is read, from the environment or from `${file:...}`, and every
    Secret has an empty text; only files that texts and images name are opened.
    """
    files = Files(project.directory, collector)
    settings = Settings(project, collector)
    resolver = Resolver(environment, files, collector, secrets=resolve_token)
    resolver.use(settings.variables(shop, variables, resolver))
    chosen = settings.shop(shop, resolver)
    drafts = Drafts(project, shop, shop_names(project), collector)
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
    check(known.values(), resources, collector)
    elsewhere = known.keys() - resources.keys()
    refactorings = Refactorings(project, resources.keys(), elsewhere, collector)
    desired = Desired(
        resources=resources,
        moved=refactorings.moved(),
        removed=refactorings.removed(),
        imports=refactorings.imports(),
    )
    return chosen, desired


def _refuse(project: Project, collector: Collector) -> None:
    problem = ProjectError(diagnostics=collector.sorted())
    problem.sources = project.sources
    raise problem
