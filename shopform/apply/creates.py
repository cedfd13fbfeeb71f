"""Create objects: send once, look up lost responses, deliver generated secrets."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from shopform.apply.read_back import read_back
from shopform.apply.secret_delivery import deliver
from shopform.apply.step_context import StepContext
from shopform.diagnostics import warning
from shopform.errors import OutcomeUnknown, RequestRefused, ShopformError
from shopform.kinds import Kind
from shopform.kit.text import backquoted
from shopform.model.canonical import identified
from shopform.model.live import LiveObject
from shopform.model.plan import Step
from shopform.model.prior import Entry, Intent
from shopform.planning.matching.recovered_creates import recover
from shopform.shop import fetch, write
from shopform.shop.write import WriteResult

SENDS = 3


def create(context: StepContext, step: Step, kind: Kind) -> None:
    """Create one object and record its id. Raises ShopformError if that did not succeed.

    If the outcome stays unknown, the intent stays in the journal and the next run looks it up.
    """
    intent = context.intent(step)
    creation = _Creation(context, step, kind, context.fields(step, kind), intent)
    context.sending[step.address] = intent
    context.session.intend(step.key, step.op, step.address, intent)
    try:
        entry, problem = creation.send()
    except RequestRefused as refused:
        context.session.failed(step.key)
        if step.confirm:
            raise _refused_names(refused, kind) from None
        raise
    context.keep(step.key, step.address, entry)
    context.sending.pop(step.address)
    if problem:
        raise problem
    read_back(context, step, kind, entry.id, creation.fields)


def adopt(context: StepContext, step: Step, kind: Kind) -> None:
    """Adopt the object of an interrupted create, with its secrets if the shop shows them again."""
    problem = None
    if kind.generated:
        written = write.read(context.client, kind, context.names(kind), step.id or 0)
        problem = _deliver(context, step, kind, written)
    context.keep(step.key, step.address, context.resolved(step), step.previous)
    if problem:
        raise problem


def _refused_names(problem: RequestRefused, kind: Kind) -> RequestRefused:
    """Hint that the one create with assumed field names may be refused because of them."""
    return RequestRefused(
        str(problem),
        status=problem.status,
        hint="unless the response is about a value: the names of the fields are assumed; set"
        f" `wire: {kind.name}: fields:` of this shop if they differ",
    )


@dataclass(frozen=True, slots=True)
class _Creation:
    context: StepContext
    step: Step
    kind: Kind
    fields: Mapping[str, object]
    intent: Intent

    def send(self) -> tuple[Entry, ShopformError | None]:
        """Send until the outcome is known; look for the object before sending again.

        Return its entry, and why its secrets were not delivered where they should be.
        """
        names = self.context.names(self.kind)
        for left in reversed(range(SENDS)):
            lost = written = None
            try:
                with self.context.locks.write(self.kind.name):
                    written = write.create(
                        self.context.client, self.kind, names, self.fields, self.intent.parent_id
                    )
                    if written.id is not None:
                        self.context.claimed.add((self.kind.name, written.id))
                if written.id is not None:
                    return self._entry(written.id, written.object), self._deliver(written)
            except OutcomeUnknown as unknown:
                lost = unknown
            # A response without an id may be the only one that shows the secrets.
            shown = bool(written and written.generated)
            problem = self._deliver(written) if written and shown else None
            try:
                found = self._find()
                if found is not None:
                    entry = self._entry(found.id, found)
                    return entry, problem if shown else self._deliver(self._reread(found))
            except RequestRefused as refused:
                # The lookup was refused, not the create: the object may exist.
                raise OutcomeUnknown(f"the response was lost, and {refused}") from None
            if lost is None:
                raise ShopformError("the shop reports it as created, but does not list it")
            if not left:
                raise lost
        raise AssertionError("the last try returns or raises")

    def _entry(self, number: int, item: LiveObject | None) -> Entry:
        return self.context.learned(self.step, replace(self.intent.entry, id=number), item)

    def _deliver(self, written: WriteResult) -> ShopformError | None:
        return _deliver(self.context, self.step, self.kind, written)

    def _find(self) -> LiveObject | None:
        """Return the object that the create made, if it is in a complete list."""
        context, kind = self.context, self.kind
        # A first create with assumed names may have made an object that has other names.
        names = None if self.step.confirm else context.names(kind)
        with context.locks.read(kind.name):
            read = fetch.list_one(context.client, kind, names, parent_id=self.intent.parent_id)
        if read.problem:
            raise OutcomeUnknown(f"the list to look it up in is not complete: {read.problem}")
        with context.claiming:
            return self._chosen(read.objects)

    def _chosen(self, objects: Mapping[int, LiveObject]) -> LiveObject | None:
        context, kind = self.context, self.kind
        owned = {n for a, n in list(context.ids.items()) if a.kind == kind.name}
        free = [
            item
            for item in objects.values()
            if item.id not in owned and (kind.name, item.id) not in context.claimed
        ]
        rivals = {
            identified(kind, each.identity)
            for each in list(context.sending.values())
            if (each.kind, each.parent_id) == (kind.name, self.intent.parent_id)
            and each.address != self.step.address
        }
        found = recover(kind, self.intent, free, context.hosts, rivals)
        if found.unclear:
            ids, address = ", ".join(map(str, found.unclear)), self.step.address
            raise ShopformError(
                f"the response was lost, and several objects could be the one created: ids {ids}",
                hint=f"to adopt one: `shopform import {address} {found.unclear[0]}`; otherwise:"
                f" `{{address: {address}, not: [{ids}]}}` under `imports:`",
            )
        if found.id is None:
            return None
        context.claimed.add((kind.name, found.id))
        return objects[found.id]

    def _reread(self, found: LiveObject) -> WriteResult:
        """Return the result of a lost response, with secrets if the shop shows them again."""
        if not self.kind.generated:
            return WriteResult(id=found.id, object=found)
        return write.read(self.context.client, self.kind, self.context.names(self.kind), found.id)


def _deliver(
    context: StepContext, step: Step, kind: Kind, written: WriteResult
) -> ShopformError | None:
    """Deliver generated secrets before the result is recorded: a crash must not lose them."""
    if not kind.generated:
        return None
    if not written.generated:
        names = backquoted(kind.generated, " and ")
        context.warnings.append(
            warning(
                "secret-lost",
                f"the shop generated {names} of `{step.address}` but did not show it",
                address=step.address,
                hint="delete the object in the shop and copy again, to get a new one"
                if context.plan.basis.source
                else f"`shopform apply --replace {step.address}` makes a new one",
            )
        )
        return None
    try:
        deliver(
            step.deliver,
            step.address,
            written.generated,
            directory=context.directory,
            shop=context.client.shop.name,
        )
    except ShopformError as problem:
        return problem
    return None
