"""Patches that put what the shop holds into the files."""

import subprocess
from pathlib import Path

import pytest
from config_files import SHOP, desired, write

from shopform.config import load_project
from shopform.config.write.field_patches import Patch, patch
from shopform.kinds.standard import STANDARD
from shopform.model.declared import LiveField
from shopform.model.desired import Desired
from shopform.model.values import Address, Ref

CATALOGUE = "catalogue.yaml"


def held(address: str, field: str, value: object) -> LiveField:
    return LiveField(address=Address(address), field=field, value=value)


def made(directory: Path, files: dict[str, str | bytes], *what: LiveField) -> Patch:
    write(directory, {"shopform.yaml": SHOP, **files})
    return patch(load_project(directory, STANDARD), "only", what)


def applied(directory: Path, text: str) -> None:
    command = ["git", "apply", "--whitespace=nowarn", "-"]
    subprocess.run(command, input=text.encode(), cwd=directory, check=True)


def after(directory: Path, catalogue: str, *what: LiveField) -> Desired:
    """What is desired once the patch is applied, which sets all that was asked for."""
    found = made(directory, {CATALOGUE: catalogue}, *what)
    assert not found.left, found.left[0].summary
    assert found.count == len(what)
    applied(directory, found.text)
    return desired(directory, (directory / CATALOGUE).read_bytes().decode())


def test_several_fields_of_several_files_are_one_patch(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "a file.yaml": "brands:\n  a: {name: A}  # mine\n",
        "texts/æ.html": "\n<p>old</p>\n",
        CATALOGUE: "categories:\n  men:\n    name: M\n    in_menu: true # c\n"
        "    sort_order: normal\n    description_a: {file: texts/æ.html}\n",
    }
    found = made(
        tmp_path,
        files,
        held("brand.a", "name", "B"),
        held("category.men", "in_menu", False),
        held("category.men", "sort_order", "random"),
        held("category.men", "description_a", "<p>new</p>\n<p>more</p>"),
    )
    assert (found.count, found.left) == (4, ())
    applied(tmp_path, found.text)
    texts = {name: (tmp_path / name).read_text("utf-8") for name in files}
    assert texts == {
        "a file.yaml": "brands:\n  a: {name: B}  # mine\n",
        "texts/æ.html": "\n<p>new</p>\n<p>more</p>\n",
        CATALOGUE: "categories:\n  men:\n    name: M\n    in_menu: false # c\n"
        "    sort_order: random\n    description_a: {file: texts/æ.html}\n",
    }


def test_a_patch_of_nothing_is_empty(tmp_path: Path) -> None:
    assert made(tmp_path, {}) == Patch({}, {}, ())


@pytest.mark.parametrize(
    ("text", "parent"),
    [
        ("categories:\n  a: {name: A}\n  b: {name: B}\n", "a"),
        ("categories:\n  a:\n    name: A\n  b:\n    name: B\n    tag: x\n", "a"),
        ("categories:\n  a: {name: A}\n  b:\n    name: B\n    parent: c\n  c: {name: C}\n", "a"),
        ("categories:\n  a: {name: A}\n  b: {name: B, parent: category.a}\n  c: {name: C}\n", "c"),
    ],
)
def test_a_reference_is_written_as_a_key(tmp_path: Path, text: str, parent: str) -> None:
    to = Address(f"category.{parent}")
    found = after(tmp_path, text, held("category.b", "parent", Ref(to)))
    assert found.resources[Address("category.b")].fields["parent"] == Ref(to)
    written = (tmp_path / CATALOGUE).read_text("utf-8")
    assert ("category.c" in written) is ("category.a" in text)


def test_a_reference_to_nothing_is_null(tmp_path: Path) -> None:
    text = "categories:\n  a: {name: A}\n  b: {name: B, parent: a}\n"
    found = after(tmp_path, text, held("category.b", "parent", None))
    assert found.resources[Address("category.b")].fields["parent"] is None


def test_a_set_gains_and_loses_words(tmp_path: Path) -> None:
    text = "webhooks:\n  a:\n    url: https://a.dk\n    events:\n      - paid # c\n      - stock\n"
    found = after(tmp_path, text, held("webhook.a", "events", ("order", "paid")))
    assert found.resources[Address("webhook.a")].fields["events"] == ("paid", "order")
    assert "paid # c\n      - order\n" in (tmp_path / CATALOGUE).read_text("utf-8")


@pytest.mark.parametrize("name", ["A", "'$${v}'"])
def test_a_dollar_and_a_brace_are_escaped(tmp_path: Path, name: str) -> None:
    text = f"brands:\n  a: {{name: {name}}}\n"
    found = after(tmp_path, text, held("brand.a", "name", "costs ${5}"))
    assert found.resources[Address("brand.a")].fields["name"] == "costs ${5}"


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"", b"\r\n", b"\n"])
def test_line_ends_and_marks_of_windows_stay(tmp_path: Path, mark: bytes, end: bytes) -> None:
    text = mark + b"brands:\r\n  a:\r\n    name: A" + end
    found = made(tmp_path, {CATALOGUE: text}, held("brand.a", "name", "B"))
    applied(tmp_path, found.text)
    assert (tmp_path / CATALOGUE).read_bytes() == text.replace(b"A", b"B")


@pytest.mark.parametrize(
    ("catalogue", "what", "why"),
    [
        ("brands: {a: {name: 'A ${var.v}'}}", held("brand.a", "name", "B"), "a placeholder"),
        ("brands: {a: {name: &n A}, b: {name: *n}}", held("brand.a", "name", "B"), "anchor"),
        ("brands: {a: {name: &n A}, b: {name: *n}}", held("brand.b", "name", "B"), "anchor"),
        ("brands: {a: &x {name: A}, b: *x}", held("brand.b", "name", "B"), "anchor"),
        ("brands: {a: {name: !!str A}}", held("brand.a", "name", "B"), "anchor"),
        ("categories: {a: {name: A}}", held("category.a", "parent", "#7"), "not declared"),
        (
            "categories: {a: {name: A}}",
            held("category.a", "parent", Ref(Address("category.x"))),
            "not declared",
        ),
        (
            "categories: {a: {name: A, sort_order: random}}",
            held("category.a", "sort_order", "newest"),
            "cannot be written",
        ),
        (
            "profiles: {p: {name: P, attributes: {s: {name: S, type: valuelist, values: [A]}}}}",
            held("value.p.s.a", "val", "B"),
            "key is derived from the value",
        ),
        (
            "categories: {a: {name: A, description_a: {file: x}, description_b: {file: x}}}",
            held("category.a", "description_a", "B"),
            "several places",
        ),
        ("brands: {a: {name: A}}", held("brand.b", "name", "B"), "not declared"),
        (
            "webhooks: {a: {url: u, events: ['${var.v}']}}",
            held("webhook.a", "events", ("paid",)),
            "a placeholder",
        ),
        (
            "webhooks: {a: {url: u, events: [&p paid]}}",
            held("webhook.a", "events", ("stock",)),
            "anchor",
        ),
    ],
)
def test_a_field_that_cannot_be_patched_is_reported(
    tmp_path: Path, catalogue: str, what: LiveField, why: str
) -> None:
    found = made(tmp_path, {CATALOGUE: catalogue, "x": "text"}, what)
    assert (found.text, found.count) == ("", 0)
    (left,) = found.left
    assert left.code == "drift-left"
    assert why in left.summary
    assert left.span is not None or "brand.b" in left.summary


def test_a_given_reason_is_reported_at_the_field_without_its_value(tmp_path: Path) -> None:
    what = LiveField(address=Address("brand.a"), field="name", value="canary", why="it is a secret")
    (left,) = made(tmp_path, {CATALOGUE: "brands:\n  a: {name: A}\n"}, what).left
    assert left.summary == "`name` of `brand.a` is not in the patch: it is a secret"
    assert str(left.span) == "catalogue.yaml:2:13"
    assert "canary" not in repr(left)


def test_strings_of_short_lists_that_keep_their_key_are_patched(tmp_path: Path) -> None:
    text = "profiles:\n  p:\n    name: P\n    attributes:\n      s: {name: S, type: valuelist,"
    text += " values: [A]}\n"
    found = after(tmp_path, text, held("value.p.s.a", "val", "a"))
    assert found.resources[Address("value.p.s.a")].fields["val"] == "a"


SHOES: dict[str, object] = {"title": "Sko", "category": Ref(Address("category.shoes"))}
ABOUT: dict[str, object] = {"title": "Om: os", "url": "om-os", "class": "quiet"}
MORE: dict[str, object] = {"title": "${x}", "items": (SHOES, {"title": "T", "landing_page": 5})}
MENU = """\
categories:
  shoes: {name: Sko}
menus:
  # the menu
  top:
    location: top  # of the theme
    items:  # in order
      # the first
      - title: Sko
        category: shoes  # mine
      - title: Gammel
        url: /gammel
      # the last
      - {title: "Om: os", url: /om-os, class: quiet}
    # below
    name: Top
"""


@pytest.mark.parametrize("style", ["block", "flow"])
@pytest.mark.parametrize(
    "items",
    [(ABOUT, SHOES), (SHOES,), (MORE, SHOES, ABOUT), (ABOUT, MORE, MORE), ()],
    ids=["reorder", "remove", "add", "twice", "clear"],
)
def test_a_tree_is_set_and_the_rest_stays(
    items: tuple[dict[str, object], ...], style: str, tmp_path: Path
) -> None:
    flow = 'items: [{title: Sko, category: shoes}, {title: "Om: os", url: /om-os, class: quiet}]'
    start, end = MENU.index("items:"), MENU.index("    # below")
    text = MENU if style == "block" else f"{MENU[:start]}{flow}\n{MENU[end:]}"
    menu = Address("menu.top")
    found = after(tmp_path, text, held(menu, "items", items)).resources[menu]
    assert (found.fields["items"], found.fields["name"]) == (items, "Top")
    written = (tmp_path / CATALOGUE).read_text("utf-8")
    for comment in ("# the menu", "# of the theme", "# below"):
        assert comment in written
    if style == "block":
        assert ("# in order" in written, "# the first" in written) == (True, True)
        assert ("# mine" in written, "# the last" in written) == (SHOES in items, ABOUT in items)


@pytest.mark.parametrize(
    ("items", "why"),
    [
        ("[{title: A, url: '${var.x}'}]", "contains a placeholder"),
        ("[{title: A, items: [{title: '${lookup.x.y}', url: a}]}]", "contains a placeholder"),
        ("[&a {title: A, url: a}, *a]", "an anchor shares the value"),
        ("[{title: A, items: [&b {title: A, url: b}]}]", "an anchor shares the value"),
    ],
)
def test_a_tree_that_others_share_is_left(items: str, why: str, tmp_path: Path) -> None:
    text = f"menus: {{top: {{location: top, items: {items}}}}}\n"
    found = made(tmp_path, {CATALOGUE: text}, held("menu.top", "items", (ABOUT,)))
    assert (found.count, found.text) == (0, "")
    assert why in found.left[0].summary


def test_a_tree_that_leads_to_what_is_not_declared_is_left(tmp_path: Path) -> None:
    text = "menus: {top: {location: top, items: [{title: A, url: a}]}}\n"
    found = made(tmp_path, {CATALOGUE: text}, held("menu.top", "items", (ABOUT, SHOES)))
    assert "its reference is not declared" in found.left[0].summary
