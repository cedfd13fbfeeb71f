"""The scope of a run: targets, exclusions and replacements. Pure."""

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import NamedTuple

from shopform.diagnostics import did_you_mean
from shopform.errors import UsageError
from shopform.kinds import Catalogue
from shopform.kinds.field_types import PATH
from shopform.kinds.field_types.base import NO_HOSTS
from shopform.kit.graphs import reachable, reversed_edges
from shopform.kit.url_paths import page_address
from shopform.model.addresses import upward
from shopform.model.canonical import canonical
from shopform.model.desired import Moved, Resource
from shopform.model.prior import Entry
from shopform.model.redirect_graph import hop_of
from shopform.model.references import depends_on
from shopform.model.values import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The planning options of a command.

    `allow_delete` maps a kind to a number; `allow` names policy rules to lift for this run.
    `fail_on` has values of `CHANGE_WORDS` and `drift`; `expect_no_changes` is all of them.
    `refresh_only` compares with the state and not with the files. `whole` adds unchanged objects
    to the plan. `only` limits a copy or an undo to its addresses; `source` is the shop that is
    copied. `by_name`: deletes are requested by name, not inferred from missing declarations.
    `allow_loss`: objects may become visible that should be hidden.
    """

    destroy: bool = False
    refresh_only: bool = False
    targets: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    replace: tuple[str, ...] = ()
    allow_delete: Mapping[str, int] = field(default_factory=dict)
    allow: tuple[str, ...] = ()
    fail_on: tuple[str, ...] = ()
    expect_no_changes: bool = False
    whole: bool = False
    only: frozenset[Address] | None = None
    by_name: bool = False
    allow_loss: bool = False
    source: str = ""
    daily_calls: int = 0
    calls_left: int | None = None


class Scope(NamedTuple):
    """The addresses that a run may change; `None` is all of them."""

    only: frozenset[Address] | None = None

    def includes(self, address: Address) -> bool:
        return self.only is None or address in self.only


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The known addresses.

    `entries` are those of the state, `moved` maps new addresses to the old ones in the state,
    `moves` are the declared moves, and `destroyed` the undeclared addresses to be deleted.
    """

    catalogue: Catalogue
    resources: Mapping[Address, Resource] = field(default_factory=dict)
    entries: Mapping[Address, Entry] = field(default_factory=dict)
    moved: Mapping[Address, Address] = field(default_factory=dict)
    moves: Iterable[Moved] = ()
    destroyed: Collection[Address] = ()

    @property
    def every(self) -> dict[Address, None]:
        return dict.fromkeys([*self.resources, *self.entries])

    @property
    def kinds(self) -> set[str]:
        """The kinds of them all."""
        return {address.kind for some in (self.resources, self.entries) for address in some}


def scope(options: Options, known: Known) -> Scope:
    """Return the targets with their dependencies, without the excluded and their dependents.

    A create or update depends on its references, and a redirect on the page at its target; a
    delete depends on the changes to its dependents. Raises UsageError for an unknown address, a
    target that is excluded or depends on an excluded one, and a replacement out of scope.
    """
    if not options.targets and not options.excludes:
        return Scope(options.only)
    every, others = known.every, _other_names(known)
    roots = {
        word: _names(known.catalogue, Address(word), every, others) for word in _words(options)
    }
    below: dict[Address, list[Address]] = {}
    for address in every:
        for above in upward(known.catalogue, address):
            below.setdefault(above, []).append(address)
    named = {word: _inside(names, below) for word, names in roots.items()}
    needs = _needs(options, known, named)
    excluded = {a for word in options.excludes for a in named[word]}
    left_out = reachable(excluded, reversed_edges(needs))
    chosen: Set[Address] = every.keys()
    if options.targets:
        for word in options.targets:
            _require_included(word, roots[word] & every.keys() or named[word], excluded, left_out)
        chosen = reachable((a for w in options.targets for a in named[w] - left_out), needs)
    chosen = chosen - left_out
    for word in options.replace:
        if outside := sorted(named[word] - chosen):
            raise UsageError(
                f"`--replace {word}` is outside of the scope of this run: `{outside[0]}`",
                hint=f"add `--target {outside[0]}`, or remove `--replace {word}`",
            )
    old = {before for after, before in known.moved.items() if after in chosen} - every.keys()
    within = chosen if options.only is None else chosen & options.only
    return Scope(frozenset(within | old))


def _other_names(known: Known) -> dict[Address, list[Address]]:
    """Return the other addresses of each moved one, before and after its moves."""
    pairs = [(move.before, move.after) for move in known.moves]
    pairs += [(before, after) for after, before in known.moved.items()]
    others: dict[Address, list[Address]] = {}
    for before, after in pairs:
        others.setdefault(before, []).append(after)
        others.setdefault(after, []).append(before)
    return others


def _words(options: Options) -> Iterable[str]:
    return dict.fromkeys((*options.targets, *options.excludes, *options.replace))


def _require_included(
    word: str, roots: Set[Address], excluded: Set[Address], left_out: Set[Address]
) -> None:
    """Refuse a target that is excluded; its children may be."""
    for address in sorted(roots & left_out):
        why = "is excluded too" if address in excluded else "depends on an excluded address"
        raise UsageError(
            f"`--target {word}`: `{address}` {why}", hint="remove one of the two options"
        )


def _names(
    catalogue: Catalogue,
    address: Address,
    every: Container[Address],
    others: Mapping[Address, Iterable[Address]],
) -> set[Address]:
    """Return an address and its names before and after moves, except those of other objects."""
    found = [address]
    for known in found:
        for one in upward(catalogue, known):
            for other in others.get(one, ()):
                name = Address.of(known.kind, *other.keys, *known.keys[len(one.keys) :])
                if name not in found and not (known in every and name in every):
                    found.append(name)
    return set(found)


def _inside(names: Iterable[Address], below: Mapping[Address, list[Address]]) -> set[Address]:
    if found := {address for name in names for address in below.get(name, ())}:
        return found
    wanted = min(names)
    otherwise = "`shopform state list` shows the addresses in the state"
    raise UsageError(
        f"`{wanted}` is neither declared nor in the state",
        hint=did_you_mean(wanted, below, otherwise),
    )


def _needs(
    options: Options, known: Known, named: Mapping[str, Set[Address]]
) -> dict[Address, set[Address]]:
    now = {before: after for after, before in known.moved.items()}
    held = {a: {now.get(n, n) for n in entry.needs} for a, entry in known.entries.items()}
    if options.refresh_only:
        return held
    declared = {a: set(depends_on(resource)) for a, resource in known.resources.items()}
    for address, page in _route_targets(known.resources):
        declared[address].add(page)
    needs = {a: set(found) for a, found in declared.items()}
    for address in declared.keys() & now.keys():
        # Until the other one moves, the state would have two objects under one address.
        needs[address].add(now[address])
    replaced = {a for word in options.replace for a in named[word]}
    users = reversed_edges(held)
    for address in {*known.destroyed, *replaced}:
        needs.setdefault(address, set()).update(users.get(address, ()))
    for address, found in declared.items():
        for target in found & replaced:
            needs[target].add(address)
    return needs


def _route_targets(resources: Mapping[Address, Resource]) -> Iterator[tuple[Address, Address]]:
    """Yield each redirect with the page at its target, which is created first."""
    pages: dict[str, Address] = {}
    for address, resource in resources.items():
        name = resource.kind.path
        if isinstance(path := resource.fields.get(name), str) and path:
            pages[page_address(str(canonical(PATH, path)))] = address
    for address, resource in resources.items():
        hop = hop_of(resource.kind, resource.fields, NO_HOSTS, address, None)
        if hop and hop.end in pages:
            yield address, pages[hop.end]
