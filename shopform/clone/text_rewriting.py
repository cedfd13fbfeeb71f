"""Rewrite strings of one shop for another: hosts and the user's replacements. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

# A user's string is matched as a whole word of letters, digits, `-` and `_`.
_BEFORE: Final = r"(?<![\w-])"
_AFTER: Final = r"(?![\w-])"
# A shop's host is not matched inside another host or an e-mail address, or with another port.
_HOST_BEFORE: Final = r"(?<![\w@.-])"
_HOST_AFTER: Final = r"(?![\w-]|\.\w|:\d)"


@dataclass(frozen=True)
class Rewriting:
    """Replace old strings with new ones, the longest first, all in one pass.

    `table` is the user's. `hosts` are the source's own host names, matched as whole names in any
    case; the user's table takes precedence.
    """

    table: Mapping[str, str]
    hosts: Mapping[str, str]

    def text(self, text: str) -> str:
        """Return the string for the other shop."""
        return self._pattern.sub(self._new, text) if self._pattern else text

    def maps(self, text: str) -> bool:
        """Return whether the user's table replaces anything in the string."""
        return bool(self._own and self._own.search(text))

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        strings = {**dict.fromkeys(self.hosts, True), **dict.fromkeys(self.table, False)}
        parts = [
            f"{_HOST_BEFORE}(?i:{re.escape(old)}){_HOST_AFTER}"
            if host
            else f"{_BEFORE}{re.escape(old)}{_AFTER}"
            for old, host in sorted(strings.items(), key=lambda item: (-len(item[0]), item[0]))
        ]
        return re.compile("|".join(parts)) if parts else None

    @cached_property
    def _own(self) -> re.Pattern[str] | None:
        strings = "|".join(map(re.escape, self.table))
        return re.compile(f"{_BEFORE}(?:{strings}){_AFTER}") if strings else None

    def _new(self, match: re.Match[str]) -> str:
        found = match[0]
        return self.table[found] if found in self.table else self.hosts[found.lower()]


def own_hosts(source: Iterable[str], target: str) -> dict[str, str]:
    """Map the source's own hosts to `target`, the host of the other shop.

    If any name has a port, only names with a port are replaced.
    """
    names = sorted(source)
    ported = [name for name in names if ":" in name] or names
    plain = target.removeprefix("www.")
    return {
        name.lower(): target if name.startswith("www.") else plain
        for name in ported
        if name.lower() not in (target, plain)
    }
