"""Locks that are held for shorter times than the product holds them, for machines of the tests."""

from unittest.mock import patch

from shopform.shop import client
from shopform.state.http import store as http_store
from shopform.state.http.server import Intervals
from shopform.state.objects import store
from shopform.state.objects.lease import Times

SHORT = Times(beat=0.5, work=2, lease=4, poll=0.05)
OFTEN = Intervals(pause=0.05, poll=0.05, check=0.5)


def shorten(lease: float = SHORT.lease) -> None:
    """Patch the times of this process, in proportion to those of a lease."""
    part = lease / SHORT.lease
    times = Times(
        beat=SHORT.beat * part, work=SHORT.work * part, lease=lease, poll=SHORT.poll * part
    )
    patch.object(store, "Times", lambda: times).start()
    patch.object(http_store, "Intervals", lambda: OFTEN).start()
    patch.object(client, "FIRST_WAIT", 0.01).start()
