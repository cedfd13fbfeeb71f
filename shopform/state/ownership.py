"""Which state a run may use: that of its own shop, with kinds that this version knows."""

from dataclasses import dataclass

from shopform.errors import StateError
from shopform.kinds import BY_NAME
from shopform.state.folded_state import Ledger
from shopform.state.format import refuse_shared


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a state must be for.

    `shop` is its host, as `host_of` gives it. `source` is the host of the shop whose copies it
    records, if that is known. `anywhere`: the shop may be at another host. `flags` choose the
    state on the command line, for hints.
    """

    shop: str
    source: str = ""
    flags: str = ""
    anywhere: bool = False

    def check(self, ledger: Ledger, place: str, *, mending: bool = False) -> None:
        """Raise StateError for the state of another shop or source, and for unknown kinds.

        So it does where one object has two addresses, but for `mending` it.
        """
        base = ledger.base
        if base.lineage and base.shop != self.shop and not self.anywhere:
            raise StateError(
                f"the state `{place}` belongs to the shop `{base.shop}`, not to `{self.shop}`",
                hint="give each shop a state of its own, or correct the shop's `url`; if the shop"
                f" itself has moved, `shopform state rehome{self.flags}`",
            )
        if self.source and base.source not in ("", self.source):
            raise StateError(
                f"the state `{place}` records copies of the shop `{base.source}`, "
                f"not of `{self.source}`",
                hint="ids of one shop mean nothing in another: correct the shop's `url`, or move"
                " the file away",
            )
        strange = sorted({address.kind for address in ledger.resources} - BY_NAME.keys())
        if strange:
            raise StateError(
                f"the state `{place}` contains a kind that this version does not know:"
                f" `{strange[0]}`",
                hint="upgrade shopform",
            )
        if not mending:
            refuse_shared(ledger.resources, place, self.flags)
