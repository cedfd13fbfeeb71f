"""Projects written by tests."""

from collections.abc import Mapping
from pathlib import Path

from shopform.config import compile_project, load_project
from shopform.diagnostics import Diagnostic
from shopform.errors import ConfigError
from shopform.kinds.standard import STANDARD
from shopform.model.desired import Desired
from shopform.model.shop import Shop

SHOP = "shops: {only: {url: 'https://shop.example.dk', token: '${env:TOKEN}'}}\n"
ENVIRONMENT = {"TOKEN": "canary-token"}


def write(directory: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return directory


def compiled(
    directory: Path,
    files: Mapping[str, str | bytes],
    *,
    shop: str | None = None,
    variables: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
    resolve_token: bool = True,
) -> tuple[Shop, Desired, tuple[Diagnostic, ...]]:
    """What a project of these files says; `shopform.yaml` holds one shop unless it is given."""
    project = load_project(write(directory, {"shopform.yaml": SHOP, **files}), STANDARD)
    return compile_project(
        project,
        shop,
        variables=variables or {},
        environment={**ENVIRONMENT, **(environment or {})},
        resolve_token=resolve_token,
    )


def desired(directory: Path, catalogue: str) -> Desired:
    return compiled(directory, {"catalogue.yaml": catalogue})[1]


def refused(
    directory: Path,
    files: Mapping[str, str | bytes],
    *,
    shop: str | None = None,
    variables: Mapping[str, str] | None = None,
) -> list[str]:
    """The mistakes of a project, as `place code`."""
    try:
        compiled(directory, files, shop=shop, variables=variables)
    except ConfigError as wrong:
        return [f"{each.span or '-'} {each.code}" for each in wrong.diagnostics]
    return []
