"""Check that a state belongs to the shop of a run, and that this version knows its kinds."""

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from shopform.errors import StateError
from shopform.kinds import Catalogue
from shopform.kit.text import backquoted
from shopform.model.prior import Prior
from shopform.model.values import Address
from shopform.state.format import refuse_shared

_SHOWN: Final = 5


class Expected(NamedTuple):
    """What a state must belong to.

    `shop` is the host of the shop, in the form of `host_of`; `source` that of the source shop of a
    clone, if known. `anywhere`: the host may differ. `migrated`: the state may be one that was
    migrated to another location. `lineage` is that of a new state. `flags` select the state on the
    command line, for hints.
    """

    shop: str
    catalogue: Catalogue
    source: str = ""
    flags: str = ""
    anywhere: bool = False
    migrated: bool = False
    lineage: str = ""

    def check(self, prior: Prior, place: str, *, repair: bool = False) -> None:
        """Raise StateError for the state of another shop or source, and for one that was migrated
        to another location.

        Without `repair`, also for kinds that are unknown or have another parent, and if one object
        has two addresses.
        """
        if prior.lineage and prior.shop != self.shop and not self.anywhere:
            raise StateError(
                f"the state `{place}` belongs to the shop `{prior.shop}`, not to `{self.shop}`",
                hint="give each shop its own state, or correct the `url`; if the shop moved to"
                f" another host, run `shopform state rehome{self.flags}`",
            )
        if self.source and prior.source not in ("", self.source):
            raise StateError(
                f"the state `{place}` records copies of the shop `{prior.source}`, "
                f"not of `{self.source}`",
                hint="ids are specific to a shop: correct the shop's `url`, or move the file away",
            )
        if prior.migrated_to and not self.migrated:
            raise migrated(place, prior.migrated_to)
        if repair:
            return
        depths = {name: len(self.catalogue.lineage(name)) for name in self.catalogue}
        unknown = sorted(a for a in prior.resources if depths.get(a.kind) != len(a.keys))
        if unknown:
            raise _unknown_kinds(unknown, depths, place, self.flags)
        refuse_shared(prior.resources, place, self.flags)


def _unknown_kinds(
    unknown: Sequence[Address], known: Collection[str], place: str, flags: str
) -> StateError:
    kinds = dict.fromkeys(address.kind for address in unknown if address.kind not in known)
    noun = "a kind" if len(kinds) == 1 else "kinds"
    what = f"{noun} that shopform does not know: {backquoted(kinds)}"
    if not kinds:
        what = f"`{unknown[0]}`, whose kind has another parent now"
    more = f" (and {len(unknown) - _SHOWN} more)" if len(unknown) > _SHOWN else ""
    return StateError(
        f"the state `{place}` contains {what}",
        hint="declare it under `kinds:` again, or upgrade shopform; `shopform state rm"
        f" {' '.join(unknown[:_SHOWN])}{flags}`{more} removes its objects from the state and leaves"
        " them in the shop",
    )


def migrated(place: str, location: str) -> StateError:
    """Return the error of a state that was migrated to another location."""
    return StateError(
        f"the state `{place}` was migrated to `{location}`",
        hint=f"set `state: {location}` for this shop; the change may be on another branch",
    )
