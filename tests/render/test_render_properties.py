from collections.abc import Mapping
from itertools import zip_longest

from hypothesis import given, settings
from hypothesis import strategies as st

from shopform.diagnostics import error
from shopform.errors import BudgetSpent
from shopform.kinds.standard import STANDARD
from shopform.model.plan import Action, Change, Failure, FieldChange, Op, Outcome, Plan, Step
from shopform.model.values import Address, Ref
from shopform.render.text.multiline import columns
from shopform.render.text.outcome_text import render_outcome
from shopform.render.text.plan_text import render_plan

addresses = st.from_regex(r"[a-z]{1,9}(\.[a-z0-9]{1,6}){1,3}", fullmatch=True).map(Address)
scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=200)
records: st.SearchStrategy[Mapping[str, object]] = st.dictionaries(
    st.sampled_from(["file", "sha256", "weight", "description"]), scalars, max_size=4
)
lists = st.lists(st.text(max_size=90) | records, max_size=5).map(tuple)
values = scalars | addresses.map(Ref) | lists | st.text("ab \n", max_size=400)
fields = st.builds(
    FieldChange,
    name=st.from_regex(r"[a-z_]{1,20}", fullmatch=True),
    before=values,
    after=values,
    unknown=st.booleans(),
    sensitive=st.booleans(),
    reason=st.sampled_from(["", "reset", "released", "temporary", "{odd}"]),
)
changes = st.builds(
    Change,
    address=addresses,
    action=st.sampled_from(Action),
    id=st.none() | st.integers(1, 99),
    fields=st.lists(fields, max_size=4).map(tuple),
    unchanged=st.integers(0, 9),
    reason=st.sampled_from(["", "replace_by_request", "{0}{x}"]),
    importing=st.booleans(),
    previous=st.none() | addresses,
    notes=st.lists(st.text(max_size=150), max_size=2).map(tuple),
)
plans = st.builds(
    Plan,
    catalogue=st.just(STANDARD),
    changes=st.lists(changes, max_size=3).map(tuple),
    drift=st.lists(changes, max_size=2).map(tuple),
    unmanaged=st.dictionaries(st.sampled_from(["a", "b"]), st.integers(0, 9)),
    steps=st.sampled_from([(), (Step(key="1", op=Op.EDIT, address=Address("a.b")),)]),
    diagnostics=st.sampled_from([(), (error("x", "y"),)]),
)
steps = st.builds(
    Step,
    key=st.sampled_from("abcd"),
    op=st.sampled_from(Op),
    address=addresses,
    after=st.lists(st.sampled_from("abcd"), max_size=3).map(tuple),
)
outcomes = st.builds(
    Outcome,
    applied=st.lists(steps, max_size=3).map(tuple),
    failed=st.lists(
        st.builds(Failure, step=steps, diagnostic=st.builds(error, st.just("x"), st.text())),
        max_size=2,
    ).map(tuple),
    not_run=st.lists(steps, max_size=3).map(tuple),
    stopped=st.none() | st.just(BudgetSpent("the calls are spent")),
)


def _one_word(line: str) -> bool:
    """Whether a line is a comment of a single word, which cannot be broken."""
    return line.startswith("  # ") and len(line.split()) == 2


@settings(max_examples=80)
@given(plan=plans, width=st.integers(60, 140))
def test_any_plan_is_rendered_alike_twice_within_its_width(plan: Plan, width: int) -> None:
    told = render_plan(plan, color=False, width=width)
    assert told == render_plan(plan, color=False, width=width)
    for line in told.splitlines():
        heading = line.startswith("  # ") and not line.startswith("  # (")
        parsed = heading or line.startswith(("Plan: ", "shopform "))
        assert parsed or columns(line) <= width or _one_word(line), line
        assert line.isprintable()


@settings(max_examples=50)
@given(plan=plans)
def test_sensitive_sides_change_nothing_in_the_text(plan: Plan) -> None:
    def masked(change: Change, before: object, after: object) -> Change:
        hidden = tuple(
            FieldChange(name=f.name, before=before, after=after, sensitive=True)
            for f in change.fields
        )
        return Change(address=change.address, action=change.action, fields=hidden)

    one, other = (
        [
            render_plan(Plan(changes=(masked(c, before, after),), catalogue=STANDARD), color=False)
            for c in plan.changes
        ]
        for before, after in ((None, None), ("hush", ("secret",)))
    )
    assert all(a == b for a, b in zip_longest(one, other))


@settings(max_examples=80)
@given(outcome=outcomes, destroy=st.booleans())
def test_any_outcome_is_rendered(outcome: Outcome, destroy: bool) -> None:
    told = render_outcome(Plan(destroy=destroy, catalogue=STANDARD), outcome, color=False)
    done = not (outcome.failed or outcome.not_run or outcome.stopped)
    assert ("complete!" in told.splitlines()[0]) is done
    assert all(line.isprintable() for line in told.splitlines())
