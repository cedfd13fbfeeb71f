"""Deliver secrets that the shop generates and shows once.

A delivery writes a new file, or replaces an unchanged file of an earlier delivery of the same
shop, by the digests in an index. A secret never replaces a source file or a state.
"""

import errno
import hashlib
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shopform import files
from shopform.errors import ShopformError
from shopform.files import check_writable, make_directory, read_bytes, reporting, write_atomic
from shopform.model.desired import Delivery
from shopform.model.values import Address

INDEX = "secrets/.delivered.json"
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
    """Deliver the secrets (by field) of a new object; paths are relative to `directory`.

    A single secret is written as it is, several as a JSON object. Without a delivery they go to
    `secrets/SHOP.json`. If a delivery fails they go there too, because the shop shows them once,
    and ShopformError is raised. No message contains a secret.
    """
    if not secrets:
        return
    kept = _kept(directory, shop)
    if delivery is None:
        _keep(kept, address, secrets)
        return
    text = next(iter(secrets.values())) if len(secrets) == 1 else _json(dict(secrets))
    try:
        if delivery.file:
            _deliver_to_file(directory, delivery.file, text, shop)
        else:
            _pipe(delivery.command, text, directory)
    except ShopformError as problem:
        _keep(kept, address, secrets)
        raise ShopformError(
            f"the secret of `{address}` was not delivered: {problem}",
            hint=f"it was written to `{kept}` instead: the shop does not show it again",
        ) from None


def check(delivery: Delivery | None, *, directory: Path, shop: str) -> None:
    """Raise ShopformError if a secret could neither be delivered nor kept. Changes nothing."""
    kept = _kept(directory, shop)
    _read_json(kept)
    _check_folder(kept)
    if delivery and delivery.file:
        path, index = _place(directory, delivery.file), _place(directory, INDEX)
        _read_json(index)
        _check_folder(index)
        _require_own(directory, delivery.file, path, shop)
        _check_folder(path)
    elif delivery:
        name = delivery.command[0] if delivery.command else ""
        # As `subprocess` finds it: a name with a slash is relative to the folder it runs in.
        if not shutil.which(directory / name if "/" in name else name):
            raise ShopformError(
                f"the command `{name}` was not found", hint="install it, or use its path"
            )


def _kept(directory: Path, shop: str) -> Path:
    return _place(directory, f"secrets/{shop}.json")


def _place(directory: Path, name: str) -> Path:
    with reporting(directory / name, ShopformError):
        files.inside(directory, name)
    return directory / name


def _check_folder(path: Path) -> None:
    """Raise ShopformError if the folder of a file cannot be created or written."""
    with reporting(path, ShopformError):
        check_writable(path)
        folder = path.parent
        while not os.path.lexists(folder):
            folder = folder.parent
        if not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))


def _require_own(directory: Path, name: str, path: Path, shop: str) -> None:
    """Raise ShopformError for an existing file that is not as a delivery wrote it."""
    with reporting(path, ShopformError):
        data = read_bytes(path)
    if data is not None and _read_json(_place(directory, INDEX)).get(name) != _index_entry(
        shop, data
    ):
        raise ShopformError(
            f"`{name}` exists and was not written by a delivery of `{shop}`",
            hint="move it away, or set another file in `secret_to`",
        )


def _index_entry(shop: str, data: bytes) -> dict[str, str]:
    return {"shop": shop, "sha256": hashlib.sha256(data).hexdigest()}


def _deliver_to_file(directory: Path, name: str, text: str, shop: str) -> None:
    path, index = _place(directory, name), _place(directory, INDEX)
    with _store:
        _require_own(directory, name, path, shop)
        # The index comes first: a file that is not in it could never be written again.
        made = {**_read_json(index), name: _index_entry(shop, _encoded(text))}
        _write(index, _json(made))
    _write(path, text)
    _ignore(index.parent)


def _encoded(text: str) -> bytes:
    return text.encode(errors="surrogatepass") + b"\n"


def _write(path: Path, text: str) -> None:
    with reporting(path, ShopformError):
        make_directory(path.parent, PRIVATE_FOLDER)
        write_atomic(path, _encoded(text), mode=PRIVATE_FILE)


def _ignore(folder: Path) -> None:
    """Make git ignore the folder of secrets. It comes after a secret, which must not be lost."""
    with _store:
        if not os.path.lexists(folder / ".gitignore"):
            _write(folder / ".gitignore", "*")


def _read_json(path: Path) -> dict[str, Any]:
    """Read a JSON file that shopform wrote. Raises ShopformError for anything else."""
    with reporting(path, ShopformError):
        data = read_bytes(path)
    try:
        held = {} if data is None else json.loads(data)
    except (ValueError, RecursionError):
        held = None
    if not isinstance(held, dict):
        raise ShopformError(f"`{path}` was not written by shopform", hint="move it away")
    return held


def _keep(path: Path, address: Address, secrets: Mapping[str, str]) -> None:
    """Add to the file of a shop's secrets by address and field."""
    try:
        with _store:
            held = _read_json(path)
            try:
                held[address] = {**held.get(address, {}), **secrets}
            except (ValueError, TypeError):
                raise ShopformError(f"`{path}` was not written by shopform") from None
            _write(path, _json(held))
    except ShopformError as problem:
        raise ShopformError(
            f"the secret of `{address}` is lost: {problem}",
            hint=f"fix that, then `shopform apply --replace {address}` makes a new one",
        ) from None
    _ignore(path.parent)


def _pipe(command: tuple[str, ...], text: str, directory: Path) -> None:
    """Pass the string to a command on its standard input; its output is dropped."""
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
