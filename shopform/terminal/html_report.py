"""The HTML report of a plan, with the project's images and where it was made."""

import hashlib
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from shopform import files
from shopform.model.plan import Plan
from shopform.render.html.page import render_html
from shopform.render.html.previews import ALL_IMAGES, LARGEST_IMAGE, Picture, image_files
from shopform.terminal.ci_run import provenance
from shopform.terminal.console import Console


def html_report(console: Console, plan: Plan) -> str:
    """The page, made now. Its time and CI's variables are in no digest."""
    origin = provenance(console.environment, f"{datetime.now(UTC):%Y-%m-%d %H:%M UTC}")
    return render_html(plan, origin=origin, pictures=_pictures(console.directory, plan))


def _pictures(directory: Path, plan: Plan) -> dict[str, Picture]:
    """The images that the plan shows, as long as they are what it was made from.

    The plan may be a saved one and its files elsewhere: what cannot be read is left out.
    """
    found: dict[str, Picture] = {}
    room = ALL_IMAGES
    for sha256, name in image_files((*plan.drift, *plan.changes)).items():
        with suppress(OSError):
            data = files.read(files.inside(directory, name))
            if hashlib.sha256(data).hexdigest() == sha256:
                kept = data if len(data) <= min(LARGEST_IMAGE, room) else b""
                room -= len(kept)
                found[sha256] = Picture(len(data), kept)
    return found
