"""A local shop that implements the API over HTTP strictly, and fails on request."""

from shopform.sandbox.local import Sandbox

__all__ = ["Sandbox"]
