"""The HTML report of a plan, with the project's images and its provenance."""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from shopform import files
from shopform.model.plan import Plan
from shopform.render.html.page import render_html
from shopform.render.html.previews import ALL_IMAGES, LARGEST_IMAGE, ImageFile, image_files
from shopform.render.html.provenance import Provenance
from shopform.terminal.console import Console


def html_report(console: Console, plan: Plan) -> str:
    """Render the report with the current time. No digest covers the time or CI's variables."""
    origin = provenance(console.environment, f"{datetime.now(UTC):%Y-%m-%d %H:%M UTC}")
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


def provenance(environment: Mapping[str, str], made: str) -> Provenance:
    """Return the provenance of a report; outside of CI it has only the time.

    The variables are those that GitHub Actions and GitLab CI document. On a pull request GitHub's
    GITHUB_SHA is the merge commit, and GITHUB_REF is `refs/pull/NUMBER/merge`.
    """
    found = environment.get
    if found("GITHUB_ACTIONS") == "true":
        project = f"{found('GITHUB_SERVER_URL', '')}/{found('GITHUB_REPOSITORY', '')}"
        kind, _, rest = found("GITHUB_REF", "").removeprefix("refs/").partition("/")
        number = rest.partition("/")[0] if kind == "pull" else ""
        commit, request = found("GITHUB_SHA", ""), f"Pull request #{number}"
        commit_url, request_url = f"{project}/commit/{commit}", f"{project}/pull/{number}"
        run_url = f"{project}/actions/runs/{found('GITHUB_RUN_ID', '')}"
    elif found("GITLAB_CI") == "true":
        project = found("CI_PROJECT_URL", "")
        number = found("CI_MERGE_REQUEST_IID", "")
        commit, request = found("CI_COMMIT_SHA", ""), f"Merge request !{number}"
        commit_url = f"{project}/-/commit/{commit}"
        request_url = f"{project}/-/merge_requests/{number}"
        run_url = found("CI_JOB_URL", "")
    else:
        return Provenance(made=made)
    return Provenance(
        made=made,
        commit=commit,
        commit_url=_web(commit_url) if commit else "",
        request=request if number else "",
        request_url=_web(request_url) if number else "",
        run_url=_web(run_url),
    )


def _web(url: str) -> str:
    """Return a URL if a browser can open it as a page, else an empty string."""
    return url if url.startswith(("https://", "http://")) else ""
