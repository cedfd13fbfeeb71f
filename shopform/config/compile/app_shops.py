"""The shops that installed an app, as entries under `shops`."""

import re
from collections.abc import Iterable
from collections.abc import Mapping as Map
from typing import NamedTuple

from shopform.config.compile.coercion import validated
from shopform.config.compile.interpolation import Resolver, as_literal
from shopform.config.compile.settings_spec import FromAppSpec
from shopform.config.compile.shop_settings import base_url, refuse_literal, report_url, token_of
from shopform.config.read.files import Files
from shopform.config.read.project import FROM_APP, Entry, Project
from shopform.config.read.yaml_nodes import Mapping, Node, Scalar, child
from shopform.diagnostics import Collector
from shopform.errors import ConfigError
from shopform.model.shop import Shop
from shopform.model.values import Secret, host_of


class AppShop(NamedTuple):
    """A shop that installed the app; the limit and the usage of its key are None if not known."""

    id: int
    url: str
    token: str = ""
    daily_calls: int | None = None
    usage: int | None = None


def app_of(project: Project, environment: Map[str, str], *, with_token: bool) -> Shop | None:
    """Return the app as a shop, of which only its list of shops can be read; None without one.

    Raises ConfigError for errors in its settings.
    """
    if project.from_app is None:
        return None
    collector = Collector()
    key, node = project.from_app
    if not isinstance(node, Mapping):
        hint = "write `token:` below it"
        collector.error("wrong-type", f"`{FROM_APP}` must be a mapping", hint=hint, span=key.span)
        raise ConfigError(diagnostics=collector.sorted())
    spec = validated(FromAppSpec, node, collector)
    if spec is None:
        raise ConfigError(diagnostics=collector.sorted())
    refuse_literal(child(node, "token"), collector)
    report_url(spec.url, (child(node, "url") or node).span, collector)
    files = Files(project.directory, collector)
    resolver = Resolver({}, environment, files, collector, secrets=True)
    token = token_of(node, resolver) if with_token else Secret("", "")
    if collector.failed:
        raise ConfigError(diagnostics=collector.sorted())
    return Shop(
        name=FROM_APP,
        catalogue=project.catalogue,
        url=base_url(spec.url),
        token=token,
        auth="app",
    )


def names_of(project: Project, shops: Iterable[AppShop]) -> dict[int, str]:
    """Return the names of the shops by id: their hosts, with the id if a name is not unique."""
    slugs = {each.id: _slug(each.url) for each in shops}
    found = [*slugs.values(), *_declared(project), "all", FROM_APP]
    return {
        number: slug if found.count(slug) == 1 else f"{slug}-{number}"
        for number, slug in slugs.items()
    }


def is_of_app(project: Project, name: str) -> bool:
    """Whether an entry under `shops` is one of those that were added."""
    shops = project.settings.get("shops")
    token = child(shops[1], name, "token") if shops else None
    return isinstance(token, Scalar) and token.text.startswith(f"${{{FROM_APP}:")


def add_app_shops(project: Project, names: Map[int, str], shops: Iterable[AppShop]) -> None:
    """Add the shops to those of the project, with the defaults, in the order of their names."""
    if project.from_app is None:
        return
    key, node = project.from_app
    root = Mapping(key.file, key.start)
    root.entries |= _declared(project)
    defaults = child(node, "defaults")
    for each in sorted(shops, key=lambda shop: names[shop.id]):
        entry = Mapping(key.file, key.start)
        if isinstance(defaults, Mapping):
            entry.entries |= defaults.entries
        state = child(defaults, "state")
        pattern = state.text if isinstance(state, Scalar) else "state/app-{id}.json"
        values = {
            "url": as_literal(each.url),  # it comes from a server
            "token": f"${{{FROM_APP}:{each.id}}}",
            "state": pattern.replace("{id}", str(each.id)),
        }
        if each.daily_calls:
            values["daily_calls"] = str(each.daily_calls)
        for name, text in values.items():
            at = entry.entries.get(name, (key, key))[1]
            entry.entries[name] = (_scalar(at, name), _scalar(at, text))
        root.entries[names[each.id]] = (_scalar(key, names[each.id]), entry)
    project.settings["shops"] = (project.settings["shops"][0], root)
    project.app_tokens = {str(each.id): each.token for each in shops}


def _declared(project: Project) -> dict[str, Entry]:
    """Return the entries of the shops that are not of the app."""
    shops = project.settings["shops"][1]
    entries = shops.entries.items() if isinstance(shops, Mapping) else ()
    return {name: entry for name, entry in entries if not is_of_app(project, name)}


def _scalar(at: Node, text: str) -> Scalar:
    return Scalar(at.file, at.start, at.end, text, plain=True)


def _slug(url: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", host_of(url).lower()).strip("-") or "shop"
