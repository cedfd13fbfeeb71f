"""Secrets in the keyring of the system, by the library `keyring`."""

import re
from typing import Final

from shopform.errors import ConfigError

SERVICE: Final = "shopform"
_SOURCE: Final = re.compile(r"\$\{keyring:([^{}]+)\}")


def keyring_name(source: str) -> str:
    """Return the name in `${keyring:NAME}`; empty for other sources."""
    found = _SOURCE.fullmatch(source)
    return found[1] if found else ""


def read_keyring(name: str) -> str | None:
    """Return a secret, or None without one of that name. Raises ConfigError."""
    return _call("get_password", name)


def write_keyring(name: str, text: str) -> None:
    """Add or replace a secret. Raises ConfigError."""
    _call("set_password", name, text)


def _call(method: str, *given: str) -> str | None:
    try:
        import keyring
        from keyring.errors import KeyringError, NoKeyringError
    except ImportError:
        hint = 'install it: `pip install "shopform[keyring]"`; or use `${env:NAME}`'
        raise ConfigError("the library `keyring` is not installed", hint=hint) from None
    try:
        found: str | None = getattr(keyring, method)(SERVICE, *given)
    except NoKeyringError:
        hint = "`keyring diagnose` shows what it looks for; CI jobs use `${env:NAME}`"
        raise ConfigError("this machine has no keyring", hint=hint) from None
    except (KeyringError, OSError) as problem:
        # What it says may quote what it was given.
        raise ConfigError(
            f"the keyring cannot be used ({type(problem).__name__})",
            hint="unlock it, or use `${env:NAME}`",
        ) from None
    return found
