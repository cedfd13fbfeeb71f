"""Resources and what they refer to, or the steps of a plan, as a graph in DOT or Mermaid."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from shopform.kinds import KINDS
from shopform.model.desired import Desired
from shopform.model.plan import Plan
from shopform.model.values import Address, Ref
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
    """Nodes in groups, and edges between them; the order of both is the order of the text."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def resource_graph(desired: Desired, only: Collection[Address] | None = None) -> Diagram:
    """What is declared; an edge leads from a resource to what it lies in or refers to."""
    chosen = {a: r for a, r in desired.resources.items() if only is None or a in only}
    edges: list[Edge] = []
    for address, resource in sorted(chosen.items()):
        if resource.parent:
            edges.append(Edge(address, resource.parent))
        held = sorted(resource.fields.items())
        edges += (Edge(address, v.address, name) for name, v in held if isinstance(v, Ref))
    nodes = (Node(address, address, address.kind) for address in sorted(chosen))
    return Diagram(tuple(nodes), tuple(edge for edge in edges if edge.end in chosen))


def step_graph(plan: Plan) -> Diagram:
    """The steps of a plan, with their numbers in it; an edge leads to a step that waits."""
    nodes = tuple(
        Node(step.key, f"{number}: {step.op} {step.address}", step.kind)
        for number, step in enumerate(plan.steps, 1)
    )
    keys = {node.key for node in nodes}
    edges = (Edge(key, s.key) for s in plan.steps for key in sorted(s.after) if key in keys)
    return Diagram(nodes, tuple(edges))


def render_graph(graph: Diagram, form: str) -> str:
    """The graph as text, as `dot` or `mermaid`. The same graph always gives the same text."""
    return "".join(f"{line}\n" for line in (_mermaid if form == "mermaid" else _dot)(graph))


def _groups(nodes: Iterable[Node]) -> Iterator[tuple[str, list[Node]]]:
    found: dict[str, list[Node]] = {kind.name: [] for kind in KINDS}
    for node in nodes:
        found.setdefault(node.group, []).append(node)
    return ((group, inside) for group, inside in found.items() if inside)


def _dot(graph: Diagram) -> Iterator[str]:
    yield "digraph shopform {"
    yield '  rankdir = "LR";'
    yield '  node [shape = "box"];'
    for group, nodes in _groups(graph.nodes):
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
    """A quoted string of DOT, where a backslash begins an escape."""
    escaped = printable(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _mermaid(graph: Diagram) -> Iterator[str]:
    # Ids are numbers: a key may be a word of Mermaid's, such as `end`.
    ids = {node.key: f"n{number}" for number, node in enumerate(graph.nodes)}
    yield "flowchart LR"
    for number, (group, nodes) in enumerate(_groups(graph.nodes)):
        yield f"  subgraph g{number}[{_entities(group)}]"
        for node in nodes:
            yield f"    {ids[node.key]}[{_entities(node.label)}]"
        yield "  end"
    for edge in graph.edges:
        label = f"|{_entities(edge.label)}|" if edge.label else ""
        yield f"  {ids[edge.start]} -->{label} {ids[edge.end]}"


def _entities(text: str) -> str:
    """A quoted label of Mermaid: all but plain characters as its numbered entities."""
    plain = (c if c.isalnum() or c in " _-.:" else f"#{ord(c)};" for c in printable(text))
    return f'"{"".join(plain)}"'
