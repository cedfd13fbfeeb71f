"""Placeholders in strings: `${var.NAME}`, `${lookup.KIND.NAME}`, `${env:NAME}`, `${file:PATH}`,
`${keyring:NAME}`; `$${` escapes `${`."""

import re
from collections.abc import Collection
from collections.abc import Mapping as Map
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

from shopform.config.read.files import Files
from shopform.config.read.keyrings import SERVICE, read_keyring
from shopform.config.read.yaml_nodes import Scalar
from shopform.diagnostics import Collector, Span, did_you_mean
from shopform.errors import ConfigError, UsageError
from shopform.kit.text import backquoted
from shopform.model.lookups import LOOKUP, LookupText
from shopform.model.values import Secret

_PLACEHOLDER: Final = re.compile(r"\$\$\{|\$\{([^{}]*)(\}?)")
SOURCES: Final = "env|file|keyring|from_app"
_WHOLLY_SECRET: Final = re.compile(rf"\$\{{({SOURCES}):[^{{}}]+\}}")


def wholly_secret(text: str) -> bool:
    """Whether a string is exactly one `${env:...}`, `${file:...}` or `${keyring:...}`."""
    return _WHOLLY_SECRET.fullmatch(text) is not None


class Variable(NamedTuple):
    """A declared variable: the value given for this run, or else the node with its value."""

    given: str | None
    node: Scalar | None
    span: Span


class Resolver:
    """Replaces placeholders for one shop. Errors go to the collector.

    With `secrets` false, neither the environment, `${file:...}` nor the keyring is read: they give
    a Secret with an empty text.
    """

    def __init__(
        self,
        variables: Map[str, Variable],
        environment: Map[str, str],
        files: Files,
        collector: Collector,
        *,
        secrets: bool,
        app_tokens: Map[str, str] | None = None,
        lookups: Collection[str] = (),
    ) -> None:
        self._lookups = lookups
        self._app_tokens = app_tokens or {}
        self._environment = environment
        self._files = files
        self._collector = collector
        self._secrets = secrets
        self._variables = variables
        self._read: dict[tuple[str, bool], str | Secret | None] = {}
        self._in_variable = False
        self._secret_sources = {
            "env": self._environ,
            "file": self._file,
            "keyring": self._keyring,
            "from_app": self._of_app,
        }

    def resolve(self, node: Scalar, *, active: bool = True) -> str | Secret | None:
        """Return a string with its placeholders replaced; None if an error is reported.

        With `active` false, for resources that this shop excludes, secrets are not read and
        variables may have no value.
        """
        parts: list[str] = []
        template: list[str] = []
        secret = wrong = False
        end = 0
        text = node.text
        for match in _PLACEHOLDER.finditer(text):
            between = text[end : match.start()]
            end = match.end()
            if match[1] is None:
                parts.append(f"{between}${{")
                template.append(f"{between}{as_literal('${')}")
                continue
            part = self._placeholder(match[1], bool(match[2]), node, active)
            if isinstance(part, LookupText):
                if match[0] == text:
                    return LookupText.of(part.kind, part.name, node.span)
                self._embedded(node)
                return None
            wrong = wrong or part is None
            secret = secret or isinstance(part, Secret)
            held = part if isinstance(part, Secret) else Secret(as_literal(part or ""), part or "")
            parts.append(f"{between}{held.text}")
            template.append(f"{between}{held.source}")
        if wrong:
            return None
        whole = "".join([*parts, text[end:]])
        if not secret:
            return whole
        source = "".join([*template, text[end:]])
        return Secret(source, whole if self._secrets and active else "")

    def _placeholder(
        self, body: str, closed: bool, node: Scalar, active: bool
    ) -> str | Secret | None:
        if closed and body.startswith("var."):
            return self._variable(body[4:], node, active)
        if closed and body.startswith("lookup."):
            return self._lookup(body, node)
        kind, colon, name = body.partition(":")
        if not closed or not colon or not name or kind not in self._secret_sources:
            shown = "${" + body + ("}" if closed else "")
            self._collector.error(
                "unknown-placeholder",
                f"unknown placeholder `{shown}`" if closed else f"`{shown}` is not closed",
                hint="write `${var.NAME}`, `${env:NAME}`, `${file:PATH}` or `${keyring:NAME}`, "
                "and `$${` for a literal `${`",
                span=node.span,
            )
            return None
        if not self._secrets or not active:
            return Secret(f"${{{body}}}", "")
        return self._secret_sources[kind](name, node)

    def _lookup(self, body: str, node: Scalar) -> LookupText | None:
        match = LOOKUP.fullmatch(body)
        if match and match[1] in self._lookups:
            return LookupText.of(match[1], match[2], node.span)
        self._collector.error(
            "unknown-placeholder",
            f"unknown look-up `${{{body}}}`",
            hint=f"write `${{lookup.KIND.NAME}}`; kinds are {backquoted(self._lookups)}",
            span=node.span,
        )
        return None

    def _embedded(self, node: Scalar) -> None:
        self._collector.error(
            "lookup-embedded",
            "a look-up is a whole value, and no part of a string",
            hint="remove what is beside it",
            span=node.span,
        )

    def _variable(self, name: str, node: Scalar, active: bool) -> str | Secret | None:
        found = self._variables.get(name)
        if self._in_variable:
            code, summary = "unknown-variable", f"`${{var.{name}}}` cannot be used here"
            hint = "a variable may only contain strings and secrets"
        elif found is None:
            code, summary = "unknown-variable", f"unknown variable `{name}`"
            hint = did_you_mean(name, self._variables, "declare it under `variables:`")
        elif found.given is not None:
            return found.given
        elif found.node is not None:
            return self._value(name, found.node, active)
        elif not active:
            return None
        else:
            code, summary = "variable-unset", f"the variable `{name}` is not set for this shop"
            hint = (
                f"set it under the shop's `variables:`, as its `default:`, "
                f"or with `--var {name}=...`"
            )
        related = (("declared", found.span),) if found is not None else ()
        self._collector.error(code, summary, hint=hint, span=node.span, related=related)
        return None

    def _value(self, name: str, node: Scalar, active: bool) -> str | Secret | None:
        """Return the value of a variable, read on first use: unused secrets are not read."""
        if (name, active) not in self._read:
            self._in_variable = True
            self._read[name, active] = self.resolve(node, active=active)
            self._in_variable = False
        return self._read[name, active]

    def _environ(self, name: str, node: Scalar) -> Secret | None:
        text = self._environment.get(name)
        if text is None:
            self._collector.error(
                "environment-missing",
                f"the environment variable `{name}` is not set",
                hint=f"set it before the run: `export {name}=...`",
                span=node.span,
            )
            return None
        return Secret(f"${{env:{name}}}", text)

    def _file(self, path: str, node: Scalar) -> Secret | None:
        text = self._files.text(path, node.file, node.span)
        return None if text is None else Secret(f"${{file:{path}}}", text.rstrip("\r\n"))

    def _of_app(self, number: str, node: Scalar) -> Secret | None:
        token = self._app_tokens.get(number)
        if token is None:
            summary = f"the app of `shops.from_app` has no shop with the id `{number}`"
            hint = "use `${env:NAME}`, `${file:PATH}` or `${keyring:NAME}`"
            self._collector.error("app-shop-unknown", summary, hint=hint, span=node.span)
            return None
        return Secret(f"${{from_app:{number}}}", token)

    def _keyring(self, name: str, node: Scalar) -> Secret | None:
        try:
            text = read_keyring(name)
        except ConfigError as problem:
            hint = problem.diagnostics[0].hint
            self._collector.error("keyring-unusable", str(problem), hint=hint, span=node.span)
            return None
        if text is None:
            self._collector.error(
                "keyring-missing",
                f"the keyring has no secret `{name}`",
                hint=f"`shopform login` stores the key of a shop; `keyring set {SERVICE} {name}`"
                " any other",
                span=node.span,
            )
            return None
        return Secret(f"${{keyring:{name}}}", text)


def read_source(text: str, directory: Path, environment: Map[str, str]) -> str:
    """Return the secret of a source outside of the files, such as `${env:NAME}` in an option.

    Paths are relative to `directory`. Raises UsageError for a literal, ConfigError.
    """
    if not wholly_secret(text):
        raise UsageError(
            "a secret must not be on the command line",
            hint="write its source, in single quotes: '${env:NAME}', '${file:PATH}' or"
            " '${keyring:NAME}'",
        )
    collector = Collector()
    files = Files(directory, collector)
    resolver = Resolver({}, environment, files, collector, secrets=True)
    found = resolver.resolve(Scalar("", 0, 0, text, plain=True))
    if not isinstance(found, Secret):
        raise ConfigError(diagnostics=[replace(each, span=None) for each in collector])
    return found.text


def as_literal(text: str) -> str:
    """Return how files write a string that is used as it is, and has no placeholders."""
    return text.replace("${", "$${")
