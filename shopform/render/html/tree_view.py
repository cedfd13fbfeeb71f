"""A tree before and after, side by side, with the changes on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from shopform.diagnostics import plural
from shopform.model.plan import Change
from shopform.render.html.cards import LABELS, actions
from shopform.render.html.markup import Markup, element
from shopform.render.html.trees import ROOT, Forest, KindTree

_SIGNS = {
    "create": "+",
    "update": "~",
    "delete": "\N{MINUS SIGN}",
    "replace": "\N{PLUS-MINUS SIGN}",
}
_SIGNS |= {"forget": "\N{MULTIPLICATION SIGN}", "import": "\N{DOWNWARDS ARROW}"}
_SIGNS |= {"move": "\N{RIGHTWARDS ARROW}", "state": "\N{MIDDLE DOT}"}
# No shop nests so deep, and a browser has its limits too.
_DEEPEST = 40


def tree_section(tree: KindTree, marked: Mapping[str, tuple[Change, str]]) -> Markup:
    """Both sides of a tree. `marked` are the changes by address, with what links call them."""
    sides = (
        element("div", element("h3", title), _Side(forest, marked).branch(ROOT, 0), class_="side")
        for title, forest in (("Before", tree.before), ("After", tree.after))
    )
    title = f"{tree.kind.section.capitalize()} before and after"
    return element("section", element("h2", title), element("div", sides, class_="sides"))


@dataclass(frozen=True, slots=True)
class _Side:
    forest: Forest
    marked: Mapping[str, tuple[Change, str]]

    def branch(self, above: str, depth: int) -> Markup | None:
        """What lies in a node. Neighbours with no change in or below them are folded together."""
        below = self.forest.below.get(above, ())
        if not below:
            return None if above else element("p", "None.", class_="muted")
        if depth > _DEEPEST:
            return element("p", f"{plural(len(below), 'object')} and what lies in them")
        entries: list[Markup] = []
        for touched, run in groupby(below, lambda name: name in self.forest.touched):
            nodes = list(run)
            shown = [self._node(name, depth) for name in nodes]
            if touched or len(nodes) == 1:
                entries += shown
            else:
                head = element("summary", f"{len(nodes)} unchanged")
                folded = element("details", head, element("ul", shown), class_="fold")
                entries.append(element("li", folded))
        return element("ul", entries, class_="" if above else "tree")

    def _node(self, name: str, depth: int) -> Markup:
        label = self.forest.labels[name]
        inner = self.branch(name, depth + 1)
        if name in self.marked:
            change, anchor = self.marked[name]
            word = actions(change)[0]
            sign = element("span", _SIGNS[word], class_="sign", title=LABELS[word])
            link = element("a", label, href=f"#{anchor}", class_="label", title=change.address)
            return element("li", element("span", sign, link, class_=word), inner)
        strange = name in self.forest.strange
        text = element("span", label, class_="muted", title=None if strange else name)
        if inner is None or name in self.forest.touched:
            return element("li", text, inner)
        head = element("summary", text)
        return element("li", element("details", head, inner, class_="fold"))
