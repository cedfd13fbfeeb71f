"""Blobs of S3, Google Cloud Storage and Azure, through obstore.

obstore looks for credentials in the environment and in the machine's own services (container,
instance, web identity). It knows no AWS profiles and no GCP workload identity.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    NotFoundError,
    PreconditionError,
)
from obstore.store import AzureStore, GCSStore, ObjectStore, S3Store

from shopform.errors import ConfigError, StoreError
from shopform.kit.url_paths import is_loopback
from shopform.model.shop import StateStore
from shopform.state.objects.blobs import Blob, ConflictError, StoredObject, Tag

STORES: Final[Mapping[str, Callable[..., ObjectStore]]] = {
    "s3": S3Store,
    "gs": GCSStore,
    "az": AzureStore,
}
NEEDED: Final[Mapping[str, Sequence[tuple[str, ...]]]] = {
    "s3": (
        ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN"),
        ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI",),
    ),
    "gs": (
        ("GOOGLE_OAUTH_ACCESS_TOKEN",),
        ("GOOGLE_APPLICATION_CREDENTIALS",),
        ("GOOGLE_SERVICE_ACCOUNT",),
        ("GOOGLE_SERVICE_ACCOUNT_KEY",),
    ),
    "az": (
        ("AZURE_STORAGE_ACCOUNT_KEY",),
        ("AZURE_STORAGE_SAS_KEY",),
        ("AZURE_STORAGE_TOKEN",),
        ("AZURE_CLIENT_ID",),
        ("AZURE_USE_AZURE_CLI",),
    ),
}
"""Variables that give credentials, any set of them. Without any obstore asks the machine's service
for some, which takes long to fail off such a machine and fails with words about that service."""


REFUSED: Final = re.compile(r"status code: 40[13]\b|lacked (valid|the necessary)")
EXPECTED_REGION: Final = re.compile(r"expecting '([a-z0-9-]+)'")
RIGHTS: Final[Mapping[str, str]] = {
    # S3 answers like this for an object that does not exist, too.
    "read": "the credentials need the rights to get objects under that key, and to list them (S3: "
    "`s3:GetObject` and `s3:ListBucket`)",
    "write": "the credentials need the right to put objects under that key (S3: `s3:PutObject`)",
    "delete": "the credentials need the right to delete objects under that key (S3: "
    "`s3:DeleteObject`)",
    "list": "the credentials need the right to list objects under that key (S3: `s3:ListBucket`)",
}
CREDENTIALS: Final = "the credentials are wrong or have expired: set their variables again"
REGION: Final = "the bucket is in another region: correct `region` of `state_store`"
ELSE: Final = "check the connection, and `region` and `endpoint` of `state_store`"
HINTS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken"), CREDENTIALS),
    **dict.fromkeys(("InvalidToken", "AuthenticationFailed", "Unauthorized"), CREDENTIALS),
    **dict.fromkeys(("301", "AuthorizationHeaderMalformed"), REGION),
    "RequestTimeTooSkewed": "set the clock of this machine",
    "NotImplemented": "the store does not know conditional writes: use another store",
    "SlowDown": "run again: the store is busy",
}
"""What to do, by the error codes of S3, Azure and the XML interface of Google Cloud Storage."""


class ObstoreBlobs:
    """The Blobs of one bucket or container."""

    def __init__(self, store: ObjectStore, root: str) -> None:
        """`root` is the address of the bucket, such as `s3://bucket`."""
        self._store = store
        self._root = root

    def get(self, key: str) -> Blob | None:
        with self._reporting("read", key):
            try:
                found = obstore.get(self._store, key)
                return Blob(bytes(found.bytes()), _tag(found.meta), found.meta["last_modified"])
            except (FileNotFoundError, NotFoundError) as missing:
                if "NoSuchBucket" in str(missing) or "ContainerNotFound" in str(missing):
                    raise self._no_bucket() from missing
                return None

    def create(self, key: str, data: bytes) -> Tag:
        return self._put(key, data, "create")

    def replace(self, key: str, data: bytes, tag: Tag) -> Tag:
        return self._put(key, data, {**tag})

    def delete(self, keys: Sequence[str]) -> None:
        # Azure raises for one that is missing, and deletes the others.
        with self._reporting("delete", keys[0]), suppress(FileNotFoundError, NotFoundError):
            obstore.delete(self._store, keys)

    def list(self, prefix: str) -> Iterable[StoredObject]:
        with self._reporting("list", prefix):
            pages = list(obstore.list(self._store, prefix.rstrip("/")))
        return [
            StoredObject(each["path"], each["last_modified"]) for page in pages for each in page
        ]

    def place(self, key: str) -> str:
        return f"{self._root}/{key}"

    def _put(self, key: str, data: bytes, mode: Any) -> Tag:
        with self._reporting("write", key):
            try:
                # Several parts would be written without the condition.
                put = obstore.put(self._store, key, data, mode=mode, use_multipart=False)
            except (AlreadyExistsError, PreconditionError) as refused:
                raise ConflictError from refused
        return _tag(put)

    @contextmanager
    def _reporting(self, verb: str, key: str) -> Iterator[None]:
        try:
            yield
        except (FileNotFoundError, NotFoundError) as problem:
            raise self._no_bucket() from problem
        except BaseError as problem:
            code = _code(problem)
            if code in ("NoSuchBucket", "ContainerNotFound"):
                raise self._no_bucket() from problem
            refused = REFUSED.search(str(problem)) is not None
            hint = HINTS.get(code) or (RIGHTS[verb] if refused else ELSE)
            if region := EXPECTED_REGION.search(str(problem)):
                hint = (
                    f"the bucket is in the region `{region[1]}`: correct `region` of `state_store`"
                )
            raise StoreError(
                f"{'may not' if refused else 'cannot'} {verb} `{self.place(key)}`:"
                f" {_reason(problem)}",
                hint=hint,
            ) from problem

    def _no_bucket(self) -> StoreError:
        return StoreError(
            f"`{self._root}` does not exist", hint="create it, or correct the shop's `state`"
        )


def open_blobs(
    scheme: str, bucket: str, settings: StateStore, environment: Mapping[str, str]
) -> ObstoreBlobs:
    """Open a bucket. Raises StoreError where the environment gives no credentials for it."""
    endpoint = urlsplit(settings.endpoint)
    if settings.endpoint and (endpoint.scheme not in ("http", "https") or not endpoint.hostname):
        raise ConfigError(
            f"`state_store.endpoint` is not an address: `{settings.endpoint}`",
            hint="write `https://HOST`",
        )
    emulated = endpoint.scheme == "http"
    if emulated and not is_loopback(endpoint.hostname or ""):
        raise ConfigError(
            f"`state_store.endpoint` is not encrypted: `{settings.endpoint}`",
            hint="use https; http is for this machine only",
        )
    _require_credentials(scheme, environment)
    given = {
        name: value for name, value in _options(scheme, settings, environment).items() if value
    }
    options: dict[str, Any] = {
        **given,
        "client_options": {"timeout": "10s", "allow_http": emulated},
        "retry_config": {"max_retries": 3, "retry_timeout": timedelta(seconds=20)},
    }
    try:
        store = STORES[scheme](bucket, **options)
    except (BaseError, ValueError) as problem:
        raise ConfigError(
            f"the state store `{scheme}://{bucket}` cannot be used: {_reason(problem)}",
            hint="check `state_store`, and the variables of the credentials",
        ) from problem
    return ObstoreBlobs(store, f"{scheme}://{bucket}")


def _options(
    scheme: str, settings: StateStore, environment: Mapping[str, str]
) -> Mapping[str, object]:
    """Return what the settings and the environment say to obstore, by its own names."""
    endpoint, token = settings.endpoint, environment.get("GOOGLE_OAUTH_ACCESS_TOKEN", "")
    if scheme == "s3":
        return {"region": settings.region, "endpoint": endpoint}
    if scheme == "az":
        return {"account_name": settings.account, "endpoint": endpoint}
    if endpoint:
        key = dict.fromkeys(("client_email", "private_key", "private_key_id"), "")
        plain = {"gcs_base_url": endpoint, "disable_oauth": True, **key}
        return {"service_account_key": json.dumps(plain)}
    provider = (lambda: {"token": token, "expires_at": None}) if token else None
    return {"credential_provider": provider}


def _require_credentials(scheme: str, environment: Mapping[str, str]) -> None:
    """Raise StoreError where no variable gives any, and none says that the machine does."""
    ways = NEEDED[scheme]
    if any(all(environment.get(name) for name in names) for names in ways):
        return
    if environment.get("SHOPFORM_STATE_CREDENTIALS") == "machine":
        return
    named = "; or ".join(" and ".join(f"`{name}`" for name in names) for names in ways)
    raise StoreError(
        f"no credentials for the state store were found (`{scheme}://`)",
        hint=f"set {named}; or `SHOPFORM_STATE_CREDENTIALS=machine` where the machine's own "
        "service gives them",
    )


def _tag(meta: Mapping[str, Any]) -> Tag:
    return {name: meta[name] for name in ("e_tag", "version") if meta.get(name)}


def _code(problem: BaseException) -> str:
    """Return the error code of the store; empty if its answer has none."""
    text = str(problem)
    found = re.search(r"<Code>(\w+)</Code>", text)
    # For 301, the library does not quote the answer.
    return found[1] if found else "301" if "without LOCATION" in text else ""


def _reason(problem: BaseException) -> str:
    """Return the message of the store; else the first line of the library's, without its URL."""
    text = str(problem)
    said = re.search(r"<Message>([^<]*)</Message>", text)
    if said and (code := _code(problem)):
        return f"{code}, {said[1][:200].strip()}"
    return text.partition("\n")[0].rpartition(" - ")[2][:300]
