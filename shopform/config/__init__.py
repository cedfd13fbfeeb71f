"""The project's files: `load_project`, then `compile_project` for one shop."""

# First, from a shallow stack: CPython 3.11 frees its stack in pieces of 16 KiB, and a regular
# expression compiled across the border of one, below 15 imports, cost 5,558 mmap calls.
import pydantic as pydantic

from shopform.config.compile.compiler import (
    Given,
    check_project,
    compile_project,
    compile_shop,
    compile_shops,
    declared_shops,
    load_project,
    same_shops,
)
from shopform.config.compile.interpolation import read_source
from shopform.config.compile.shop_selection import names_several_shops, select_shop, select_shops
from shopform.config.compile.shop_settings import unusable_state
from shopform.config.read.project import Project, load, shop_names, variable_names

__all__ = [
    "Given",
    "Project",
    "check_project",
    "compile_project",
    "compile_shop",
    "compile_shops",
    "declared_shops",
    "load",
    "load_project",
    "names_several_shops",
    "read_source",
    "same_shops",
    "select_shop",
    "select_shops",
    "shop_names",
    "unusable_state",
    "variable_names",
]
