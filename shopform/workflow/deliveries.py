"""Verify deliveries of events, and send signed ones to a receiver that is being developed.

Nothing is known of a delivery but its events and that it is signed (A3, F2, H1): the method, the
header with the signature and the payload are in no known document.
"""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic
from typing import Final, NamedTuple

from shopform import __version__, files
from shopform.config import read_source
from shopform.errors import Refused, ShopformError, UsageError
from shopform.kinds import Catalogue
from shopform.kit.signatures import Scheme, matching, sign, verify
from shopform.kit.url_paths import without_secrets
from shopform.shop.http_client import open_https, status_of

_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # RFC 9110 5.6.2
_OWN_HEADERS: Final = frozenset(
    ("connection", "content-length", "content-type", "host", "transfer-encoding", "user-agent")
)
_EMPTY_LINE: Final = re.compile(rb"\r?\n\r?\n")


class Signing(NamedTuple):
    """How deliveries are signed; `source` is that of the secret, such as `${env:NAME}`."""

    source: str
    header: str = ""
    scheme: Scheme = Scheme()

    @classmethod
    def of(cls, source: str | None, header: str | None, digest: str, encoding: str) -> "Signing":
        return cls(source or "", header or "", Scheme(digest, encoding))

    def secret(
        self, directory: Path, environment: Mapping[str, str], stdin: Callable[[], bytes]
    ) -> str:
        """Return the secret; that of the source `-` is what `stdin` returns.

        Raises ConfigError, UsageError.
        """
        try:
            if self.source == "-":
                found = stdin().decode().strip()
            else:
                found = read_source(self.source, directory, environment).strip()
                found.encode()  # what is not UTF-8 in the environment are surrogates here
        except UnicodeError:
            raise UsageError(f"the secret of `{self.source}` is not UTF-8") from None
        if not found:
            raise UsageError(f"the secret of `{self.source}` is empty")
        return found


class Sent(NamedTuple):
    """A delivery that the receiver accepted, with the seconds it took."""

    url: str
    status: int
    seconds: float


def known_events(catalogue: Catalogue) -> frozenset[str]:
    """Return the events of the kinds whose objects have a secret of the shop."""
    signed = (kind for kind in catalogue.kinds if kind.generated)
    return frozenset().union(*(row.known for kind in signed for row in kind.rows))


def read_file(directory: Path, file: str) -> bytes:
    """Return the content of a file on the command line. Raises UsageError."""
    with files.reporting(directory / file, UsageError):
        return files.read_typed(directory, file)


def signature_in(headers: str, name: str) -> str:
    """Return the value of a header in lines of headers. Raises UsageError."""
    lines = [line.partition(":") for line in headers.splitlines()]
    found = [text.strip() for key, _, text in lines if key.strip().lower() == name.lower()]
    if len(found) != 1:
        keys = ", ".join(key.strip() for key, colon, _ in lines if colon) or "none"
        raise UsageError(
            f"there is {'no' if not found else 'more than one'} header `{name}`",
            hint=f"the headers are: {keys}",
        )
    return found[0]


def split_request(received: bytes) -> tuple[str, bytes]:
    """Return the headers and the body of a request as it was received. Raises UsageError."""
    empty = _EMPTY_LINE.search(received)
    if not empty:
        raise UsageError(
            "the request has no empty line after its headers",
            hint="give the signature with `--signature FILE`",
        )
    return received[: empty.start()].decode("utf-8", "replace"), received[empty.end() :]


def check_delivery(body: bytes, signature: str, secret: str, scheme: Scheme) -> None:
    """Raise Refused if the signature is not that of the body."""
    if verify(body, signature, secret, scheme):
        return
    hint = "check the secret, and that the body is as received, byte for byte"
    if found := next(matching(body, signature, secret), None):
        hint = f"it matches with `--digest {found.digest} --encoding {found.encoding}`"
    raise Refused(
        f"the signature is not that of these {len(body)} bytes"
        f" (HMAC with {scheme.digest}, in {scheme.encoding})",
        hint=hint,
    )


def test_body(event: str) -> bytes:
    """Return the body of a test delivery, which is shopform's own."""
    return json.dumps({"event": event, "test": True}).encode()


def ping(url: str, body: bytes, secret: str, signing: Signing) -> Sent:
    """Send a signed delivery once. Raises ShopformError unless the receiver answers 2xx."""
    if not _HEADER_NAME.fullmatch(signing.header):
        raise UsageError(f"`{signing.header}` cannot be the name of a header")
    if signing.header.lower() in _OWN_HEADERS:
        raise UsageError(f"`{signing.header}` is a header of every request")
    shown = without_secrets(url)
    refused = UsageError(
        f"`{shown}` is not an https URL", hint="`http://` is for this machine only"
    )
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"shopform/{__version__}",
        signing.header: sign(body, secret, signing.scheme),
    }
    began = monotonic()
    with open_https(url, refused, headers=headers) as http:
        found = status_of(http, "POST", url, content=body)
    if isinstance(found, str):
        raise ShopformError(f"no answer from `{shown}`: {found}")
    if not 200 <= found < 300:
        raise ShopformError(f"the receiver `{shown}` answered {found}")
    return Sent(shown, found, monotonic() - began)
