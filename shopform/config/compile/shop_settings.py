"""The settings of `shopform.yaml`, and the one shop they give."""

import ipaddress
import posixpath
from collections.abc import Mapping as Map
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from shopform.config.compile.checks.policy_rules import rules_of
from shopform.config.compile.coercion import Reader, explain, prune
from shopform.config.compile.field_types import shape_of
from shopform.config.compile.interpolation import Resolver, Variable, wholly_secret
from shopform.config.compile.settings_spec import ProjectSpec
from shopform.config.read.files import one_of
from shopform.config.read.project import Project, is_yaml, shop_names
from shopform.config.read.yaml_nodes import Mapping, Node, Scalar, child
from shopform.diagnostics import Collector, Span, did_you_mean
from shopform.kinds import BY_NAME
from shopform.model.shop import DeleteLimits, Rules, Shop, WireNames
from shopform.model.values import Secret

Data = dict[str, Any]


class Settings:
    """The settings as data, checked; what is wrong has been told and is left out."""

    def __init__(self, project: Project, collector: Collector) -> None:
        self._collector = collector
        self.root = Mapping(project.main, 0)
        # `include` was checked when it was followed.
        self.root.entries = {k: e for k, e in project.settings.items() if k != "include"}
        self.data = self._read()
        for name in shop_names(project):
            self._check_shop(name)
        self._check_states()
        written = self.data.get("policy", {}).get("rules", [])
        place = child(self.root, "policy", "rules")
        self._rules = rules_of(written, place, shop_names(project), collector)

    def shop(self, name: str, resolver: Resolver, *, with_token: bool = True) -> Shop:
        """The shop of that name; without its token, that is an empty Secret."""
        data = self._shop_data(name)
        node = child(self.root, "shops", name)
        url = self._resolved(child(node, "url"), resolver) or ""
        state = self._resolved(child(node, "state"), resolver)
        token = child(node, "token")
        # A literal one has been told; resolving it would only repeat that.
        secret: object = None
        if with_token and isinstance(token, Scalar) and wholly_secret(token.text):
            secret = resolver.resolve(token)
        limits = self.data.get("policy", {}).get("deletes", {})
        return Shop(
            name=name,
            url=self._checked_url(url, child(node, "url")),
            token=secret if isinstance(secret, Secret) else Secret("", ""),
            auth=data.get("auth", "bearer"),
            state=state or _default_state(name),
            daily_calls=data.get("daily_calls", Shop.__dataclass_fields__["daily_calls"].default),
            rules=Rules(
                deletes=DeleteLimits(**limits),
                url_changes=self.data.get("policy", {}).get("url_changes", Rules().url_changes),
                rules=self._rules,
            ),
            rewrite=data.get("rewrite", {}),
            wire={
                kind: WireNames(**{k: v for k, v in names.items() if v})
                for kind, names in data.get("wire", {}).items()
                if kind in BY_NAME
            },
        )

    def token_source(self, name: str) -> str:
        """Where the key of a shop comes from, as it is written."""
        token = child(self.root, "shops", name, "token")
        return token.text if isinstance(token, Scalar) else ""

    def variables(self, shop: str, given: Map[str, str]) -> dict[str, Variable]:
        """The declared variables: what is `given`, else what the shop says, else the default."""
        declared = child(self.root, "variables")
        names = declared.entries if isinstance(declared, Mapping) else {}
        for name in sorted(set(given).difference(names)):
            hint = did_you_mean(name, names, f"declare `{name}:` under `variables:`")
            self._collector.error("undeclared-variable", f"no variable `{name}`", hint=hint)
        found: dict[str, Variable] = {}
        for name, (key, _) in names.items():
            own = child(self.root, "shops", shop, "variables", name)
            node = own if own is not None else child(declared, name, "default")
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
            explain(refused, ProjectSpec, self.root, data, self._collector)
            for error in refused.errors():
                if error["type"] != "missing":
                    prune(data, error["loc"])
        found: Data = data
        return found

    def _shop_data(self, name: str) -> Data:
        found: Data = self.data.get("shops", {}).get(name) or {}
        return found

    def _check_shop(self, name: str) -> None:
        data = self._shop_data(name)
        node = child(self.root, "shops", name)
        token = child(node, "token")
        if isinstance(token, Scalar) and not token.null and not wholly_secret(token.text):
            self._collector.error(
                "literal-token",
                "a token must not be written into the files",
                hint="write `${env:NAME}` or `${file:PATH}`; if this key was real, replace it now",
                span=token.span,
            )
        url = child(node, "url")
        if isinstance(url, Scalar) and isinstance(data.get("url"), str) and "${" not in url.text:
            self._url_problem(url.text, url.span)
        declared = child(self.root, "variables")
        known = declared.entries if isinstance(declared, Mapping) else {}
        self._known(child(node, "variables"), known, "unknown-variable", "variable")
        wire = child(node, "wire")
        self._known(wire, BY_NAME, "unknown-kind", "kind")
        for kind in BY_NAME:
            fields = BY_NAME[kind].fields
            self._known(child(wire, kind, "fields"), fields, "unknown-field", "field")

    def _known(self, node: Node | None, words: Map[str, object], code: str, what: str) -> None:
        """Tell the keys of a mapping that are not among `words`."""
        for name, (key, _) in node.entries.items() if isinstance(node, Mapping) else ():
            if name not in words:
                some = f"known are {one_of(words)}" if words else "declare it under `variables:`"
                hint = did_you_mean(name, words, some)
                self._collector.error(code, f"unknown {what} `{name}`", hint=hint, span=key.span)

    def states(self, chosen: Shop) -> dict[str, str]:
        """Where the states of all shops are, by the names of the shops."""
        shops = self.data.get("shops") or {}
        found = {n: (data or {}).get("state") or _default_state(n) for n, data in shops.items()}
        return {**found, chosen.name: chosen.state}

    def _check_states(self) -> None:
        holders: dict[str, str] = {}
        for name, data in (self.data.get("shops") or {}).items():
            state = (data or {}).get("state")
            state = _default_state(name) if state is None else state
            node = child(self.root, "shops", name, "state") or child(self.root, "shops", name)
            if node and (wrong := _no_state(state)):
                self._collector.error(
                    "state-name",
                    f"`state` names {wrong}: `{state}`",
                    hint=f"give a path, such as `{_default_state(name)}`",
                    span=node.span,
                )
                continue
            other = holders.setdefault(posixpath.normpath(state), name)
            if other != name and node is not None:
                self._collector.error(
                    "state-shared",
                    f"the shops `{other}` and `{name}` share the state `{state}`",
                    hint="give each shop a state of its own",
                    span=node.span,
                )

    def _resolved(self, node: Node | None, resolver: Resolver) -> str | None:
        if not isinstance(node, Scalar) or node.null:
            return None
        found = resolver.resolve(node)
        return found.text if isinstance(found, Secret) else found

    def _checked_url(self, url: str, node: Node | None) -> str:
        """The address without /REST and slashes at its end."""
        if isinstance(node, Scalar) and "${" in node.text and url:
            self._url_problem(url, node.span)
        base = url.rstrip("/")
        return base[:-5].rstrip("/") if base.upper().endswith("/REST") else base

    def _url_problem(self, url: str, span: Span) -> None:
        problem = _url_problem(url)
        if problem is not None:
            code, summary, hint = problem
            self._collector.error(code, summary, hint=hint, span=span)


def _default_state(name: str) -> str:
    return f"state/{name}.json"


def _url_problem(url: str) -> tuple[str, str, str] | None:
    try:
        parts = urlsplit(url)
        host, login = parts.hostname or "", "@" in parts.netloc
        _ = parts.port
    except ValueError:
        host, login, parts = "", False, urlsplit("")
    if login:
        return "login-in-url", "`url` must not contain a user name or password", "remove it"
    if not host or parts.scheme not in ("https", "http") or any(c.isspace() for c in url):
        return "invalid-url", "`url` is not a web address", "write `https://` and the shop's host"
    if parts.scheme == "http" and not _loopback(host):
        return (
            "insecure-url",
            "`url` must start with `https://`",
            "the API key would be sent unencrypted; `http://` is for this machine only",
        )
    if parts.query or parts.fragment:
        return "invalid-url", "`url` must not contain `?` or `#`", "end it behind the host"
    return None


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _no_state(path: str) -> str:
    """What a path is that cannot be a state's; empty where it can be."""
    if posixpath.basename(path) in ("", ".", ".."):
        return "no file"
    if is_yaml(path):
        return "what would be read as a part of the project"
    own = posixpath.normpath(path).startswith((".git/", ".shopform/", "secrets/"))
    return "a file in a folder with another use" if own else ""
