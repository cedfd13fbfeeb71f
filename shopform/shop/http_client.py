"""Open the client of httpx, for the shop and for servers of states."""

from typing import Any

import httpx

from shopform.errors import ShopformError
from shopform.kit.url_paths import is_loopback


def open_client(
    scheme: str, host: str, error: type[ShopformError], **settings: Any
) -> httpx.Client:
    """Return a client for one host, which follows no redirects.

    Raises `error` if a proxy or certificate that the environment names cannot be used.
    """
    try:
        return httpx.Client(
            # Building a TLS context costs 16 ms; plain HTTP only ever goes to this machine.
            verify=scheme == "https",
            trust_env=not is_loopback(host),
            # A redirect may lead to another host, which must not get the credentials.
            follow_redirects=False,
            **settings,
        )
    except (OSError, ValueError, ImportError, httpx.InvalidURL):
        # What these say may quote a proxy's password.
        raise error(
            "the proxy or the certificates that the environment names cannot be used",
            hint="check HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE and"
            " SSL_CERT_DIR",
        ) from None
