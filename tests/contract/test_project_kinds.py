"""Kinds that a project declares: they behave as those that shopform comes with."""

from pathlib import Path
from typing import Any

import life_of_a_generated_kind as life

from shopform.kinds import Catalogue
from shopform.kinds.declared.make import extended
from shopform.kinds.declared.spec import KindSpec
from shopform.kinds.standard import STANDARD

ALBUM = {
    "section": "albums",
    "endpoint": "album",
    "id": ["album_id", "id"],
    "identity": ["name"],
    "path": "rewrite_url",
    "slug": "name",
    "fields": {
        "name": {"type": "text", "required": True},
        "home": {"type": "reference", "to": "category", "wire": "home_id"},
        "rewrite_url": {"type": "path"},
    },
}


def with_kinds(**kinds: Any) -> Catalogue:
    specs = {name: KindSpec.model_validate(each) for name, each in kinds.items()}
    return extended(STANDARD, specs)


def test_a_declared_kind_lives_a_whole_life(tmp_path: Path) -> None:
    """It is planned, applied, checked for drift, dumped, cloned and undone, over real HTTP."""
    life.main(tmp_path, with_kinds(album=ALBUM), {"album": ALBUM})
