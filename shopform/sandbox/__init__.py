"""A shop on this machine that speaks the API over real HTTP, strictly, and breaks on request."""

from shopform.sandbox.local import Sandbox

__all__ = ["Sandbox"]
