"""Drafts whose fields have been read, to resources."""

import hashlib
import shlex
from collections.abc import Mapping as Map
from typing import Any

from shopform.config.compile.declarations import Declaration
from shopform.config.read.files import Files, Near, one_of
from shopform.config.read.yaml_nodes import Sequence, child
from shopform.diagnostics import Collector, Span, did_you_mean
from shopform.kinds import BY_NAME, Form
from shopform.model.desired import Delivery, Resource
from shopform.model.values import Address, Image, Ref, Value


class Building:
    """Makes resources. `known` holds every draft, so that references can be followed."""

    def __init__(
        self, known: Map[Address, Declaration], files: Files, collector: Collector
    ) -> None:
        self._known = known
        self._files = files
        self._collector = collector
        self._near = Near()

    def resource(self, draft: Declaration) -> Resource:
        """The resource of a draft; what is wrong with it goes to the collector."""
        kind, data = draft.kind, draft.data
        lifecycle: dict[str, Any] = data.get("lifecycle") or {}
        fields: dict[str, Value] = {}
        for name in kind.fields:
            if name in data:
                fields[name] = self._value(draft, name, data[name])
        return Resource(
            address=draft.address,
            fields=fields,
            parent=draft.container.address if draft.container else None,
            protect=lifecycle.get("protect", False),
            keep=lifecycle.get("on_delete") == "keep",
            ignore=self._ignored(draft, lifecycle.get("ignore", ())),
            deliver=self._delivery(draft) if kind.generated else None,
            span=draft.key.span,
        )

    def _value(self, draft: Declaration, name: str, found: Any) -> Value:
        if name in draft.secrets:
            return draft.secrets[name]
        if name in draft.kind.refers:
            return self._reference(draft, name, found)
        form = draft.kind.form(name)
        if form is Form.IMAGES and found is not None:
            return self._images(draft, name, found)
        if form is Form.SET and found is not None:
            self._check_words(draft, name, found)
            return tuple(found)
        value: Value = found
        return value

    def _reference(self, draft: Declaration, name: str, text: str | None) -> Ref | None:
        if not text:
            return None
        kind = draft.kind.refers[name]
        target = Address(text) if text.startswith(f"{kind}.") else Address.of(kind, text)
        node = child(draft.node, name) or draft.key
        found = self._known.get(target)
        if found is None:
            words = (str(each) for each in self._known if each.kind == kind)
            near = self._near.hint(target, words).replace(f"`{kind}.", "`", 1)
            self._collector.error(
                "unknown-reference",
                f"`{target}` is not declared",
                hint=near or f"declare it under `{BY_NAME[kind].section}:`",
                span=node.span,
                address=draft.address,
            )
            return None
        if draft.active and not found.active:
            self._collector.error(
                "reference-excluded",
                f"`{target}` does not exist in this shop",
                hint="its `lifecycle.shops` leaves this shop out; leave both out, or neither",
                span=node.span,
                related=(("left out here", found.key.span),),
                address=draft.address,
            )
        return Ref(target)

    def _images(
        self, draft: Declaration, name: str, items: list[dict[str, Any]]
    ) -> tuple[Image, ...]:
        images: list[Image] = []
        node = child(draft.node, name)
        for number, item in enumerate(items):
            place = node.items[number] if isinstance(node, Sequence) else draft.key
            file = child(place, "file") or place
            content = self._files.read(item["file"], file.file, file.span)
            path = self._files.relative(item["file"], file.file, file.span) if content else None
            if content is None or path is None:
                continue
            weight = item.get("weight")
            images.append(
                Image(
                    file=path,
                    sha256=hashlib.sha256(content).hexdigest(),
                    description=item.get("description", ""),
                    weight=10 * (number + 1) if weight is None else weight,
                )
            )
        return tuple(images)

    def _check_words(self, draft: Declaration, name: str, words: list[str]) -> None:
        known = draft.kind.fields[name].known
        node = child(draft.node, name)
        for number, word in enumerate(words):
            if not known or word in known:
                continue
            place = node.items[number] if isinstance(node, Sequence) else draft.key
            self._collector.warning(
                "undocumented-word",
                f"`{word}` is not a word that is documented for `{name}`",
                hint=did_you_mean(word, known, f"documented are {one_of(sorted(known))}"),
                span=place.span,
                address=draft.address,
            )

    def _ignored(self, draft: Declaration, names: list[str]) -> frozenset[str]:
        node = child(draft.node, "lifecycle", "ignore")
        for number, name in enumerate(names):
            if name not in draft.kind.fields and isinstance(node, Sequence):
                self._collector.error(
                    "unknown-field",
                    f"`lifecycle.ignore` names an unknown field `{name}`",
                    hint=did_you_mean(
                        name, draft.kind.fields, f"fields are {one_of(draft.kind.fields)}"
                    ),
                    span=node.items[number].span,
                    address=draft.address,
                )
        return frozenset(names)

    def _delivery(self, draft: Declaration) -> Delivery | None:
        written = draft.data.get("secret_to")
        node = child(draft.node, "secret_to")
        if not written or node is None:
            return None
        file, command = written.get("file"), written.get("command")
        words = self._words(command, node.span)
        if words is None:
            return None
        if bool(file) == bool(words):
            self._collector.error(
                "delivery-choice",
                "`secret_to` takes either `file` or `command`",
                hint="keep one of them",
                span=node.span,
                address=draft.address,
            )
            return None
        if not file:
            return Delivery(command=words)
        place = child(node, "file") or node
        path = self._files.relative(file, place.file, place.span)
        return Delivery(file=path) if path else None

    def _words(self, command: str | list[str] | None, span: Span) -> tuple[str, ...] | None:
        if not isinstance(command, str):
            return tuple(command or ())
        try:
            return tuple(shlex.split(command))
        except ValueError as problem:
            self._collector.error(
                "invalid-command",
                f"the command cannot be split: {str(problem).lower()}",
                hint="close the quotation, or write the command as a list",
                span=span,
            )
            return None
