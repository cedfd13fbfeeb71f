"""Secrets that the shop makes and shows once: written where the files say, and nowhere else."""

import errno
import json
import os
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path

from shopform.errors import ShopformError
from shopform.files import reporting
from shopform.model import Address, Delivery
from shopform.state.disk import make_directory, read_bytes, write_atomic

PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700
COMMAND_SECONDS = 60

_store = threading.Lock()


def deliver(
    delivery: Delivery | None,
    address: Address,
    secrets: Mapping[str, str],
    *,
    directory: Path,
    shop: str,
) -> None:
    """Hand over the secrets (text by field) of a new object; paths are relative to `directory`.

    A single secret is written as it is, several as a JSON object. Without a delivery they go to
    `secrets/SHOP.json`; so they do when a delivery fails, because the shop shows them once, and
    ShopformError says so then. No message holds a secret.
    """
    if not secrets:
        return
    kept = directory / "secrets" / f"{shop}.json"
    if delivery is None:
        _keep(kept, address, secrets)
        return
    text = next(iter(secrets.values())) if len(secrets) == 1 else _json(dict(secrets))
    try:
        if delivery.file:
            _write(directory / delivery.file, text)
        else:
            _pipe(delivery.command, text, directory)
    except ShopformError as problem:
        _keep(kept, address, secrets)
        raise ShopformError(
            f"the secret of `{address}` was not delivered: {problem}",
            hint=f"it is in `{kept}`, take it from there: the shop does not show it again",
        ) from None


def _write(path: Path, text: str) -> None:
    with reporting(path, ShopformError):
        if path.exists() and not path.is_file():
            raise FileExistsError(errno.EEXIST, "not a regular file", str(path))
        make_directory(path.parent, PRIVATE_FOLDER)
        write_atomic(path, text.encode(errors="surrogatepass") + b"\n", mode=PRIVATE_FILE)


def _keep(path: Path, address: Address, secrets: Mapping[str, str]) -> None:
    """Add to the file that holds the secrets of a shop by address and field."""
    try:
        with _store:
            with reporting(path, ShopformError):
                data = read_bytes(path)
            try:
                held = {} if data is None else json.loads(data)
                held[address] = {**held.get(address, {}), **secrets}
            except (ValueError, TypeError, AttributeError):
                raise ShopformError(f"`{path}` is not what shopform wrote") from None
            _write(path, _json(held))
    except ShopformError as problem:
        raise ShopformError(
            f"the secret of `{address}` is lost: {problem}",
            hint=f"mend that, and `shopform apply --replace {address}` makes a new one",
        ) from None


def _pipe(command: tuple[str, ...], text: str, directory: Path) -> None:
    """Give the text to a command on its standard input; what it prints is dropped."""
    name = command[0] if command else ""
    try:
        done = subprocess.run(  # noqa: S603 - the command is the user's own, run without a shell
            command,
            input=text.encode(errors="surrogatepass"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=directory,
            timeout=COMMAND_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ShopformError(f"`{name}` took more than {COMMAND_SECONDS} seconds") from None
    except OSError as problem:
        reason = os.strerror(problem.errno or 0).lower()
        raise ShopformError(f"`{name}` could not be run: {reason}") from None
    if done.returncode != 0:
        raise ShopformError(f"`{name}` failed with exit code {done.returncode}")


def _json(item: object) -> str:
    return json.dumps(item, indent=2, sort_keys=True, ensure_ascii=False)
