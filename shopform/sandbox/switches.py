"""The switches of a shop: its behaviour where evidence is missing."""

import re
from collections.abc import Iterable, Mapping

from shopform.diagnostics import did_you_mean
from shopform.errors import UsageError
from shopform.kit.text import backquoted
from shopform.sandbox.behaviour.questions import Switch

_FREE = re.compile(r"\w+(,\w+)*", re.ASCII)


class Switches:
    """The value of each of these switches; by default the first of its allowed values."""

    def __init__(self, switches: Iterable[Switch], given: Mapping[str, str] | None = None) -> None:
        known = {switch.name: switch for switch in switches}
        self._allowed = {name: switch.words for name, switch in known.items()}
        self._free = {name for name, switch in known.items() if switch.free}
        self._values = {name: words[0] for name, words in self._allowed.items()}
        for name, word in (given or {}).items():
            self.set(name, word)

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def set(self, name: str, word: str) -> None:
        """Set a switch. Raises UsageError for an unknown name or value.

        `typing` sets each `typing.ENDPOINT` that differs with that word, for example.
        """
        known = self._allowed
        endpoints = [n for n in known if n.startswith(f"{name}.") and word in known[n]]
        if endpoints:
            self._values |= dict.fromkeys(endpoints, word)
            return
        if name not in known:
            hint = did_you_mean(name, known, "`--list-switches` shows all")
            raise UsageError(f"there is no switch `{name}`", hint=hint)
        numeric = word.isdigit() == known[name][0].isdigit()
        if word not in known[name] and not (
            name in self._free and numeric and _FREE.fullmatch(word)
        ):
            hint = f"use one of {backquoted(known[name])}"
            raise UsageError(f"switch `{name}` has no value `{word}`", hint=hint)
        self._values[name] = word
