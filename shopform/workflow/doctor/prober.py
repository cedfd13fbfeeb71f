"""Try the API with temporary objects."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from shopform.doctor.readings import Item, Recorded
from shopform.errors import Nonsense
from shopform.kinds import Kind
from shopform.workflow.doctor.examiner import Examiner
from shopform.workflow.doctor.probe_journal import ProbeJournal, create_of, unrecorded, update_of

MOST = 60  # calls of a probe


@dataclass(slots=True)
class Prober:
    """Makes, changes, reads and deletes one object of each kind that has a probe.

    Every create is in the journal before it is sent. A step that the shop refuses is recorded, and
    those that need its object are left out.
    """

    examiner: Examiner
    journal: ProbeJournal

    def run(self) -> None:
        for kind in self.examiner.kinds:
            if self.journal.made:
                return  # a shop that does not delete what was made gets no more of it
            if kind.probe and self.examiner.readings.listing(kind.name) is not None:
                self._life(kind)

    def _life(self, kind: Kind) -> None:
        number = 0 if self._unnamed(kind) else self._first(kind)
        if not number:
            return
        self._read("created", kind, number)
        self.examiner.learn(kind)
        body = self._body(kind, update_of(kind, *self._words))
        updated = self._send("update", kind, number, body)
        shown = self._read("updated", kind, number)
        self._change(kind, number, renamed=updated.accepted)
        if kind.probe and kind.probe.below:
            self._children(kind, number, shown or {})
        if ("delete_parent", number) not in self._deletes(kind):
            self._drop("delete", kind, number)
        if any(name == kind.name for name, _ in self.journal.made):
            return  # what is left would be taken for a removed object
        self._read("deleted", kind, number)
        if self.examiner.readings.removal(kind.name):
            self.examiner.list(kind, "list_after")
        self._again(kind, shown or {})

    @property
    def _words(self) -> tuple[str, str]:
        return self.journal.name, self.examiner.client.shop.url

    def _first(self, kind: Kind) -> int:
        """Create the object; where the names of its fields are unknown, try those of similar APIs,
        one after the other, until the shop takes them."""
        fields = create_of(kind, *self._words)
        for names in self._names(kind):
            known = self.examiner.names[kind.name]
            self.examiner.names[kind.name] = replace(known, fields=names)
            number = self._create("create", kind, self._body(kind, fields))
            if number or self._last.status != 400:
                return number
        return 0

    @property
    def _last(self) -> Recorded:
        return self.examiner.exchanges[-1]

    def _unnamed(self, kind: Kind) -> bool:
        """Whether the objects of the shop lack the key of a required field."""
        keys, fields = self.examiner.readings.keys(kind.name), self.examiner.names[kind.name].fields
        required = [row.name for row in kind.rows if row.required]
        return bool(keys) and any(fields.get(name, "") not in keys for name in required)

    def _names(self, kind: Kind) -> Iterator[Mapping[str, str]]:
        known = self.examiner.names[kind.name]
        yield known.fields
        unknown = [row for row in kind.rows if row.required and row.tentative]
        if self.examiner.readings.keys(kind.name) or known.fixed:
            return
        for aliases in zip(*(row.aliases for row in unknown), strict=False):
            yield {row.name: alias for row, alias in zip(unknown, aliases, strict=True)}

    def _body(self, kind: Kind, fields: Mapping[str, object]) -> dict[str, Any]:
        """Return a request's body; what is not documented is sent only if the shop shows it."""
        names, keys = self.examiner.names[kind.name].fields, self.examiner.readings.keys(kind.name)
        body: dict[str, Any] = {}
        for name, value in fields.items():
            row = kind.fields.get(name)
            wire = names.get(name, "") if row else name
            if (row and (row.required or not row.tentative)) or wire in keys:
                sent = row.type.encode(value, row.empty) if row else value
                body[wire] = list(sent) if isinstance(sent, tuple) else sent
                body[wire] = int(sent) if isinstance(sent, bool) else body[wire]
        return body

    def _create(self, step: str, kind: Kind, body: Mapping[str, Any]) -> int:
        """Create an object, and return its id; 0 if the shop refused."""
        self.journal.announce(kind)
        made = self.examiner.call(step, kind, "POST", body=body)
        number = 0
        if made.accepted or made.failed:  # the shop may have created it and then failed
            seen = self.examiner.readings
            number = seen.id(kind.name, seen.object(made) or {}) or self._look_up(kind)
            if not number and made.accepted:
                raise Nonsense(
                    f"the shop accepted a {kind.name} and does not list it",
                    hint=f"delete the {kind.name} `{self.journal.name}` in the shop",
                )
        self.journal.result(kind, number)
        return number

    def _look_up(self, kind: Kind) -> int:
        """Return the id of the object that a create made; 0 if it made none."""
        return max(unrecorded(self.examiner.client, kind, self.journal), default=0)

    def _read(self, step: str, kind: Kind, number: int) -> Item | None:
        return self.examiner.readings.object(self.examiner.call(step, kind, number=number))

    def _send(self, step: str, kind: Kind, number: int, body: Mapping[str, Any]) -> Recorded:
        return self.examiner.call(step, kind, kind.wire.update.value, number=number, body=body)

    def _change(self, kind: Kind, number: int, *, renamed: bool) -> None:
        """Clear a string in two ways, send an unknown word, and create another of the name."""
        fields = create_of(kind, *self._words)
        clear = kind.probe.clear if kind.probe else ""
        if body := self._body(kind, {name: fields[name] for name in [clear] if name}):
            for step, nothing in (("clear_empty", ""), ("clear_null", None)):
                self._send(step, kind, number, dict.fromkeys(body, nothing))
                self._read(f"{step}_read", kind, number)
                if nothing == "" and not self._send("restore", kind, number, body).accepted:
                    break
            if renamed:
                same = {**fields, **update_of(kind, *self._words)}
                self._temporary("same_name", kind, self._body(kind, same))
        for row in kind.rows:
            if row.known:
                wrong = self._body(kind, {row.name: (self.journal.name,)})
                self._send("unknown", kind, number, wrong)

    def _children(self, kind: Kind, number: int, shown: Item) -> None:
        """Create a child with the path of its parent, and delete the parent first."""
        fields = create_of(kind, *self._words)
        above = self._body(kind, {kind.probe.below: number} if kind.probe else {})
        body = {**self._body(kind, fields), **above}
        child = self._create("below", kind, {**body, **self._path(kind, shown)})
        if child:
            self._read("below_read", kind, child)
        else:
            child = self._create("below_plain", kind, body)
        if child:
            self._drop("delete_parent", kind, number)
            self._read("below_after", kind, child)
            self._drop("drop", kind, child)

    def _again(self, kind: Kind, shown: Item) -> None:
        """Create an object with the path of the removed one."""
        if path := self._path(kind, shown):
            body = {**self._body(kind, create_of(kind, *self._words)), **path}
            self._temporary("again", kind, body, read="again_read")

    def _path(self, kind: Kind, shown: Item) -> dict[str, Any]:
        key = self.examiner.names[kind.name].fields.get(kind.path, "")
        return {key: shown[key]} if key and shown.get(key) else {}

    def _temporary(self, step: str, kind: Kind, body: Mapping[str, Any], read: str = "") -> None:
        number = self._create(step, kind, body)
        if number and read:
            self._read(read, kind, number)
        if number:
            self._drop("drop", kind, number)

    def _drop(self, step: str, kind: Kind, number: int) -> None:
        made = self.examiner.call(step, kind, "DELETE", number=number)
        if made.accepted or made.status in (404, 410):
            self.journal.deleted(kind, number)

    def _deletes(self, kind: Kind) -> list[tuple[str, int]]:
        made = self.examiner.readings.of("delete_parent", kind=kind.name)
        return [(one.step, one.number) for one in made if one.accepted]
