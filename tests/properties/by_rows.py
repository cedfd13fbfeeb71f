"""Random resources and objects of the kinds that no strategy is written for, made of their rows."""

from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st

from shopform.kinds import Catalogue, Field, Kind
from shopform.kinds.standard import STANDARD

Sections = dict[str, Any]
Rows = list[dict[str, Any]]
# Numbers stand for what depends on other draws: the key of a target, a path that is free.
ANY = st.integers(0, 59)


def made(by_hand: Mapping[str, object]) -> list[Kind]:
    """The kinds that have no strategy there."""
    kinds = [kind for kind in STANDARD.kinds if kind.nesting is None]
    return [kind for kind in kinds if kind.section not in by_hand]


def fields(kind: Kind, by_type: Mapping[str, st.SearchStrategy[Any]]) -> dict[str, Any]:
    """A strategy for each field but the identity; what is sent once has tests of its own."""
    rows = kind.declarable.values()
    wanted = [r for r in rows if r.name not in kind.identity and r.type.name != "seed"]
    return {row.name: _values(row, by_type) for row in wanted}


def _values(row: Field, by_type: Mapping[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    if row.type.name == "tree":
        return _trees(row.type, by_type)
    if row.type.targets:
        return st.lists(ANY, max_size=2) if row.type.listed else ANY
    return by_type[row.type.name]


def _trees(tree: Any, by_type: Mapping[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    """Items of each known type that any shop takes, of an unknown one, and with items below."""
    targets = {"number": st.integers(1, 9), "path": st.sampled_from(("a/b", "https://x.example/"))}
    title = {"title": by_type["title"]}
    leaves = [
        st.fixed_dictionaries(title | {word: ANY if type_.targets else targets[type_.name]})
        for word, type_, _ in tree.known
        if word not in tree.assumed
    ]
    other = {"type": st.just("blog_post"), "value": st.sampled_from(("7", ""))}
    leaf = st.one_of(
        *leaves, st.fixed_dictionaries(title | other, optional={"class": title["title"]})
    )
    below = st.fixed_dictionaries(title | {"items": st.lists(leaf, max_size=2)})
    return st.lists(leaf | below, max_size=3)


def with_keys(sections: Sections, kinds: list[Kind], paths: list[str]) -> Sections:
    """The sections with keys of what is declared, and free paths, in place of numbers."""
    found, free = dict(sections), list(paths)
    for kind in kinds:
        entries: Sections = {}
        for key, drawn in found[kind.section].items():
            held = found | {kind.section: entries}  # of its own kind it refers to earlier ones

            def key_of(target: str, number: int, held: Sections = held) -> str | None:
                keys = list(held[STANDARD[target].section])
                return keys[number % len(keys)] if keys else None

            entry = {n: linked(kind.fields[n], value, key_of) for n, value in drawn.items()}
            if kind.path:  # always declared: one that is released stays where it is
                number = drawn.get(kind.path, 0)
                entry[kind.path] = free.pop(number % len(free)) if number and free else None
            entries[key] = entry
        found[kind.section] = entries
    return found


def linked(row: Field, value: Any, change: Callable[[str, Any], object]) -> Any:
    """A value with its references changed; items that refer to nothing are addresses."""
    found = row.type.with_links(value, change) if row.type.targets else value
    if row.type.name == "tree":
        return [_item(item) for item in found]
    return list(found) if isinstance(found, tuple) else found


def _item(item: Any) -> Any:
    found = {name: each for name, each in item.items() if each is not None}
    if "items" in found:
        found["items"] = [_item(each) for each in found["items"]]
    return found if len(found.keys() - {"title", "class"}) else found | {"url": "nowhere"}


def columns(
    kind: Kind, by_type: Mapping[str, st.SearchStrategy[Any]]
) -> dict[str, st.SearchStrategy[Any]]:
    """A strategy for each column that a shop has of a kind, by its name on the wire."""
    found = {
        row.wire: _column(row, by_type)
        for row in kind.declarable.values()
        if row.type.name != "seed"
    }
    return found | ({kind.fixed: by_type["flag"]} if kind.fixed else {})


def _column(row: Field, by_type: Mapping[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    if row.type.name == "tree":
        return _items(row.type, by_type)
    if row.type.allowed:
        return st.sampled_from(row.type.allowed)
    if row.type.targets:
        return st.lists(ANY, max_size=3) if row.type.listed else ANY
    return by_type[row.type.name]


def _items(tree: Any, by_type: Mapping[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    """Items as shops may have them: of each type, without one, with others below, twice, in CSS."""
    names = tree.names
    words = st.sampled_from((*(key for key, _, _ in tree.known), names.group, "blog_post", ""))
    leaf = st.fixed_dictionaries(
        {names.type: words, names.value: ANY | by_type["path"], names.title: by_type["text"]},
        optional={names.style: by_type["text"], "icon": by_type["text"]},
    )
    below = {names.items: st.lists(leaf, max_size=3)}
    group = {names.type: st.just(names.group), names.title: by_type["text"]}
    return st.lists(leaf | st.fixed_dictionaries(group | below) | leaf, max_size=4)


def placed(rows: Mapping[str, Rows], catalogue: Catalogue, kinds: list[Kind]) -> None:
    """Replace the numbers that stand for targets by ids of the shop's objects."""
    ids = {
        kind.name: [row[kind.wire.id.value[0]] for row in rows.get(kind.name, ())]
        for kind in catalogue.kinds
    }
    for kind in kinds:
        for number, row in enumerate(rows[kind.name]):
            held = {**ids, kind.name: ids[kind.name][:number]}
            for field in kind.rows:
                if field.type.targets and field.wire in row:
                    row[field.wire] = _aimed(field.type, row[field.wire], held)
            if kind.fixed in row and number:
                del row[kind.fixed]


def _aimed(type_: Any, drawn: Any, ids: Mapping[str, list[int]]) -> Any:
    """A column with ids for numbers: one target, several, or items with targets."""
    if type_.name == "tree":
        return [_aimed_item(type_, item, ids) for item in drawn]
    (kind,) = type_.targets
    if type_.listed:
        return [ids[kind][number % len(ids[kind])] for number in drawn if ids[kind]]
    return [None, *ids[kind]][drawn % (len(ids[kind]) + 1)]


def _aimed_item(tree: Any, item: dict[str, Any], ids: Mapping[str, list[int]]) -> dict[str, Any]:
    names = tree.names
    types = {key: type_ for key, type_, _ in tree.known}
    found = dict(item)
    type_ = types.get(item[names.type])
    if type_ is not None and type_.targets:
        number = item[names.value] if isinstance(item[names.value], int) else 0
        target = _aimed(type_, number, ids)
        found |= {names.value: target} if target else {names.type: names.group, names.value: ""}
    if names.items in item:
        found[names.items] = [_aimed_item(tree, each, ids) for each in item[names.items]]
    return found
