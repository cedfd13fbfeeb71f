"""One step: references to ids, intent to disk, the call, the result to disk."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from shopform.changes import Op, Plan, Step
from shopform.deliver import deliver
from shopform.diagnostics import Diagnostic, warning
from shopform.errors import Absent, OutcomeUnknown, RequestRefused, ShopChanged, ShopformError
from shopform.kinds import BY_NAME, Form, Kind
from shopform.model import Address, Entry, Intent, LiveObject, Ref
from shopform.planning.images import learn
from shopform.planning.match import live_identity
from shopform.planning.normalize import canonical
from shopform.shop import fetch, write
from shopform.shop.client import Client
from shopform.shop.write import Written
from shopform.state.store import Session

SENDS = 3


@dataclass(slots=True)
class Calls:
    """Does steps; safe to be used by several threads.

    `entries` is the state as it grows; `ids` are all objects that can be referred to, those that
    are only being imported among them.
    """

    plan: Plan
    client: Client
    session: Session
    directory: Path
    entries: dict[Address, Entry] = field(default_factory=dict)
    ids: dict[Address, int] = field(default_factory=dict)
    hosts: frozenset[str] = frozenset()
    warnings: list[Diagnostic] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.entries.update(self.session.prior.resources)
        self.ids.update((address, entry.id) for address, entry in self.entries.items())
        there = (step for step in self.plan.steps if step.id and step.op is not Op.DELETE)
        self.ids.update((step.address, step.id or 0) for step in there)
        self.hosts = fetch.hosts(self.client.shop)

    def do(self, step: Step) -> None:
        """Do one step. Raises ShopformError when it did not succeed."""
        kind = BY_NAME[step.kind]
        match step.op:
            case Op.CREATE:
                self._create(step, kind)
            case Op.UPDATE:
                self._update(step, kind)
            case Op.DELETE:
                self._delete(step, kind)
            case Op.ADOPT:
                self._adopt(step, kind)
            case Op.IMPORT | Op.MOVE | Op.EDIT:
                self.keep(step.key, step.address, self.resolved(step), step.previous)
            case Op.FORGET:
                self._drop(step)

    def names(self, kind: Kind) -> Mapping[str, str]:
        return self.plan.names.get(kind.name, {})

    def keep(
        self, key: str, address: Address, entry: Entry, previous: Address | None = None
    ) -> None:
        """Record a result. On disk before the next intent is, and in any case in the journal."""
        self.session.result(key, {address: entry}, (previous,) if previous else ())
        if previous:
            self.entries.pop(previous, None)
        self.entries[address] = entry
        self.ids[address] = entry.id

    def resolved(self, step: Step, number: int | None = None) -> Entry:
        """What the state is to hold, with ids for references that the plan could not know."""
        assert step.entry is not None  # noqa: S101  every step that keeps an entry carries one
        return replace(
            step.entry,
            id=number if number is not None else step.entry.id,
            sent={name: self._plain(value) for name, value in step.entry.sent.items()},
            identity=tuple(self._plain(value) for value in step.entry.identity),
        )

    def _plain(self, value: object) -> object:
        return self.ids[value.address] if isinstance(value, Ref) else value

    def _fields(self, step: Step, kind: Kind) -> dict[str, object]:
        fields: dict[str, object] = {}
        for name, value in step.fields.items():
            if kind.policy.form(name) is Form.IMAGES and isinstance(value, tuple):
                fields[name] = [self._operation(op) for op in value if isinstance(op, Mapping)]
            else:
                fields[name] = self._plain(value)
        return fields

    def _operation(self, operation: Mapping[str, object]) -> dict[str, object]:
        """An image operation as the shop takes it: the file's bytes in base64 (dossier 4.6)."""
        if "file" not in operation:
            return dict(operation)
        path = self.directory / str(operation["file"])
        try:
            data = path.read_bytes()
        except OSError as problem:
            raise ShopformError(f"cannot read `{operation['file']}`: {problem.strerror}") from None
        if hashlib.sha256(data).hexdigest() != operation["sha256"]:
            raise ShopformError(
                f"`{operation['file']}` changed after the plan was made", hint="plan again"
            )
        return {
            "data": base64.b64encode(data).decode(),
            "description": operation["description"],
            "weight": operation["weight"],
        }

    def _create(self, step: Step, kind: Kind) -> None:
        fields = self._fields(step, kind)
        parent_id = self.ids[step.parent.address] if step.parent else None
        entry = self.resolved(step)
        identity = self._identity(kind, fields)
        intent = Intent(
            address=step.address,
            kind=kind.name,
            parent_id=parent_id,
            identity=entry.identity,
            entry=entry,
        )
        self.session.intend(step.key, step.op, step.address, intent)
        try:
            written = self._sent(step, kind, fields, parent_id, identity)
        except (RequestRefused, ShopChanged):
            self.session.failed(step.key)
            raise
        number = written.id
        assert number is not None  # noqa: S101  _sent finds the id or raises
        problem = self._deliver(step, kind, written)
        self.keep(step.key, step.address, replace(entry, id=number))
        if problem:
            raise problem
        if step.confirm:
            self._confirm(kind, fields, number)

    def _identity(self, kind: Kind, fields: Mapping[str, object]) -> tuple[object, ...]:
        policy = kind.policy
        return tuple(canonical(policy.form(n), fields.get(n), self.hosts) for n in policy.identity)

    def _sent(
        self,
        step: Step,
        kind: Kind,
        fields: Mapping[str, object],
        parent_id: int | None,
        identity: tuple[object, ...],
    ) -> Written:
        """Send a create until its outcome is known; never again before looking for it."""
        for left in reversed(range(SENDS)):
            try:
                written = write.create(self.client, kind, self.names(kind), fields, parent_id)
            except OutcomeUnknown:
                found = self._find(step, kind, parent_id, identity)
                if found is not None:
                    return self._again(kind, found)
                if not left:
                    raise
            else:
                if written.id is not None:
                    return written
                found = self._find(step, kind, parent_id, identity)
                if found is None:
                    raise ShopformError("the shop says it was created, and does not list it")
                return self._again(kind, found)
        raise AssertionError("unreachable")

    def _find(
        self, step: Step, kind: Kind, parent_id: int | None, identity: tuple[object, ...]
    ) -> LiveObject | None:
        """The object of this identity that nobody owns, if a list proves it is there."""
        read = fetch.list_one(self.client, kind, self.names(kind), parent_id=parent_id)
        if read.problem:
            raise OutcomeUnknown(f"the list to look it up in is not complete: {read.problem}")
        owned = {e.id for a, e in list(self.entries.items()) if a.kind == kind.name}
        found = [
            item
            for item in read.objects.values()
            if item.id not in owned and live_identity(kind, item, self.hosts) == identity
        ]
        if len(found) > 1:
            ids = ", ".join(str(item.id) for item in found)
            raise ShopformError(
                f"the answer was lost, and several objects could be it: ids {ids}",
                hint=f"name the right one under `imports:` for `{step.address}`",
            )
        return found[0] if found else None

    def _again(self, kind: Kind, found: LiveObject) -> Written:
        """What is there under a lost answer; generated secrets as far as the shop repeats them."""
        if kind.policy.generated:
            return write.read(self.client, kind, self.names(kind), found.id)
        return Written(id=found.id, object=found)

    def _deliver(self, step: Step, kind: Kind, written: Written) -> ShopformError | None:
        """Hand out generated secrets, before the result counts: a crash must not lose them."""
        if not kind.policy.generated:
            return None
        if not written.generated:
            names = " and ".join(f"`{name}`" for name in kind.policy.generated)
            self.warnings.append(
                warning(
                    "secret-lost",
                    f"the shop made {names} of `{step.address}` and did not show it",
                    address=step.address,
                    hint=f"`shopform apply --replace {step.address}` makes a new one",
                )
            )
            return None
        shop = self.client.shop.name
        try:
            deliver(
                step.deliver,
                step.address,
                written.generated,
                directory=self.directory,
                shop=shop,
            )
        except ShopformError as problem:
            return problem
        return None

    def _confirm(self, kind: Kind, fields: Mapping[str, Any], number: int) -> None:
        """The one create sent on assumed names: every field must come back as it was sent."""
        found = write.read(self.client, kind, self.names(kind), number).object
        held = found.fields if found else {}
        wrong = [
            name
            for name, value in fields.items()
            if canonical(kind.policy.form(name), value, self.hosts)
            != canonical(kind.policy.form(name), held.get(name), self.hosts)
        ]
        if wrong:
            raise ShopformError(
                f"the shop did not keep {', '.join(f'`{name}`' for name in wrong)}:"
                " it may call them otherwise",
                hint=f"look at it in the shop, and set `wire: {kind.name}: fields:` of this shop",
            )

    def _update(self, step: Step, kind: Kind) -> None:
        self.session.intend(step.key, step.op, step.address)
        number = step.id or self.ids[step.address]
        fields = self._fields(step, kind)
        try:
            try:
                write.update(self.client, kind, self.names(kind), number, fields)
            except OutcomeUnknown:
                self._update_again(step, kind, number, fields)
        except Absent:
            self.session.failed(step.key)
            raise ShopChanged(
                f"it is gone from the shop, where it was {number}", hint="plan again"
            ) from None
        except RequestRefused:
            self.session.failed(step.key)
            raise
        if step.entry is None:
            self.session.result(step.key)
        else:
            self.keep(step.key, step.address, self.resolved(step, number), step.previous)

    def _update_again(self, step: Step, kind: Kind, number: int, fields: dict[str, object]) -> None:
        """Send an update whose answer was lost again, without the pictures that arrived."""
        found = write.read(self.client, kind, self.names(kind), number).object
        for name, value in step.fields.items():
            if kind.policy.form(name) is not Form.IMAGES or not isinstance(value, tuple):
                continue
            records = step.entry.sent[name] if step.entry else ()
            live = found.fields.get(name) if found else None
            there = [r for r in learn(records, live) if r["id"] is not None]  # type: ignore[arg-type]
            arrived = {(r["sha256"], r["description"], r["weight"]) for r in there}
            fields[name] = [
                self._operation(op)
                for op in value
                if isinstance(op, Mapping)
                and (op.get("sha256"), op.get("description"), op.get("weight")) not in arrived
            ]
        write.update(self.client, kind, self.names(kind), number, fields)

    def _delete(self, step: Step, kind: Kind) -> None:
        self.session.intend(step.key, step.op, step.address)
        try:
            write.delete(self.client, kind, step.id or 0)
        except RequestRefused:
            self.session.failed(step.key)
            raise
        self._drop(step)

    def _drop(self, step: Step) -> None:
        self.session.result(step.key, {}, (step.address,))
        self.entries.pop(step.address, None)

    def _adopt(self, step: Step, kind: Kind) -> None:
        problem = None
        if kind.policy.generated:
            written = write.read(self.client, kind, self.names(kind), step.id or 0)
            problem = self._deliver(step, kind, written)
        self.keep(step.key, step.address, self.resolved(step))
        self.session.resolve(step.address)
        if problem:
            raise problem
