"""`shopform graph`: resources and steps as DOT and Mermaid, without a call and without a key."""

import os
import random
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from shopform.cli.main import execute
from shopform.kinds.standard import STANDARD
from shopform.model.desired import Desired, Resource
from shopform.model.plan import Op, Plan, Step
from shopform.model.values import Address, Ref
from shopform.planning.plan_digest import digest_of
from shopform.render.graph import Diagram, Edge, Node, render_graph, resource_graph, step_graph
from shopform.terminal.console import Console
from shopform.workflow.records.plan_file import write_plan

ROOT = Path(__file__).parents[2]
TEXT = r'"(?:[^"\\]|\\.)*"'
LABEL = rf"(?: \[label = {TEXT}\])?"
DOT = re.compile(
    rf'digraph shopform {{\n  rankdir = "LR";\n  node \[shape = "box"\];\n'
    rf"(?:  subgraph {TEXT} {{\n    label = {TEXT};\n(?:    {TEXT}{LABEL};\n)+  }}\n)*"
    rf"(?:  {TEXT} -> {TEXT}{LABEL};\n)*}}\n"
)
PLAIN = r'"(?:[\w .:-]|#\d+;)*"'
MERMAID = re.compile(
    rf"flowchart LR\n(?:  subgraph g\d+\[{PLAIN}\]\n(?:    n\d+\[{PLAIN}\]\n)+  end\n)*"
    rf"(?:  n\d+ -->(?:\|{PLAIN}\|)? n\d+\n)*"
)
GRAMMAR = {"dot": DOT, "mermaid": MERMAID}
NASTY = 'a "b" \\ ]; -> end\n<b>#quot; `x` %% ø'
PROJECT = """
shops:
  one: {url: "http://127.0.0.1:1", token: "${env:NONE}"}
  two: {url: "http://127.0.0.1:2", token: "${env:NONE}"}
categories:
  men: {name: Herre}
  shoes: {name: Sko, parent: men}
  boots: {name: Støvler, parent: men, lifecycle: {shops: [two]}}
  end: {name: Slut, lifecycle: {shops: [one]}}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "shopform.yaml").write_text(PROJECT, "utf-8")
    return tmp_path


def graph(project: Path, *arguments: str) -> int:
    return execute(Console(environment={}), ["graph", "--chdir", str(project), *arguments])


def test_an_arrow_leads_to_what_a_resource_refers_to(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert graph(project, "--shop", "two") == 0
    text, err = capsys.readouterr()
    assert DOT.fullmatch(text)
    assert (text.count("->"), err) == (2, "")
    assert '  "category.shoes" -> "category.men" [label = "parent"];\n' in text
    assert "category.end" not in text


def test_mermaid_has_the_same_arrows(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert graph(project, "--shop", "one", "--format", "mermaid") == 0
    text = capsys.readouterr().out
    assert MERMAID.fullmatch(text)
    assert text == (
        'flowchart LR\n  subgraph g0["category"]\n    n0["category.end"]\n'
        '    n1["category.men"]\n    n2["category.shoes"]\n  end\n  n2 -->|"parent"| n1\n'
    )


def test_a_target_is_drawn_with_what_it_needs(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert graph(project, "--shop", "two", "--target", "category.boots") == 0
    drawn = set(re.findall(r'^    "([^"]+)"', capsys.readouterr().out, re.MULTILINE))
    assert drawn == {"category.boots", "category.men"}
    assert graph(project, "--shop", "two", "--exclude", "category.men") == 0
    assert "category" not in capsys.readouterr().out


def test_one_shop_is_drawn(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert graph(project) == 64
    assert "several shops are declared" in capsys.readouterr().err


@pytest.mark.parametrize("form", GRAMMAR)
@pytest.mark.parametrize("example", ["minimal", "nordisk-sko"])
def test_the_examples_are_drawn_without_a_key(
    example: str, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    several = ["--shop", "staging"] if example == "nordisk-sko" else []
    assert graph(ROOT / "examples" / example, "--format", form, *several) == 0
    assert GRAMMAR[form].fullmatch(capsys.readouterr().out)


def steps() -> tuple[Step, ...]:
    men, shoes = Address("category.men"), Address("category.shoes")
    first = Step(key="create category.men", op=Op.CREATE, address=men)
    second = Step(
        key="create category.shoes",
        op=Op.CREATE,
        address=shoes,
        fields={"parent": Ref(men)},
        after=(first.key,),
    )
    return first, second


def test_the_steps_of_a_saved_plan_are_drawn_in_their_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = Plan(steps=steps(), catalogue=STANDARD)
    write_plan(tmp_path, Path("p.json"), replace(made, digest=digest_of(made)))
    assert graph(tmp_path, "--plan", "p.json") == 0
    text = capsys.readouterr().out
    assert DOT.fullmatch(text)
    assert '"create category.men" [label = "1: create category.men"];' in text
    assert '"create category.men" -> "create category.shoes";' in text
    assert graph(tmp_path, "--plan", "p.json", "--target", "category.men") == 64


def test_a_plan_that_waits_for_nothing_in_it_is_drawn() -> None:
    _, second = steps()
    assert step_graph(Plan(steps=(second,), catalogue=STANDARD)).edges == ()


@pytest.mark.parametrize("form", GRAMMAR)
def test_no_text_breaks_out_of_its_label(form: str) -> None:
    nodes = (Node(NASTY, NASTY, NASTY), Node("end", "end", "end"))
    text = render_graph(Diagram((), nodes, (Edge(NASTY, "end", NASTY),)), form)
    assert GRAMMAR[form].fullmatch(text)
    assert render_graph(Diagram((), (), ()), form)


def test_the_order_of_declaration_changes_nothing() -> None:
    every = [Address(f"category.c{number}") for number in range(20)]
    resources = {
        a: Resource(address=a, fields={"parent": Ref(every[0])}, kind=STANDARD["category"])
        for a in every[1:]
    }
    resources[every[0]] = Resource(address=every[0], fields={}, kind=STANDARD["category"])
    shuffled = list(resources.items())
    random.Random(1).shuffle(shuffled)
    one, other = (
        Desired(resources=resources, catalogue=STANDARD),
        Desired(resources=dict(shuffled), catalogue=STANDARD),
    )
    assert resource_graph(one) == resource_graph(other)


def test_no_hash_seed_changes_the_graph() -> None:
    script = "from shopform.cli.main import run; run(['graph', '-C', 'examples/minimal'])"
    found = {
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1
