"""Paths of the shop that answered before a plan and will not afterwards. Pure."""

from collections.abc import Iterable

from shopform.changes import Op, Step
from shopform.kinds import BY_NAME
from shopform.planning.draft import Draft
from shopform.planning.match import inside, place
from shopform.planning.normalize import page_address, slashed
from shopform.planning.paths import Paths, path_of
from shopform.planning.scope import Options
from shopform.planning.ways import leading, who

SETTING = "url_changes"
_NAMED = 10


def check(draft: Draft, paths: Paths, url_changes: str, options: Options) -> None:
    """Tell of each path that ceases and that nothing covers: an error where the policy
    requires that, unless it is allowed once or named under `removed` with `gone`.

    `destroy` is asked for by name: what ceases is one warning, and refuses nothing.
    """
    ceased = paths.ceased
    if url_changes == "off" or not ceased:
        return
    if options.destroy:
        _destroyed(draft, paths)
        return
    refused = url_changes == "require_redirect" and SETTING not in options.allow
    for path, (held, step) in ceased.items():
        if any(r.gone and inside(step.address, r.address) for r in draft.desired.removed):
            continue
        code, says, hint = _told(draft, paths, path, held, step, options)
        add = draft.out.error if refused else draft.out.warning
        add(
            code,
            f"`{step.address}` {says}",
            span=place(draft.desired, step.address),
            address=step.address,
            hint=f"{hint}; `--allow {SETTING}` lifts this once" if refused else hint,
        )
    for hop in paths.hops:
        if not hop.address and hop.end in ceased:
            held, step = ceased[hop.end]
            draft.out.warning(
                "route-dead",
                f"{who(hop)} leads to `{slashed(held)}`, which this plan removes",
                address=step.address,
                hint="point it elsewhere in the shop, or declare it",
            )


def _told(
    draft: Draft, paths: Paths, path: str, held: str, step: Step, options: Options
) -> tuple[str, str, str]:
    """Code, summary and hint for one path."""
    kind, shown = BY_NAME[step.kind], slashed(held)
    if step.op is Op.UPDATE and kind.policy.path:
        new = path_of(draft, kind, step.fields)
        says = f"leaves `{shown}` and nothing sends its visitors on"
        return "page-moved", says, _way_out(paths, path, held, new)
    hint = f"send `{shown}` on to a page"
    if step.op is Op.UPDATE:
        return "path-ceases", f"leaves `{shown}`, and nothing answers there afterwards", hint
    # Of what an undo or a copy deletes the files say nothing, or that it is declared.
    if step.address not in draft.desired.resources and options.only is None:
        entry = f"removed: [{{address: {step.address}, gone: true}}]"
        hint = f"{hint}, or say that it is intended: `{entry}`"
    return "path-ceases", f"would be destroyed, and nothing answers at `{shown}` afterwards", hint


def _way_out(paths: Paths, path: str, held: str, new: str) -> str:
    """Where visitors of a path can be sent, which must be neither a loop nor a chain."""
    back = paths.table.get(page_address(new))
    if new and back and back.end == path and back.address:
        return f"remove {who(back)}, and send `{slashed(held)}` on to `{slashed(new)}`"
    if new and not leading(paths.table)(path, page_address(new)):
        return f"send `{slashed(held)}` on to `{slashed(new)}`"
    return f"send `{slashed(held)}` on to a page"


def _destroyed(draft: Draft, paths: Paths) -> None:
    ceased = paths.ceased
    shown = [slashed(held) for held, _ in ceased.values()]
    dead = [slashed(hop.source) for hop in paths.hops if not hop.address and hop.end in ceased]
    draft.out.warning(
        "path-ceases",
        f"nothing answers afterwards at {_listed(shown)}",
        detail=f"what stays leads there from {_listed(dead)}" if dead else "",
        hint="send on what visitors and search engines still ask for",
    )


def _listed(paths: Iterable[str]) -> str:
    every = sorted(f"`{path}`" for path in paths)
    rest = len(every) - _NAMED
    return ", ".join(every[:_NAMED]) + (f" and {rest:,} more" if rest > 0 else "")
