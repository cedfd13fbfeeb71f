"""What a probe makes, recorded before it is made, so that the next run can remove the rest."""

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from shopform.errors import AccessRefused, RequestRefused, StateError
from shopform.kinds import Kind
from shopform.shop import write
from shopform.shop.client import Client
from shopform.shop.fetch import list_one
from shopform.state.shelf import Shelf

PREFIX = "sfprobe-"
DOCUMENT = "made.json"
VERSION = 1


@dataclass(slots=True)
class ProbeJournal:
    """The objects of one probe, in order; an id of 0 is one whose create has no result yet.

    A document on `shelf`, replaced before and after each create.
    """

    shelf: Shelf
    name: str
    made: list[tuple[str, int]] = field(default_factory=list)

    @classmethod
    def begin(cls, shelf: Shelf) -> "ProbeJournal":
        return cls(shelf, PREFIX + secrets.token_hex(4))

    @property
    def listed(self) -> str:
        """The objects for a message, and the name that they have."""
        made = ", ".join(f"{kind} {number}" if number else kind for kind, number in self.made)
        return f"{made} (named `{self.name}`)"

    def announce(self, kind: Kind) -> None:
        self.made.append((kind.name, 0))
        self.save()

    def result(self, kind: Kind, number: int) -> None:
        """Record the id of the announced object; 0 if the shop refused to create it."""
        self.made.pop()
        if number:
            self.made.append((kind.name, number))
        self.save()

    def deleted(self, kind: Kind, number: int) -> None:
        self.made.remove((kind.name, number))
        self.save()

    def save(self) -> None:
        """Write the document; one without objects is also deleted, where the store can do that."""
        document = {"version": VERSION, "name": self.name, "made": self.made}
        self.shelf.write(DOCUMENT, json.dumps(document).encode())
        if not self.made:
            self.shelf.delete([DOCUMENT])

    def is_ours(self, kind: Kind, values: Iterable[object], url: str) -> bool:
        """Whether an object with these strings was made by this probe.

        It has the probe's name, or is a shortened form of what was sent, with the prefix of all
        such names: a shop may cut names.
        """
        sent = [text for text in create_of(kind, self.name, url).values() if isinstance(text, str)]
        for text in values:
            shown = text.lower() if isinstance(text, str) else ""
            cut = PREFIX in shown and any(each.lower().startswith(shown) for each in sent)
            if self.name in shown or cut:
                return True
        return False


def create_of(kind: Kind, name: str, url: str) -> dict[str, object]:
    """Return the fields of the temporary object of a kind."""
    return dict(_filled(kind.probe.create, name, url)) if kind.probe else {}


def update_of(kind: Kind, name: str, url: str) -> dict[str, object]:
    return dict(_filled(kind.probe.update, name, url)) if kind.probe else {}


def _filled(fields: Mapping[str, object], name: str, url: str) -> Iterator[tuple[str, object]]:
    for key, value in fields.items():
        text = isinstance(value, str)
        yield key, str(value).replace("{name}", name).replace("{url}", url) if text else value


def journal_of(shelf: Shelf) -> ProbeJournal | None:
    """Return the journal of a probe that did not remove all that it made. Raises StateError."""
    data = shelf.read(DOCUMENT)
    if data is None:
        return None
    try:
        document: dict[str, Any] = json.loads(data)
        made = [(str(kind), int(number)) for kind, number in document["made"]]
        name = str(document["name"])
        if document["version"] != VERSION or not name.startswith(PREFIX):
            raise ValueError
    except (ValueError, KeyError, TypeError, RecursionError):
        raise StateError(
            f"`{shelf.place(DOCUMENT)}` is not the journal of a probe",
            hint=f"delete objects whose names begin with `{PREFIX}` in the shop, then this file",
        ) from None
    return ProbeJournal(shelf, name, made) if made else None


def remove_leftovers(client: Client, journal: ProbeJournal) -> int:
    """Delete what a probe left, by its ids and by its name, and return the number of objects.

    The journal keeps what is left: of what the shop refuses to delete, and after the errors of
    `Client`, which are raised.
    """
    removed, pending = 0, dict.fromkeys(name for name, number in journal.made if not number)
    for kind in (client.shop.catalogue[name] for name in pending):
        known = [made for made in journal.made if made != (kind.name, 0)]
        found = [(kind.name, number) for number in unrecorded(client, kind, journal)]
        journal.made = sorted({*known, *found})
        journal.save()
    for _ in range(2):  # a parent may be refused before its child
        for name, number in sorted(journal.made, reverse=True):
            if _delete(client, client.shop.catalogue[name], number, journal):
                removed += 1
    return removed


def _delete(client: Client, kind: Kind, number: int, journal: ProbeJournal) -> bool:
    try:
        write.delete(client, kind, number)
    except (AccessRefused, RequestRefused):
        return False
    journal.deleted(kind, number)
    return True


def unrecorded(client: Client, kind: Kind, journal: ProbeJournal) -> list[int]:
    """Return the ids of the objects that a probe made, except those in its journal."""
    found, url = list_one(client, kind).objects.values(), client.shop.url
    ours = (thing.id for thing in found if journal.is_ours(kind, thing.fields.values(), url))
    return [number for number in ours if (kind.name, number) not in journal.made]
