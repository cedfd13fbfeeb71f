"""The schema for editors: right projects satisfy it, wrong ones do not, and it is current."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from config_files import compiled
from pydantic import BaseModel
from ruamel.yaml import YAML

from shopform.config import load_project
from shopform.config.compile.kind_models import model_of
from shopform.config.compile.settings_spec import PATTERNS, SEPARATOR, ProjectSpec, TableSpec
from shopform.config.json_schema import project_schema
from shopform.errors import ConfigError
from shopform.kinds.standard import STANDARD

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("**/*.yaml"))
VALIDATOR = jsonschema.Draft202012Validator(project_schema(STANDARD))


def _read(text: str) -> Any:
    return YAML(typ="safe").load(text)


def test_the_committed_schema_is_the_generated_one() -> None:
    committed = (ROOT / "schemas" / "project.schema.json").read_text("utf-8")
    assert committed == json.dumps(project_schema(STANDARD), indent=2, ensure_ascii=False) + "\n"


def test_the_schema_is_a_schema() -> None:
    VALIDATOR.check_schema(project_schema(STANDARD))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_of_the_examples_satisfies_it(path: Path) -> None:
    root = next(folder for folder in path.parents if (folder / "shopform.yaml").exists())
    schema = project_schema(load_project(root, STANDARD).catalogue)
    jsonschema.Draft202012Validator(schema).validate(_read(path.read_text("utf-8")))


@pytest.mark.parametrize(
    "text",
    [
        "categories: {a: {name: 0123, tag: true, meta: null, description_a: {file: x.html}}}",
        "categories: {a: {name: A, in_menu: true, no_index: 0, sort_order: '${var.order}'}}",
        "profiles: {p: {name: P, attributes: {a: {name: A, type: valuelist, values: [36, '37']}}}}",
        "profiles: {p: {name: P, attributes: {a: {name: A, values: {x: {val: X, weight: 1}}}}}}",
        "webhooks: {h: {url: x, events: [], secret_to: {command: [a, b]}}}",
        "shops: {s: {url: x, token: '${env:T}', variables: {a: 1}}}\nvariables: {a: }",
        "moved: [{from: a.b, to: a.c}]\nimports: [{address: a.b, id: 1}]\ninclude: a/*.yaml",
        "redirects: {table: r.csv, key: source, columns: {source: Old}}\nbrands: {table: s.csv}",
        "redirects: {table: {source: a, target: b}}",
        "profiles: {p: {name: P, attributes: {a: {name: A, values: {table: v.csv, key: val}}}}}",
        "",
    ],
)
def test_what_shopform_takes_satisfies_it(text: str) -> None:
    VALIDATOR.validate(_read(text))


@pytest.mark.parametrize(
    "text",
    [
        "categorys: {}",
        "categories: {a: {nam: A}}",
        "categories: {a: {}}",
        "categories: {Å: {name: A}}",
        "categories: {a: {name: null}}",
        "categories: {a: {name: A, in_menu: maybe}}",
        "categories: {a: {name: A, sort_order: x}}",
        "categories: {a: {name: A, parent: {file: x}}}",
        "categories: {a: {name: A, meta: {fil: x}}}",
        "categories: {a: {name: A, lifecycle: {protekt: true}}}",
        "profiles: {p: {name: P, attributes: [a]}}",
        "profiles: {p: {name: P, attributes: {a: {name: A, values: [[x]]}}}}",
        "shops: {s: {url: x}}",
        "shops: {s: }",
        "policy: {deletes: {share: 2}}",
        "imports: [{address: a.b, id: 0}]",
        "redirects: {table: r.csv, keys: source}",
        "redirects: {table: r.csv, columns: [source]}",
        "redirects: {key: source, columns: {source: Old URL}}",
        "- a",
    ],
)
def test_mistakes_do_not_satisfy_it(text: str) -> None:
    assert not VALIDATOR.is_valid(_read(text))


def test_a_string_of_another_pattern_gets_a_hint_in_words(tmp_path: Path) -> None:
    models: list[type[BaseModel]] = [ProjectSpec, TableSpec]
    models += [model_of(STANDARD, kind) for kind in STANDARD.kinds]
    held = json.dumps([model.model_json_schema() for model in models])
    used = re.findall(r'"pattern": ("(?:[^"\\]|\\.)*")', held)
    used += re.findall(r'"patternProperties": {("(?:[^"\\]|\\.)*")', held)
    assert {json.loads(each) for each in used} == set(PATTERNS)
    for written, hint in (
        ("redirects: {table: r.csv, separator: semicolon}", PATTERNS[SEPARATOR]),
        ("redirects: {table: r.csv, separator: ''}", PATTERNS[SEPARATOR]),
    ):
        with pytest.raises(ConfigError) as caught:
            compiled(tmp_path, {"c.yaml": written, "r.csv": "source,target"})
        assert [each.hint for each in caught.value.diagnostics] == [hint], written


def test_every_field_is_described() -> None:
    def undescribed(schema: Any, at: str) -> list[str]:
        found = []
        for name, field in schema.get("properties", {}).items():
            if not field.get("description"):
                found.append(f"{at}.{name}")
            found += undescribed(field, f"{at}.{name}")
        for name in ("additionalProperties", "items"):
            if isinstance(schema.get(name), dict):
                found += undescribed(schema[name], at)
        for name, each in schema.get("$defs", {}).items():
            found += undescribed(each, name)
        return found

    assert undescribed(project_schema(STANDARD), "") == []
