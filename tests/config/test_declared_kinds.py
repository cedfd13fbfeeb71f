"""Kinds that the files of a project declare, and what is refused of them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import pytest
from config_files import SHOP, compiled, refused, write
from support import sampled

from shopform.config import load_project
from shopform.config.compile.kind_models import model_of
from shopform.config.format.formatter import format_text
from shopform.config.json_schema import project_schema
from shopform.diagnostics import Collector, Severity
from shopform.errors import ConfigError
from shopform.kinds.base import UNKNOWN
from shopform.kinds.declared.spec import FieldSpec
from shopform.kinds.standard import STANDARD
from shopform.model.values import Address, Ref

PAGE = """
kinds:
  note:
    section: notes
    endpoint: note
    id: note_id
    identity: [headline]
    path: rewrite_url
    fields:
      headline: {type: text, required: true, description: The heading.}
      body: {type: html}
      rewrite_url: {type: path}
      hidden: {type: flag, default: false, wire: is_hidden}
      layout: {type: choice, values: [wide, narrow], default: wide}
      words: {type: set, known: [a, b]}
      makers: {type: references, to: supplier}
      category: {type: reference, to: category, wire: category_id}
  line:
    section: lines
    endpoint: note-line
    id: [note_line_id, id]
    identity: [val]
    parent: {kind: note, argument: note_id, short: val}
    fields:
      val: {type: text, required: true}
      weight: {type: number}
"""
NOTES = """
categories: {men: {name: Herre}}
notes:
  about: {headline: Om os, category: men, hidden: true, words: [b, a], lines: [one, two]}
  plain: {headline: Plain, layout: narrow}
"""


def test_a_kind_has_what_its_rows_say(tmp_path: Path) -> None:
    shop, found, warnings = compiled(tmp_path, {"kinds.yaml": PAGE, "catalogue.yaml": NOTES})
    assert warnings == ()
    assert tuple(shop.catalogue) == (*STANDARD, "note", "line")
    about = found.resources[Address("note.about")]
    assert about.fields == {
        "headline": "Om os",
        "category": Ref(Address("category.men")),
        "hidden": True,
        "words": ("b", "a"),
    }
    assert Address("line.about.two") in found.resources
    note = shop.catalogue["note"]
    assert note.wire.list_key.value == "notes"
    assert note.defaults == {"hidden": False, "layout": "wide"}
    assert note.fields["body"].default is UNKNOWN
    assert note.tentative == set(note.fields)
    assert shop.catalogue.definitions["line"]["parent"]["short"] == "val"


def test_kinds_may_be_in_several_files_and_in_a_folder(tmp_path: Path) -> None:
    whole, line = PAGE.split("  line:\n")
    write(
        tmp_path,
        {
            "shopform.yaml": SHOP,
            "kinds/line.yaml": "kinds:\n  line:\n" + line,
            "kinds/note.YML": whole,
            "notes.yaml": NOTES,
        },
    )
    project = load_project(tmp_path, STANDARD)
    assert project.diagnostics == ()
    assert tuple(project.catalogue)[-2:] == ("note", "line")
    assert set(project.sections) == {"notes", "categories"}
    line_again = refused(tmp_path, {"other.yaml": "kinds:\n  line:\n" + line})
    assert line_again == ["other.yaml:2:3 declared-twice"]


def test_editors_and_fmt_know_the_kinds(tmp_path: Path) -> None:
    write(tmp_path, {"shopform.yaml": SHOP + PAGE})
    catalogue = load_project(tmp_path, STANDARD).catalogue
    schema = project_schema(catalogue)
    note = schema["$defs"]["note"]
    assert note["required"] == ["headline"]
    assert note["properties"]["headline"]["description"] == "The heading."
    assert {"enum": ["wide", "narrow"]} in note["properties"]["layout"]["anyOf"]
    assert "lines" in note["properties"]
    assert "notes" in schema["properties"]
    written = "notes:\n  about:\n    body: B\n    headline: A\n"
    ordered = format_text(written, "notes.yaml", Collector(), catalogue)
    assert ordered == "notes:\n  about:\n    headline: A\n    body: B\n"


def test_rows_of_a_table_are_resources(tmp_path: Path) -> None:
    files = {
        "kinds.yaml": PAGE,
        "notes.yaml": "notes: {table: notes.csv, key: headline}",
        "notes.csv": "headline;hidden;words\nEn;1;a\nTo;0;b\n",
    }
    found = compiled(tmp_path, files)[1].resources
    assert {a: r.fields["hidden"] for a, r in found.items()} == {"note.en": True, "note.to": False}


def test_undocumented_words_draw_a_warning(tmp_path: Path) -> None:
    notes = "notes: {a: {headline: A, words: [c]}}"
    warnings = compiled(tmp_path, {"kinds.yaml": PAGE, "notes.yaml": notes})[2]
    assert [each.code for each in warnings] == ["undocumented-word"]


def test_words_of_a_text_draw_a_warning_too(tmp_path: Path) -> None:
    kinds = PAGE.replace("body: {type: html}", "body: {type: text, known: [long, short]}")
    notes = "notes: {a: {headline: A, body: lang}, b: {headline: B, body: long}}"
    warnings = compiled(tmp_path, {"kinds.yaml": kinds, "notes.yaml": notes})[2]
    assert [each.summary for each in warnings] == ["`lang` is not a documented value of `body`"]


# What is written instead of what, and the place and code of each error.
MISTAKES: Mapping[str, tuple[str, str, str]] = {
    "not a mapping": (PAGE, "kinds: [note]\n", "kinds.yaml:1:1 wrong-type"),
    "an unknown key": ("path: rewrite", "pth: rewrite", "kinds.yaml:8:5 unknown-field"),
    "no section": ("    section: notes\n", "", "kinds.yaml:3:3 missing-field"),
    "a name": ("  note:\n", "  Note:\n", "kinds.yaml:3:3 invalid-key"),
    "a kind of shopform": ("  line:\n", "  brand:\n", "kinds.yaml:18:3 kind-taken"),
    "a section of shopform": (": notes", ": values", "kinds.yaml:4:5 section-taken"),
    "a setting": (": notes", ": shops", "kinds.yaml:4:5 section-taken"),
    "kinds itself": (": notes", ": kinds", "kinds.yaml:4:5 section-taken"),
    "a section of another": (": lines", ": notes", "kinds.yaml:19:5 section-taken"),
    "a section that is a field": (": lines", ": body", "kinds.yaml:19:5 section-taken"),
    "an endpoint of shopform": (": note\n", ": brand\n", "kinds.yaml:5:5 endpoint-taken"),
    "an endpoint": (": note\n", ": /note\n", "kinds.yaml:5:15 wrong-text"),
    "an endpoint with a slash": (": note\n", ": brand/\n", "kinds.yaml:5:15 wrong-text"),
    "what customers make": (": note\n", ": order\n", "kinds.yaml:5:5 endpoint-runtime"),
    "an endpoint in capitals": (": note\n", ": Brand\n", "kinds.yaml:5:5 endpoint-taken"),
    "the name of a kind": (": notes", ": category", "kinds.yaml:4:5 section-taken"),
    "the name of the other": (": lines", ": note", "kinds.yaml:19:5 section-taken"),
    "the section of a kind": ("  line:\n", "  brands:\n", "kinds.yaml:18:3 kind-taken"),
    "no identity": ("[headline]", "[]", "kinds.yaml:7:5 identity-empty"),
    "no id": ("id: note_id", "id: []", "kinds.yaml:6:5 id-empty"),
    "an id with a space": ("id: note_id", "id: note id", "kinds.yaml:6:9 wrong-text"),
    "a list of such": ("[note_line_id, id]", "[note_line_id, i d]", "kinds.yaml:21:24 wrong-text"),
    "an image": ("type: text, r", "type: images, r", "kinds.yaml:7:5 identity-unreadable"),
    "an unknown identity": ("[headline]", "[title]", "kinds.yaml:7:5 unknown-field"),
    "an optional identity": ("[headline]", "[body]", "kinds.yaml:7:5 identity-optional"),
    "no path": ("    path: rewrite_url\n", "", "kinds.yaml:3:3 path-field"),
    "another path": ("path: rewrite_url", "path: body", "kinds.yaml:8:5 path-field"),
    "two paths": ("type: html", "type: path", "kinds.yaml:8:5 path-field"),
    "a slug": ("path: rew", "slug: x\n    path: rew", "kinds.yaml:8:5 unknown-field"),
    "a type": ("type: html", "type: htm", "kinds.yaml:11:20 unknown-word"),
    "a reserved name": ("body:", "lifecycle:", "kinds.yaml:11:7 reserved-name"),
    "a name of pydantic": ("body:", "copy:", "kinds.yaml:11:7 reserved-name"),
    "a name that is null": ("body:", "'null':", "kinds.yaml:11:7 reserved-name"),
    "a section that is null": (": notes", ": 'null'", "kinds.yaml:4:5 section-taken"),
    "a name in capitals": ("body:", "Body:", "kinds.yaml:11:7 invalid-key"),
    "an API name twice": ("is_hidden", "body", "kinds.yaml:13:7 wire-twice"),
    "the API name of ids": ("is_hidden", "note_id", "kinds.yaml:13:7 wire-twice"),
    "no target": (", to: category", "", "kinds.yaml:17:7 field-key"),
    "an unknown target": ("to: category", "to: leaflet", "kinds.yaml:17:35 unknown-kind"),
    "a nested target": ("to: category", "to: line", "kinds.yaml:17:35 unknown-kind"),
    "no values": ("values: [wide, narrow], default: wide", "", "kinds.yaml:14:7 field-key"),
    "another value": ("default: wide", "default: tall", "kinds.yaml:14:54 wrong-default"),
    "values of a flag": ("default: false", "values: [a]", "kinds.yaml:13:28 field-key"),
    "a flag that is none": ("default: false", "default: no", "kinds.yaml:13:28 wrong-default"),
    "a variable": ("The heading.", "'${var.x}'", "kinds.yaml:10:59 placeholder-in-kinds"),
    "an unknown parent": ("kind: note,", "kind: leaflet,", "kinds.yaml:23:14 unknown-kind"),
    "itself as parent": ("kind: note,", "kind: line,", "kinds.yaml:23:14 parent-cycle"),
    "an unknown short field": ("short: val", "short: name", "kinds.yaml:23:5 unknown-field"),
}


PLAIN_TYPES = ("text", "html", "flag", "number", "decimal", "images", "set")
# Every type that a definition can name, with the other keys that it needs.
TYPES = {
    **dict.fromkeys(get_args(FieldSpec.model_fields["type"].annotation), ""),
    "choice": ", values: [wide, '5', 'true']",
    **dict.fromkeys(("reference", "references"), ", to: category"),
}
WRITTEN = (
    *("5", "-5", "+5", "--5", "5-", "'-'", "1e3", "5.0", "' 5 '", "\u0665", "²", "1_000", "9" * 18),
    *("'9'", "9" * 19, "'19,50'", "'1,234'", "-0", "true", "True", "TRUE", "tRUE", "0", "1", "no"),
    *("wide", "Wide", "/a/b", "<p>x</p>", '"5\\n"', "''", "[wide]", "[b, a, '5']"),
)


@pytest.mark.parametrize("of", TYPES)
def test_a_default_is_what_a_resource_can_declare(tmp_path: Path, of: str) -> None:
    """Each string is read, or refused at its place, as the same one is in a resource."""
    words = WRITTEN[-1:] if of == "path" else WRITTEN  # a kind has one path
    head = PAGE.partition("      body:")[0].lstrip("\n").replace("rewrite_url", "v0")
    head = head if of == "path" else head.replace("    path: v0\n", "")
    plain, with_default, values = head, head, "notes:\n  a:\n    headline: A\n"
    for n, written in enumerate(words):
        plain += f"      v{n}: {{type: {of}{TYPES[of]}}}\n"
        with_default += f"      v{n}: {{type: {of}{TYPES[of]}, default: {written}}}\n"
        values += f"    v{n}: {written}\n"
    expected = refused_rows(tmp_path / "a", {"kinds.yaml": plain, "s.yaml": values}, 4)
    if of == "set":
        expected = []  # a string is one with commas, as shops show sets
    elif TYPES[of].endswith("category") or of == "images":
        expected = [*range(len(words))]  # an object of the shop, or bytes
    first = head.count("\n") + 1
    assert refused_rows(tmp_path / "b", {"kinds.yaml": with_default}, first) == expected


def test_kinds_that_are_not_documented_may_be_defined_anew(tmp_path: Path) -> None:
    """Not those that are more than their fields, such as routes and what products refer to."""
    anew = set()
    for kind in STANDARD.kinds:
        definition = (
            f"kinds:\n  {kind.name}:\n    section: {kind.section}\n"
            f"    endpoint: {kind.wire.endpoint.value}\n    id: id\n    identity: [word]\n"
            "    fields: {word: {type: text, required: true}}\n"
        )
        files = {"shopform.yaml": SHOP, "kinds.yaml": definition}
        found = refused(tmp_path / kind.name, files)
        assert found in ([], ["kinds.yaml:2:3 kind-taken"])
        if not found:
            anew.add(kind.name)
            catalogue = load_project(tmp_path / kind.name, STANDARD).catalogue
            assert [*catalogue[kind.name].fields] == ["word"]
            assert catalogue.keys() == STANDARD.keys()
            ours = catalogue.without_declared()
            assert {k: v.rows for k, v in ours.items()} == {k: v.rows for k, v in STANDARD.items()}
    assert anew == {"manufacturer", "label", "page"}


def test_a_default_is_the_value_that_a_resource_has(tmp_path: Path) -> None:
    written = {"number": "+5", "decimal": '"19,50"', "flag": "TRUE", "set": "'b,a'"}
    rows = "".join(f"      v_{of}: {{type: {of}, default: {w}}}\n" for of, w in written.items())
    rows += f"      long: {{type: number, default: {'9' * 18}}}\n"
    kinds = PAGE.replace("      body: {type: html}\n", rows)
    write(tmp_path, {"shopform.yaml": SHOP, "kinds.yaml": kinds})
    found = load_project(tmp_path, STANDARD).catalogue["note"].defaults
    assert {name: found[name] for name in ("v_number", "v_decimal", "v_flag", "v_set", "long")} == {
        "v_number": 5,
        "v_decimal": "19.5",
        "v_flag": True,
        "v_set": ("a", "b"),
        "long": int("9" * 18),
    }


def refused_rows(folder: Path, files: Mapping[str, str], first: int) -> list[int]:
    """The lines with an error, from the first; all are in the last of the files."""
    try:
        compiled(folder, files)
    except ConfigError as wrong:
        spans = [each.span for each in wrong.diagnostics if each.severity is Severity.ERROR]
        assert {span.file for span in spans if span} == {[*files][-1]}
        return sorted({span.line - first for span in spans if span})
    return []


@pytest.mark.parametrize("mistake", sampled(MISTAKES, 4))
def test_a_mistake_is_reported_at_its_place(tmp_path: Path, mistake: str) -> None:
    """Nothing else is: of a project whose kinds are unknown, no section is judged."""
    old, new, expected = MISTAKES[mistake]
    assert old in PAGE
    written = PAGE.replace(old, new, 1).lstrip("\n")
    shifted = PAGE.replace(old, new, 1) if old is not PAGE else written
    files = {"kinds.yaml": shifted, "notes.yaml": NOTES}
    assert refused(tmp_path, files) == [expected]


def test_broken_kinds_are_reported_by_what_needs_settings_only(tmp_path: Path) -> None:
    """A state with such kinds cannot be read."""
    from shopform.config import compile_shop

    files = {"shopform.yaml": SHOP, "kinds.yaml": PAGE.replace("type: html", "type: x")}
    project = load_project(write(tmp_path, files), STANDARD)
    with pytest.raises(ConfigError) as caught:
        compile_shop(project, None, environment={})
    assert [each.code for each in caught.value.diagnostics] == ["unknown-word"]


def test_every_plain_type_makes_a_model(tmp_path: Path) -> None:
    rows: dict[str, Any] = {f"f_{t}": t for t in PLAIN_TYPES}
    fields = "".join(f"      {name}: {{type: {of}}}\n" for name, of in rows.items())
    kinds = PAGE.replace("      body: {type: html}\n", fields)
    write(tmp_path, {"shopform.yaml": SHOP, "kinds.yaml": kinds})
    catalogue = load_project(tmp_path, STANDARD).catalogue
    assert rows.keys() <= model_of(catalogue, catalogue["note"]).model_fields.keys()
