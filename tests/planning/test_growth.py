"""Nothing takes four times the work at twice the size."""

from collections.abc import Callable

import pytest
from growth import grows_no_faster
from worlds import World, ref

from shopform.describe.from_live import declare
from shopform.kinds.field_types.images import Image
from shopform.model.desired import Import, Moved, Removed
from shopform.model.prior import Entry, Intent, Prior
from shopform.model.values import Address
from shopform.undo.inverse import invert
from shopform.undo.previous_addresses import RecordedRun
from shopform.workflow.records.run_history import touched

Task = Callable[[], object]


def swapped_paths(size: int) -> Task:
    """In one branch, so that all circles hang together."""
    world = World().settled("category.root", 9_999, name="R")
    for number in range(size):
        for one, other, id_ in (("a", "b", 1), ("b", "a", 2)):
            address, path = f"category.{one}{number}", f"{one}{number}"
            parent = ref("category.root")
            world.there(address, 2 * number + id_, name=path, rewrite_url=path, parent=parent)
            world.declare(address, name=path, rewrite_url=f"{other}{number}", parent=parent)
    return world.plan


def swapped_names(size: int) -> Task:
    world = World()
    for number in range(size):
        for one, other, id_ in (("a", "b", 1), ("b", "a", 2)):
            world.there(f"supplier.{one}{number}", 2 * number + id_, name=f"{one}{number}")
            world.declare(f"supplier.{one}{number}", name=f"{other}{number}")
    return world.plan


def paths_in_one_circle(size: int) -> Task:
    world = World()
    for number in range(size):
        following = f"a{(number + 1) % size}"
        world.there(f"category.a{number}", number + 1, name=f"A{number}", rewrite_url=f"a{number}")
        world.declare(f"category.a{number}", name=f"A{number}", rewrite_url=following)
    return world.plan


def replaced_values(size: int) -> Task:
    world = World().settled("profile.p", 1, name="P")
    world.settled("attribute.p.a", 2, name="A", type="valuelist")
    for number in range(size):
        world.settled(f"value.p.a.v{number}", number + 10, val=f"V{number}")
    return lambda: world.plan(replace=("profile.p",))


def chain(size: int) -> World:
    world = World()
    for number in range(size):
        above = {"parent": ref(f"category.c{number - 1}")} if number else {}
        world.settled(f"category.c{number}", number + 1, name=f"C{number}", **above)
    return world


def excluded(size: int) -> Task:
    world, words = chain(size), tuple(f"category.c{n}" for n in range(0, size, 2))
    return lambda: world.plan(excludes=words[len(words) // 2 :])


def targeted(size: int) -> Task:
    world, words = chain(size), tuple(f"category.c{n}" for n in range(0, size, 2))
    return lambda: world.plan(targets=words)


def destroyed(size: int) -> Task:
    world = chain(size)
    return lambda: world.plan(destroy=True)


def moved(size: int) -> Task:
    pairs = [(f"supplier.a{n}", f"supplier.b{n}") for n in range(size)]
    moves = tuple(Moved(before=Address(a), after=Address(b)) for a, b in pairs)
    world = World(more={"moved": moves})
    for number, (before, after) in enumerate(pairs):
        world.there(before, number + 1, name=f"N{number}")
        world.declare(after, name=f"N{number}")
    return lambda: world.plan(excludes=tuple(after for _, after in pairs[::3]))


def removed(size: int) -> Task:
    names = [f"supplier.a{n}" for n in range(size)]
    gone = tuple(Removed(address=Address(name), destroy=False) for name in names)
    world = World(more={"removed": gone})
    for number, name in enumerate(names):
        world.there(name, number + 1, name=name)
    return world.plan


def imported(size: int) -> Task:
    names = [f"supplier.a{n}" for n in range(size)]
    wishes = tuple(Import(address=Address(name), id=n) for n, name in enumerate(names, 1))
    world = World(more={"imports": wishes})
    for number, name in enumerate(names, 1):
        world.live("supplier", number, name=name).declare(name, name=f"{name} new")
    return world.plan


def pending(size: int) -> Task:
    names = [f"supplier.a{n}" for n in range(size)]
    world = World(
        pending=tuple(
            Intent(
                address=Address(name),
                kind="supplier",
                parent_id=None,
                identity=(name,),
                entry=Entry(id=0, sent={"name": name}, identity=(name,)),
            )
            for name in names
        )
    )
    for number, name in enumerate(names, 1):
        world.live("supplier", number, name=name).declare(name, name=name)
    return world.plan


def ambiguous(size: int) -> Task:
    """A message for each."""
    world = World()
    for number in range(size):
        for twin in (1, 2):
            world.live("supplier", 2 * number + twin, name=f"N{number}")
        world.declare(f"supplier.a{number}", name=f"N{number}")
    return world.plan


def of_one_name(size: int) -> Task:
    """But for what is in no path, so that all want one; many, since little is done for each."""
    world = World()
    for number in range(3 * size):
        world.declare(f"category.c{number}", name=f"Same{'.' * number}")
    return world.plan


def leading_on(size: int) -> Task:
    """Every route leads to the next one: a message for each, and one long way."""
    world = World()
    for number in range(size):
        world.declare(f"redirect.r{number}", source=f"/s{number}", target=f"/s{number + 1}")
    return world.plan


def without_images(size: int) -> Task:
    """In a shop that shows none; many, since little is done for each."""
    image = Image(file="a.png", sha256="a" * 64)
    world = World()
    for number in range(5 * size):
        world.live("category", number + 1, name=f"C{number}", images=())
        world.declare(f"category.c{number}", name=f"C{number}", images=(image,))
    return world.plan


def dumped(size: int) -> Task:
    """A deep branch, and many of one name."""
    world = World()
    for number in range(1, size + 1):
        world.live("category", number, name=f"C{number % 9}", parent=number - 1 or None)
        world.live("supplier", number, name="Same")
    live = world.shop()
    return lambda: declare(live, Prior(), known={})


def undone(size: int) -> Task:
    world = World()
    for number in range(size):
        world.declare(f"supplier.a{number}", name=f"A{number}")
        world.there(f"category.c{number}", number + 1, name=f"C{number}")
    made = world.plan()
    before = touched(made, Prior(resources=world.entries))
    run = RecordedRun(name="r", verb="apply", lineage="l", plan=made, before=before)
    now = World()
    for number in range(size):
        now.there(f"supplier.a{number}", number + 1, name=f"A{number}")
    prior, live = Prior(lineage="l", serial=2, resources=now.entries), now.shop()
    return lambda: invert(run, prior, live, {})


@pytest.mark.parametrize(
    "task",
    [
        *(swapped_paths, swapped_names, paths_in_one_circle, replaced_values, excluded, targeted),
        *(destroyed, moved, removed, imported, pending, ambiguous, of_one_name, leading_on),
        *(without_images, dumped, undone),
    ],
)
def test_twice_the_size_is_about_twice_the_work(task: Callable[[int], Task]) -> None:
    grows_no_faster(task, 60)
