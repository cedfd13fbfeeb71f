"""The steps that break cycles in the order of a plan. Pure."""

from dataclasses import dataclass, field, replace

from shopform.kinds import Kind
from shopform.model.canonical import canonical
from shopform.model.plan import Op, Step
from shopform.model.secrecy import is_secret
from shopform.model.values import Ref, Value, refs_in
from shopform.planning.plan_builder import PlanDraft


@dataclass(frozen=True, slots=True)
class CycleBreaker:
    draft: PlanDraft
    starts: dict[tuple[str, str], dict[str, list[str]]] = field(default_factory=dict)

    def temporary(self, holder: Step, *, path: bool, name: bool) -> Step:
        """Return a step that moves an object to temporary values: its own, with its id appended."""
        kind = self.draft.catalogue[holder.kind]
        label = kind.identity[-1]
        fields: dict[str, Value] = {}
        if path:
            fields[kind.path] = self._temporary_value(holder, kind, kind.path)
        if name:
            fields[label] = self._temporary_value(holder, kind, label)
        return Step(
            key=f"{holder.address}:temporary",
            op=Op.UPDATE,
            address=holder.address,
            id=holder.id,
            parent=holder.parent,
            fields=fields,
            temporary=True,
        )

    def _temporary_value(self, holder: Step, kind: Kind, name: str) -> str:
        item = self.draft.live.kinds[holder.kind].objects[holder.id or 0]
        type_ = kind.type(name)
        held = str(canonical(type_, item.fields.get(name), self.draft.live.hosts))
        resource = self.draft.desired.resources.get(holder.address)
        if is_secret(name, resource, self.draft.matching.entries.get(holder.address)):
            held = f"{'https://' if '://' in held else ''}{holder.address.keys[-1]}"
        text = f"{held}-{holder.id}"
        taken = set(self._values_starting(kind, name, text))
        while text in taken:
            text += "-x"
        return text

    def _values_starting(self, kind: Kind, name: str, text: str) -> list[str]:
        """Return the live values that begin with a string; for paths, those of every kind."""
        pages = {
            k.name: k.path
            for k in self.draft.catalogue.kinds
            if k.path and k.name in self.draft.live.kinds
        }
        fields = pages if name == kind.path else {kind.name: name}
        index = self.starts.get((kind.name, name))
        if index is None:
            index = self.starts[kind.name, name] = {}
            for other, field_ in fields.items():
                type_ = self.draft.catalogue[other].type(field_)
                for item in self.draft.live.kinds[other].objects.values():
                    held = canonical(type_, item.fields.get(field_), self.draft.live.hosts)
                    value = start = str(held)
                    while start.endswith("-x"):
                        index.setdefault(start, []).append(value)
                        start = start.removesuffix("-x")
                    index.setdefault(start, []).append(value)
        return index.get(text, [])

    def split(self, create: Step, target: Step) -> tuple[Step, Step]:
        """Return a create without its references to the target, and the update that sets them."""
        late = {
            name: value
            for name, value in create.fields.items()
            if Ref(target.address) in refs_in(value)
            and name not in self.draft.catalogue[create.kind].identity
        }
        entry = create.entry
        assert entry is not None  # noqa: S101  a create always carries one
        sent = {name: value for name, value in entry.sent.items() if name not in late}
        fields = {name: value for name, value in create.fields.items() if name not in late}
        update = Step(
            key=f"{create.address}:link-{target.address}",
            op=Op.UPDATE,
            address=create.address,
            parent=create.parent,
            fields=late,
            entry=entry,
            linking=True,
        )
        return replace(create, fields=fields, entry=replace(entry, sent=sent)), update
