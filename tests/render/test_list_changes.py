"""A changed list is explained in one place, and every form shows that explanation."""

import re
import subprocess
import sys

from hypothesis import given, settings
from hypothesis import strategies as st
from reports import change, field, planned

from shopform.kinds.field_types.images import Image
from shopform.model.plan import Action, Plan
from shopform.render.html.page import render_html
from shopform.render.list_changes import list_change
from shopform.render.markdown.page import render_markdown
from shopform.render.text.plan_text import render_plan

OLD = (
    {"file": "front.png", "weight": 10, "tags": ("a", "b")},
    {"file": "back.png", "weight": 20},
    {"file": "same.png", "weight": 5},
)
NEW = (
    {"file": "same.png", "weight": 5},
    {"file": "front.png", "weight": 10, "tags": ("a", "c")},
    Image(file="side.png", sha256="d" * 64),
)


def plan(name: str, before: object, after: object) -> Plan:
    return planned(change("category.a", Action.UPDATE, field(name, before, after), id=1))


def marked(page: str, tag: str) -> list[str]:
    """What HTML marks as removed or added, without its markup."""
    found = re.findall(f"<{tag}>(.*?)</{tag}>", page.partition("<tbody>")[2], re.DOTALL)
    return [re.sub(r"<[^>]*>|\s+", " ", each).split("size")[0].strip() for each in found]


def test_elements_and_keys_that_differ_are_named() -> None:
    found = list_change(OLD, NEW)
    assert found.changed == {
        '"front.png"': {"tags": (("a", "b"), ("a", "c"))},
        '"back.png"': {},
        '"side.png"': {},
    }
    assert found.moved == {'"same.png"'}
    assert not list_change(OLD, OLD).changed
    assert not list_change(OLD, OLD).moved
    assert list_change(None, ("a", "a")).changed == {'"a"': {}, '"a" 2': {}}


def test_every_form_shows_what_was_explained() -> None:
    made = plan("images", OLD, NEW)
    for page in (render_plan(made, color=False), render_markdown(made)):
        assert re.search(
            r'[~!] +\{ file = "front.png", tags = \["a", "b"\] -> \["a", "c"\] \}', page
        )
        assert re.search(r'- +\{ file = "back.png", weight = 20 \}', page)
        assert re.search(r'\+ +\{ file = "side.png", ', page)
        assert re.search(r'- +\{ file = "same.png", weight = 5 \}', page)
        assert re.search(r'\+ +\{ file = "same.png", weight = 5 \}', page)
    page = render_html(made)
    assert [each.split() for each in marked(page, "del")] == [
        ["tags", "[&#34;a&#34;,", "&#34;b&#34;]"],
        ["file", "back.png", "weight", "20"],
    ]
    assert [each.split()[:3] for each in marked(page, "ins")] == [
        ["tags", "[&#34;a&#34;,", "&#34;c&#34;]"],
        ["file", "side.png", "sha256"],
    ]
    assert page.count(">moved</span>") == 1


def test_every_form_shows_items_below_others_as_lines_of_their_own() -> None:
    items = ({"title": "More", "items": ({"title": "Blog", "url": "/blog"},)},)
    made = planned(change("menu.top", Action.CREATE, field("items", None, items)))
    assert '+ { title = "More > Blog", url = "/blog" },' in render_plan(made, color=False)
    assert "More &gt; Blog</span>" in render_html(made)


events = st.lists(st.sampled_from(["paid", "order", "stock", "return"]), unique=True, max_size=4)


@settings(max_examples=40)
@given(before=events, after=events)
def test_forms_agree_about_any_set(before: list[str], after: list[str]) -> None:
    gone, come = set(before) - set(after), set(after) - set(before)
    if not gone | come or not before or not after:
        return
    made = plan("events", tuple(before), tuple(after))
    page = render_html(made)
    assert (set(marked(page, "del")), set(marked(page, "ins"))) == (gone, come)
    for page in (render_plan(made, color=False), render_markdown(made)):
        signs = re.findall(r'^ *([-+]) +"(\w+)",$', page, re.MULTILINE)
        assert set(signs) == {*(("-", e) for e in gone), *(("+", e) for e in come)}


def test_deepdiff_is_imported_only_for_a_list_that_changed() -> None:
    code = """if True:
        import sys
        from shopform.kinds.standard import STANDARD
        from shopform.model.plan import Action, Change, FieldChange, Plan
        from shopform.model.values import Address
        from shopform.render.html.page import render_html
        from shopform.render.markdown.page import render_markdown
        from shopform.render.text.plan_text import render_plan
        def shown(before):
            fields = (FieldChange(name="events", before=before, after=("a",)),)
            fields += (FieldChange(name="name", before="a", after="b"),)
            action = Action.UPDATE if before else Action.CREATE
            change = Change(address=Address("webhook.a"), action=action, id=1, fields=fields)
            return Plan(changes=(change,), catalogue=STANDARD)
        for render in (render_html, render_markdown, lambda plan: render_plan(plan, color=False)):
            assert "deepdiff" not in sys.modules
            render(shown(None))
            assert "deepdiff" not in sys.modules
            render(shown(("b",)))
            assert sys.modules.pop("deepdiff")
    """
    subprocess.run([sys.executable, "-c", code], check=True)
