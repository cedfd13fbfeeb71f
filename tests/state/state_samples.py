"""Small states and steps that the tests of the store share."""

from shopform.model.prior import Entry, Intent
from shopform.model.values import Address

HOST = "staging.example.dk"
A, B, C, D = (Address.of("category", key) for key in "abcd")


def entry(number: int, name: str = "Sko") -> Entry:
    return Entry(
        id=number,
        identity=(None, name),
        sent={"name": name, "events": ("order_created", "stock"), "in_menu": True},
        stored={"name": f"{name} "},
        depends_on=(A,),
    )


def intent(address: Address, name: str = "Sko") -> Intent:
    return Intent(
        address=address,
        kind=address.kind,
        parent_id=None,
        identity=(None, name),
        entry=entry(0, name),
    )
