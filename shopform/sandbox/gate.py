"""Authorization: the key, its rights, and its calls per day."""

from collections.abc import Callable, Iterable

from shopform.errors import UsageError
from shopform.sandbox.messages import Refusal

SCHEMES = ("", "Bearer ", "Shoporama ")  # A1, A2, A3, W
MISSING = ":missing"
APP_STATUS = "app-status"  # P: requested by the app itself, with its own scheme


class Gate:
    """Admits up to `daily_calls` requests of one key; `endpoint` is that of a name in `deny`.

    An endpoint that is denied as `missing` does not exist in this shop.
    """

    def __init__(
        self,
        token: str,
        deny: Iterable[str],
        daily_calls: int,
        endpoint: Callable[[str], str],
    ) -> None:
        self.daily_calls = daily_calls
        self.used = 0
        self._token = token
        listed = [(each.removesuffix(MISSING), each.endswith(MISSING)) for each in deny]
        self.missing = {endpoint(name) for name, missing in listed if missing}
        self._denied = {
            right for name, missing in listed if not missing for right in _rights(name, endpoint)
        }

    def admit(self, method: str, name: str, key: str, denied: str) -> None:
        """Count a request. Raises Refusal: 401, 429, or the status for a missing right."""
        schemes = ("App ",) if name == APP_STATUS else SCHEMES
        if key not in [scheme + self._token for scheme in schemes]:
            raise Refusal(401)
        if self.used >= self.daily_calls:
            raise Refusal(429)
        self.used += 1
        if name in self.missing:
            raise Refusal(404)
        if (name, method == "GET") in self._denied:
            raise Refusal(int(denied))

    def installed(self, origin: str) -> dict[str, object]:
        """Return a shop in the answer to an app: the keys of the calls at installation (P).

        That the answer has them is assumed.
        """
        return {
            "webshop_id": 1,
            "webshop_url": origin,
            "app_token": self._token,
            "app_token_daily_limit": self.daily_calls,
            "app_token_current_usage": self.used,
            "installed": 1767225600,
            "fields": {},
        }


def _rights(denied: str, endpoint: Callable[[str], str]) -> list[tuple[str, bool]]:
    """Return the reads (True) and writes (False) that `ENDPOINT[:read|:write]` denies."""
    name, _, right = denied.partition(":")
    reads = {"": (True, False), "read": (True,), "write": (False,)}
    if right not in reads:
        raise UsageError(f"`{right}` is not a right", hint="use `read`, `write` or `missing`")
    return [(endpoint(name), each) for each in reads[right]]
