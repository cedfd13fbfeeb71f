"""The shop: HTTP, its lists and its objects."""

import sys
from types import ModuleType

# httpx looks for its own command line, and with it imports rich and pygments where they are
# installed: 22 ms of every start. Finding nothing in there is what a missing extra looks like.
sys.modules.setdefault("httpx._main", ModuleType("httpx._main"))
