"""The switches of a shop: its behaviour where evidence is missing."""

from collections.abc import Mapping

from shopform.diagnostics import did_you_mean
from shopform.errors import UsageError
from shopform.kit.text import backquoted
from shopform.sandbox.behaviour.questions import SWITCHES, Switch

__all__ = ["SWITCHES", "Switch", "Switches"]


class Switches:
    """The value of each switch; by default the first of its allowed values."""

    def __init__(self, given: Mapping[str, str] | None = None) -> None:
        self._values = {switch.name: switch.words[0] for switch in SWITCHES}
        for name, word in (given or {}).items():
            self.set(name, word)

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def set(self, name: str, word: str) -> None:
        """Set a switch. Raises UsageError for an unknown name or value."""
        known = {switch.name: switch.words for switch in SWITCHES}
        if name not in known:
            hint = did_you_mean(name, known, "`--list-switches` shows all")
            raise UsageError(f"there is no switch `{name}`", hint=hint)
        if word not in known[name]:
            hint = f"use one of {backquoted(known[name])}"
            raise UsageError(f"switch `{name}` has no value `{word}`", hint=hint)
        self._values[name] = word
