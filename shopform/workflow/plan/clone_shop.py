"""Plan a copy from one shop to another."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from shopform.clone.clone_planner import ClonePlanner, CloneScope
from shopform.clone.copy import as_warnings, make_copy
from shopform.clone.id_mapping import (
    by_source_id,
    known_addresses,
    required_kinds,
    with_nested,
    with_source_names,
)
from shopform.clone.omissions import managed_in_both
from shopform.clone.text_rewriting import Rewriting, own_hosts
from shopform.clone.three_way import conflicts_as_warnings
from shopform.describe.from_live import declare
from shopform.diagnostics import Diagnostic, Severity, error, warning
from shopform.errors import BudgetSpent, ListMissing, Refused, ShopError, ShopformError, UsageError
from shopform.model.declared import Declared
from shopform.model.live import Live
from shopform.model.plan import Plan
from shopform.model.prior import Prior
from shopform.model.shop import Shop
from shopform.model.values import Address, host_of
from shopform.planning.scope import Options
from shopform.shop.absence import confirm_absence
from shopform.shop.fetch import fetch
from shopform.workflow.open_project import open_settings
from shopform.workflow.plan.refresh import Connection, connected, read_then_declare, reading
from shopform.workflow.records.kept_snapshot import kept_snapshot
from shopform.workflow.requests import ReadLimits
from shopform.workflow.shop_identity import require_same_shop
from shopform.workflow.workspace import LoadedProject


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyRequest(CloneScope):
    """A copy from one shop to another, with strings to replace; empty `kinds` are all kinds."""

    rewrite: tuple[tuple[str, str], ...]


class CloneSource:
    """Plans a copy from one shop to another.

    `workspace` is the shop to change, with the state of copies from the other one. Raises
    UsageError if both are the same shop, and for a promotion without an earlier copy.
    """

    saved = False

    def __init__(
        self,
        loaded: LoadedProject,
        request: CopyRequest,
        options: Options,
        *,
        with_key: bool = True,
    ) -> None:
        source, target = request.source, request.target
        if source == target:
            raise UsageError(
                "a shop cannot be copied to itself", hint="name two with `--from` and `--to`"
            )
        self.origin = open_settings(loaded, source, with_token=True)
        self.workspace = open_settings(loaded, target, with_token=with_key)
        _check_two_shops(self.origin.shop, self.workspace.shop)
        self.catalogue = self.workspace.shop.catalogue
        self.workspace.source, shop = self.origin.shop.name, self.workspace.shop
        self.workspace.source_host = host_of(self.origin.shop.url)
        self.scope = replace(
            request, kinds=with_nested(self.catalogue, request.kinds or self.catalogue.usual())
        )
        self.options = replace(options, source=self.origin.shop.name, allow_loss=request.allow_loss)
        self.rewriting = Rewriting(
            {**shop.rewrite, **dict(request.rewrite)},
            own_hosts(self.origin.shop.hosts, urlsplit(shop.url).netloc),
        )
        self.live = Live(catalogue=shop.catalogue)
        # Kinds that were not named may be missing. Large ones that others refer to are read whole,
        # and so copied whole, by every run.
        self.unread: dict[str, ShopformError] | None = None if request.kinds else {}

    def read(self, limits: ReadLimits, *, more: bool) -> ReadLimits:
        """Read the shop to copy, and return the remaining limits.

        Raises ShopError if a list is incomplete, and BudgetSpent if no call is left and `more` are
        needed.
        """
        prior = self.workspace.store().read()
        if self.scope.three_way and not prior.resources and not prior.pending:
            command = f"shopform clone --from {self.scope.source} --to {self.scope.target}"
            raise UsageError(
                f"nothing was copied from `{self.scope.source}` to `{self.scope.target}` yet",
                hint=f"run `{command}` first",
            )
        source = self.origin.store().read()
        if self.unread is not None:
            usual = self.catalogue.usual(self.origin.kinds_in_use(prior, source))
            self.scope = replace(self.scope, kinds=required_kinds(self.catalogue, usual))
        with (
            connected(self.origin, limits) as connection,
            reading(self.origin, connection),
        ):
            client, ledger = connection.client, connection.ledger
            client.read_columns(None)
            self.live = fetch(
                client, required_kinds(self.catalogue, self.scope.kinds), unread=self.unread
            )
            if self.scope.delete:
                self.live = confirm_absence(client, self.live, by_source_id(prior))
            require_same_shop(client, source, self.live)
        self._readable()
        self._complete()
        observer = self.origin.observer
        observer.was_read(self.scope.source, client.calls, ledger.left, ledger.daily)
        left = limits.after(client.calls)
        if more and left.max_calls is not None and left.max_calls <= 0:
            raise BudgetSpent(
                f"reading `{self.scope.source}` took all {limits.max_calls} calls of this run",
                hint="allow more with `--max-calls`",
            )
        return left

    def _readable(self) -> None:
        """Refuse if a requested kind could not be read, so that a part is not taken for the whole.

        A list that the shop does not offer has nothing to copy.
        """
        asked = with_nested(
            self.catalogue,
            {Address(word).kind for word in self.scope.targets} & self.catalogue.keys(),
        )
        needed = required_kinds(self.catalogue, asked or self.scope.kinds)
        found = {
            name: problem
            for name, problem in (self.unread or {}).items()
            if name in needed and not isinstance(problem, ListMissing)
        }
        if found:
            chosen = (
                k for k in self.catalogue.kinds if not k.nesting and k.name in self.scope.kinds
            )
            others = [
                kind.section
                for kind in chosen
                if not found.keys()
                & required_kinds(self.catalogue, with_nested(self.catalogue, {kind.name}))
            ]
            raise type(next(iter(found.values())))(
                diagnostics=[
                    error(
                        each.code,
                        f"the {self.catalogue[name].section} of `{self.scope.source}` cannot be"
                        f" copied: {each.summary}",
                        hint=f"{each.hint}; or omit them: `--kinds {','.join(others)}`",
                    )
                    for name, problem in sorted(
                        found.items(), key=lambda one: self.catalogue.order[one[0]]
                    )
                    for each in problem.diagnostics
                ]
            )

    def _complete(self) -> None:
        found = [
            error(
                ShopError.code,
                f"the list of {self.catalogue[name].section} of `{self.scope.source}` is not"
                f" complete: {read.problem}",
                hint="run again; nothing is copied from an incomplete list",
            )
            for name, read in self.live.kinds.items()
            if read.problem
        ]
        if found:
            raise ShopError(diagnostics=found)

    def planner(self, prior: Prior, own: Prior, *, whole: bool) -> ClonePlanner:
        """Return the planner of the copy.

        `prior` is the state of copies, `own` the main state of the shop to change.
        """
        source = self.origin.store().read()
        known = known_addresses(prior, source, self.live)
        found = declare(self.live, source, known=known, whole=whole, duplicates=False)
        copy = make_copy(found, self.live, self.rewriting, prior if whole else Prior())
        return ClonePlanner(self.scope, found, self.live, copy, prior, self.workspace.shop, own)

    def files(self) -> tuple[Declared, dict[str, str]]:
        """Return the copy as declarations, and the errors of unread kinds.

        Raises Refused if it would show what the source hides, as far as earlier runs saw.
        """
        planner = self.planner(self.workspace.store().read(), Prior(), whole=False)
        kept = kept_snapshot(replace(self.workspace, source=""))
        made = planner.as_files(kept.live if kept else Live(catalogue=self.catalogue))
        if any(each.severity is Severity.ERROR for each in planner.warnings):
            raise Refused(diagnostics=planner.warnings)
        self.origin.observer.warn(planner.warnings)
        return made, {name: str(problem) for name, problem in (self.unread or {}).items()}

    def plan(self, connection: Connection, prior: Prior) -> Plan:
        """Plan the changes that make the shop like the one that is copied, in scope."""
        own = replace(self.workspace, source="").store().read()
        require_same_shop(connection.client, own)
        planner = self.planner(prior, own, whole=True)
        made = read_then_declare(
            self.workspace,
            connection,
            prior,
            planner.declare,
            near=planner.copy.desired(),
            within=planner.touched(),
            seen=lambda live: with_source_names(live, self.live),
            options=self.options,
        )
        about = planner.touched()
        ids = {a: entry.id for a, entry in prior.resources.items() if a in about}
        ids |= {c.address: c.id for c in made.changes if c.importing and c.id}
        warnings = [
            *planner.warnings,
            *self._unread({address.kind for address in prior.resources}),
            *managed_in_both(ids, own, self.scope.target),
        ]
        return conflicts_as_warnings(
            replace(made, diagnostics=(*as_warnings(made.diagnostics), *warnings))
        )

    def _unread(self, copied: Collection[str]) -> Iterable[Diagnostic]:
        for name, problem in (self.unread or {}).items():
            if isinstance(problem, ListMissing) and problem.assumed and name not in copied:
                continue
            first = problem.diagnostics[0]
            summary = f"the {self.catalogue[name].section} are not copied: {first.summary}"
            yield warning("not-copied", summary, hint=first.hint)


def _check_two_shops(one: Shop, other: Shop) -> None:
    """Refuse two shops with one host and key: at the central host the key selects the shop."""
    if host_of(one.url) == host_of(other.url) and one.token.text == other.token.text:
        raise UsageError(
            f"`{one.name}` and `{other.name}` are one shop: `{other.url}`",
            hint="correct the `url` or the `token` of one, or name another shop",
        )
