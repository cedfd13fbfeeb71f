"""The state as text."""

from shopform.kinds.standard import STANDARD
from shopform.model.prior import Entry, Intent, Prior
from shopform.model.values import Address
from shopform.render.text.state_text import render_state


def entry(number: int, **sent: object) -> Entry:
    return Entry(id=number, sent=sent)


def test_references_pending_creates_and_long_texts_are_shown() -> None:
    top, below = Address("category.top"), Address("category.below")
    resources = {
        top: entry(7, name="Top", description_a="word " * 60),
        below: entry(8, name="B", parent=7, canonical=9),
    }
    new = Address("supplier.new")
    intent = Intent(address=new, kind="supplier", parent_id=None, identity=(), entry=entry(0))
    prior = Prior(shop="demo", lineage="l", serial=3, resources=resources, pending=(intent,))
    shown = render_state(prior, STANDARD, width=60)
    assert "parent    = category.top" in shown
    assert 'canonical = "#9"' in shown, "nothing in the state has that id"
    assert max(map(len, shown.splitlines())) <= 60
    for text in (shown, render_state(prior, STANDARD, summary=True)):
        assert "# category.top (id 7)" in text
        assert "# supplier.new (pending create)" in text
        assert text.endswith("State of `demo`, serial 3: 2 objects.")
    assert len(render_state(prior, STANDARD, summary=True).splitlines()) == 4
    assert render_state(Prior(), STANDARD) == "No state yet."
