"""A loaded project, and one of its shops."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from shopform import files
from shopform.config import Given, Project, compile_project, declared_shops, shop_names
from shopform.errors import StateError
from shopform.model.desired import Desired
from shopform.model.prior import Prior
from shopform.model.shop import Shop
from shopform.model.values import host_of
from shopform.state.open import RemoteAccess, open_http_shelf, open_shelf, open_store
from shopform.state.ownership import Expected
from shopform.state.shelf import FolderShelf, Shelf
from shopform.state.store import Store
from shopform.workflow.observer import Observer
from shopform.workflow.requests import ProjectRequest


@dataclass(slots=True)
class LoadedProject:
    """The files of a project, and the compiled declarations by shop.

    `app_usage` are the usages that the list of an app showed, by shop.
    """

    request: ProjectRequest
    project: Project
    observer: Observer
    variables: Mapping[str, str] = field(default_factory=dict)
    compiled: dict[str, Desired] = field(default_factory=dict)
    app_usage: dict[str, int] = field(default_factory=dict)
    _shops: dict[str, tuple[Shop, str]] = field(default_factory=dict, repr=False)

    @property
    def given(self) -> Given:
        return Given(variables=self.variables, environment=self.request.environment)

    def remote(self, shop: Shop) -> RemoteAccess:
        """How a remote state of a shop is reached."""
        return RemoteAccess(
            settings=shop.state_store, environment=self.request.environment, folder=self.data
        )

    @property
    def data(self) -> str:
        """The path of the folder of shopform's own files."""
        return self.request.environment.get("SHOPFORM_DATA_DIR", ".shopform")

    def all_shops(self) -> Mapping[str, tuple[Shop, str]]:
        """Return the shops by name, with the sources of their tokens; see `declared_shops`."""
        if self._shops.keys() != set(shop_names(self.project)):
            self._shops = declared_shops(self.project, **self.given)
        return self._shops

    def declared(self, shop: str) -> Desired:
        """Return the declarations of a shop, compiled at most once; secrets may be empty."""
        if shop not in self.compiled:
            made = compile_project(self.project, shop, **self.given, resolve_token=False)
            self.compiled[shop] = made[1]
        return self.compiled[shop]


@dataclass(slots=True)
class Workspace:
    """One shop of a project.

    `source` is the shop that is copied to it: copies have their own state, so that they and the
    declared objects do not delete each other. `source_host` is its host, if known. `former` is
    the state of the shop under another name.
    """

    loaded: LoadedProject
    shop: Shop
    desired: Desired
    source: str = ""
    source_host: str = ""
    former: str = ""

    @property
    def directory(self) -> Path:
        return self.loaded.request.directory

    @property
    def observer(self) -> Observer:
        return self.loaded.observer

    @property
    def location(self) -> str:
        """Where the state is: a path relative to the project, or an address."""
        if not self.source:
            return self.shop.state
        folder, slash, file = self.shop.state.rpartition("/")
        path = PurePosixPath(file)
        return f"{folder}{slash}{path.stem}.from-{self.source}{path.suffix}"

    def kinds_in_use(self, *states: Prior) -> set[str]:
        """Return the kinds that the files declare, and those of these states."""
        sections, project = self.shop.catalogue.sections, self.loaded.project
        declared = {kind.name for name, kind in sections.items() if project.sections.get(name)}
        known = (address.kind for state in states for address in state.resources)
        return {*declared, *(address.kind for address in self.desired.resources), *known}

    def store(self, *, anywhere: bool = False, migrated: bool = False, lineage: str = "") -> Store:
        """Return the store of the state; see Expected for what it may be."""
        flags = f" --shop {self.shop.name}"
        if self.former and (self.shop.remote or not anywhere):
            hint = f"if the shop was renamed, `shopform state rehome{flags}` gives it that state"
            if self.shop.remote:
                migrate = f"`shopform state migrate {self.shop.state}{flags}`"
                hint = f"set `state: {self.former}`, run {migrate}, and set it to that again"
            raise StateError(
                f"`{self.shop.name}` has no state, and `{self.former}` is of the same shop",
                hint=f"{hint}; if not, move the file away",
            )
        if self.source:
            flags += f" --from {self.source}"
        host = self.source_host if self.source else ""
        expected = Expected(
            shop=host_of(self.shop.url),
            catalogue=self.shop.catalogue,
            source=host,
            flags=flags,
            anywhere=anywhere,
            migrated=migrated,
            lineage=lineage,
        )
        return open_store(self.location, self.directory, expected, self.loaded.remote(self.shop))

    def shelf(self, name: str, folder: str = "") -> Shelf:
        """Return the documents `name` of this shop: beside a remote state, or here.

        `folder` is the one in shopform's own folder. Raises StateError if a symlink leads out of
        that, and as `store` does.
        """
        if self.shop.in_object_store:
            return open_shelf(self.shop.state, name, self.loaded.remote(self.shop))
        here = FolderShelf(self.own_folder(folder or f"{name}/{self.shop.name}"))
        if not self.shop.remote:
            return here
        access = self.loaded.remote(self.shop)
        return open_http_shelf(
            self.shop.state, name, access, here, lambda why: self.observer.warn(why.diagnostics)
        )

    @property
    def data(self) -> Path:
        """The folder of shopform's own files, of which only `undo` and a remote state need any.

        Raises StateError if a symlink leads out of the project.
        """
        with files.reporting(self.directory / self.loaded.data):
            return files.typed(self.directory, self.loaded.data)

    def own_folder(self, name: str) -> Path:
        """Return a folder in `data`. Raises StateError if a symlink leads out of it."""
        data = self.data
        with files.reporting(data / name):
            return files.inside(data, name)
