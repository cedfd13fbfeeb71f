"""Which object a create made whose answer was lost, by what its list held before."""

from typing import Any

import pytest
from worlds import HOSTS, World, errors, keys

from shopform.kinds.standard import STANDARD
from shopform.model.canonical import digest
from shopform.model.desired import Import
from shopform.model.live import LiveObject
from shopform.model.prior import Entry, Intent, Ranges
from shopform.model.values import Address
from shopform.planning.matching.recovered_creates import contains, ranges, recover

NEW = 4  # ids need not grow: the new one stands between two old ones
BEFORE = ranges([3, 5, 6])


def intent(kind: str, before: Ranges | None = BEFORE, **sent: Any) -> Intent:
    identity = tuple(sent.get(name) for name in STANDARD[kind].identity)
    entry = Entry(id=0, identity=identity, sent=sent)
    address = Address.of(kind, "a")
    return Intent(
        address=address, kind=kind, parent_id=None, identity=identity, entry=entry, before=before
    )


def found(create: Intent, *items: LiveObject, rivals: Any = ()) -> tuple[int | None, Any]:
    one = recover(STANDARD[create.kind], create, items, HOSTS, rivals)
    return one.id, one.unclear


def shop(number: int, **fields: Any) -> LiveObject:
    return LiveObject(number, fields)


def test_ids_are_kept_as_runs_whatever_their_order() -> None:
    assert ranges([9, 1, 2, 3, 7]) == ((1, 3), (7, 7), (9, 9))
    assert [n for n in range(12) if contains(ranges([9, 1, 2, 3, 7]), n)] == [1, 2, 3, 7, 9]
    assert len(ranges(range(50_000))) == 1
    assert not contains((), 1)


# What was sent, what is there, and whose it is: ours, asked about, or never made.
CASES: list[tuple[str, dict[str, Any], list[LiveObject], tuple[int | None, tuple[int, ...]]]] = [
    ("supplier", {"name": "A"}, [shop(NEW, name="A")], (NEW, ())),
    ("supplier", {"name": "A"}, [shop(3, name="A")], (None, ())),
    ("supplier", {"name": "A"}, [shop(NEW, name="A "), shop(3, name="A")], (NEW, ())),
    ("supplier", {"name": "A & B"}, [shop(NEW, name="a &amp; b")], (NEW, ())),
    ("supplier", {"name": "A & B"}, [shop(3, name="a &amp; b")], (None, ())),
    ("supplier", {"name": "A"}, [shop(NEW, name="Nike")], (None, (NEW,))),
    (
        "category",
        {"name": "A", "description_a": "<P>a b</P><p>c</p>"},
        [shop(NEW, name="a", description_a="<p>a b</p>\r\n<p>c</p>")],
        (NEW, ()),
    ),
    (
        "category",
        {"name": "A", "description_a": "<p>a</p>"},
        [shop(NEW, name="a", description_a="<p>b</p>")],
        (None, (NEW,)),
    ),
    (
        "supplier",
        {"name": "A", "dropshipping_mail": "a@x"},
        [shop(NEW, name="#1", dropshipping_mail="a@x")],
        (NEW, ()),
    ),
    (
        "supplier",
        {"name": "A", "dropshipping_mail": "a@x"},
        [shop(NEW, name="a", dropshipping_mail="b@x")],
        (None, (NEW,)),
    ),
    (
        "supplier",
        {"name": "A", "dropshipping_mail": "a@x"},
        [
            shop(NEW, name="A", dropshipping_mail="b@x"),
            shop(9, name="A", dropshipping_mail="a@x"),
        ],
        (9, ()),
    ),
    ("supplier", {"name": "A"}, [shop(NEW, name="A"), shop(9, name="A")], (None, (NEW, 9))),
    (
        "redirect",
        {"source": "gl", "target": "ny", "status": 301},
        [shop(NEW, source="GL", target="/ny", status="301")],
        (NEW, ()),
    ),
    (
        "redirect",
        {"source": "gl", "target": "ny"},
        [shop(NEW, source="GL", target="/other")],
        (None, (NEW,)),
    ),
    (
        "category",
        {"parent": None, "name": "Sko", "rewrite_url": "sko"},
        [shop(NEW, parent=0, name="SKO", rewrite_url="sko-x")],
        (NEW, ()),
    ),
    (
        "category",
        {"parent": None, "name": "Sko", "rewrite_url": "sko"},
        [shop(NEW, parent=7, name="SKO", rewrite_url="sko")],
        (None, ()),
    ),
    (
        "webhook",
        {"url": "https://a.example", "events": ("paid", "stock")},
        [shop(NEW, url="https://a.example/", events="stock,paid")],
        (NEW, ()),
    ),
]


@pytest.mark.parametrize("number", range(len(CASES)))
def test_what_is_new_is_ours_if_it_agrees_and_is_asked_about_if_not(number: int) -> None:
    kind, sent, items, expected = CASES[number]
    assert found(intent(kind, **sent), *items) == expected


def test_a_list_that_nobody_remembered_gives_only_the_same_identity() -> None:
    assert found(intent("brand", None, name="A"), shop(9, name="a")) == (None, ())
    assert found(intent("brand", None, name="A"), shop(9, name="A")) == (9, ())


def test_objects_of_our_other_creates_are_not_taken_for_this_one() -> None:
    create = intent("brand", name="Æ & B")
    items = [shop(7, name="C"), shop(8, name="æ & b")]
    assert found(create, *items, rivals={("C",)}) == (8, ())
    assert found(create, *items) == (8, ())
    assert found(create, shop(7, name="C")) == (None, (7,))
    assert found(create, shop(7, name="C"), rivals={("C",)}) == (None, ())


def test_a_secret_is_recognised_by_its_digest_and_never_by_likeness() -> None:
    secret = digest(STANDARD["webhook"], "url", "https://a.example/k")
    create = intent("webhook", url=secret, events=("paid",))
    assert found(create, shop(NEW, url="https://a.example/k", events=["paid"])) == (NEW, ())
    assert found(create, shop(NEW, url="https://A.example/k", events=["stock"])) == (None, (NEW,))


def pending(**held: Any) -> World:
    world = World(pending=(intent("supplier", name="A", dropshipping_mail="a@x"),))
    world.declare("supplier.a", name="A", dropshipping_mail="a@x")
    for number in (3, 5, 6):
        world.live("supplier", number, name=f"S{number}", dropshipping_mail="")
    return world.live("supplier", NEW, **held)


def test_the_next_run_adopts_asks_or_sends_again() -> None:
    made = pending(name="#1", dropshipping_mail="a@x").plan()
    assert (keys(made), errors(made)) == (["supplier.a:adopt"], [])
    assert made.steps[0].entry
    assert made.steps[0].entry.stored == {"name": "#1"}, "and is no drift afterwards"
    unclear = pending(name="Nike", dropshipping_mail="n@x")
    assert errors(unclear.plan()) == ["identity-near"]
    (told,) = (d for d in unclear.plan().diagnostics if d.code == "identity-near")
    assert "shopform import supplier.a" in told.hint
    assert "not: [4]" in told.hint
    unclear.more["imports"] = (Import(address=Address("supplier.a"), without=frozenset({NEW})),)
    assert keys(unclear.plan()) == ["supplier.a:create"]
    assert not unclear.plan().refused
    unclear.more["imports"] = (Import(address=Address("supplier.a"), id=NEW),)
    assert not unclear.plan().refused
    assert keys(unclear.plan()) == ["supplier.a:adopt", "supplier.a:update"]


def test_an_object_of_another_create_is_not_taken_whether_its_name_is_a_secret_or_not() -> None:
    events: dict[str, Any] = {"events": ("stock",)}
    secret = digest(STANDARD["webhook"], "url", "https://a")
    for mine, other in (
        (secret, "https://b"),
        ("https://a", digest(STANDARD["webhook"], "url", "https://b")),
    ):
        create = intent("webhook", BEFORE, url=mine, **events)
        there = shop(NEW, url="https://b", events=["stock"])
        assert found(create, there, rivals={(other,)}) == (None, ())


def test_fields_alone_do_not_say_which_of_two_creates_made_an_object() -> None:
    create = intent("supplier", name="Alfa", dropshipping_mail="a@x")
    there = shop(NEW, name="#1", dropshipping_mail="a@x")
    assert found(create, there) == (NEW, ())
    assert found(create, there, rivals={("Beta",)}) == (None, (NEW,))
