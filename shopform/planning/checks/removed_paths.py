"""Check the paths that stop answering with a plan. Pure."""

from collections.abc import Iterable

from shopform.kinds import Catalogue, Kind
from shopform.kit.text import join_first
from shopform.kit.url_paths import page_address, slashed
from shopform.model.addresses import within
from shopform.model.plan import Op, Step
from shopform.model.redirect_graph import leading, who
from shopform.planning.checks.live_paths import Paths
from shopform.planning.matching.match import span_of
from shopform.planning.plan_builder import PlanDraft
from shopform.planning.scope import Options

SETTING = "url_changes"
UNREAD = "paths-unread"
_NAMED = 10


def check(draft: PlanDraft, paths: Paths, url_changes: str, options: Options) -> None:
    """Report each path that stops answering without a redirect.

    It is an error if the policy requires a redirect, unless it is allowed for this run or listed
    under `removed` with `gone`. `destroy` of everything gets one warning instead.
    """
    removed = paths.removed
    if url_changes == "off" or not removed:
        return
    _unread(draft)
    if options.destroy and not options.targets and not options.excludes:
        _destroyed(draft, paths)
        return
    refused = url_changes == "require_redirect" and SETTING not in options.allow
    lifted = f"; `--allow {SETTING}` lifts this once" if refused else ""
    out = RouteTargets(draft.catalogue, paths)
    gone = {each.address for each in draft.desired.removed if each.gone}
    for path, (held, step) in removed.items():
        if within(draft.catalogue, step.address, gone):
            continue
        code, problem, hint = _message(draft, out, path, held, step, options)
        add = draft.out.error if refused else draft.out.warning
        add(
            code,
            f"`{step.address}` {problem}",
            span=span_of(draft.desired, step.address),
            address=step.address,
            hint=hint + lifted,
        )
    _dead_routes(draft, paths, out, refused, lifted)


def _dead_routes(
    draft: PlanDraft, paths: Paths, out: "RouteTargets", refused: bool, lifted: str
) -> None:
    removed, options = paths.removed, draft.options
    for hop in paths.hops:
        if hop.end in removed and (options.destroy or not hop.address):
            held, step = removed[hop.end]
            elsewhere = out.of(hop.start, step) or "elsewhere"
            hint = f"point it {elsewhere} in the shop, or declare it"
            if hop.address:
                hint = f"destroy it as well, or point it elsewhere first{lifted}"
            add = draft.out.error if refused and hop.address else draft.out.warning
            add(
                "route-dead",
                f"{who(hop)} leads to `{slashed(held)}`, which this plan removes",
                address=hop.address or step.address,
                hint=hint,
            )


def _unread(draft: PlanDraft) -> None:
    missing = [k.section for k in path_kinds(draft.catalogue) if k.name not in draft.live.kinds]
    if missing:
        draft.out.warning(
            UNREAD,
            f"the {' and '.join(missing)} of the shop were not read: whether they"
            " cover the removed paths is unknown",
            hint="use a key with permission to read them",
        )


def path_kinds(catalogue: Catalogue) -> list[Kind]:
    """Return the kinds whose objects answer at paths, but for those read only where named."""
    return [kind for kind in catalogue.kinds if (kind.path or kind.route) and not kind.large]


class RouteTargets:
    """Suggests targets for redirects of removed paths, without loops and chains."""

    def __init__(self, catalogue: Catalogue, paths: Paths) -> None:
        self.route = next(kind.name for kind in catalogue.kinds if kind.route)
        self._table = paths.table
        self._leads = leading(paths.table)
        self._at = {page.label: page.path for page in paths.pages.values()}

    def of(self, start: str, step: Step) -> str:
        """Return `at` and the page's new path, or "" if a redirect there would loop."""
        new = self._at.get(step.address, "")
        return f"at `{slashed(new)}`" if new and not self._leads(start, page_address(new)) else ""

    def hint(self, path: str, held: str, step: Step) -> str:
        """Return the hint for the old path of a page that moves."""
        back = self._table.get(page_address(self._at.get(step.address, "")))
        if back and back.end == path and back.address:
            new = slashed(self._at[step.address])
            return (
                f"remove {who(back)}, and declare a {self.route} from `{slashed(held)}` to `{new}`"
            )
        to = self.of(path, step)[3:] or "a page"
        return f"declare a {self.route} from `{slashed(held)}` to {to}"


def _message(
    draft: PlanDraft, out: RouteTargets, path: str, held: str, step: Step, options: Options
) -> tuple[str, str, str]:
    shown = slashed(held)
    if step.op is Op.UPDATE and draft.catalogue[step.kind].path:
        problem = f"moves away from `{shown}`, and no {out.route} covers the old path"
        return "page-moved", problem, out.hint(path, held, step)
    hint = f"declare a {out.route} from `{shown}` to a page"
    if step.op is Op.UPDATE:
        return "path-ceases", f"stops answering at `{shown}`", hint
    # Deletes of an undo or a copy do not depend on the files.
    by_name = options.destroy or options.only is not None
    if step.address not in draft.desired.resources and not by_name:
        entry = f"removed: [{{address: {step.address}, gone: true}}]"
        hint = f"{hint}, or confirm that it is intended: `{entry}`"
    return "path-ceases", f"would be destroyed, and nothing would answer at `{shown}`", hint


def _destroyed(draft: PlanDraft, paths: Paths) -> None:
    removed = paths.removed
    shown = [slashed(held) for held, _ in removed.values()]
    dead = [slashed(hop.source) for hop in paths.hops if hop.end in removed]
    draft.out.warning(
        "path-ceases",
        f"nothing would answer at {_listed(shown)}",
        detail=f"{_listed(dead)} still lead there" if dead else "",
        hint="cover the paths that visitors and search engines still request",
    )


def _listed(paths: Iterable[str]) -> str:
    return join_first(sorted(f"`{path}`" for path in paths), _NAMED)
