"""Each question alone, over exchanges written by hand."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopform.doctor.questions import Answer, questions
from shopform.doctor.readings import Readings, Recorded
from shopform.doctor.recording import recorded
from shopform.doctor.wire import learned
from shopform.kinds.standard import STANDARD
from shopform.model.shop import WireNames
from shopform.render.text.doctor_text import render_answers
from shopform.shop.codec import names_for

PAGING = {"offset": 0, "limit": 100, "count": 1, "total": 1}
TWO = [{"supplier_id": 1, "name": "B"}, {"supplier_id": 2, "name": "A"}]
GAPS = {"0": TWO[0], "2": TWO[1]}  # as PHP encodes an array without its second item

ROWS = [{"category_id": 1, "name": "B"}, {"category_id": 2, "name": "A"}]


def one(step: str, kind: str, body: object = None, **more: Any) -> Recorded:
    form = "empty" if body is None else "json"
    return Recorded(
        **{"step": step, "kind": kind, "status": 200, "body": body, "form": form, **more}
    )


def wrote(step: str, kind: str, method: str, **more: Any) -> Recorded:
    return one(step, kind, method=method, **more)


def answer(name: str, *exchanges: Recorded, **fixed: Mapping[str, str]) -> Answer:
    seen = readings(*exchanges, **fixed)
    question = next(each for each in questions(STANDARD) if each.name == name)
    return Answer(question, question.find(seen))


def readings(*exchanges: Recorded, **fixed: Mapping[str, str]) -> Readings:
    wire = {kind: WireNames(fields=names) for kind, names in fixed.items()}
    return Readings(
        catalogue=STANDARD,
        surfaces={kind.name: names_for(kind, wire.get(kind.name)) for kind in STANDARD.kinds},
        wire=wire,
        exchanges=exchanges,
        hosts=frozenset({"shop.dk"}),
    )


def test_names_are_unique_and_each_question_says_what_is_assumed() -> None:
    found = questions(STANDARD)
    assert len({each.name for each in found}) == len(found)
    assert all(each.about and each.assumes for each in found)


@pytest.mark.parametrize("question", questions(STANDARD), ids=lambda each: each.name)
def test_a_question_about_nothing_is_not_answered(question: Any) -> None:
    found = question.find(readings())
    assert question.name in ("usage_headers", "refused") or (not found.word and found.why)


NOTHING: tuple[object, ...] = ({}, [], {"supplier": {}}, {"supplier": []})
CLEARED = [wrote("clear_empty", "supplier", "PUT", sent={"dropshipping_mail": ""})]
UNPARENTED = [wrote("delete_parent", "category", "DELETE")]
TAKEN = [
    wrote("create", "category", "POST"),
    wrote("below", "category", "POST", sent={"rewrite_url": "a"}, status=400),
]
PAGED = [one("list", "brand", {"paging": PAGING, "brands": []})]
TOPICS = [
    one("list", "webhook", [{"webhook_id": 1, "url": "https://a.dk", "topics": ["stock"]}]),
    wrote("update", "webhook", "PUT"),
]
CASES: list[tuple[str, str, list[Recorded]]] = [
    ("shape.supplier", "bare", [one("list", "supplier", [])]),
    ("shape.brand", "envelope", [one("list", "brand", {"paging": PAGING, "brands": []})]),
    ("shape.brand", "", [one("list", "brand", {"paging": PAGING})]),
    ("shape.supplier", "bare", [one("list", "supplier", GAPS)]),
    ("shape.brand", "envelope", [one("list", "brand", {"paging": PAGING, "brands": GAPS})]),
    # PHP encodes an empty list as `{}` where it is an object elsewhere, and an object as `[]`.
    ("shape.brand", "envelope", [one("list", "brand", {"paging": PAGING, "brands": {}})]),
    ("shape.brand", "envelope", [one("list", "brand", {"paging": PAGING, "other": {}})]),
    ("shape.brand", "envelope", [one("list", "brand", {"paging": [], "brands": {}})]),
    ("shape.brand", "", [one("list", "brand", {})]),
    ("total", "", [one("list", "brand", {"paging": [], "brands": []})]),
    ("clear_empty", "", [*CLEARED, one("clear_empty_read", "supplier", {"supplier_id": 1})]),
    *(
        ("clear_empty", "", [*CLEARED, one("clear_empty_read", "supplier", body)])
        for body in NOTHING
    ),
    ("webhook_events", "array", [one("list", "webhook", [{"id": 1, "events": {"1": "stock"}}])]),
    ("webhook_events", "", [one("list", "webhook", [{"id": 1, "events": {}}])]),
    ("supplier_removal", "is_removed", [one("list", "supplier", [{"is_removed": {}}])]),
    ("product_removal", "removed_on", [one("list", "product", [{"removed_on": None}])]),
    ("removed", "show", [one("list", "product", [{"product_id": 1, "removed_on": "2025-01-01"}])]),
    ("delete_parent", "", [*UNPARENTED, one("below_after", "category", status=403)]),
    ("delete_parent", "", [*UNPARENTED, one("below_after", "category", [])]),
    (
        "delete_parent",
        "cascade",
        [
            *UNPARENTED,
            one("below_after", "category", {"category_id": 1, "removed_on": "2025-01-01"}),
        ],
    ),
    ("slugs", "", [*TAKEN, wrote("below_plain", "category", "POST", status=400)]),
    ("slugs", "refuse", [*TAKEN, wrote("below_plain", "category", "POST", status=201)]),
    ("exists.brand", "no", [one("list", "brand", status=404)]),
    ("exists.brand", "refused", [one("list", "brand", status=403)]),
    ("exists.brand", "", [one("list", "brand", status=500)]),
    ("total", "string", [one("list", "brand", {"paging": {"total": "3"}, "brands": []})]),
    ("total", "none", [one("list", "brand", {"paging": {"limit": 5}, "brands": []})]),
    (
        "paging_count",
        "none",
        [one("list", "brand", {"paging": {"total": "9" * 5000}, "brands": []})],
    ),
    (
        "removed",
        "hide",
        [
            one("list", "supplier", [{"supplier_id": 1, "is_removed": "0"}]),
            wrote("delete", "supplier", "DELETE", number=3),
            one("list_after", "supplier", {"paging": {"limit": "²"}, "suppliers": TWO}),
        ],
    ),
    (
        "slugs",
        "other",
        [
            wrote("create", "category", "POST"),
            wrote("below", "category", "POST", sent={"rewrite_url": "a"}),
            one("below_read", "category", {"category_id": 1, "rewrite_url": ["a"]}),
        ],
    ),
    ("page_max", "25", [one("list", "brand", {"paging": {"limit": 25}, "brands": []})]),
    ("page_max", "", [one("list", "brand", status=400)]),
    ("bare_limit", "honour", [one("list", "supplier", TWO), one("small", "supplier", TWO[:1])]),
    ("bare_limit", "ignore", [one("list", "supplier", TWO), one("small", "supplier", TWO)]),
    ("missing_filter", "refuse", [one("unfiltered", "attribute", status=422)]),
    # A missing right or endpoint is not what the question is about.
    *(
        (name, "", [wrote(step, kind, method, sent={"a": ""}, status=status)])
        for name, step, kind, method in (
            ("missing_filter", "unfiltered", "attribute", "GET"),
            ("clear_empty", "clear_empty", "supplier", "PUT"),
            ("unique_names", "same_name", "supplier", "POST"),
            ("delete_parent", "delete_parent", "category", "DELETE"),
        )
        for status in (401, 403, 404, 405)
    ),
    ("missing_filter", "all", [one("unfiltered", "attribute", [{"attribute_id": 1}])]),
    ("missing_filter", "", [one("unfiltered", "attribute", [])]),
    ("typing.supplier", "ints", [one("list", "supplier", TWO)]),
    ("typing.supplier", "strings", [one("list", "supplier", [{"supplier_id": "1"}])]),
    (
        "typing.supplier",
        "mixed",
        [one("list", "supplier", [{"supplier_id": "1", "is_removed": 0}])],
    ),
    (
        "typing.supplier",
        "bools",
        [one("list", "supplier", [{"supplier_id": 1, "is_removed": False}])],
    ),
    ("supplier_id", "id", [one("list", "supplier", [{"id": 7, "name": "A"}])]),
    ("supplier_id", "", [one("list", "supplier", [{"number": 7, "name": "A"}])]),
    ("order", "id", [one("list", "category", ROWS)]),
    ("order", "", [one("list", "supplier", TWO[::-1])]),
    ("removed", "show", [one("list", "supplier", [{"supplier_id": 1, "is_removed": "1"}])]),
    ("removed", "show", [one("list", "supplier", [{"supplier_id": 1, "is_removed": "true"}])]),
    (
        "list_objects",
        "whole",
        [one("list", "supplier", TWO), one("read", "supplier", TWO[0], number=1)],
    ),
    (
        "list_objects",
        "fewer keys",
        [
            one("list", "supplier", TWO),
            one("read", "supplier", {**TWO[0], "dropshipping_mail": ""}, number=1),
        ],
    ),
    ("errors", "plain", [one("absent", "supplier", status=404, form="plain")]),
    ("denied", "401", [one("list", "brand", status=401)]),
    (
        "refused",
        "brand:read,supplier:write",
        [
            one("list", "brand", status=403),
            wrote("create", "supplier", "POST", status=401),
        ],
    ),
    ("absent", "200", [one("absent", "supplier", [])]),
    ("usage_headers", "x-calls-left", [one("list", "brand", [], usage=("x-calls-left",))]),
    ("webhook_events", "comma", [one("list", "webhook", [{"id": 1, "events": "a,b"}])]),
    ("webhook_events", "other", [one("list", "webhook", [{"id": 1, "events": '["a"]'}])]),
    ("webhook_secret", "always", [one("list", "webhook", [{"id": 1, "secret": "x"}])]),
    ("webhook_secret", "other", [one("list", "webhook", [{"id": 1, "secret": "****3f"}])]),
    ("page_max", "1000", [*PAGED, one("over", "brand", {"paging": {"limit": 1000}, "brands": []})]),
    ("limit_over", "honour", [*PAGED, one("over", "brand", {"paging": {"limit": 1000}, "a": []})]),
    ("limit_over", "clamp", [*PAGED, one("over", "brand", {"paging": {"limit": "100"}, "a": []})]),
    ("limit_over", "other", [*PAGED, one("over", "brand", {"paging": {"limit": 5}, "a": []})]),
    (
        "limit_over",
        "",
        [
            one("list", "supplier", TWO),
            one("small", "supplier", TWO[:1]),
            one("over", "supplier", TWO),
        ],
    ),
    ("webhook_unknown_event", "refuse", [*TOPICS, wrote("unknown", "webhook", "PUT", status=400)]),
    ("webhook_unknown_event", "accept", [*TOPICS, wrote("unknown", "webhook", "PUT")]),
    (
        "webhook_unknown_event",
        "",
        [*TOPICS, wrote("unknown", "webhook", "PUT", sent={"events": ["x"]})],
    ),
    (
        "webhook_unknown_event",
        "",
        [
            wrote("update", "webhook", "PUT", status=405),
            wrote("unknown", "webhook", "PUT", status=405),
        ],
    ),
    ("attribute_type", "data_type", [one("list", "attribute", [{"id": 1, "data_type": "x"}])]),
    (
        "redirect_path",
        "slash",
        [
            wrote("create", "redirect", "POST", status=201, sent={"source": "a"}),
            one("created", "redirect", {"redirect_id": 1, "source": "/a", "target": "/b"}),
        ],
    ),
    (
        "redirect_path",
        "other",
        [
            one("created", "redirect", {"redirect_id": 1, "source": "a", "target": "shop.dk/b"}),
            wrote("update", "redirect", "PUT", status=204),
            one("updated", "redirect", {"redirect_id": 1, "source": "a", "target": "c"}),
        ],
    ),
    ("post", "id_only", [wrote("create", "supplier", "POST", body={"supplier_id": 1})]),
    ("post", "wrapped", [wrote("create", "supplier", "POST", body={"supplier": TWO[0]})]),
    ("post", "other", [wrote("create", "supplier", "POST", body={"ok": True})]),
    ("put", "empty204", [wrote("update", "supplier", "PUT", status=204)]),
    ("put", "object200", [wrote("update", "supplier", "PUT", body=TWO[0])]),
    ("put", "other200", [wrote("update", "supplier", "PUT", body={"ok": True})]),
    ("delete", "text200", [wrote("drop", "supplier", "DELETE", form="plain")]),
    (
        "merge",
        "no",
        [
            wrote("create", "supplier", "POST", sent={"name": "A", "dropshipping_mail": "m"}),
            one("created", "supplier", {"supplier_id": 1, "name": "A", "dropshipping_mail": "m"}),
            wrote("update", "supplier", "PUT", sent={"name": "B"}),
            one("updated", "supplier", {"supplier_id": 1, "name": "B", "dropshipping_mail": ""}),
        ],
    ),
    ("clear_null", "no", [wrote("clear_null", "supplier", "PUT", status=400)]),
    (
        "clear_empty",
        "no",
        [
            wrote("clear_empty", "supplier", "PUT", sent={"dropshipping_mail": ""}),
            one("clear_empty_read", "supplier", {"supplier_id": 1, "dropshipping_mail": "m"}),
        ],
    ),
    (
        "unique_names",
        "refuse",
        [
            wrote("create", "supplier", "POST"),
            wrote("same_name", "supplier", "POST", status=409),
        ],
    ),
    ("slugs", "", [wrote("create", "category", "POST", status=405)]),
    (
        "identity",
        "other",
        [
            wrote("create", "supplier", "POST", sent={"name": "Sø  A"}),
            one("created", "supplier", {"supplier_id": 1, "name": "ZZ"}),
        ],
    ),
    (
        "slugs",
        "same",
        [
            wrote("create", "category", "POST"),
            wrote("below", "category", "POST", sent={"rewrite_url": "a"}),
            one("below_read", "category", {"category_id": 1, "rewrite_url": "a"}),
        ],
    ),
    (
        "delete_parent",
        "cascade",
        [
            wrote("delete_parent", "category", "DELETE"),
            one("below_after", "category", {"category_id": 1, "is_removed": "1"}),
        ],
    ),
    (
        "read_removed",
        "404",
        [
            one("list", "supplier", [{"supplier_id": 1, "is_removed": "0"}]),
            one("deleted", "supplier", status=404, form="plain"),
        ],
    ),
]


@pytest.mark.parametrize(("name", "word", "exchanges"), CASES)
def test_an_answer(name: str, word: str, exchanges: list[Recorded]) -> None:
    found = answer(name, *exchanges)
    assert found.finding.word == word
    assert word or found.finding.why


@pytest.mark.parametrize(
    ("name", "exchanges"),
    [
        ("absent", [one("absent", "supplier", TWO)]),
        (
            "list_objects",
            [
                one("list", "supplier", TWO),
                one("read", "supplier", {**TWO[0], "dropshipping_mail": ""}, number=1),
            ],
        ),
        ("shape.brand", [one("list", "brand", {"a": 1})]),
        ("shape.brand", [one("list", "brand", {})]),
        ("page_max", [one("list", "brand", status=400)]),
        ("supplier_id", [one("list", "supplier", [{"number": 7}])]),
        ("supplier_columns", [one("list", "supplier", [{"supplier_id": 7}])]),
        ("clear_empty", [wrote("clear_empty", "supplier", "PUT", status=400)]),
    ],
)
def test_what_contradicts_the_assumptions(name: str, exchanges: list[Recorded]) -> None:
    assert answer(name, *exchanges).contradicts


def test_names_of_the_project_that_are_not_the_shops_contradict() -> None:
    listed = one("list", "redirect", [{"redirect_id": 1, "source": "a", "target": "b"}])
    assert answer("redirect_columns", listed, redirect={"source": "alt"}).contradicts
    assert not answer("redirect_columns", listed, redirect={"source": "source"}).contradicts


def test_names_that_are_known_are_not_learned() -> None:
    items = [{"redirect_id": 1, "source": "a", "target": "b"}]
    seen = readings(
        one("list", "supplier", TWO),
        one("list", "redirect", {"paging": PAGING, "list": items}),
        one("list", "webhook", [{"id": 3, "url": "u"}]),
    )
    assert learned(seen) == {
        "redirect": {
            "id": "redirect_id",
            "list_key": "list",
            "fields": {"source": "source", "target": "target"},
        },
        "webhook": {"id": "id"},
    }


def test_the_table_is_wrapped_to_a_terminal() -> None:
    listed = one("list", "redirect", {"paging": PAGING, "redirects": [{"redirect_id": 1}]})
    seen = readings(listed)
    found = [Answer(each, each.find(seen)) for each in questions(STANDARD)]
    whole, narrow = render_answers(found), render_answers(found, width=100)
    rows = [each for each in found if each.finding.fits]
    reasons = {each.finding.why for each in found if not each.finding.fits}
    others = ("head", "", "Not answered:", "", "counts")
    assert len(whole.splitlines()) == len(rows) + len(reasons) + len(others)
    assert max(map(len, narrow.splitlines())) <= 100
    assert sorted("".join(narrow.split())) == sorted("".join(whole.split()))


STEPS = (
    *("list", "small", "over", "unfiltered", "absent", "read", "create", "created", "update"),
    *("updated", "clear_empty", "clear_empty_read", "same_name", "unknown", "below", "below_read"),
    *("delete_parent", "below_after", "drop", "delete", "deleted", "list_after", "again"),
)
KEYS = sorted({row.wire for kind in STANDARD.kinds for row in kind.rows})
KEYS += ["id", "paging", "total", "limit", "count", "is_removed", "products", "Ø", ""]
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1, 3),
    st.sampled_from(["", "0", "1", "²", "9" * 5000, "a", "-x", "https://shop.dk/a"]),
    st.floats(allow_nan=False, allow_infinity=False),
)
BODIES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)
    ),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.sampled_from(KEYS), BODIES, max_size=6)
EXCHANGES = st.builds(
    Recorded,
    step=st.sampled_from(STEPS),
    kind=st.sampled_from(list(STANDARD)),
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    status=st.sampled_from([200, 201, 204, 400, 401, 403, 404, 410, 500]),
    form=st.sampled_from(["json", "plain", "empty"]),
    body=st.one_of(st.none(), OBJECTS, st.lists(OBJECTS, max_size=3)),
    sent=OBJECTS,
    number=st.integers(0, 3),
)


@settings(max_examples=15)
@given(st.lists(EXCHANGES, max_size=30))
def test_no_answer_of_a_shop_makes_a_question_fail(exchanges: list[Recorded]) -> None:
    seen = readings(*exchanges)
    found = [Answer(each, each.find(seen)) for each in questions(STANDARD)]
    render_answers(found, width=80)
    json.dumps([learned(seen), recorded(seen, found, "0")])
