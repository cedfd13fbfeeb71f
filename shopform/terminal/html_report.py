"""The HTML report of a plan, with the project's images and where it was made."""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from shopform import files
from shopform.model.plan import Plan
from shopform.render.html.page import render_html
from shopform.render.html.previews import ALL_IMAGES, LARGEST_IMAGE, Picture, image_files
from shopform.render.html.provenance import Provenance
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


def provenance(environment: Mapping[str, str], made: str) -> Provenance:
    """Where a report comes from; outside of CI only when it was made.

    The variables are those that GitHub Actions and GitLab CI document. On a pull request GitHub's
    GITHUB_SHA is the commit that merges it, and GITHUB_REF is `refs/pull/NUMBER/merge`.
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
    """The address, where it is one that a browser opens as a page."""
    return url if url.startswith(("https://", "http://")) else ""
