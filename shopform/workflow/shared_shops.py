"""Two shops of a project that are one: refused where both may manage the same object."""

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


def alone(workspace: Workspace, *, with_states: bool = True) -> Workspace:
    """The workspace, unless another shop of the project is the same and may manage the same.

    Raises ConfigError then. Costs nothing where no other has its address and its key.
    """
    loaded, shop = workspace.loaded, workspace.shop
    for other, one_source in same_shops(loaded.project, shop, **loaded.given):
        from shopform.planning.checks.shared_shop import Managed, first_overlap

        def managed(one: Shop) -> Managed:
            store = replace(workspace, shop=one, source="").store()
            return Managed(loaded.declared(one.name), store.read() if with_states else Prior())

        mine, theirs = managed(shop), managed(other)
        # Keys of two names that are equal today may be meant to differ: as long as nothing is
        # owned by the other, nothing can be lost to it.
        both = first_overlap(mine, theirs) if one_source or theirs.prior.resources else None
        if both:
            raise ConfigError(diagnostics=[_same_shop(loaded.project, shop, other, both)])
    if with_states:
        workspace.former = _former(workspace)
    return workspace


def _former(workspace: Workspace) -> str:
    """The state of this shop under a name that the project has no more; empty for none.

    A shop with a state of its own needs none. At the central host only the key says which shop a
    state is of.
    """
    from shopform.state.open import open_store
    from shopform.state.ownership import Expected
    from shopform.workflow.shop_identity import key_digest

    directory, shop, project = workspace.directory, workspace.shop, workspace.loaded.project
    own = directory / shop.state
    if own.exists() or own.with_name(f"{own.name}.journal").exists():
        return ""
    shops = project.settings["shops"][1]
    used = {f"state/{name}.json" for name in shop_names(project)}
    named = (child(shops, name, "state") for name in shop_names(project))
    used |= {node.text for node in named if isinstance(node, Scalar)}
    for path in own_files(directory / "state", _STATE):
        name = f"state/{path.name}"
        if name in used:
            continue
        try:
            prior = open_store(name, directory, Expected(shop=host_of(shop.url))).read(mending=True)
        except StateError:
            continue  # of another shop, or no state
        known = key_digest(shop.token.text, prior.lineage) in (prior.keys or ("",))
        if prior.resources and not prior.source and (known or not prior.keys):
            return name
    return ""


def _same_shop(
    project: Project, shop: Shop, other: Shop, both: tuple[Address, Address]
) -> Diagnostic:
    shops = project.settings["shops"][1]
    place, first = child(shops, shop.name), child(shops, other.name)
    there = "" if both[0] == both[1] else f" (there `{both[1]}`)"
    return error(
        "same-shop",
        f"`{shop.name}` and `{other.name}` are one shop with one key, and both manage"
        f" `{both[0]}`{there}",
        span=place.span if place else None,
        related=((f"the shop `{other.name}`", first.span),) if first else (),
        address=both[0],
        hint="say with `lifecycle: {shops: [...]}` which of them manages it, or with"
        " `shopform state rm`; or correct the `url` or the `token` of one",
    )
