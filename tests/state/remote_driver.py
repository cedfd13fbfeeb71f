"""A machine in the tests of servers: it holds a lock for shorter times than the product does.

remote_driver.py race SETTINGS FOLDER NAME ROUNDS   add entries, and note who else is inside
remote_driver.py apply ARGUMENTS...                 run shopform
"""

import json
import os
import sys
from pathlib import Path

from short_times import shorten
from state_samples import HOST, entry

from shopform.cli.main import run
from shopform.kinds.standard import STANDARD
from shopform.model.shop import StateStore
from shopform.model.values import Address
from shopform.state.open import RemoteAccess, open_store
from shopform.state.ownership import Expected


def race(settings: str, folder: Path, name: str, rounds: int) -> None:
    """Print how often another was inside."""
    found = json.loads(settings)
    remote = RemoteAccess(
        settings=StateStore(**found["settings"]), environment=os.environ, folder="spools"
    )
    expected = Expected(shop=HOST, catalogue=STANDARD)
    both = 0
    for number in range(rounds):
        opened = open_store(found["location"], folder, expected, remote)
        with opened.open("apply", timeout=120) as session:
            try:
                os.close(os.open(folder / "inside", os.O_CREAT | os.O_EXCL))
            except FileExistsError:
                both += 1
            session.edit(
                set={
                    Address.of("category", f"{name}{number}"): entry(2 * number + (name == "a") + 1)
                }
            )
            (folder / "inside").unlink(missing_ok=True)
    print(both)


if __name__ == "__main__":
    shorten()
    if sys.argv[1] == "race":
        race(sys.argv[2], Path(sys.argv[3]), sys.argv[4], int(sys.argv[5]))
    else:
        run(sys.argv[2:])
