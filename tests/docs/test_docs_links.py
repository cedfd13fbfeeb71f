"""What the pages show and point to is there."""

import json
import re
from pathlib import Path

import pytest
from docpages import REFERENCE, ROOT, anchors, blocks, name, pages, prose
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from ruamel.yaml import YAML

from shopform.config.json_schema import project_schema
from shopform.kinds.standard import STANDARD

LINK = re.compile(r"(?:\]\(|\bsrc(?:set)?=\")([^)\s\"]+)[)\"]")


@pytest.mark.parametrize("page", pages(), ids=name)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(prose(page)):
        if "://" in target:
            continue
        path, _, fragment = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), target
        assert not fragment or fragment in anchors(found), target


@pytest.mark.parametrize("page", pages(), ids=name)
def test_every_yaml_block_is_a_right_project_file(page: Path) -> None:
    validator = Draft202012Validator(project_schema(STANDARD))
    for block in blocks(page):
        if block.info == "yaml" or block.info.startswith('yaml title="catalogue'):
            data = YAML(typ="safe").load(block.text)
            problems = [error.message for error in validator.iter_errors(data)]
            assert not problems, f"line {block.line}"
        elif block.info == "json":
            json.loads(block.text)


def test_every_page_can_be_found() -> None:
    """From the README, or from a page that the README leads to."""
    found, queue = set[Path](), [ROOT / "README.md"]
    while queue:
        page = queue.pop()
        if page in found or page.suffix != ".md":
            continue
        found.add(page)
        links = (link.partition("#")[0] for link in LINK.findall(prose(page)))
        queue += [(page.parent / link).resolve() for link in links if link and "://" not in link]
    assert {name(page) for page in pages()} <= {name(page) for page in found}


def test_no_page_of_the_reference_is_empty() -> None:
    assert all(len(page.read_text("utf-8")) > 500 for page in REFERENCE.glob("*.md"))
