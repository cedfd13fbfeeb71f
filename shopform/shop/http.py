"""httpx without its own command line, which imports rich and pygments where they are installed."""

import sys

# 22 ms of every start; httpx takes the refusal for a missing extra, which it is made for.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]

import httpx  # noqa: E402

__all__ = ["httpx"]
