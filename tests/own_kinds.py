"""The kinds of a project, for sandboxes that serve them."""

from collections.abc import Mapping
from typing import Any

from shopform.kinds import Catalogue
from shopform.kinds.declared.make import extended
from shopform.kinds.declared.spec import KindSpec
from shopform.kinds.standard import STANDARD


def catalogue_of(**kinds: Mapping[str, Any]) -> Catalogue:
    """shopform's kinds and these, by name, as `kinds:` defines them."""
    return extended(STANDARD, {n: KindSpec.model_validate(each) for n, each in kinds.items()})
