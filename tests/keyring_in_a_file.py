"""A keyring in a JSON file, whose path is in a variable: for the library `keyring` to choose."""

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordSetError

VARIABLE = "KEYRING_FILE"


class KeyringInAFile(KeyringBackend):
    """Without the file it is locked; if that is read-only, nothing can be stored."""

    priority = 1

    def _file(self) -> Path:
        return Path(os.environ[VARIABLE])

    def get_password(self, service: str, username: str) -> str | None:
        try:
            held = json.loads(self._file().read_text("utf-8"))
        except FileNotFoundError:
            raise KeyringLocked("canary: locked") from None
        found = held.get(f"{service}/{username}")
        return None if found is None else str(found)

    def set_password(self, service: str, username: str, password: str) -> None:
        held = json.loads(self._file().read_text("utf-8"))
        if "read-only" in held:
            raise PasswordSetError(f"cannot store {password}")
        held[f"{service}/{username}"] = password
        self._file().write_text(json.dumps(held), "utf-8")

    def delete_password(self, service: str, username: str) -> None:
        raise NotImplementedError
