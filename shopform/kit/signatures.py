"""Signatures of webhook deliveries; receivers may import `sign` and `verify`.

The shop signs deliveries with an HMAC and the secret of the webhook (A3, F2, H1). The header, the
digest and its encoding are in no known document: SHA-256 in hex is an assumption.
"""

import base64
import hmac
from collections.abc import Iterator
from itertools import product
from typing import Final, NamedTuple

DIGESTS: Final = ("sha256", "sha1", "sha512")
ENCODINGS: Final = ("hex", "base64")


class Scheme(NamedTuple):
    """How a signature is made: one of DIGESTS in one of ENCODINGS."""

    digest: str = DIGESTS[0]
    encoding: str = ENCODINGS[0]


DEFAULT: Final = Scheme()


def sign(body: bytes, secret: str, scheme: Scheme = DEFAULT) -> str:
    """Return the signature of a body."""
    made = hmac.digest(secret.encode(), body, scheme.digest)
    return made.hex() if scheme.encoding == "hex" else base64.b64encode(made).decode()


def verify(body: bytes, signature: str, secret: str, scheme: Scheme = DEFAULT) -> bool:
    """Whether a signature is that of a body, compared in constant time.

    A signature may begin with the name of the digest, as in `sha256=`.
    """
    given = signature.strip()
    prefix, _, rest = given.partition("=")
    given = rest if prefix.lower() == scheme.digest else given
    given = given.lower() if scheme.encoding == "hex" else given
    made = sign(body, secret, scheme)
    return hmac.compare_digest(given.encode(errors="replace"), made.encode())


def matching(body: bytes, signature: str, secret: str) -> Iterator[Scheme]:
    """Yield the schemes of which a signature is."""
    for scheme in map(Scheme._make, product(DIGESTS, ENCODINGS)):
        if verify(body, signature, secret, scheme):
            yield scheme
