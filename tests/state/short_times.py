"""Locks that are held for shorter times than the product holds them, for machines of the tests."""

from unittest.mock import patch

from shopform.shop import client
from shopform.state.http import store as http_store
from shopform.state.http.server import Intervals
from shopform.state.objects import store
from shopform.state.objects.lease import Times

# The shops of the tests carry out at once what was sent.
SHORT = Times(beat=0.5, work=2, arrive=0.1, lease=4, poll=0.05)
OFTEN = Intervals(pause=0.05, poll=0.05, check=0.5, arrive=0.1)


def shorten(lease: float = SHORT.lease) -> None:
    """Patch the times of this process, in proportion to those of a lease."""
    part = lease / SHORT.lease
    beat, work, poll = part * SHORT.beat, part * SHORT.work, min(part, 1) * SHORT.poll
    times = Times(beat=beat, work=work, arrive=SHORT.arrive, lease=lease, poll=poll)
    patch.object(store, "Times", lambda: times).start()
    patch.object(http_store, "Intervals", lambda: OFTEN).start()
    patch.object(client, "FIRST_WAIT", 0.01).start()
