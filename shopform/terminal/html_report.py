"""The HTML report of a plan, with the project's images and its provenance."""

import hashlib
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from shopform import files
from shopform.forge.ci_run import ci_run
from shopform.model.plan import Plan
from shopform.render.html.page import render_html
from shopform.render.html.previews import ALL_IMAGES, LARGEST_IMAGE, ImageFile, image_files
from shopform.terminal.console import Console


def html_report(console: Console, plan: Plan) -> str:
    """Render the report with the current time. No digest covers the time or CI's variables."""
    made = f"{datetime.now(UTC):%Y-%m-%d %H:%M UTC}"
    origin = ci_run(console.environment).provenance(made)
    return render_html(plan, origin=origin, images=_images(console.directory, plan))


def _images(directory: Path, plan: Plan) -> dict[str, ImageFile]:
    """Return the images of a plan whose files exist and are unchanged since it was made."""
    found: dict[str, ImageFile] = {}
    room = ALL_IMAGES
    for sha256, name in image_files((*plan.drift, *plan.changes)).items():
        with suppress(OSError):
            data = files.read(files.inside(directory, name))
            if hashlib.sha256(data).hexdigest() == sha256:
                kept = data if len(data) <= min(LARGEST_IMAGE, room) else b""
                room -= len(kept)
                found[sha256] = ImageFile(len(data), kept)
    return found
