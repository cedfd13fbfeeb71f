"""Walks a plan's steps; decides nothing."""

from shopform.apply.run import apply

__all__ = ["apply"]
