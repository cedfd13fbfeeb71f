"""The shops that installed the app of `shops.from_app`, from its own list (P).

The list is read once in a run that needs keys. Other runs use the addresses that the last one
recorded in shopform's folder, which has no keys.
"""

import json
from contextlib import closing
from typing import Any, Final

from shopform import files
from shopform.config.compile.app_shops import AppShop, add_app_shops, app_of, names_of
from shopform.config.compile.shop_selection import ALL, check_shop_name
from shopform.config.compile.shop_settings import url_problem
from shopform.config.read.project import FROM_APP, shop_names
from shopform.diagnostics import Collector, printable, warning
from shopform.errors import ConfigError, ListMissing, Nonsense, RequestRefused, StateError
from shopform.kinds.field_types.number import count_in, id_of
from shopform.kit.documents import parse_object
from shopform.kit.text import backquoted, shorten
from shopform.kit.url_paths import without_secrets
from shopform.model.desired import Desired
from shopform.model.shop import Names, Shop
from shopform.shop.call_budget import CallCounter
from shopform.shop.client import APP_STATUS, Client
from shopform.shop.pages import parse_page
from shopform.workflow.workspace import LoadedProject, Workspace

SHOWN: Final = 100  # characters of an address
RECORD: Final = "app-shops.json"
LIST: Final = Names(endpoint=APP_STATUS, ids=("webshop_id",), list_key="webshops", fields={})
# By the body of the app's call-backs: the keys of the list are not documented.
NEEDED: Final = ("webshop_id", "webshop_url", "app_token")


def add_known(loaded: LoadedProject, *, any_shop: bool) -> None:
    """Add the recorded shops, without a call and without keys.

    With `any_shop`, requested ones that are not recorded are added too, or one in place of all if
    none is recorded. Raises ConfigError.
    """
    app = app_of(loaded.project, loaded.request.environment, with_token=False)
    if app is None or loaded.project.app_tokens:
        return
    known = [AppShop(*each) for each in _recorded(loaded, app).items()]
    names = names_of(loaded.project, known)
    add_app_shops(loaded.project, names, known)
    if any_shop:
        others = _not_known(loaded) or ([] if known else [FROM_APP])
        names |= {-number: name for number, name in enumerate(others)}
        known += [AppShop(-number, "https://from-app.invalid") for number in range(len(others))]
        add_app_shops(loaded.project, names, known)
    if not shop_names(loaded.project):
        raise ConfigError(
            "the shops of the app are not known on this machine",
            hint="`shopform plan --shop all` reads them",
        )


def _not_known(loaded: LoadedProject) -> list[str]:
    """Return the requested shops that are not known, and warn of them."""
    given, known = loaded.request.shop or ALL, shop_names(loaded.project)
    found = {name.strip(): None for name in given.split(",")}
    unknown = [name for name in found if name not in (*known, ALL, "")]
    collector = Collector()
    for name in unknown:
        check_shop_name(loaded.project, name, None, collector)
    loaded.observer.warn(collector)
    return unknown


def add_listed(loaded: LoadedProject) -> None:
    """Read the list of the app, and add its shops with their keys. Raises as a client does."""
    project = loaded.project
    if any(project.app_tokens.values()) or project.from_app is None:
        return
    app = app_of(project, loaded.request.environment, with_token=True)
    if app is None:
        return
    shops = _read(loaded, app)
    _report_missing(loaded, app, shops)
    names = names_of(project, shops)
    loaded.app_usage = {names[each.id]: each.usage for each in shops if each.usage is not None}
    add_app_shops(project, names, shops)
    if not shop_names(project):
        raise ConfigError("no shop has installed the app", hint="install it in a shop first")


def _read(loaded: LoadedProject, app: Shop) -> list[AppShop]:
    ledger = CallCounter(_place(loaded, app).data, app.token.text, app.daily_calls)
    with closing(ledger), Client(app, ledger=ledger) as client:
        try:
            page = parse_page(LIST, client.get(LIST.endpoint))
        except RequestRefused as problem:
            hint = f"check the `url` of `{FROM_APP}`"
            raise ListMissing(f"there is no list of the app: {problem}", hint=hint) from None
    if page.total is not None and page.total != len(page.items):
        raise Nonsense(f"the list of the app has {len(page.items)} of {page.total} shops")
    found = [_shop(item) for item in page.items]
    if len({each.id for each in found}) < len(found):
        raise Nonsense("the list of the app has a shop twice")
    return found


def _shop(item: dict[str, Any]) -> AppShop:
    number = id_of(item.get("webshop_id")) or 0
    url, token = (str(item.get(key) or "").strip() for key in NEEDED[1:])
    held = zip(NEEDED, (number, url, token), strict=True)
    if missing := [key for key, value in held if not value]:
        raise Nonsense(
            f"{f'shop {number}' if number else 'a shop'} in the list of the app has no usable"
            f" {backquoted(missing)}; its keys are {backquoted(sorted(item)) or 'none'}"
        )
    url = url if "://" in url else f"https://{url}"
    if problem := url_problem(url):
        _, summary, hint = problem
        shown = printable(shorten(without_secrets(url), SHOWN))
        raise Nonsense(f"shop {number} in the list of the app, at `{shown}`: {summary}", hint=hint)
    limit, usage = (item.get(f"app_token_{key}") for key in ("daily_limit", "current_usage"))
    # What the usage counts is not documented, so that only `doctor` shows it.
    return AppShop(number, url, token, id_of(limit), count_in(usage))


def _place(loaded: LoadedProject, app: Shop) -> Workspace:
    return Workspace(loaded, app, Desired(catalogue=app.catalogue))


def _recorded(loaded: LoadedProject, app: Shop) -> dict[int, str]:
    """Return the addresses of the shops by id, as the last run recorded them; empty without one."""
    path = _place(loaded, app).data / RECORD
    with files.reporting(path):
        data = files.read_bytes(path)
    try:
        return {int(number): str(url) for number, url in parse_object(data or b"{}").items()}
    except (ValueError, RecursionError):
        raise StateError(f"`{path}` was not written by shopform", hint="delete it") from None


def _report_missing(loaded: LoadedProject, app: Shop, shops: list[AppShop]) -> None:
    """Warn of recorded shops that are no longer in the list, and record the list."""
    try:
        before = _recorded(loaded, app)
        now = {each.id: each.url for each in shops}
        missing = [AppShop(*each) for each in before.items() if each[0] not in now]
        left = names_of(loaded.project, missing)
        loaded.observer.warn(
            warning(
                "app-shop-missing",
                f"`{left[each.id]}` ({each.url}) no longer has the app: it is not planned, and its"
                " state is kept",
            )
            for each in missing
        )
        if now != before:
            folder = _place(loaded, app).data
            with files.reporting(folder):
                files.make_directory(folder)
                files.write_atomic(folder / RECORD, json.dumps(now, indent=1).encode(), mode=0o600)
    except StateError as problem:
        loaded.observer.warn(problem.diagnostics)
