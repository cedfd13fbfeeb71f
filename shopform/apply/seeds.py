"""Set values once, after their object was created.

Whether such a call arrived cannot be read, so it is never repeated unless it certainly had no
effect. The state has null for a value that is to be sent. While it is sent, it has the value as
sent, and null as stored; without the latter it was set.
"""

from dataclasses import replace

from shopform.apply.step_context import StepContext
from shopform.errors import (
    AccessRefused,
    BudgetSpent,
    OutcomeUnknown,
    RequestRefused,
    ShopformError,
)
from shopform.kinds import Kind
from shopform.kinds.field_types import Seed
from shopform.kit.text import backquoted
from shopform.model.plan import Step
from shopform.shop import write

NO_EFFECT = (RequestRefused, AccessRefused, BudgetSpent)


def set_once(context: StepContext, step: Step, kind: Kind) -> None:
    """Send the values of a step. Raises ShopformError if that did not certainly succeed."""
    held = context.entries[step.address]
    label = kind.identity[-1]
    item = str(held.stored.get(label, held.sent[label]))
    begun = f"{step.key}:begun"
    types = {name: type_ for name in step.fields if isinstance(type_ := kind.type(name), Seed)}
    for name, type_ in types.items():
        value = step.fields[name]
        done = replace(held, sent={**held.sent, name: value})
        context.keep(begun, step.address, replace(done, stored={**held.stored, name: None}))
        context.session.intend(begun, step.op, step.address)  # durable, with the record above
        try:
            write.seed(context.client, type_, item, value)
        except NO_EFFECT:
            context.keep(begun, step.address, held)
            raise
        except OutcomeUnknown as problem:
            raise ShopformError(
                f"the response was lost: whether {backquoted([name])} was set is unknown",
                hint="it is not sent again; check it in the shop",
            ) from problem
        context.keep(begun, step.address, done)
        held = done
    context.session.result(step.key)
