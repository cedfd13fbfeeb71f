"""A machine in the tests of servers: it holds a lock for shorter times than the product does.

remote_driver.py race SETTINGS FOLDER NAME ROUNDS   add entries, and note who else is inside
remote_driver.py run ARGUMENTS...                   run shopform; with STOP_AT=N it is paused as it
                                                    is about to look at its lock for the Nth time
"""

import itertools
import json
import os
import signal
import sys
from pathlib import Path
from unittest.mock import patch

from short_times import shorten
from state_samples import HOST, entry

from shopform.cli.main import run
from shopform.kinds.standard import STANDARD
from shopform.model.shop import StateStore
from shopform.model.values import Address
from shopform.state.open import RemoteAccess, open_store
from shopform.state.ownership import Expected
from shopform.state.session import Session


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


def stop_at(number: int) -> None:
    """Pause this process, all threads of it, before it looks at its lock the nth time."""
    checks, check = itertools.count(1), Session.require_lock

    def stopping(session: Session) -> None:
        if next(checks) == number:
            os.kill(os.getpid(), signal.SIGSTOP)
        check(session)

    patch.object(Session, "require_lock", stopping).start()


if __name__ == "__main__":
    shorten()
    if sys.argv[1] == "race":
        race(sys.argv[2], Path(sys.argv[3]), sys.argv[4], int(sys.argv[5]))
    else:
        if number := os.environ.get("STOP_AT"):
            stop_at(int(number))
        run(sys.argv[2:])
