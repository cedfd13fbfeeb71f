"""Refuse two entries under `shops:` for one shop that may manage the same object."""

import re
from dataclasses import replace

from shopform.config import Project, same_shops, shop_names
from shopform.config.read.yaml_nodes import Scalar, child
from shopform.diagnostics import Diagnostic, error
from shopform.errors import ConfigError, StateError
from shopform.files import own_files
from shopform.model.prior import Prior
from shopform.model.shop import Shop
from shopform.model.values import Address, host_of
from shopform.workflow.workspace import Workspace

_STATE = re.compile(r"(?!.*\.from-).+\.json")


def check_not_shared(workspace: Workspace, *, with_states: bool = True) -> Workspace:
    """Return the workspace, with its former state.

    Raises ConfigError if another entry under `shops:` is the same shop and may manage the same
    object. Other declarations are compiled only for an entry with the same URL and key.
    """
    loaded, shop = workspace.loaded, workspace.shop
    for other, one_source in same_shops(loaded.all_shops(), shop):
        from shopform.planning.checks.shared_shop import Managed, first_overlap

        def managed(one: Shop) -> Managed:
            store = replace(workspace, shop=one, source="").store()
            return Managed(loaded.declared(one.name), store.read() if with_states else Prior())

        mine, theirs = managed(shop), managed(other)
        # Keys of two variables that are equal today may be intended to differ later. As long as
        # the other entry owns nothing, it cannot delete anything.
        overlap = first_overlap(mine, theirs) if one_source or theirs.prior.resources else None
        if overlap:
            raise ConfigError(diagnostics=[_same_shop(loaded.project, shop, other, overlap)])
    if with_states:
        workspace.former = _former(workspace)
    return workspace


def _former(workspace: Workspace) -> str:
    """Return the state of this shop under a name that the project no longer has, or "".

    For a remote state, the one that is in a file and was not migrated. A shop with its own state
    has none. At the central host only the key shows to which shop a state belongs.
    """
    from shopform.state.open import open_store
    from shopform.state.ownership import Expected
    from shopform.workflow.shop_identity import key_digest

    directory, shop, project = workspace.directory, workspace.shop, workspace.loaded.project
    own = directory / shop.state
    if own.exists() or own.with_name(f"{own.name}.journal").exists():
        return ""
    shops = project.settings["shops"][1]
    others = [name for name in shop_names(project) if name != shop.name or not shop.remote]
    used = {f"state/{name}.json" for name in others}
    named = (child(shops, name, "state") for name in shop_names(project))
    used |= {node.text for node in named if isinstance(node, Scalar)}
    for path in own_files(directory / "state", _STATE):
        name = f"state/{path.name}"
        if name in used:
            continue
        try:
            prior = open_store(
                name, directory, Expected(shop=host_of(shop.url), catalogue=shop.catalogue)
            ).read(repair=True)
        except StateError:
            continue  # of another shop, or not a state
        known = key_digest(shop.token.text, prior.lineage) in (prior.keys or ("",))
        if prior.resources and not prior.source and (known or not prior.keys):
            return "" if shop.remote and workspace.store().read() != Prior() else name
    return ""


def _same_shop(
    project: Project, shop: Shop, other: Shop, overlap: tuple[Address, Address]
) -> Diagnostic:
    shops = project.settings["shops"][1]
    place, first = child(shops, shop.name), child(shops, other.name)
    there = "" if overlap[0] == overlap[1] else f" (there `{overlap[1]}`)"
    return error(
        "same-shop",
        f"`{shop.name}` and `{other.name}` are one shop with one key, and both manage"
        f" `{overlap[0]}`{there}",
        span=place.span if place else None,
        related=((f"the shop `{other.name}`", first.span),) if first else (),
        address=overlap[0],
        hint="let one of them manage it with `lifecycle: {shops: [...]}` or"
        " `shopform state rm`; or correct the `url` or the `token` of one",
    )
