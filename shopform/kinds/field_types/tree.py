"""Ordered trees of items that lead somewhere, such as those of a menu."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from types import GenericAlias
from typing import Any, ClassVar, NamedTuple

from shopform.kinds.field_types.base import (
    NO_HOSTS,
    Change,
    Fault,
    FieldType,
    Load,
    records_of,
    text_of,
)
from shopform.kinds.field_types.number import Number
from shopform.kinds.field_types.text import Text
from shopform.kit.text import backquoted

Item = Mapping[str, Any]
_TEXT = Text()
_UNSET: tuple[object, ...] = (None, "", "0", 0, [], {})
_OWN = frozenset({"title", "type", "value", "class", "items"})


class ItemNames(NamedTuple):
    """The keys of an item on the wire: its title, the type and value of its target, and so on.

    `group` is the type of an item that only has items below it.
    """

    title: str
    type: str
    value: str
    style: str
    items: str
    group: str


class Target(NamedTuple):
    """A known type of targets, which is a key of an item in the files; `type` is its value's."""

    key: str
    type: FieldType
    about: str


@dataclass(frozen=True)
class Tree(FieldType):
    """A list of items in order, written as a whole. Each has a title, and a target or items.

    A target of a type that is not in `known` is declared by `type` and `value`, as the shop has
    them. Files may declare an `assumed` one only where the shop has an item of that type.
    """

    name: ClassVar[str] = "tree"
    sent_as: ClassVar[tuple[str, ...]] = ("array",)
    shown_as: ClassVar[tuple[str, ...]] = ("array",)
    listed: ClassVar[bool] = True
    in_cell: ClassVar[bool] = False
    names: ItemNames
    known: tuple[Target, ...]
    assumed: frozenset[str] = frozenset()

    @cached_property
    def _types(self) -> dict[str, FieldType]:
        return {target.key: target.type for target in self.known}

    @property
    def targets(self) -> frozenset[str]:
        return frozenset().union(*(type_.targets for type_ in self._types.values()))

    def with_links(self, value: Any, change: Change) -> Any:
        if not isinstance(value, list | tuple):
            return value
        return tuple(self._linked(item, change) for item in value)

    def annotation(self) -> Any:
        return GenericAlias(list, (_model(self),))

    def faults(self, written: Any) -> Iterator[Fault]:
        """Yield items without a target or items below them, and with more than one of both."""
        for number, item in enumerate(written or ()):
            given = [name for name in self._choices() if item.get(name) is not None]
            if len(given) != 1:
                has = f"has {backquoted(given, ' and ')}" if given else "leads nowhere"
                one_of = backquoted(self._choices(), " or ")
                yield (number,), f"the item `{item['title']}` {has}", f"give it one of {one_of}"
            for path, summary, hint in self.faults(item.get("items")):
                yield (number, "items", *path), summary, hint

    def looked_up(self, written: Any) -> Iterator[tuple[object, str | None]]:
        for item in written or ():
            for name, value in item.items():
                if name == "items":
                    yield from self.looked_up(value)
                else:
                    key = item.get("type") if name == "value" else name
                    yield from self._types.get(key, _TEXT).looked_up(value)

    def faults_in_shop(self, value: object, shown: Iterable[object]) -> Iterator[tuple[str, str]]:
        """Yield the assumed types of targets that no item of the shop has."""
        wanted = set(self._keys(value)) & self.assumed
        if wanted:
            seen = {key for items in shown for key in self._keys(self.canonical(items))}
            types = backquoted(sorted(seen - {""})) or "no types"
            hint = f"declare its `url`, or make such an item in the shop; its items have {types}"
            for key in sorted(wanted - seen):
                yield f"how an item leads to a {key} is not known of this shop", hint

    def parse(self, written: Any, load: Load) -> Any:
        return None if written is None else tuple(map(self._parsed, written))

    def canonical(self, value: object, hosts: frozenset[str] = NO_HOSTS) -> object:
        items = value if isinstance(value, list | tuple) else ()
        return tuple(self._read(item, hosts) for item in items if isinstance(item, Mapping))

    def encode(self, value: object, empty: object) -> object:
        items: Any = value or ()
        return [self._sent(item) for item in items]

    def is_declarable(self, value: object) -> bool:
        items: Any = value
        return all(
            sum(name in item for name in self._choices()) == 1
            and self.is_declarable(item.get("items", ()))
            for item in items
        )

    def is_sendable(self, value: object) -> bool:
        return isinstance(value, tuple) and all(map(self._is_sendable, value))

    def may_answer(self, raw: object) -> bool:
        if raw in (None, ""):
            return True
        keys = {self.names.title, self.names.type, self.names.value}
        return isinstance(raw, list) and all(
            isinstance(item, dict)
            and keys <= item.keys()
            and self.may_answer(item.get(self.names.items))
            for item in raw
        )

    def is_local(self, value: object) -> bool:
        items: Any = value or ()
        ids = [key for key, type_ in self._types.items() if isinstance(type_, Number)]
        return any(
            "type" in item or any(key in item for key in ids) or self.is_local(item.get("items"))
            for item in items
        )

    def unsent_keys(self, raw: object) -> frozenset[str]:
        names = self.names
        items = records_of(raw)
        held = {key for item in items for key, value in item.items() if value not in _UNSET}
        held -= {names.title, names.type, names.value, names.style, names.items}
        return frozenset(held).union(*(self.unsent_keys(item.get(names.items)) for item in items))

    def _choices(self) -> list[str]:
        return [*self._types, "type", "items"]

    def _linked(self, item: Any, change: Change) -> Any:
        if not isinstance(item, Mapping):
            return item
        found = dict(item)
        for key, type_ in self._types.items():
            if key in item:
                found[key] = type_.with_links(item[key], change)
        if "items" in item:
            found["items"] = self.with_links(item["items"], change)
        return found

    def _keys(self, items: object) -> Iterator[str]:
        """Yield the type of the target of each canonical item."""
        listed: Any = items or ()
        for item in listed:
            yield next((key for key in self._types if key in item), item.get("type", ""))
            yield from self._keys(item.get("items"))

    def _parsed(self, item: Item) -> Item:
        found = {name: value for name, value in item.items() if value is not None}
        for key, type_ in self._types.items():
            if key in found and not type_.targets:
                found[key] = type_.canonical(found[key])
        if "type" in found:
            found.setdefault("value", "")
        if "items" in found:
            found["items"] = self.parse(found["items"], _no_file)
        return found

    def _read(self, item: Item, hosts: frozenset[str]) -> Item:
        """Return the canonical form of an item of a response or of the files."""
        if self.names.title in item:
            item = self._answered(item)
        types = self._types
        found: dict[str, Any] = {"title": item["title"]}
        for key in types.keys() & item.keys():
            plain = not types[key].targets
            found[key] = types[key].canonical(item[key], hosts) if plain else item[key]
        if "type" in item:
            key, raw = item["type"], item["value"]
            target = types[key].canonical(raw, hosts) if key in types else None
            known = target not in (None, 0) and types[key].is_declarable(target)
            found |= {key: target} if known else {"type": key, "value": raw}
        if item.get("class"):
            found["class"] = item["class"]
        if "items" in item:
            found["items"] = self.canonical(item["items"], hosts)
        return found

    def _answered(self, item: Item) -> Item:
        """Return an item of a response with the names of the files."""
        names = self.names
        found: dict[str, Any] = {
            "title": text_of(item[names.title]),
            "type": text_of(item.get(names.type)).strip(),
            "value": text_of(item.get(names.value)),
            "class": text_of(item.get(names.style)),
        }
        below = item.get(names.items) or ()
        if found["type"] == names.group and not found["value"]:
            del found["type"]
            found["items"] = below
        elif below:
            found["items"] = below
        return found

    def _sent(self, item: Item) -> dict[str, Any]:
        names = self.names
        key = next((key for key in self._types if key in item), "")
        found = {
            names.type: key or item.get("type", names.group),
            names.value: str(item[key]) if key else item.get("value", ""),
            names.title: item["title"],
        }
        if "class" in item:
            found[names.style] = item["class"]
        if "items" in item:
            found[names.items] = self.encode(item["items"], None)
        return found

    def _is_sendable(self, item: object) -> bool:
        types = self._types
        if not isinstance(item, Mapping) or not item.keys() <= _OWN | types.keys():
            return False
        if sum(name in item for name in self._choices()) != 1:
            return False
        strings = [item[name] for name in ("title", "type", "value", "class") if name in item]
        return (
            "title" in item
            and all(isinstance(text, str) for text in strings)
            and self.is_sendable(item.get("items", ()))
            and all(types[key].is_sendable(item[key]) for key in types.keys() & item.keys())
        )


def _no_file(number: int, file: str) -> None:
    """Items have no files."""


@cache
def _model(tree: Tree) -> Any:
    """Return the model of an item in the files."""
    from pydantic import create_model

    from shopform.kinds.spec import StrictModel, may, must

    fields: dict[str, Any] = {"title": (str, must("The text that is shown."))}
    for key, type_, about in tree.known:
        fields[key] = (type_.annotation() | None, may(about))
    about = "The type of a target that has no key here, as the shop names it."
    fields["type"] = (str | None, may(about))
    fields["value"] = (str | None, may("The value of that target, as the shop has it."))
    fields["class"] = (str | None, may("The CSS class."))
    below = GenericAlias(list, ("TreeItem",))
    fields["items"] = (below | None, may("The items below it, in order."))
    model = create_model(
        "TreeItem",
        __base__=StrictModel,
        __doc__="An item of a tree.",
        **fields,
    )
    model.model_rebuild()
    return model
