"""The project's files: `load_project`, then `compile_project` for one shop."""

from shopform.config.compile import (
    check_project,
    compile,  # noqa: A004
    compile_project,
    compile_shop,
    load_project,
)
from shopform.config.project import Project, load, select_shop, shop_names, variable_names

__all__ = [
    "Project",
    "check_project",
    "compile",
    "compile_project",
    "compile_shop",
    "load",
    "load_project",
    "select_shop",
    "shop_names",
    "variable_names",
]
