"""Secrets in the keyring of the system, by the library `keyring`."""

import re
from importlib.util import find_spec
from typing import Final

from shopform.errors import ConfigError

SERVICE: Final = "shopform"
HINT: Final = "`keyring diagnose` shows which one is used; CI jobs use `${env:NAME}`"
_SOURCE: Final = re.compile(r"\$\{keyring:([^{}]+)\}")


def keyring_name(source: str) -> str:
    """Return the name in `${keyring:NAME}`; empty for other sources."""
    found = _SOURCE.fullmatch(source)
    return found[1] if found else ""


def read_keyring(name: str) -> str | None:
    """Return a secret, or None without one of that name. Raises ConfigError."""
    return _call("get_password", name)


def write_keyring(name: str, text: str) -> None:
    """Add or replace a secret, and read it back. Raises ConfigError."""
    _call("set_password", name, text)
    if read_keyring(name) != text:  # the backend `null`, and a chain of none, do nothing
        raise ConfigError(f"the keyring did not store `{name}`", hint=HINT)


def _call(method: str, *given: str) -> str | None:
    if find_spec("keyring") is None:
        hint = "install it: `pip install '.[keyring]'` in a checkout; or use `${env:NAME}`"
        raise ConfigError("the library `keyring` is not installed", hint=hint)
    try:
        import keyring  # chooses a backend by its configuration

        found: str | None = getattr(keyring, method)(SERVICE, *given)
    except Exception as problem:  # noqa: BLE001  of any type, and may quote what it was given
        name = type(problem).__name__
        if name == "NoKeyringError":
            raise ConfigError("this machine has no keyring", hint=HINT) from None
        summary = f"the keyring cannot be used ({name})"
        raise ConfigError(summary, hint=f"unlock it; {HINT}") from None
    return found
