"""The settings of `shopform.yaml`, and the shops they define."""

import posixpath
from collections.abc import Iterable
from collections.abc import Mapping as Map
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from shopform.config.compile.checks.policy_rules import rules_of
from shopform.config.compile.coercion import Reader, report_invalid
from shopform.config.compile.interpolation import Resolver, Variable, wholly_secret
from shopform.config.compile.settings_spec import ProjectSpec
from shopform.config.compile.shapes import shape_of
from shopform.config.read.included_files import is_yaml
from shopform.config.read.project import Project, shop_names
from shopform.config.read.yaml_nodes import Mapping, Node, Scalar, child
from shopform.diagnostics import Collector, Span, did_you_mean
from shopform.kinds.catalogue import is_runtime
from shopform.kit.text import backquoted
from shopform.kit.url_paths import is_loopback
from shopform.model.shop import DeleteLimits, Rules, Shop, StateStore, WireNames, refused_address
from shopform.model.values import Secret

if TYPE_CHECKING:
    from shopform.model.freeze_windows import FreezeWindow

Data = dict[str, Any]


class Settings:
    """The valid settings as data; invalid ones are reported and omitted."""

    def __init__(self, project: Project, collector: Collector) -> None:
        self._collector = collector
        self._catalogue = project.catalogue
        self.root = Mapping(project.main, 0)
        # `include` was checked when it was followed.
        self.root.entries = {k: e for k, e in project.settings.items() if k != "include"}
        self.data = self._read()
        for name in shop_names(project):
            self._check_shop(name)
        self._check_states()
        written = self.data.get("policy", {}).get("rules", [])
        place = child(self.root, "policy", "rules")
        self._rules = rules_of(project, written, place, collector)
        self._windows = self._freeze_windows(project)

    def _freeze_windows(self, project: Project) -> tuple["FreezeWindow", ...]:
        written = self.data.get("policy", {}).get("windows")
        if not written:
            return ()
        from shopform.config.compile.checks.freeze_windows import windows_of

        place, names = child(self.root, "policy", "windows"), [rule.name for rule in self._rules]
        return windows_of(project, written, place, names, self._collector)

    def shop(self, name: str, resolver: Resolver, *, with_token: bool = True) -> Shop:
        """Return the shop of that name; without `with_token` its token is an empty Secret."""
        data = self._shop_data(name)
        node = child(self.root, "shops", name)
        url = self._resolved(child(node, "url"), resolver) or ""
        state = self._resolved(child(node, "state"), resolver)
        token = token_of(node, resolver) if with_token else Secret("", "")
        limits = self.data.get("policy", {}).get("deletes", {})
        return Shop(
            name=name,
            catalogue=self._catalogue,
            url=self._checked_url(url, child(node, "url")),
            token=token,
            auth=data.get("auth", "bearer"),
            state=state or _default_state(name),
            state_store=StateStore(**self.data.get("state_store", {})),
            daily_calls=data.get("daily_calls", Shop.__dataclass_fields__["daily_calls"].default),
            rules=Rules(
                deletes=DeleteLimits(**limits),
                url_changes=self.data.get("policy", {}).get("url_changes", Rules().url_changes),
                rules=self._rules,
                windows=self._windows,
            ),
            rewrite=data.get("rewrite", {}),
            wire={
                kind: WireNames(**{k: v for k, v in names.items() if v})
                for kind, names in data.get("wire", {}).items()
                if kind in self._catalogue
            },
        )

    def token_source(self, name: str) -> str:
        """Return the source of a shop's token, as written."""
        token = child(self.root, "shops", name, "token")
        return token.text if isinstance(token, Scalar) else ""

    def variables(self, shop: str, given: Map[str, str]) -> dict[str, Variable]:
        """Return the declared variables: from `given`, else from the shop, else the default."""
        declared = child(self.root, "variables")
        names = declared.entries if isinstance(declared, Mapping) else {}
        for name in sorted(set(given).difference(names)):
            hint = did_you_mean(name, names, f"declare `{name}:` under `variables:`")
            self._collector.error("undeclared-variable", f"no variable `{name}`", hint=hint)
        found: dict[str, Variable] = {}
        for name, (key, _) in names.items():
            override = child(self.root, "shops", shop, "variables", name)
            node = override if override is not None else child(declared, name, "default")
            text = node if isinstance(node, Scalar) and not node.null else None
            found[name] = Variable(given.get(name), text, key.span)
        return found

    def _read(self) -> Data:
        data: Any = Reader(self._collector).read(self.root, shape_of(ProjectSpec))
        for name in [name for name, found in data.items() if found is None]:
            del data[name]
        try:
            ProjectSpec.model_validate(data)
        except ValidationError as refused:
            report_invalid(refused, ProjectSpec, self.root, data, self._collector)
            for error in refused.errors():
                if error["type"] != "missing":
                    _prune(data, error["loc"])
        found: Data = data
        return found

    def _shop_data(self, name: str) -> Data:
        found: Data = self.data.get("shops", {}).get(name) or {}
        return found

    def _check_shop(self, name: str) -> None:
        data = self._shop_data(name)
        node = child(self.root, "shops", name)
        token = child(node, "token")
        refuse_literal(token, self._collector)
        url = child(node, "url")
        if isinstance(url, Scalar) and isinstance(data.get("url"), str) and "${" not in url.text:
            report_url(url.text, url.span, self._collector)
        declared = child(self.root, "variables")
        known = declared.entries if isinstance(declared, Mapping) else {}
        self._check_keys(child(node, "variables"), known, "unknown-variable", "variable")
        wire = child(node, "wire")
        self._check_keys(wire, self._catalogue, "unknown-kind", "kind")
        for kind in self._catalogue:
            fields = self._catalogue[kind].fields
            self._check_keys(child(wire, kind, "fields"), fields, "unknown-field", "field")
        self._check_endpoints(wire)

    def _check_endpoints(self, wire: Node | None) -> None:
        """Report kinds with the endpoint of another, or of objects that are never managed."""
        given = {name: child(wire, name, "endpoint") for name in self._catalogue}
        found: dict[str, str] = {}
        for name in sorted(self._catalogue, key=lambda name: given[name] is not None):
            node, endpoint = given[name], self._catalogue[name].wire.endpoint.value
            if isinstance(node, Scalar) and node.text:
                endpoint = node.text
            other = found.setdefault(endpoint.casefold(), name)
            code, what = "endpoint-taken", f"is the endpoint of `{other}`"
            if other == name:
                code, what = "endpoint-runtime", "has objects that are made while the shop is open"
            if node is not None and (other != name or is_runtime(endpoint)):
                hint, span = "set the endpoint of its own objects", node.span
                self._collector.error(code, f"`/{endpoint}` {what}", hint=hint, span=span)

    def _check_keys(self, node: Node | None, known: Map[str, object], code: str, what: str) -> None:
        """Report the keys of a mapping that are not in `known`."""
        for name, (key, _) in node.entries.items() if isinstance(node, Mapping) else ():
            if name not in known:
                names = (
                    f"known are {backquoted(known)}" if known else "declare it under `variables:`"
                )
                hint = did_you_mean(name, known, names)
                self._collector.error(code, f"unknown {what} `{name}`", hint=hint, span=key.span)

    def states(self, chosen: Shop) -> dict[str, str]:
        """Return the paths of all states, by shop."""
        shops = self.data.get("shops") or {}
        found = {n: (data or {}).get("state") or _default_state(n) for n, data in shops.items()}
        return {**found, chosen.name: chosen.state}

    def _check_states(self) -> None:
        holders: dict[str, str] = {}
        for name, data in (self.data.get("shops") or {}).items():
            state = (data or {}).get("state")
            state = _default_state(name) if state is None else state
            node = child(self.root, "shops", name, "state") or child(self.root, "shops", name)
            if node and (wrong := unusable_state(state)):
                self._collector.error(
                    "state-name",
                    f"`state` cannot be {wrong}: `{state}`",
                    hint=f"give a path, such as `{_default_state(name)}`, or an address: "
                    "`s3://BUCKET/KEY`, or `https://` and that of a state on GitLab",
                    span=node.span,
                )
                continue
            other = holders.setdefault(posixpath.normpath(state), name)
            if other != name and node is not None:
                self._collector.error(
                    "state-shared",
                    f"the shops `{other}` and `{name}` share the state `{state}`",
                    hint="give each shop its own state",
                    span=node.span,
                )

    def _resolved(self, node: Node | None, resolver: Resolver) -> str | None:
        if not isinstance(node, Scalar) or node.null:
            return None
        found = resolver.resolve(node)
        return found.text if isinstance(found, Secret) else found

    def _checked_url(self, url: str, node: Node | None) -> str:
        """Return the URL without /REST and trailing slashes."""
        if isinstance(node, Scalar) and "${" in node.text and url:
            report_url(url, node.span, self._collector)
        return base_url(url)


def refuse_literal(token: Node | None, out: Collector) -> None:
    """Report a token that is in the files itself."""
    if isinstance(token, Scalar) and not token.null and not wholly_secret(token.text):
        out.error(
            "literal-token",
            "a token must not be in the files",
            hint="write `${env:NAME}`, `${file:PATH}` or `${keyring:NAME}`; replace this token"
            " if it was real",
            span=token.span,
        )


def token_of(node: Node | None, resolver: Resolver) -> Secret:
    """Return the `token` of a shop or an app; an empty Secret if an error is reported."""
    token = child(node, "token")
    # A literal token is already reported; resolving it would report it again.
    if isinstance(token, Scalar) and wholly_secret(token.text):
        found = resolver.resolve(token)
        if isinstance(found, Secret):
            return found
    return Secret("", "")


def _prune(data: object, path: Iterable[Any]) -> None:
    """Delete the value at `path` from `data`, or the nearest enclosing one that has a key."""
    held: tuple[dict[Any, Any], Any] | None = None
    for step in path:
        if isinstance(data, dict) and step in data:
            held = (data, step)
            data = data[step]
        elif isinstance(data, list) and isinstance(step, int):
            data = data[step]
    if held is not None:
        del held[0][held[1]]


def _default_state(name: str) -> str:
    return f"state/{name}.json"


def base_url(url: str) -> str:
    """Return a URL without /REST and trailing slashes."""
    base = url.rstrip("/")
    return base[:-5].rstrip("/") if base.upper().endswith("/REST") else base


def report_url(url: str, span: Span, out: Collector) -> None:
    """Report what is wrong with a URL of a shop."""
    if problem := url_problem(url):
        code, summary, hint = problem
        out.error(code, summary, hint=hint, span=span)


def url_problem(url: str) -> tuple[str, str, str] | None:
    """Return the code, summary and hint of what is wrong with a URL of a shop."""
    try:
        parts = urlsplit(url)
        host, login = parts.hostname or "", "@" in parts.netloc
        _ = parts.port
    except ValueError:
        host, login, parts = "", False, urlsplit("")
    if login:
        return "login-in-url", "`url` must not contain a user name or password", "remove it"
    if not host or parts.scheme not in ("https", "http") or any(c.isspace() for c in url):
        return "invalid-url", "`url` is not a URL", "write `https://` and the shop's host"
    if parts.scheme == "http" and not is_loopback(host):
        return (
            "insecure-url",
            "`url` must start with `https://`",
            "the API key would be sent unencrypted; `http://` is for this machine only",
        )
    if parts.query or parts.fragment:
        return "invalid-url", "`url` must not contain `?` or `#`", "end it after the host"
    return None


def unusable_state(path: str) -> str:
    """Return why a path or an address cannot be that of a state; empty if it can."""
    if "://" in path:
        return refused_address(path)
    if posixpath.basename(path) in ("", ".", ".."):
        return "a folder"
    if is_yaml(path):
        return "a YAML file, which would be read as part of the project"
    reserved = posixpath.normpath(path).startswith((".git/", ".shopform/", "secrets/"))
    return "in a reserved folder" if reserved else ""
