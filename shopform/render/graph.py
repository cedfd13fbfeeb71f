"""Graphs of resources with their references, or of the steps of a plan, in DOT or Mermaid."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from shopform.model.desired import Desired
from shopform.model.plan import Plan
from shopform.model.values import Address, refs_in
from shopform.render.text.style import printable


@dataclass(frozen=True, slots=True)
class Node:
    key: str
    label: str
    group: str


@dataclass(frozen=True, slots=True)
class Edge:
    start: str
    end: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Diagram:
    """Nodes in groups, and edges between them, in the order of the output."""

    kinds: Sequence[str]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def resource_graph(desired: Desired, only: Collection[Address] | None = None) -> Diagram:
    """Return the declared resources, with edges to their parents and references."""
    chosen = {a: r for a, r in desired.resources.items() if only is None or a in only}
    edges: list[Edge] = []
    for address, resource in sorted(chosen.items()):
        if resource.parent:
            edges.append(Edge(address, resource.parent))
        held = sorted(resource.fields.items())
        edges += (Edge(address, r.address, name) for name, v in held for r in refs_in(v))
    nodes = (Node(address, address, address.kind) for address in sorted(chosen))
    return Diagram(
        list(desired.catalogue), tuple(nodes), tuple(edge for edge in edges if edge.end in chosen)
    )


def step_graph(plan: Plan) -> Diagram:
    """Return the numbered steps of a plan, with edges from each step to those that wait for it."""
    nodes = tuple(
        Node(step.key, f"{number}: {step.op} {step.address}", step.kind)
        for number, step in enumerate(plan.steps, 1)
    )
    keys = {node.key for node in nodes}
    edges = (Edge(key, s.key) for s in plan.steps for key in sorted(s.after) if key in keys)
    return Diagram(list(plan.catalogue), nodes, tuple(edges))


def render_graph(graph: Diagram, form: str) -> str:
    """Render a graph as `dot` or `mermaid`; equal graphs give equal output."""
    return "".join(f"{line}\n" for line in (_mermaid if form == "mermaid" else _dot)(graph))


def _groups(graph: Diagram) -> Iterator[tuple[str, list[Node]]]:
    found: dict[str, list[Node]] = {kind: [] for kind in graph.kinds}
    for node in graph.nodes:
        found.setdefault(node.group, []).append(node)
    return ((group, inside) for group, inside in found.items() if inside)


def _dot(graph: Diagram) -> Iterator[str]:
    yield "digraph shopform {"
    yield '  rankdir = "LR";'
    yield '  node [shape = "box"];'
    for group, nodes in _groups(graph):
        yield f"  subgraph {_quoted(f'cluster_{group}')} {{"
        yield f"    label = {_quoted(group)};"
        for node in nodes:
            label = "" if node.label == node.key else f" [label = {_quoted(node.label)}]"
            yield f"    {_quoted(node.key)}{label};"
        yield "  }"
    for edge in graph.edges:
        label = f" [label = {_quoted(edge.label)}]" if edge.label else ""
        yield f"  {_quoted(edge.start)} -> {_quoted(edge.end)}{label};"
    yield "}"


def _quoted(text: str) -> str:
    """Quote a string for DOT, where a backslash begins an escape."""
    escaped = printable(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _mermaid(graph: Diagram) -> Iterator[str]:
    # Ids are numbers: a key may be a keyword of Mermaid, such as `end`.
    ids = {node.key: f"n{number}" for number, node in enumerate(graph.nodes)}
    yield "flowchart LR"
    for number, (group, nodes) in enumerate(_groups(graph)):
        yield f"  subgraph g{number}[{_entities(group)}]"
        for node in nodes:
            yield f"    {ids[node.key]}[{_entities(node.label)}]"
        yield "  end"
    for edge in graph.edges:
        label = f"|{_entities(edge.label)}|" if edge.label else ""
        yield f"  {ids[edge.start]} -->{label} {ids[edge.end]}"


def _entities(text: str) -> str:
    """Quote a label for Mermaid, with special characters as numbered entities."""
    plain = (c if c.isalnum() or c in " _-.:" else f"#{ord(c)};" for c in printable(text))
    return f'"{"".join(plain)}"'
