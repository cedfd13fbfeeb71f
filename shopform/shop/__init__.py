"""The shop: HTTP, its lists and its objects."""

import sys
from types import ModuleType

# httpx imports its command line with rich and pygments, if these are installed: 22 ms of every
# start. An empty module is the same as a missing extra.
sys.modules.setdefault("httpx._main", ModuleType("httpx._main"))
