"""A redirect to the front page, the commonest row of public redirect sheets."""

from line import errors, line, warnings

from shopform.render.html.page import render_html
from shopform.render.json.plan_document import document
from shopform.render.markdown.page import render_markdown
from shopform.render.text.plan_text import render_plan


def test_redirect_to_the_front_page_is_made_once_and_settles() -> None:
    """Whatever the shop makes of the slash, and however it answers an empty text."""
    shops = [("strip", empty) for empty in ("as_is", "null", "blank")]
    for kept, empty in (*shops, ("keep", "as_is"), ("slash", "as_is")):
        with line(switches={"redirect_path": kept, "empty_text": empty}) as one:
            origin = one.sandbox.url.removesuffix("/REST")
            for target in ("/", f"{origin}/", origin):
                one.declare(redirects={"old": {"source": "/gammel", "target": target}})
                made, outcome = one.apply()
                assert (outcome.failed, outcome.warnings) == ((), ())
                one.assert_settled()
                one.assert_imports_only()
                assert warnings(made) == []
                assert [step.fields["target"] for step in made.steps] == [target]
                one.declare(redirects={"old": {"source": "/gammel", "target": "/x"}})
                one.settle()


def test_front_page_and_paths_are_shown_with_their_slash_in_every_form() -> None:
    with line() as one:
        rows = {"old": {"source": "gammel", "target": "/"}, "b": {"source": "/b", "target": "c"}}
        one.declare(redirects=rows | {"x": {"source": "x", "target": "https://x.example"}})
        made = one.plan()
        text = render_plan(made, color=False, width=100)
        assert 'source = "/gammel"' in text
        assert 'target = "/"' in text
        assert 'target = "/c"' in text
        assert 'target = "https://x.example"' in text
        shown = render_markdown(made, max_bytes=65_536, url="")
        assert '"/gammel"' in shown
        assert "/gammel" in render_html(made)
        after = {c["address"]: c["change"]["after"] for c in document(made)["resource_changes"]}
        assert after["redirect.old"]["target"] == "/"
        assert after["redirect.b"]["source"] == "/b"


def test_redirect_from_the_front_page_is_refused() -> None:
    with line() as one:
        origin = one.sandbox.url.removesuffix("/REST")
        for source in ("/", f"{origin}/", origin):
            one.declare(redirects={"old": {"source": source, "target": "/x"}})
            made = one.plan()
            assert errors(made) == ["route-hides"]
            assert made.diagnostics[0].summary == "`redirect.old` hides the front page"
