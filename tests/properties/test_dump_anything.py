"""Whatever a shop answers, what is declared of it is right, and planned it changes nothing."""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shops import ODD
from support import memory

from shopform.config import compile_project, load_project
from shopform.config.write.emitter import Heading, emit_document
from shopform.describe.from_live import declare
from shopform.kinds import Kind
from shopform.kinds.standard import STANDARD
from shopform.model.live import Live, LiveKind, LiveObject
from shopform.model.plan import Op
from shopform.model.prior import Prior
from shopform.planning.planner import plan
from shopform.planning.scope import Options

SETTINGS = "shops:\n  demo:\n    url: https://demo.example\n    token: ${env:T}\n"
HOSTS = frozenset({"demo.example", "www.demo.example"})
TEXTS = (
    *("http://[x", "//u:p@x.example", "https://demo.example/a/", "\ud83d", "valuelist", "normal"),
    *("1.5", "-3", "9" * 30, "no", "2", "3", "a,b,a", "nan", "order_created", "by_moon"),
)
ANYTHING: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers(-2, 8)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from((*TEXTS, *ODD))
    | st.lists(st.sampled_from((*TEXTS, *ODD)), max_size=3)
)


def objects(kind: Kind) -> st.SearchStrategy[dict[int, LiveObject]]:
    """Some objects with any values in their fields, some of which are missing."""
    names = [name for name in kind.fields if name not in kind.generated]
    fields = st.fixed_dictionaries({}, optional=dict.fromkeys(names, ANYTHING))
    parent = st.integers(1, 4) if kind.nesting else st.none()
    each = st.tuples(fields, parent, st.booleans() if kind.fixed else st.just(False))
    return st.lists(each, max_size=5).map(
        lambda found: {n: LiveObject(n, *one) for n, one in enumerate(found, 1)}
    )


@st.composite
def lives(draw: st.DrawFn) -> Live:
    kinds: dict[str, LiveKind] = {}
    for kind in STANDARD.kinds:
        found = draw(objects(kind))
        if kind.nesting:
            above = kinds[kind.nesting.kind].objects
            found = {n: item for n, item in found.items() if item.parent_id in above}
        kinds[kind.name] = LiveKind(objects=found, names={name: name for name in kind.fields})
    return Live(kinds=kinds, hosts=HOSTS, catalogue=STANDARD)


@settings(
    max_examples=60,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(live=lives())
def test_any_answer_is_declared_so_that_nothing_changes(live: Live) -> None:
    declared = declare(live, Prior(), known={})
    text = emit_document(declared, Heading(about="`demo`"))
    with tempfile.TemporaryDirectory(dir=memory()) as folder:
        (Path(folder) / "shopform.yaml").write_text(SETTINGS)
        (Path(folder) / "all.yaml").write_text(text, "utf-8")
        shop, desired, _ = compile_project(
            load_project(Path(folder), STANDARD), None, variables={}, environment={"T": "t"}
        )
    assert desired.resources.keys() == declared.resources.keys()
    made = plan(desired, Prior(), live, shop, Options())
    assert not made.refused, [d for d in made.diagnostics if d.severity == "error"]
    assert {step.op for step in made.steps} <= {Op.IMPORT}, made.steps
