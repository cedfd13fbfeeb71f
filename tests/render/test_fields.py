from textwrap import dedent

import pytest

from shopform.kinds.field_types.images import Image
from shopform.model.plan import Action, FieldChange
from shopform.model.values import Address, Ref, Secret
from shopform.render.text.field_lines import field_lines
from shopform.render.text.multiline import Detail

PAGE = "\n".join(f"<p>{n}</p>" for n in range(20))


def shown(
    *fields: FieldChange,
    action: Action = Action.UPDATE,
    width: int = 100,
    detail: Detail = Detail.LINES,
) -> str:
    found = field_lines(fields, action, width, detail)
    lines = [f"{' ' * i}{s} {t}".rstrip() for i, s, t in found]
    return "\n".join(line.removeprefix("      ") for line in lines)


def text(value: str) -> str:
    return dedent(value).strip("\n")


@pytest.mark.parametrize(
    ("field", "line"),
    [
        (FieldChange(name="a", before="x", after="y"), '~ a = "x" -> "y"'),
        (FieldChange(name="a", after="y"), '+ a = "y"'),
        (FieldChange(name="a", before="x"), '- a = "x" -> null'),
        (FieldChange(name="a", before="", after=0), '~ a = "" -> 0'),
        (FieldChange(name="a", before=True, after=False), "~ a = true -> false"),
        (FieldChange(name="a", before="#41", after=Ref(Address("b.c"))), '~ a = "#41" -> b.c'),
        (FieldChange(name="a", before=1, unknown=True), "~ a = 1 -> (known after apply)"),
        (FieldChange(name="a", after=Ref(Address("b.c")), unknown=True), "+ a = b.c"),
        (FieldChange(name="a", before="x", after="y", sensitive=True), "~ a = (sensitive value)"),
        (FieldChange(name="a", before="one\ntwo", after='"'), '~ a = "one\\ntwo" -> "\\""'),
        (FieldChange(name="a", before="x", after="x"), '  a = "x"'),
        (
            FieldChange(name="a", before="x", reason="released"),
            '  a = "x"   # no longer declared: left as it is',
        ),
        (FieldChange(name="a", before="x", after="y", reason="odd"), '~ a = "x" -> "y"   # odd'),
    ],
)
def test_a_short_field_takes_one_line(field: FieldChange, line: str) -> None:
    assert shown(field) == line


@pytest.mark.parametrize(
    ("action", "line"),
    [
        (Action.CREATE, "+ a = (sensitive value)"),
        (Action.DELETE, "- a = (sensitive value) -> null"),
    ],
)
def test_a_sensitive_field_is_masked_in_every_action(action: Action, line: str) -> None:
    field = FieldChange(name="a", before="hush", after="hush", sensitive=True)
    assert shown(field, action=action) == line


def test_a_secret_is_never_shown() -> None:
    secret = Secret("${env:KEY}", "hush")
    records = ({"file": "a", "key": secret},)
    for after in (secret, (secret,), records):
        told = shown(FieldChange(name="a", after=after), action=Action.CREATE)
        assert "hush" not in told
        assert "(sensitive value)" in told


def test_texts_that_cannot_share_a_line_stand_below_each_other() -> None:
    field = FieldChange(name="link", before="https://x.dk/" + "a" * 40, after="y" * 50)
    assert shown(field) == text(
        f"""
        ~ link = "https://x.dk/{"a" * 40}"
              -> "{"y" * 50}"
        """
    )


def test_a_note_without_room_stands_before_its_field() -> None:
    field = FieldChange(name="tag", before="x", reason="reset")
    assert shown(field, width=50) == text(
        """
          # no longer declared: reset to the shop's default
        - tag = "x" -> null
        """
    ).replace("  #", "  #")


def test_a_long_text_shows_what_changed_with_three_lines_around_it() -> None:
    field = FieldChange(name="page", before=PAGE, after=PAGE.replace("<p>9</p>", "<p>new</p>"))
    assert shown(field) == text(
        """
        ~ page = <<-EOT
              # (6 unchanged lines hidden)
              <p>6</p>
              <p>7</p>
              <p>8</p>
            - <p>9</p>
            + <p>new</p>
              <p>10</p>
              <p>11</p>
              <p>12</p>
              # (7 unchanged lines hidden)
          EOT
        """
    )


def test_a_created_long_text_is_shown_whole() -> None:
    lines = shown(FieldChange(name="page", after=PAGE), action=Action.CREATE).splitlines()
    every = [f"    + <p>{n}</p>" for n in range(20)]
    assert lines == ["+ page = <<-EOT", *every, "  EOT"]


def test_a_deleted_long_text_ends_in_null() -> None:
    lines = shown(FieldChange(name="page", before=PAGE), action=Action.DELETE).splitlines()
    assert lines[1] == "    - <p>0</p>"
    assert lines[-1] == "  EOT -> null"


def test_a_changed_word_in_a_very_long_line_is_shown_with_what_is_near() -> None:
    before = "word " * 100 + "old " + "word " * 100
    field = FieldChange(name="page", before=before, after=before.replace("old", "new"))
    gone, come = shown(field, detail=Detail.CHANGES).splitlines()[1:3]
    for line, sign, word in ((gone, "-", "old"), (come, "+", "new")):
        head, _, tail = line.partition(word)
        assert head == f"    {sign} …(476 unchanged characters)…ord word word word word "
        assert tail == " word word word word wor…(477 unchanged characters)…"


def test_white_space_and_line_ends_that_changed_are_visible() -> None:
    told = shown(FieldChange(name="page", before=PAGE, after=PAGE.replace("<p>4</p>", "\t4\r")))
    assert "    + \\t4\\r\n" in told


def test_a_list_of_texts_has_a_line_for_each_element_that_comes_or_goes() -> None:
    field = FieldChange(name="on", before=("a", "b", "__c"), after=["__d", "b", "a"])
    assert shown(field) == text(
        """
        ~ on = [
            - "__c",
            + "__d",
              # (2 unchanged elements hidden)
          ]
        """
    )


def test_a_created_list_shows_all_of_it_and_an_emptied_one_ends_in_null() -> None:
    field = FieldChange(name="on", after=("a", "b"))
    assert shown(field, action=Action.CREATE) == '+ on = [\n    + "a",\n    + "b",\n  ]'
    field = FieldChange(name="on", before=("a",))
    assert shown(field, action=Action.DELETE) == '- on = [\n    - "a",\n  ] -> null'


def test_a_record_of_a_list_shows_its_parts_that_changed() -> None:
    before = (
        {"file": "a.jpg", "sha256": "a" * 64, "weight": 10},
        {"file": "b.jpg", "sha256": "b" * 64, "weight": 20},
        {"file": "k.jpg", "sha256": "b" * 64, "weight": 20},
    )
    after = (
        Image(file="c.jpg", sha256="c" * 64),
        {"file": "a.jpg", "sha256": "d" * 64, "weight": 30},
        {"file": "k.jpg", "sha256": "b" * 64, "weight": 20},
    )
    told = shown(FieldChange(name="images", before=before, after=after))
    for sign in "abcd":
        told = told.replace(sign * 64, sign.upper() * 3)
    assert told == text(
        """
        ~ images = [
            + { file = "c.jpg", sha256 = "CCC", description = "", weight = 0 },
            ~ { file = "a.jpg", sha256 = "AAA" -> "DDD", weight = 10 -> 30 },
            - { file = "b.jpg", sha256 = "BBB", weight = 20 },
              # (1 unchanged element hidden)
          ]
        """
    )


def test_a_list_that_only_changed_order_is_shown_whole() -> None:
    told = shown(FieldChange(name="on", before=("a", "b"), after=("b", "a")))
    assert told == '~ on = [\n    + "b",\n      "a",\n    - "b",\n  ]'


def test_what_moved_in_a_tree_is_shown_among_the_other_items() -> None:
    below = {"title": "C", "url": "/c"}
    top = {"title": "A"}, {"title": "B", "items": [below]}, {"title": "D", "url": "/d"}
    moved = {"title": "B", "items": [{**below, "url": "/new"}]}, {"title": "A"}, {**top[2]}
    assert shown(FieldChange(name="items", before=top, after=moved)) == text(
        """
        ~ items = [
            - { title = "A" },
              { title = "B" },
            ~ { title = "B > C", url = "/c" -> "/new" },
            + { title = "A" },
              { title = "D", url = "/d" },
          ]
        """
    )


def test_an_item_that_leaves_its_parent_is_shown_whatever_its_title() -> None:
    below = {"title": "C", "url": "/c"}
    before = ({"title": "B", "items": [{"title": "D", "url": "/d"}, below]},)
    after = ({"title": "B", "items": before[0]["items"][:1]}, {"title": "B > C", "url": "/c"})
    found = shown(FieldChange(name="items", before=before, after=after))
    assert '- { title = "B > C", url = "/c" }' in found
    assert r'+ { title = "\"B > C\"", url = "/c" }' in found


def test_equal_elements_of_a_list_are_counted_one_by_one() -> None:
    told = shown(FieldChange(name="on", before=("a", "a"), after=("a",)))
    assert told == '~ on = [\n    - "a",\n      # (1 unchanged element hidden)\n  ]'
