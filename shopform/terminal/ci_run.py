"""What CI says of the run that it is: commit, pull request and addresses, from its variables."""

from collections.abc import Mapping

from shopform.render.html.provenance import Provenance


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
