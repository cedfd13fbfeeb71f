"""Compiling: strings, omitted, null and empty values, children, references, lifecycle."""

import hashlib
from pathlib import Path

import pytest
from config_files import SHOP, compiled, desired, refused

from shopform.errors import ConfigError
from shopform.kinds.field_types.images import Image
from shopform.kinds.standard import STANDARD
from shopform.model.desired import Delivery
from shopform.model.values import Address, Ref, Value


def fields(directory: Path, catalogue: str, address: str) -> dict[str, Value]:
    return dict(desired(directory, catalogue).resources[Address(address)].fields)


@pytest.mark.parametrize("text", ["0123", "1.10", "true", "yes", "2024-01-01", "0x1F", "1_0", "-x"])
def test_a_string_field_keeps_a_plain_scalar_as_written(tmp_path: Path, text: str) -> None:
    catalogue = f"categories: {{a: {{name: N, meta_title: {text} }}}}"
    assert fields(tmp_path, catalogue, "category.a")["meta_title"] == text


def test_omitted_null_and_empty_are_three_things(tmp_path: Path) -> None:
    catalogue = "categories:\n  a: {name: N, tag: '', meta: null, meta_title: }\n"
    assert fields(tmp_path, catalogue, "category.a") == {
        "name": "N",
        "tag": "",
        "meta": None,
        "meta_title": None,
    }


@pytest.mark.parametrize(
    ("text", "flag"), [("true", True), ("FALSE", False), ("1", True), ("0", False), ("~", None)]
)
def test_a_flag_takes_the_words_of_yaml_1_2(tmp_path: Path, text: str, flag: bool | None) -> None:
    catalogue = f"categories: {{a: {{name: N, in_menu: {text} }}}}"
    assert fields(tmp_path, catalogue, "category.a")["in_menu"] is flag


@pytest.mark.parametrize("text", ["yes", "on", "'true'", "2", "[true]", "{file: x}"])
def test_a_flag_takes_nothing_else(tmp_path: Path, text: str) -> None:
    catalogue = f"categories: {{a: {{name: N, in_menu: {text} }}}}"
    assert refused(tmp_path, {"c.yaml": catalogue}) == ["c.yaml:1:36 wrong-type"]


@pytest.mark.parametrize(
    ("text", "number"), [("301", 301), ("'302'", 302), ("0o17", 15), ("0x1F", 31), ("-1", -1)]
)
def test_a_number_takes_whole_numbers(tmp_path: Path, text: str, number: int) -> None:
    catalogue = f"redirects: {{a: {{source: /a, target: /b, status: {text} }}}}"
    assert fields(tmp_path, catalogue, "redirect.a")["status"] == number


@pytest.mark.parametrize("text", ["1.5", "1e3", "true", "'0x1F'", "1_000", "9" * 5000, "''"])
def test_a_number_takes_nothing_else(tmp_path: Path, text: str) -> None:
    catalogue = f"redirects: {{a: {{source: /a, target: /b, status: {text} }}}}"
    assert refused(tmp_path, {"c.yaml": catalogue}) == ["c.yaml:1:49 wrong-type"]


def test_an_unpaired_surrogate_is_reported_at_its_place(tmp_path: Path) -> None:
    text = 'suppliers:\n  s: {name: "Bl\\ud83d\\ude00", dropshipping_mail: "x\\ud83d"}\n'
    assert refused(tmp_path, {"c.yaml": text}) == ["c.yaml:2:50 half-character"]


def test_nested_objects_have_the_keys_of_their_containers(tmp_path: Path) -> None:
    found = desired(
        tmp_path,
        """
profiles:
  shoes:
    name: Sko
    attributes:
      size: {name: Størrelse, type: valuelist, values: {s36: {val: "36", weight: 1}}}
      colour:
        name: Farve
        type: valuelist
        values: [Rød, Blå, Grøn/Gul, É 38½, 0042]
""",
    ).resources
    assert list(found) == [
        "profile.shoes",
        "attribute.shoes.colour",
        "attribute.shoes.size",
        "value.shoes.colour.0042",
        "value.shoes.colour.blaa",
        "value.shoes.colour.e-38-1-2",
        "value.shoes.colour.groen-gul",
        "value.shoes.colour.roed",
        "value.shoes.size.s36",
    ]
    assert found[Address("value.shoes.colour.0042")].fields == {"val": "0042"}
    assert found[Address("value.shoes.size.s36")].fields == {"val": "36", "weight": 1}
    assert found[Address("value.shoes.size.s36")].parent == "attribute.shoes.size"
    assert found[Address("profile.shoes")].fields == {"name": "Sko"}


def test_resources_are_in_order_of_kind_and_address_whatever_the_files(tmp_path: Path) -> None:
    parts = [
        "webhooks: {b: {url: 'https://b', events: [paid]}, a: {url: 'https://a', events: []}}\n",
        "categories: {z: {name: Z, parent: a}, a: {name: A}}\n",
        "suppliers: {s: {name: S}}\n",
    ]
    one = compiled(tmp_path / "1", {f"{n}.yaml": part for n, part in enumerate(parts)})[1]
    other = compiled(tmp_path / "2", {f"{9 - n}.yml": part for n, part in enumerate(parts)})[1]
    assert list(one.resources) == list(other.resources)
    assert list(one.resources) == sorted(
        one.resources, key=lambda address: (STANDARD.order[address.kind], address)
    )
    plain = [dict(each.fields) for each in one.resources.values()]
    assert plain == [dict(each.fields) for each in other.resources.values()]


def test_a_reference_is_a_key_or_a_whole_address(tmp_path: Path) -> None:
    catalogue = (
        "categories: {a: {name: A}, b: {name: B, parent: a, canonical: category.a},"
        " c: {name: C, parent: null, canonical: ''}}"
    )
    found = desired(tmp_path, catalogue).resources
    b, c = found[Address("category.b")].fields, found[Address("category.c")].fields
    assert b["parent"] == b["canonical"] == Ref(Address("category.a"))
    assert (c["parent"], c["canonical"]) == (None, None)


def test_a_cycle_is_reported_once_with_all_its_members(tmp_path: Path) -> None:
    circle = [f"  k{n}: {{name: N{n}, parent: k{(n + 1) % 50}}}" for n in range(50)]
    tail = "  tail: {name: T, parent: k7}\n  self: {name: S, canonical: self}\n"
    catalogue = "categories:\n" + "\n".join(circle) + "\n" + tail
    assert refused(tmp_path, {"c.yaml": catalogue}) == [
        "c.yaml:2:26 reference-cycle",
        "c.yaml:53:30 reference-cycle",
    ]


def test_a_resource_of_other_shops_is_left_out_and_reads_no_secret(tmp_path: Path) -> None:
    shops = (
        "shops:\n  a: {url: 'https://a.dk', token: '${env:TOKEN}'}\n"
        "  b: {url: 'https://b.dk', token: '${env:NOT_SET}'}\n"
    )
    hooks = (
        "webhooks:\n  h:\n    url: https://h/${env:NOT_SET}\n    events: [paid]\n"
        "    lifecycle: {shops: [b], protect: true}\n"
        "redirects:\n  one: {source: /x, target: /a, lifecycle: {shops: [a]}}\n"
        "  two: {source: /x, target: /b, lifecycle: {shops: [b]}}\n"
    )
    found = compiled(tmp_path, {"shopform.yaml": shops, "h.yaml": hooks}, shop="a")[1]
    assert list(found.resources) == ["redirect.one"]


def test_children_of_a_parent_of_other_shops_are_excluded(tmp_path: Path) -> None:
    shops = (
        "shops:\n  a: {url: 'https://a.dk', token: '${env:TOKEN}'}\n"
        "  b: {url: 'https://b.dk', token: '${env:TOKEN}'}\n"
    )
    profile = (
        "profiles: {p: {name: P, lifecycle: {shops: [b]},"
        " attributes: {x: {name: X, type: valuelist, values: [y]}}}}"
    )
    files = {"shopform.yaml": shops, "p.yaml": profile}
    assert list(compiled(tmp_path, files, shop="a")[1].resources) == []
    assert len(compiled(tmp_path, files, shop="b")[1].resources) == 3


def test_lifecycle_and_delivery_reach_the_resource(tmp_path: Path) -> None:
    found = desired(
        tmp_path,
        "webhooks:\n"
        "  a: {url: 'https://a', events: [paid], secret_to: {command: pass insert 'a b'},"
        " lifecycle: {protect: true, ignore: [events]}}\n"
        "  b: {url: 'https://b', events: [paid], secret_to: {file: secrets/b}}\n",
    ).resources
    a, b = found[Address("webhook.a")], found[Address("webhook.b")]
    assert (a.protect, a.ignore) == (True, frozenset({"events"}))
    assert a.deliver == Delivery(command=("pass", "insert", "a b"))
    assert (b.protect, b.ignore, b.deliver) == (False, frozenset(), Delivery(file="secrets/b"))


def test_strings_and_images_come_from_files_beside_the_yaml(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "shopform.yaml": SHOP + "include: deep/**/*.yaml\n",
        "deep/er/c.yaml": "categories: {a: {name: A, description_a: {file: ../t.html},"
        " images: [{file: p.png}, {file: p.png, weight: 5, description: x}]}}",
        "deep/t.html": "<p>${not.replaced}</p>\r\n",
        "deep/er/p.png": b"\x89PNG",
    }
    found = compiled(tmp_path, files)[1].resources[Address("category.a")].fields
    digest = hashlib.sha256(b"\x89PNG").hexdigest()
    assert found["description_a"] == "<p>${not.replaced}</p>\r\n"
    assert found["images"] == (
        Image(file="deep/er/p.png", sha256=digest, weight=10),
        Image(file="deep/er/p.png", sha256=digest, weight=5, description="x"),
    )


def test_a_file_that_is_binary_or_outside_is_reported(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("outside")
    files: dict[str, str | bytes] = {
        "c.yaml": "categories:\n"
        "  a: {name: A, meta: {file: latin}}\n"
        "  b: {name: B, meta: {file: ../secret}}\n"
        "  c: {name: C, meta: {file: link}}\n"
        "  d: {name: D, meta: {file: x, also: y}}\n",
        "latin": b"bl\xe5",
    }
    project = tmp_path / "project"
    project.mkdir()
    (project / "link").symlink_to(tmp_path / "secret")
    assert refused(project, files) == [
        "c.yaml:2:29 file-encoding",
        "c.yaml:3:29 file-outside",
        "c.yaml:4:29 file-outside",
        "c.yaml:5:22 wrong-type",
    ]


def test_an_undocumented_word_is_a_warning(tmp_path: Path) -> None:
    hooks = "webhooks: {a: {url: 'https://a', events: [paid, payed]}}"
    _, found, warnings = compiled(tmp_path, {"h.yaml": hooks})
    assert found.resources[Address("webhook.a")].fields["events"] == ("paid", "payed")
    assert [(each.code, each.hint) for each in warnings] == [
        ("undocumented-word", "did you mean `paid`?")
    ]


def test_refactorings_may_be_in_any_file(tmp_path: Path) -> None:
    found = desired(
        tmp_path,
        "suppliers: {new: {name: N}}\n"
        "moved: [{from: supplier.old, to: supplier.new}]\n"
        "removed: [{address: category.gone, destroy: false}, {address: category.dead}]\n"
        "imports: [{address: supplier.new, id: 7}]\n",
    )
    assert [(each.before, each.after) for each in found.moved] == [("supplier.old", "supplier.new")]
    assert [(each.address, each.destroy) for each in found.removed] == [
        ("category.gone", False),
        ("category.dead", True),
    ]
    assert [(each.address, each.id) for each in found.imports] == [("supplier.new", 7)]


def test_the_shop_of_an_imported_id_is_one_that_is_declared(tmp_path: Path) -> None:
    text = "suppliers: {new: {name: N}}\nimports: [{address: supplier.new, id: 7, shop: nowhere}]\n"
    assert refused(tmp_path, {"c.yaml": text}) == ["c.yaml:2:48 unknown-shop"]


def test_nested_objects_need_the_right_container(tmp_path: Path) -> None:
    catalogue = (
        "profiles:\n  p:\n    name: P\n    attributes:\n"
        "      a: {name: A, values: [x]}\n      b: {name: B, type: integer, values: {}}\n"
    )
    assert refused(tmp_path, {"c.yaml": catalogue}) == ["c.yaml:5:20 nested-not-allowed"]


def test_a_string_where_fields_are_needed_is_answered_with_the_forms_that_are_allowed(
    tmp_path: Path,
) -> None:
    values = "attributes: {a: {name: A, type: valuelist, values: {red: Rød}}}"
    for text, hint in {
        "categories: {men: Herre}\n": "write its fields below it: `name`, `parent`, ",
        f"profiles: {{p: {{name: P, {values}}}}}\n": "; or only each `val`, in a list: `values: ",
    }.items():
        with pytest.raises(ConfigError) as caught:
            compiled(tmp_path, {"c.yaml": text})
        (found,) = caught.value.diagnostics
        assert (found.code, hint in found.hint) == ("wrong-type", True)


def test_ten_thousand_mistakes_take_no_quadratic_time(tmp_path: Path) -> None:
    lines = [f"  k{n}: {{name: N{n}, in_menu: maybe}}" for n in range(3000)]
    assert len(refused(tmp_path, {"c.yaml": "categories:\n" + "\n".join(lines)})) == 3000
