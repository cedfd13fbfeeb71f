"""The last use of a key of the login, which the shop revokes after 90 days without one (O2, F1).

Its date is in the keyring beside the key. A key that was stored by hand has none, and is not one of
the login.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Final

from shopform.config.read.keyrings import keyring_name, read_keyring, write_keyring
from shopform.diagnostics import Diagnostic, warning
from shopform.errors import ConfigError
from shopform.model.shop import Shop

UNUSED: Final = timedelta(days=90)
SOON: Final = timedelta(days=14)


def record_use(name: str) -> None:
    """Record that a key of the login is used today. Raises ConfigError."""
    write_keyring(_entry(name), _today().isoformat())


class KeyUse:
    """The use of the key of one shop in a run. If the keyring fails, nothing is known of it."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._name = keyring_name(shop.token.source)
        self.last = self._last()

    def warnings(self) -> list[Diagnostic]:
        """Return a warning for a key that the shop revokes soon, or has probably revoked."""
        if self.last is None or _today() - self.last < UNUSED - SOON:
            return []
        revoked = self.last + UNUSED
        would = (
            "revokes it" if _today() < revoked else "has revoked it, if it was not used elsewhere,"
        )
        return [
            warning(
                "key-unused",
                f"the key of `{self._shop.name}` was last used on {self.last}: the shop {would}"
                f" on {revoked}, after {UNUSED.days} days",
                hint=f"`shopform login --shop {self._shop.name}` gets another",
            )
        ]

    def renew(self) -> None:
        """Record that the shop accepted the key today."""
        if self.last is not None and self.last != _today():
            try:
                record_use(self._name)
            except ConfigError:
                self.last = None

    def _last(self) -> date | None:
        try:
            text = read_keyring(_entry(self._name)) if self._name else None
            return date.fromisoformat(text) if text else None
        except (ConfigError, ValueError):
            return None


def _entry(name: str) -> str:
    return f"{name}.used"


def _today() -> date:
    return datetime.now(UTC).date()
