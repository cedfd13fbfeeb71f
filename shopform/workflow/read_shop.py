"""Read a whole shop."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import time

from shopform.clone.id_mapping import required_kinds, with_nested
from shopform.describe.columns import column_notes
from shopform.describe.from_live import declare
from shopform.describe.redaction import redact
from shopform.diagnostics import Collector, Diagnostic, warning
from shopform.errors import ListMissing, ShopError, ShopformError
from shopform.files import write_output
from shopform.model.columns import columns_of
from shopform.model.declared import Declared
from shopform.model.live import Live
from shopform.model.prior import Prior
from shopform.model.snapshot import Snapshot, lists_of
from shopform.planning.checks.guards import complete
from shopform.shop.absence import confirm_absence
from shopform.shop.fetch import fetch
from shopform.workflow.plan.refresh import connected, reading
from shopform.workflow.records.kept_snapshot import snapshot_of
from shopform.workflow.records.snapshot_file import encoded
from shopform.workflow.requests import ReadLimits
from shopform.workflow.shop_identity import require_same_shop
from shopform.workflow.workspace import Workspace


@dataclass(frozen=True, slots=True)
class WholeShop:
    """The shop, its state, and the errors of kinds that could not be read."""

    live: Live
    prior: Prior
    unread: dict[str, ShopformError]

    def declared(self) -> Declared:
        """Return all objects as declarations by the addresses in the state, without secrets."""
        return declare(self.live, self.prior, known=self.prior.owners)

    def reasons(self) -> dict[str, str]:
        return {name: str(problem) for name, problem in self.unread.items()}

    def warnings(self) -> Iterator[Diagnostic]:
        """Warn of the kinds that are missing, except where the shop has none as far as is known."""
        owned = {address.kind for address in self.prior.resources}
        for name, problem in self.unread.items():
            if isinstance(problem, ListMissing) and problem.assumed and name not in owned:
                continue
            first = problem.diagnostics[0]
            section = self.live.catalogue[name].section
            yield warning(
                "not-read", f"the {section} are omitted: {first.summary}", hint=first.hint
            )

    def columns(self) -> Iterator[Diagnostic]:
        """Yield a warning for each kind with columns beyond its fields, if they were read."""
        yield from column_notes(self.live, redact(self.live, self.prior)[1])


def require_complete(live: Live) -> None:
    """Raise ShopError if a list is incomplete."""
    out = Collector()
    complete(live, out)
    if out.failed:
        raise ShopError(diagnostics=out.sorted())


def read_shop(
    workspace: Workspace,
    limits: ReadLimits,
    kinds: Collection[str] = (),
    *,
    columns: bool = False,
) -> WholeShop:
    """Read these kinds with those that they refer to; if none are given, every kind.

    Large kinds are then read only if they are declared or in the state. With `columns`, those
    beyond the fields are read too. Raises ShopError for an incomplete list: objects that are
    missing in a dump would be deleted or duplicated by an apply.
    """
    prior, catalogue = workspace.store().read(), workspace.shop.catalogue
    usual = catalogue.usual(workspace.kinds_in_use(prior))
    wanted = required_kinds(catalogue, with_nested(catalogue, kinds) or usual)
    unread: dict[str, ShopformError] = {}
    with (
        connected(workspace, limits) as connection,
        reading(workspace, connection),
    ):
        declared = columns_of(workspace.desired, prior)
        connection.client.read_columns(None if columns else declared)
        live = fetch(connection.client, wanted, unread=unread)
        live = confirm_absence(connection.client, live, prior)
        require_same_shop(connection.client, prior, live)
        ledger = connection.ledger
    workspace.observer.was_read(workspace.shop.name, live.calls, ledger.left, ledger.daily)
    require_complete(live)
    return WholeShop(
        live,
        prior,
        dict(sorted(unread.items(), key=lambda one: catalogue.order[one[0]])),
    )


def save_snapshot(
    workspace: Workspace, limits: ReadLimits, out: Path, kinds: Collection[str]
) -> Snapshot:
    """Read the shop, and write it without secrets to a file that was claimed for it.

    Which kinds are read, and what is raised: see `read_shop`.
    """
    started, shop = int(time()), read_shop(workspace, limits, kinds)
    workspace.observer.warn(shop.warnings())
    read = dict.fromkeys(lists_of(shop.live), started)
    found = snapshot_of(workspace, shop.live, shop.prior, read, shop.reasons())
    write_output(workspace.directory, out, b"".join(encoded(found)), mode=0o600)
    return found
