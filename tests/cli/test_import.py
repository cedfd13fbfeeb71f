"""Objects taken over by their ids: nothing changes in the shop, and little in the files."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import Run, environment_of, run_here

from shopform.kinds.standard import STANDARD
from shopform.sandbox import Sandbox

Shopform = Callable[..., Run]

SEED: dict[str, Any] = {
    "supplier": [{"supplier_id": 11, "name": "Fjord", "dropshipping_mail": "ordre@fjord.example"}],
    "profile": [{"profile_id": 21, "name": "Sko"}, {"profile_id": 22, "name": "Tøj"}],
    "profile-attribute": [
        {"attribute_id": 31, "profile_id": 21, "name": "Str.", "type": "valuelist"},
        {"attribute_id": 32, "profile_id": 21, "name": "Sål", "type": "string"},
        {"attribute_id": 33, "profile_id": 22, "name": "Str.", "type": "valuelist", "weight": 20},
    ],
    "profile-attribute-value": [
        {"attribute_value_id": 61, "attribute_id": 31, "val": "36"},
        {"attribute_value_id": 62, "attribute_id": 31, "val": "37 ½", "weight": 10},
    ],
    "category": [
        {"category_id": 41, "name": "Herre", "rewrite_url": "herre", "tag": "m"},
        {"category_id": 42, "name": "Herre", "description_a": "<p>To</p>\n<p>linjer</p>"},
        {"category_id": 43, "name": "Sko", "parent_id": 41, "canonical_id": 42, "in_menu": 0},
    ],
    "redirect": [{"redirect_id": 71, "source": "gammel", "target": "herre"}],
}
SETTINGS = """\
# ours
shops:
  demo:
    url: {url}
    token: ${{env:SHOPFORM_TOKEN}}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Any:
    with Sandbox(seed=SEED) as one:
        yield one


@pytest.fixture
def folder(tmp_path: Path, shop: Sandbox) -> Path:
    found = tmp_path / "project"
    found.mkdir()
    (found / "shopform.yaml").write_text(SETTINGS.format(url=shop.url), "utf-8")
    return found


@pytest.fixture
def run(folder: Path) -> Shopform:
    def go(*arguments: str, **environment: str) -> Run:
        return run_here(folder, *arguments, environment=environment_of(**environment))

    return go


def declare(folder: Path, text: str, name: str = "catalogue.yaml") -> None:
    (folder / name).write_text(text, "utf-8")


def writes(shop: Sandbox) -> list[str]:
    return [call.method for call in shop.calls if call.method != "GET"]


def state(folder: Path) -> dict[str, Any]:
    found = json.loads((folder / "state" / "demo.json").read_text("utf-8"))["resources"]
    assert isinstance(found, dict)
    return found


def test_an_object_is_taken_over_for_one_call_and_nothing_is_changed(
    run: Shopform, folder: Path, shop: Sandbox
) -> None:
    declare(folder, "categories:\n  men: {name: Herre, tag: m}\n")
    done = run("import", "category.men", "41")
    assert (done.exit, done.out, done.err) == (0, "Imported category.men (id 41).\n", "")
    assert [(c.method, c.path) for c in shop.calls] == [("GET", "/category/41")]
    assert state(folder)["category.men"]["sent"] == {"name": "Herre", "tag": "m"}
    assert run("plan", "--detailed-exitcode").exit == 0
    assert writes(shop) == []


def test_fields_that_differ_are_changes_of_the_next_plan(
    run: Shopform, folder: Path, shop: Sandbox
) -> None:
    declare(folder, "categories:\n  men: {name: Mænd, tag: x, rewrite_url: herre}\n")
    done = run("import", "category.men", "41")
    assert done.out == (
        "Imported category.men (id 41)."
        " 2 fields differ from the files; the next plan changes them.\n"
    )
    made = run("plan", "--detailed-exitcode")
    assert made.exit == 2
    assert "# category.men will be updated in-place\n" in made.out
    assert '~ name = "Herre" -> "Mænd"' in made.out
    assert '~ tag  = "m" -> "x"' in made.out
    assert "outside of shopform" not in made.out
    assert run("apply", "--auto-approve").exit == 0
    assert writes(shop) == ["PUT"]
    assert run("plan", "--detailed-exitcode").exit == 0


def test_it_chooses_among_objects_of_one_name(run: Shopform, folder: Path, shop: Sandbox) -> None:
    declare(folder, "categories:\n  men: {name: Herre}\n  other: {name: Herre, tag: o}\n")
    declare(folder, "categories:\n  men: {name: Herre}\n")
    made = run("plan")
    assert made.exit == 11
    assert "  41: `tag` is `m`, `description_a` is empty, `rewrite_url` is `herre`\n" in made.err
    assert "  42: `tag` is empty, `description_a` is `<p>" in made.err
    assert "choose one: `shopform import category.men 41`" in made.err
    assert run("import", "category.men", "42").exit == 0
    assert run("plan", "--detailed-exitcode").exit == 0


def test_nested_objects_lie_in_what_was_taken_over(
    run: Shopform, folder: Path, shop: Sandbox
) -> None:
    declare(
        folder,
        "profiles:\n  shoes:\n    name: Sko\n    attributes:\n"
        "      size: {name: Str., type: valuelist, values: ['36']}\n",
    )
    early = run("import", "attribute.shoes.size", "31")
    assert early.exit == 1
    assert "`profile.shoes`, the parent of `attribute.shoes.size`, is not in the state" in early.err
    assert shop.calls == []
    assert run("import", "profile.shoes", "21").exit == 0
    shop.reset_log()
    assert run("import", "attribute.shoes.size", "33").exit == 64
    assert run("import", "attribute.shoes.size", "31").exit == 0
    assert [c.path for c in shop.calls] == ["/profile-attribute"] * 2
    assert run("import", "value.shoes.size.36", "61").exit == 0
    assert run("plan", "--detailed-exitcode").exit == 0


def test_references_are_to_what_the_state_has(run: Shopform, folder: Path, shop: Sandbox) -> None:
    declare(folder, "categories:\n  men: {name: Herre}\n  shoes: {name: Sko, parent: men}\n")
    first = run("import", "category.shoes", "43")
    assert "1 field differs from the files; the next plan changes it." in first.out
    assert "parent" not in state(folder)["category.shoes"]["sent"]
    assert run("import", "category.men", "41").exit == 0
    edits = "State edits: 1 (category.shoes)."
    assert f"0 to add, 0 to change, 0 to destroy.\n{edits}" in run("plan").out
    assert run("state", "rm", "category.shoes").exit == 0
    assert run("import", "category.shoes", "43").out == "Imported category.shoes (id 43).\n"
    assert state(folder)["category.shoes"]["sent"]["parent"] == 41
    assert run("plan", "--detailed-exitcode").exit == 0


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("category.nobody", "41"), 64, "`category.nobody` is not declared"),
        (("category.mem", "41"), 64, "did you mean `category.men`?"),
        (("category.gone", "41"), 64, "`category.gone` is declared, but not for the shop `demo`"),
        (("category.men", "999"), 64, "the shop has no category 999"),
        (("category.men", "0"), 64, ""),
        (("category.men", "x"), 64, ""),
        (("nonsense", "41"), 64, "`nonsense` is not an address"),
        (("category.men", "41", "--into", "a.yaml"), 64, "add `--generate`"),
        (("attribute.no.size", "31", "--generate"), 64, "`profile.no`, the parent"),
    ],
)
def test_what_cannot_be_imported(
    run: Shopform, folder: Path, shop: Sandbox, arguments: tuple[str, ...], code: int, says: str
) -> None:
    settings = folder / "shopform.yaml"
    text = settings.read_text("utf-8")
    other = "  other: {url: 'https://other.example', token: '${env:SHOPFORM_TOKEN}'}\n"
    settings.write_text(text + other, "utf-8")
    declare(
        folder,
        "categories:\n  men: {name: Herre}\n  gone: {name: Sko, lifecycle: {shops: [other]}}\n",
    )
    done = run("import", *arguments, SHOPFORM_SHOP="demo")
    assert done.exit == code
    assert says in done.err
    assert not (folder / "state" / "demo.json").exists()
    assert writes(shop) == []


def test_what_is_taken_is_not_taken_twice(run: Shopform, folder: Path, shop: Sandbox) -> None:
    declare(folder, "categories:\n  men: {name: Herre}\n  more: {name: Flere}\n")
    assert run("import", "category.men", "41").exit == 0
    before = (folder / "state" / "demo.json").read_bytes()
    shop.reset_log()
    again = run("import", "category.men", "41")
    assert (again.exit, again.out) == (0, "category.men is in the state already, as 41.\n")
    other = run("import", "category.men", "42")
    assert other.exit == 1
    assert "`category.men` is in the state already, as 41" in other.err
    owned = run("import", "category.more", "41")
    assert owned.exit == 1
    assert "the object 41 belongs to `category.men`" in owned.err
    assert shop.calls == []
    assert (folder / "state" / "demo.json").read_bytes() == before


def test_a_secret_is_kept_as_a_digest(run: Shopform, folder: Path) -> None:
    declare(folder, "suppliers:\n  fjord: {name: Fjord, dropshipping_mail: '${env:MAIL}'}\n")
    done = run("import", "supplier.fjord", "11", MAIL="ordre@fjord.example")
    assert done.out == "Imported supplier.fjord (id 11).\n"
    text = (folder / "state" / "demo.json").read_text("utf-8")
    assert "ordre@fjord.example" not in text
    assert run("plan", "--detailed-exitcode", MAIL="ordre@fjord.example").exit == 0
    assert run("plan", "--detailed-exitcode", MAIL="anders@fjord.example").exit == 2


CATALOGUE = """\
# what we sell

profiles:
  shoes:
    name: Sko
    # what a shoe has
    attributes:
      size: {name: Str., type: valuelist, values: ["36"]}  # sizes

categories:
  # the front row
  women: {name: Dame}  # soon
"""


def test_generate_writes_the_block_that_is_missing(
    run: Shopform, folder: Path, shop: Sandbox
) -> None:
    declare(folder, CATALOGUE)
    done = run("import", "--generate", "category.men", "42")
    assert (done.exit, done.err) == (0, "")
    wrote = "Wrote category.men to catalogue.yaml.\n"
    assert done.out == f"{wrote}Imported category.men (id 42).\n"
    text = (folder / "catalogue.yaml").read_text("utf-8")
    assert text == CATALOGUE.replace(
        "# soon\n",
        "# soon\n\n  men:\n    name: Herre\n    description_a: |\n"
        "      <p>To</p>\n      <p>linjer</p>\n    rewrite_url: herre-x\n",
    )
    assert run("fmt", "--check").exit == 0
    assert run("plan", "--target", "category.men", "--detailed-exitcode").exit == 0
    assert writes(shop) == []


def test_generate_writes_into_what_it_lies_in(run: Shopform, folder: Path, shop: Sandbox) -> None:
    declare(folder, CATALOGUE)
    for address, number in (
        ("profile.shoes", 21),
        ("attribute.shoes.size", 31),
        ("value.shoes.size.36", 61),
    ):
        assert run("import", address, str(number)).exit == 0
    assert run("import", "--generate", "attribute.shoes.sole", "32").exit == 0
    assert run("import", "--generate", "profile.clothes", "22").exit == 0
    assert run("import", "--generate", "attribute.clothes.size", "33").exit == 0
    text = (folder / "catalogue.yaml").read_text("utf-8")
    for line in CATALOGUE.splitlines():
        assert line in text
    assert run("fmt", "--check").exit == 0
    assert run("validate").exit == 0
    only = ("--exclude", "category.women")
    assert run("plan", *only, "--detailed-exitcode").exit == 0


def test_generate_adds_to_a_short_list(run: Shopform, folder: Path) -> None:
    declare(folder, CATALOGUE)
    for address, number in (("profile.shoes", 21), ("attribute.shoes.size", 31)):
        assert run("import", address, str(number)).exit == 0
    short = CATALOGUE.replace('["36"]', '["38", "36"]').replace('"38", ', "")
    assert short == CATALOGUE
    odd = run("import", "--generate", "value.shoes.size.37-1-2", "62")
    assert odd.exit == 64
    assert "to `catalogue.yaml` in its present form" in odd.err
    assert (folder / "catalogue.yaml").read_text("utf-8") == CATALOGUE
    declare(folder, CATALOGUE.replace('["36"]', '["35"]'))
    assert run("import", "--generate", "value.shoes.size.36", "61").exit == 0
    text = (folder / "catalogue.yaml").read_text("utf-8")
    assert text == CATALOGUE.replace('["36"]', '["35", "36"]')


def test_references_that_nobody_owns_are_left_out_with_a_word(run: Shopform, folder: Path) -> None:
    declare(folder, "categories:\n  men: {name: Herre}\n")
    assert run("import", "category.men", "41").exit == 0
    done = run("import", "--generate", "category.shoes", "43")
    assert done.exit == 0
    assert "`canonical` of `category.shoes` is left out" in done.err
    text = (folder / "catalogue.yaml").read_text("utf-8")
    assert "  shoes:\n    name: Sko\n    parent: men\n    in_menu: false\n" in text
    assert "# canonical left out" in text
    assert run("plan", "--detailed-exitcode").exit == 0


def test_what_lies_in_an_object_that_nobody_owns_comes_after_that(
    run: Shopform, folder: Path
) -> None:
    done = run("import", "--generate", "category.shoes", "43")
    assert done.exit == 64
    assert "`shopform import --generate category.KEY 41` imports its parent first" in done.err
    assert not (folder / "categories.yaml").exists()


@pytest.mark.parametrize(
    ("into", "where"),
    [(None, "suppliers.yaml"), ("new.yaml", "new.yaml"), ("catalogue.yaml", "catalogue.yaml")],
)
def test_generate_chooses_the_file(
    run: Shopform, folder: Path, into: str | None, where: str
) -> None:
    declare(folder, CATALOGUE)
    more = ("--into", into) if into else ()
    done = run("import", "--generate", "supplier.fjord", "11", *more)
    assert done.out.startswith(f"Wrote supplier.fjord to {where}.\n")
    text = (folder / where).read_text("utf-8")
    assert "suppliers:\n  fjord:\n    name: Fjord\n" in text
    assert run("fmt", "--check").exit == 0
    assert "supplier.fjord" not in run("plan").out


@pytest.mark.parametrize("into", ["../x.yaml", "sub/x.yaml", "x.txt", ".x.yaml"])
def test_generate_writes_no_file_that_is_not_the_projects(
    run: Shopform, folder: Path, into: str
) -> None:
    declare(folder, CATALOGUE)
    done = run("import", "--generate", "supplier.fjord", "11", "--into", into)
    assert done.exit == 64
    assert "is not a file of the project" in done.err
    assert sorted(p.name for p in folder.iterdir()) == [
        ".shopform", "catalogue.yaml", "shopform.yaml", "state",
    ]  # fmt: skip


LAYOUTS = {
    "null": "suppliers:  # ours\ncategories: {}\n",
    "empty": "suppliers: {}\n",
    "brackets": "suppliers: {a: {name: A}}  # ours\n",
    "json": '{"suppliers": {"a": {"name": "A"}}}\n',
    "json without it": '{"categories": {"a": {"name": "A"}}}\n',
    "deep": "suppliers:\n      a:\n            name: A  # the name\n# the end\n",
    "line ends": "suppliers:\r\n  a: {name: A}\r\n# the end\r\n",
    "no line end": "suppliers:\n  a: {name: A}",
    "comments": "# nothing yet\n",
    "text at the end": "categories:\n  a:\n    name: A\n    meta: |\n      one\n\n      two\n\n",
}


@pytest.mark.parametrize("text", LAYOUTS.values(), ids=LAYOUTS)
def test_generate_keeps_the_layout(run: Shopform, folder: Path, text: str) -> None:
    (folder / "catalogue.yaml").write_bytes(text.encode())
    where = ("--into", "catalogue.yaml")
    done = run("import", "--generate", "supplier.fjord", "11", *where)
    assert done.exit == 0, done.text
    after = (folder / "catalogue.yaml").read_bytes().decode()
    for line in text.splitlines():
        assert "#" not in line or line.split("#")[1] in after
    assert ("\r\n" in after) == ("\r\n" in text)
    assert run("state", "list").out == "supplier.fjord\n"
    assert "supplier.fjord" not in run("plan").out


def test_a_block_of_the_same_name_and_place_is_refused(run: Shopform, folder: Path) -> None:
    declare(folder, CATALOGUE + "suppliers: {other: {name: Fjord}}\n")
    before = (folder / "catalogue.yaml").read_bytes()
    done = run("import", "--generate", "supplier.fjord", "11")
    assert done.exit == 10
    assert "fjord" in done.err
    assert (folder / "catalogue.yaml").read_bytes() == before
    assert not (folder / "state" / "demo.json").exists()


def test_the_block_is_there_before_the_state(
    run: Shopform, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that is stopped between the two leaves what the next plan imports."""
    from shopform.state.session import Session

    declare(folder, CATALOGUE)

    def stop(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as cut:
        cut.setattr(Session, "edit", stop)
        assert run("import", "--generate", "supplier.fjord", "11").exit == 130
    made = run("plan", "--target", "supplier.fjord")
    assert "1 to import, 0 to add, 0 to change" in made.out
    done = run("import", "--generate", "supplier.fjord", "11")
    assert (done.exit, done.out) == (0, "Imported supplier.fjord (id 11).\n")


def test_a_way_is_taken_over_under_the_names_it_has_there(
    run: Shopform, folder: Path, shop: Sandbox
) -> None:
    declare(folder, "redirects:\n  old: {source: /gammel, target: /herre}\n")
    done = run("import", "redirect.old", "71")
    assert done.out == "Imported redirect.old (id 71).\n"
    assert len(shop.calls) == 1
    assert run("plan", "--detailed-exitcode").exit == 0
    assert run("state", "rm", "redirect.old").exit == 0
    declare(folder, "")
    assert run("import", "--generate", "redirect.old", "71").exit == 0
    text = (folder / "redirects.yaml").read_text("utf-8")
    assert text == "redirects:\n  old: {source: /gammel, target: /herre, status: 301}\n"
    assert run("plan", "--detailed-exitcode").exit == 0


def test_a_locked_state_is_left_alone(run: Shopform, folder: Path, shop: Sandbox) -> None:
    from shopform.model.values import host_of
    from shopform.state.open import open_store
    from shopform.state.ownership import Expected

    declare(folder, CATALOGUE)
    store = open_store(
        "state/demo.json", folder, Expected(shop=host_of(shop.url), catalogue=STANDARD)
    )
    with store.open("apply"):
        assert run("import", "category.women", "41").exit == 15
    assert shop.calls == []


ODD_WIRE = {
    "typing": "strings", "empty_text": "null", "total": "none", "parent_key": "hide",
    "attribute_type": "data_type", "value_id": "profile_attribute_value_id",
    "webhook_events": "comma", "webhook_id": "id", "redirect_id": "id", "redirect_path": "slash",
    "shape.supplier": "envelope", "shape.profile": "envelope", "shape.category": "envelope",
}  # fmt: skip
MORE: dict[str, Any] = {
    "webhook": [{"webhook_id": 91, "url": "https://erp.example/hook", "events": ["paid", "stock"]}],
    "brand": [{"brand_id": 81, "name": "Nordisk"}],
}
EVERYTHING = (
    ("supplier.a", 11),
    ("brand.a", 81),
    ("profile.a", 21),
    ("attribute.a.a", 31),
    ("value.a.a.a", 62),
    ("category.a", 41),
    ("category.b", 43),
    ("redirect.a", 71),
    ("webhook.a", 91),
)


@pytest.mark.parametrize("wire", [{}, ODD_WIRE], ids=["plain", "odd"])
def test_every_kind_is_written_and_taken_over_at_any_shop(
    tmp_path: Path, wire: dict[str, str]
) -> None:
    with Sandbox(seed={**SEED, **MORE}, switches=wire) as shop:
        settings = {"shops": {"demo": {"url": shop.url, "token": "${env:SHOPFORM_TOKEN}"}}}
        (tmp_path / "shopform.yaml").write_text(json.dumps(settings), "utf-8")
        for address, number in EVERYTHING:
            before = len(shop.calls)
            done = run_here(
                tmp_path, "import", "--generate", address, str(number), environment=environment_of()
            )
            assert done.exit == 0, done.text
            assert done.out.endswith(f"\nImported {address} (id {number}).\n")
            assert len(shop.calls) == before + 1
        checked = run_here(tmp_path, "fmt", "--check", environment=environment_of())
        assert checked.out in ("", "shopform.yaml\n")
        made = run_here(tmp_path, "plan", "--detailed-exitcode", environment=environment_of())
        assert made.exit == 0, made.text
        assert writes(shop) == []


def test_a_branch_that_is_imported_by_its_name_alone_is_not_moved(
    run: Shopform, folder: Path, shop: Sandbox
) -> None:
    """By command and by file, when it is destroyed and when that is undone: where it was."""
    declare(
        folder, "categories: {shoes: {name: Sko}}\nimports: [{address: category.shoes, id: 43}]"
    )
    assert "1 to import, 0 to add, 0 to change" in run("plan").out
    declare(folder, "categories: {shoes: {name: Sko}}")
    assert "differ" not in run("import", "category.shoes", "43").out
    assert run("plan", "--detailed-exitcode").exit == 0
    declare(folder, "categories: {shoes: {name: Støvler}}")
    assert run("apply", "--auto-approve").exit == 0
    declare(folder, "categories: {}")
    assert run("apply", "--auto-approve").exit == 0
    assert run("undo", "--auto-approve").exit == 0
    assert [row["parent_id"] for row in shop.data("category") if row["name"] == "Støvler"] == [41]
    declare(folder, "categories: {shoes: {name: Støvler}}")
    assert run("plan", "--detailed-exitcode").exit == 0
