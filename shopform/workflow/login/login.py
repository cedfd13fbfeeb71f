"""Get a key by the login of Shoporama, and store it in the keyring.

The browser goes to the login page with `client_id`, `redirect_uri` and `state`; the page leads it
back with `token`, `shop_url`, `shop_name`, `api_endpoint`, `webshop_id`, `access_level` and
`state` (O1, O2, F1). Whether it accepts a redirect to this machine is not known.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from shopform.config.compile.app_shops import is_of_app
from shopform.config.compile.shop_settings import url_problem
from shopform.config.read.keyrings import keyring_name, read_keyring, write_keyring
from shopform.config.read.yaml_nodes import Scalar, child
from shopform.diagnostics import printable
from shopform.errors import ConfigError, Refused, UsageError
from shopform.model.values import host_of
from shopform.workflow.login.callback import listening
from shopform.workflow.records.key_use import record_use
from shopform.workflow.workspace import Workspace

PAGE = "/admin/oauth/login"


class LoginPage(NamedTuple):
    """The host of the login page, the name that it shows, and where its redirect is awaited.

    `port` 0 is any free one; `timeout` are seconds.
    """

    host: str
    client_id: str
    port: int
    timeout: float


class LoggedIn(NamedTuple):
    """What the login said of the key; `name` is that of the secret in the keyring."""

    name: str
    host: str
    shop_name: str
    access: str


def log_in(workspace: Workspace, page: LoginPage, show: Callable[[str], None]) -> LoggedIn:
    """Call `show` with the address of the login page, wait, and store the key.

    Raises ConfigError if the token of the shop is not in the keyring, UsageError, and Refused for
    the key of another shop.
    """
    name = _name_of_token(workspace)
    read_keyring(name)  # if it cannot be used, no key is made that would be lost
    if url_problem(page.host):
        raise UsageError(f"`{page.host}` is not an https URL of a host")
    with listening(page.port) as callback:
        query = {
            "client_id": page.client_id,
            "redirect_uri": callback.url,
            "state": callback.state,
        }
        show(f"{page.host.rstrip('/')}{PAGE}?{urlencode(query)}")
        found = callback.wait(page.timeout)
    token = found.get("token", "").strip()
    if not token or not (token.isascii() and token.isprintable()):
        keys = ", ".join(printable(key) for key in sorted(found))
        raise Refused("the login gave no key", hint=f"its answer has: {keys}")
    _require_shop(workspace, found)
    write_keyring(name, token)
    record_use(name)
    shown = [printable(found.get(key, "")) for key in ("shop_url", "shop_name", "access_level")]
    return LoggedIn(name, host_of(shown[0]), shown[1], shown[2])


def _name_of_token(workspace: Workspace) -> str:
    shop, project = workspace.shop.name, workspace.loaded.project
    if is_of_app(project, shop):
        hint = "a login is for a shop that is declared under `shops`"
        raise ConfigError(f"the key of `{shop}` comes from the list of its app", hint=hint)
    token = child(project.settings["shops"][1], shop, "token")
    name = keyring_name(token.text) if isinstance(token, Scalar) else ""
    if not name:
        raise ConfigError(
            f"the token of `{shop}` is not in the keyring",
            hint=f"write `token: ${{keyring:{shop}}}` below this shop, and run it again",
        )
    return name


def _require_shop(workspace: Workspace, found: Mapping[str, str]) -> None:
    """Raise Refused for the key of another shop; at the central host only the key selects it."""
    ours = host_of(workspace.shop.url)
    theirs = [host_of(found.get(key, "")) for key in ("shop_url", "api_endpoint")]
    if ours not in theirs:
        shown = " and ".join(map(printable, dict.fromkeys(filter(None, theirs)))) or "no address"
        raise Refused(
            f"the key is of another shop than `{workspace.shop.name}`: {shown}, not {ours}",
            hint="log in to the right shop, or correct `url`",
        )
