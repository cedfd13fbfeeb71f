"""A project loaded once, and one shop of it: what a command works on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from shopform import files
from shopform.config import Given, Project, compile_project
from shopform.errors import StateError
from shopform.model.desired import Desired
from shopform.model.shop import Shop
from shopform.model.values import host_of
from shopform.state.open import open_store
from shopform.state.ownership import Expected
from shopform.state.store import Store
from shopform.workflow.observer import Observer
from shopform.workflow.requests import ProjectRequest


@dataclass(slots=True)
class LoadedProject:
    """The files of a project as they were read, and what was compiled of them by shop."""

    request: ProjectRequest
    project: Project
    observer: Observer
    variables: Mapping[str, str] = field(default_factory=dict)
    compiled: dict[str, Desired] = field(default_factory=dict)

    @property
    def given(self) -> Given:
        return Given(variables=self.variables, environment=self.request.environment)

    def declared(self, shop: str) -> Desired:
        """What is declared for a shop, compiled at most once; secrets may be empty."""
        if shop not in self.compiled:
            made = compile_project(self.project, shop, **self.given, resolve_token=False)
            self.compiled[shop] = made[1]
        return self.compiled[shop]


@dataclass(slots=True)
class Workspace:
    """One shop of one project, ready to be planned.

    `source` is the shop it is made a copy of: what was copied is remembered apart from what the
    files declare, so that neither takes the other for something to delete. `source_host` is where
    that shop is, if that is known. `former` is the state that the shop has under another name.
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

    def store(self, *, anywhere: bool = False) -> Store:
        """Where the state is; `anywhere`: it may be of a shop at another host."""
        name, flags = self.shop.state, f" --shop {self.shop.name}"
        if self.former and not anywhere:
            raise StateError(
                f"`{self.shop.name}` has no state, and `{self.former}` is of the same shop",
                hint=f"if the shop was renamed, `shopform state rehome{flags}` gives it that"
                " state; if not, move the file away",
            )
        if self.source:
            folder, slash, file = name.rpartition("/")
            path = PurePosixPath(file)
            name = f"{folder}{slash}{path.stem}.from-{self.source}{path.suffix}"
            flags += f" --from {self.source}"
        host = self.source_host if self.source else ""
        expected = Expected(
            shop=host_of(self.shop.url), source=host, flags=flags, anywhere=anywhere
        )
        return open_store(name, self.directory, expected)

    @property
    def data(self) -> Path:
        """The folder that shopform keeps for itself; only `undo` needs anything in there again.

        Raises StateError where a link in the project leads it elsewhere.
        """
        path = self.loaded.request.environment.get("SHOPFORM_DATA_DIR", ".shopform")
        with files.reporting(self.directory / path):
            return files.typed(self.directory, path)

    def own_folder(self, name: str) -> Path:
        """A folder in `data`. Raises StateError where a link leads it elsewhere."""
        data = self.data
        with files.reporting(data / name):
            return files.inside(data, name)
