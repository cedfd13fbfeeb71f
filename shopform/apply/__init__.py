"""Walks a plan's steps; decides nothing."""

from shopform.apply.executor import apply

__all__ = ["apply"]
