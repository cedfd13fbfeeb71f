"""What a run is about: targets, exclusions, replacements, leave to delete. Pure."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field

from shopform.errors import UsageError
from shopform.kinds import BY_NAME
from shopform.model import Address, Desired, Prior
from shopform.planning.diff import depends_on
from shopform.planning.match import inside


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line asks of a plan.

    `allow_delete` maps a kind to a number, `allow` names rules that are lifted this once.
    `fail_on` are words of `model.CHANGE_WORDS` and `drift`, and `expect_no_changes` is all of
    them. `refresh_only` compares with the state and not with the files. `whole`: objects that
    stay as they are belong in the plan. `only` are the addresses a plan is about by its nature,
    such as those of a copy; `source` is the shop they are copied from.
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
    source: str = ""
    daily_calls: int = 0
    calls_left: int | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """The addresses a run may touch; `None` is all of them."""

    only: frozenset[Address] | None

    def holds(self, address: Address) -> bool:
        return self.only is None or address in self.only


def scope(options: Options, desired: Desired, prior: Prior) -> Scope:
    """Targets with all they refer to, or everything without the excluded and what needs them.

    Raises UsageError for an address that is neither declared nor owned.
    """
    if not options.targets and not options.excludes:
        return Scope(options.only)
    every = dict.fromkeys([*desired.resources, *prior.resources])
    needs: dict[Address, tuple[Address, ...]] = {
        a: entry.depends_on + ((entry.parent,) if entry.parent else ())
        for a, entry in prior.resources.items()
    }
    needs |= {a: depends_on(resource) for a, resource in desired.resources.items()}
    if options.targets:
        chosen = _named(options.targets, every)
        queue = list(chosen)
        while queue:
            fresh = [a for a in needs.get(queue.pop(), ()) if a not in chosen]
            chosen.update(fresh)
            queue += fresh
        return Scope(_within(options, chosen))
    left_out = _named(options.excludes, every)
    grown = True
    while grown:
        more = {a for a in every if a not in left_out and not left_out.isdisjoint(needs[a])}
        left_out |= more
        grown = bool(more)
    return Scope(_within(options, every.keys() - left_out))


def _within(options: Options, chosen: Set[Address]) -> frozenset[Address]:
    return frozenset(chosen if options.only is None else chosen & options.only)


def _named(words: tuple[str, ...], every: Mapping[Address, None]) -> set[Address]:
    found: set[Address] = set()
    for word in words:
        address = Address(word)
        mine = {a for a in every if address.kind in BY_NAME and inside(a, address)}
        if not mine:
            raise UsageError(
                f"`{word}` is neither declared nor in the state",
                hint="`shopform state list` shows the addresses in the state",
            )
        found |= mine
    return found
