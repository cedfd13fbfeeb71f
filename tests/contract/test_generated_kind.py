"""A kind that no one wrote anything for: as a value, and as a file in a copied tree."""

import importlib
import os
import pkgutil
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

import life_of_a_generated_kind as life
from support import ROOT

import shopform
from shopform.kinds import Catalogue
from shopform.kinds.standard import STANDARD

LIFE = Path(__file__).with_name("life_of_a_generated_kind.py")
KIND = '''
"""Albums of pictures."""

from functools import partial

from shopform.kinds.base import SLUG_OF_NAME, Fact, Field, Grade, Kind, Wire
from shopform.kinds.field_types import Path, Reference, Text

assumed = partial(Field, grade=Grade.ASSUMED, source="generated")

ALBUM = Kind(
    name="album",
    section="albums",
    about="An album.",
    wire=Wire(
        endpoint=Fact("album", Grade.ASSUMED, "generated"),
        id=Fact(("album_id", "id"), Grade.ASSUMED, "generated"),
        list_key=Fact("albums", Grade.ASSUMED, "generated"),
    ),
    identity=("name",),
    path="rewrite_url",
    slug=SLUG_OF_NAME,
    rows=(
        assumed("name", Text(), "The name.", required=True),
        assumed("home", Reference("category"), "Where it is.", wire="home_id", empty=None),
        assumed("rewrite_url", Path(), "Its path in the shop."),
    ),
)
'''


def test_a_kind_given_as_a_value_lives_a_whole_life(tmp_path: Path) -> None:
    """In this process, where every module was imported before: none keeps the kinds of then."""
    for module in pkgutil.walk_packages(shopform.__path__, "shopform."):
        importlib.import_module(module.name)
    made: dict[str, Any] = {}
    exec(KIND, made)
    album = made["ALBUM"]
    at = next(number for number, kind in enumerate(STANDARD.kinds) if kind.route)
    catalogue = Catalogue((*STANDARD.kinds[:at], album, *STANDARD.kinds[at:]))
    with patch("shopform.kinds.standard.STANDARD", catalogue):
        life.main(tmp_path, catalogue)


def test_a_kind_in_a_copied_tree_lives_a_whole_life(tmp_path: Path) -> None:
    """It is planned, applied, dumped, cloned and undone, and shares the shop's paths."""
    copy = tmp_path / "copy"
    shutil.copytree(ROOT / "shopform", copy / "shopform", ignore=shutil.ignore_patterns("*.pyc"))
    kinds = copy / "shopform" / "kinds"
    (kinds / "album.py").write_text(KIND, "utf-8")
    catalogue = kinds / "standard.py"
    text = catalogue.read_text("utf-8")
    assert text.count("        REDIRECT,\n") == 1
    text = text.replace("        REDIRECT,\n", "        ALBUM,\n        REDIRECT,\n")
    text = text.replace(
        "from shopform.kinds.attr",
        "from shopform.kinds.album import ALBUM\nfrom shopform.kinds.attr",
        1,
    )
    catalogue.write_text(text, "utf-8")
    places = (copy, Path(__file__).parents[1], Path(__file__).parent)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, places))}
    ran = subprocess.run(
        [sys.executable, "-P", LIFE, tmp_path],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.splitlines()[-1] == f"lived from {copy}"
