"""Report secrets in the state whose digests were made with another key. Pure."""

from shopform.diagnostics import Collector, plural
from shopform.kinds import Catalogue
from shopform.model.canonical import comparable, is_digest, key_id
from shopform.model.prior import Prior

CODE = "digest-key"


def check(prior: Prior, catalogue: Catalogue, out: Collector, *, writes: bool) -> None:
    """Warn of digests that cannot be compared; refuse a plan that `writes` some without a key."""
    entries = [*prior.resources.items(), *((i.address, i.entry) for i in prior.pending)]
    found = [
        key_id(value)
        for address, entry in entries
        for value in {**entry.sent, **entry.stored}.values()
        if is_digest(value) and not comparable(catalogue[address.kind], value)
    ]
    if not found:
        return
    secrets = f"{plural(len(found), 'secret')} of the state {'was' if len(found) == 1 else 'were'}"
    wanted = f"`SHOPFORM_DIGEST_KEY` to the key with the id {', '.join(sorted(set(found)))}"
    if any(kind.digest_key for kind in catalogue.kinds):
        out.warning(
            CODE,
            f"{secrets} recorded with another digest key",
            detail="edits in the shop are not seen, and a secret that the shop does not show is"
            " sent again",
            hint=f"set {wanted}; or apply, which records them with this key",
        )
    else:
        report = out.error if writes else out.warning
        report(
            CODE,
            f"{secrets} recorded with a digest key, and none is set",
            hint=f"set {wanted}",
        )
