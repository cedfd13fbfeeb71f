"""Creates: sent once, looked up when the answer is lost, their secrets handed out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from shopform.apply.secret_delivery import deliver
from shopform.apply.step_context import StepContext
from shopform.diagnostics import warning
from shopform.errors import OutcomeUnknown, RequestRefused, ShopformError
from shopform.kinds import Kind
from shopform.model.canonical import canonical, identified
from shopform.model.live import LiveObject
from shopform.model.plan import Step
from shopform.model.prior import Intent
from shopform.planning.matching.recovered_creates import recover
from shopform.shop import fetch, write
from shopform.shop.write import WriteResult

SENDS = 3


def create(calls: StepContext, step: Step, kind: Kind) -> None:
    """Create one object, and record its id. Raises ShopformError when that did not succeed.

    An outcome that stays unknown leaves the intent waiting: the next run looks it up.
    """
    parent_id = calls.ids[step.parent.address] if step.parent else None
    entry = calls.resolved(step)
    intent = Intent(
        address=step.address,
        kind=kind.name,
        parent_id=parent_id,
        identity=entry.identity,
        entry=entry,
        before=calls.before(step, parent_id),
    )
    creation = _Creation(calls, step, kind, calls.fields(step, kind), parent_id, intent)
    calls.sending[step.address] = intent
    calls.session.intend(step.key, step.op, step.address, intent)
    try:
        number, written = creation.send()
    except RequestRefused as refused:
        calls.session.failed(step.key)
        if step.confirm:
            raise _misnamed(refused, kind) from None
        raise
    problem = _hand_out(calls, step, kind, written)
    calls.keep(step.key, step.address, replace(entry, id=number))
    calls.sending.pop(step.address)
    if problem:
        raise problem
    if step.confirm:
        creation.confirm(number)


def adopt(calls: StepContext, step: Step, kind: Kind) -> None:
    """Take over an object whose create was cut off, with its secrets if the shop repeats them."""
    problem = None
    if kind.generated:
        written = write.read(calls.client, kind, calls.names(kind), step.id or 0)
        problem = _hand_out(calls, step, kind, written)
    calls.keep(step.key, step.address, calls.resolved(step), step.previous)
    if problem:
        raise problem


def _misnamed(problem: RequestRefused, kind: Kind) -> RequestRefused:
    """A refusal of the one create on assumed names, which may be what it is about."""
    return RequestRefused(
        str(problem),
        status=problem.status,
        hint="if its answer is not about a value: the names of its fields are assumed; set"
        f" `wire: {kind.name}: fields:` of this shop where they are others",
    )


@dataclass(frozen=True, slots=True)
class _Creation:
    calls: StepContext
    step: Step
    kind: Kind
    fields: Mapping[str, object]
    parent_id: int | None
    intent: Intent

    def send(self) -> tuple[int, WriteResult]:
        """Send until the outcome is known; never again before looking for it."""
        names = self.calls.names(self.kind)
        for left in reversed(range(SENDS)):
            lost = None
            try:
                with self.calls.gates.write(self.kind.name):
                    written = write.create(
                        self.calls.client, self.kind, names, self.fields, self.parent_id
                    )
                    if written.id is not None:
                        self.calls.claimed.add((self.kind.name, written.id))
                if written.id is not None:
                    return written.id, written
            except OutcomeUnknown as problem:
                lost = problem
            try:
                found = self._find()
                if found is not None:
                    return found.id, self._again(found)
            except RequestRefused as refused:
                # Not the create was refused: the object may be there.
                raise OutcomeUnknown(f"the answer was lost, and {refused}") from None
            if lost is None:
                raise ShopformError("the shop says it was created, and does not list it")
            if not left:
                raise lost
        raise AssertionError("the last try returns or raises")

    def _find(self) -> LiveObject | None:
        """The object that the create made, if a list proves that it is there."""
        calls, kind = self.calls, self.kind
        # A first create on assumed names may have made an object that shows other ones.
        names = None if self.step.confirm else calls.names(kind)
        with calls.gates.read(kind.name):
            read = fetch.list_one(calls.client, kind, names, parent_id=self.parent_id)
        if read.problem:
            raise OutcomeUnknown(f"the list to look it up in is not complete: {read.problem}")
        with calls.claiming:
            return self._chosen(read.objects)

    def _chosen(self, objects: Mapping[int, LiveObject]) -> LiveObject | None:
        calls, kind = self.calls, self.kind
        owned = {n for a, n in list(calls.ids.items()) if a.kind == kind.name}
        free = [
            item
            for item in objects.values()
            if item.id not in owned and (kind.name, item.id) not in calls.claimed
        ]
        rivals = {
            identified(kind, each.identity)
            for each in list(calls.sending.values())
            if (each.kind, each.parent_id) == (kind.name, self.parent_id)
            and each.address != self.step.address
        }
        found = recover(kind, self.intent, free, calls.hosts, rivals)
        if found.unclear:
            ids, address = ", ".join(map(str, found.unclear)), self.step.address
            raise ShopformError(
                f"the response was lost, and several objects could be the one created: ids {ids}",
                hint=f"to adopt one: `shopform import {address} {found.unclear[0]}`; otherwise:"
                f" `{{address: {address}, not: [{ids}]}}` under `imports:`",
            )
        if found.id is None:
            return None
        calls.claimed.add((kind.name, found.id))
        return objects[found.id]

    def _again(self, found: LiveObject) -> WriteResult:
        """What is there under a lost answer; generated secrets as far as the shop repeats them."""
        if not self.kind.generated:
            return WriteResult(id=found.id, object=found)
        return write.read(self.calls.client, self.kind, self.calls.names(self.kind), found.id)

    def _canonical(self, name: str, fields: Mapping[str, object]) -> object:
        return canonical(self.kind.type(name), fields.get(name), self.calls.hosts)

    def _kept(self, name: str, held: Mapping[str, object]) -> bool:
        """Whether a field is called so: a text that comes back otherwise was only rewritten."""
        sent, now = self._canonical(name, self.fields), self._canonical(name, held)
        return now == sent or (isinstance(now, str) and now != "")

    def confirm(self, number: int) -> None:
        """The one create sent on assumed names: every field must come back."""
        found = write.read(self.calls.client, self.kind, self.calls.names(self.kind), number)
        held = found.object.fields if found.object else {}
        wrong = [name for name in self.fields if not self._kept(name, held)]
        if wrong:
            raise ShopformError(
                f"the shop did not keep {', '.join(f'`{name}`' for name in wrong)}:"
                " it may use other names",
                hint="look at it in the shop, and set"
                f" `wire: {self.kind.name}: fields:` of this shop",
            )


def _hand_out(
    calls: StepContext, step: Step, kind: Kind, written: WriteResult
) -> ShopformError | None:
    """Deliver generated secrets, before the result counts: a crash must not lose them."""
    if not kind.generated:
        return None
    if not written.generated:
        names = " and ".join(f"`{name}`" for name in kind.generated)
        calls.warnings.append(
            warning(
                "secret-lost",
                f"the shop made {names} of `{step.address}` and did not show it",
                address=step.address,
                hint="delete it in the shop and copy again, to get a new one"
                if calls.plan.basis.source
                else f"`shopform apply --replace {step.address}` makes a new one",
            )
        )
        return None
    try:
        deliver(
            step.deliver,
            step.address,
            written.generated,
            directory=calls.directory,
            shop=calls.client.shop.name,
        )
    except ShopformError as problem:
        return problem
    return None
