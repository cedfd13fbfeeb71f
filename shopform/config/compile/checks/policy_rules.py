"""The rules of `policy`, checked against the known kinds, fields and shops."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from shopform.config.compile.shop_selection import check_shop_name
from shopform.config.read.project import Project
from shopform.config.read.yaml_nodes import Mapping, Node, child
from shopform.config.read.yaml_nodes import Sequence as Listed
from shopform.diagnostics import Collector, Span, did_you_mean
from shopform.kinds import EXTRA, is_extra
from shopform.kit.text import backquoted
from shopform.model.columns import columns_of_fields
from shopform.model.shop import PolicyRule, WireNames
from shopform.model.values import CHANGE_WORDS

Data = dict[str, Any]


def rules_of(
    project: Project, written: Iterable[Any], node: Node | None, collector: Collector
) -> tuple[PolicyRule, ...]:
    """Return the rules; their errors go to the collector."""
    found: list[PolicyRule] = []
    for place, data in named_entries(written, node):
        checked = _RuleReader(project, data, place, collector)
        checked.check([rule.name for rule in found])
        found.append(checked.rule())
    return tuple(found)


def named_entries(written: Iterable[Any], node: Node | None) -> Iterator[tuple[Mapping, Data]]:
    """Yield the entries of a list in `policy` that have a name, with their places."""
    nodes = node.items if isinstance(node, Listed) else []
    for place, data in zip(nodes, written, strict=False):
        if isinstance(place, Mapping) and isinstance(data.get("name"), str):
            yield place, data


class EntryReader:
    """Reads and checks one named entry of a list in `policy`."""

    def __init__(self, project: Project, data: Data, node: Mapping, collector: Collector) -> None:
        self._project = project
        self._catalogue = project.catalogue
        self._data = data
        self._node = node
        self._collector = collector

    def check_common(self, before: Collection[str], kinds: str = "kinds") -> None:
        """Report a name that is in `before`, and unknown shops and kinds."""
        if self._data["name"] in before:
            self._report("rule-twice", "name", 0, "names two rules", "rename one of them")
        names = [name for kind in self._catalogue.kinds for name in (kind.name, kind.section)]
        self._check_values(kinds, "unknown-kind", "kind", names, list(self._catalogue))
        for number, name in enumerate(self._listed("shops")):
            check_shop_name(self._project, name, self._span("shops", number), self._collector)

    def _kinds(self, key: str = "kinds") -> list[str]:
        names = self._listed(key)
        kinds = self._catalogue.kinds
        return [kind.name for kind in kinds if not {kind.name, kind.section}.isdisjoint(names)]

    def _listed(self, name: str) -> Sequence[str]:
        found = self._data.get(name, ())
        return [found] if isinstance(found, str) else found

    def _check_values(
        self, name: str, code: str, what: str, known: Collection[str], shown: Collection[str]
    ) -> None:
        for number, value in enumerate(self._listed(name)):
            if isinstance(value, str) and value not in known:
                names = f"known are {backquoted(shown)}" if shown else "these kinds share no field"
                hint = did_you_mean(value, known, names)
                self._report(code, name, number, f"is not a known {what}", hint)

    def _report(self, code: str, name: str, number: int, problem: str, hint: str) -> None:
        value = self._listed(name)[number]
        span = self._span(name, number)
        self._collector.error(code, f"`{value}` {problem}", hint=hint, span=span)

    def _span(self, name: str, number: int) -> Span:
        node: Node = child(self._node, name) or self._node
        if isinstance(node, Listed) and number < len(node.items):
            node = node.items[number]
        return node.span


class _RuleReader(EntryReader):
    """Reads and checks one rule."""

    def rule(self) -> PolicyRule:
        data = self._data
        deny = self._listed("deny") or (() if data.get("field") else CHANGE_WORDS)
        return PolicyRule(
            name=data["name"],
            kinds=frozenset(self._kinds()),
            shops=frozenset(self._listed("shops")),
            deny=frozenset(deny),
            limit=data.get("max", 0),
            field=data.get("field", ""),
            allow=tuple(self._listed("allow")),
            forbid=tuple(self._listed("forbid")),
            message=data.get("message", ""),
            span=self._node.span,
        )

    def check(self, before: Collection[str]) -> None:
        self.check_common(before)
        self._check_values("deny", "unknown-word", "change", CHANGE_WORDS, CHANGE_WORDS)
        fields = self._fields()
        field = self._data.get("field")
        if field and not is_extra(field):
            self._check_values("field", "unknown-field", "field", fields, fields)
        self._check_column(field or "")
        self._check_subject()

    def _check_column(self, field: str) -> None:
        """Report a column that is a field, since a rule compares only one of the two."""
        kinds = self._kinds() or self._catalogue
        for kind in map(self._catalogue.__getitem__, kinds if is_extra(field) else ()):
            own = columns_of_fields(kind, WireNames()).get(field.removeprefix(EXTRA))
            if own:
                problem = f"is the field `{own}` of `{kind.name}`"
                hint = f"write `field: {own}`, or name other `kinds`"
                self._report("extra-field", "field", 0, problem, hint)
                return

    def _check_subject(self) -> None:
        """Report rules that limit both changes and a field, or neither."""
        data, written = self._data, set(self._node.entries)
        changes, patterns = {"deny", "max"} & written, {"allow", "forbid"} & written
        if changes and (patterns or "field" in written):
            what, hint = "limits both changes and a field", "split it into two rules"
        elif not changes and not ("field" in written and patterns):
            what = "limits neither changes nor a field"
            hint = "add `deny` or `max`, or `field` with `allow` or `forbid`"
        else:
            return
        self._collector.error(
            "rule-unclear", f"the rule `{data['name']}` {what}", hint=hint, span=self._node.span
        )

    def _fields(self) -> list[str]:
        """Return the fields that all its kinds have; without kinds, those that any kind has."""
        kinds = [self._catalogue[name] for name in self._kinds()]
        if not kinds:
            return sorted({name for kind in self._catalogue.kinds for name in kind.fields})
        shared = set[str].intersection(*(set(kind.fields) for kind in kinds))
        return sorted(shared)
